// Package await waits until what was applied has become what it should be, and until what was deleted is gone. What
// "ready" means for a kind stands in that kind's file, as a judgement of the cluster's present state.
package await

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"hubstack/testbed/plugins/internal/cluster"
	"hubstack/testbed/plugins/internal/object"
	"hubstack/testbed/plugins/internal/serve"
)

// defaultTimeout holds where neither customTimeouts nor the annotation pulumi.com/timeoutSeconds says otherwise.
const defaultTimeout = 10 * time.Minute

// Waiter waits for one resource and tells the person who runs Pulumi what it waits for.
type Waiter struct {
	Cluster *cluster.Cluster
	Engine  *serve.Engine
	URN     string
	told    map[string]bool
}

// say shows a passing message in the resource's line; each message once.
func (w *Waiter) say(severity serve.Severity, message string) {
	if w.told[message] {
		return
	}
	if w.told == nil {
		w.told = map[string]bool{}
	}
	w.told[message] = true
	w.Engine.Status(severity, w.URN, message)
}

// clear takes passing messages away at a good end.
func (w *Waiter) clear() { w.Engine.Status(serve.Info, w.URN, "") }

// Unfinished says that an object is in the cluster but is not, or not yet, what it should be.
type Unfinished struct {
	Object  *object.Object
	Message string
	Reasons []string
}

func (u *Unfinished) Error() string { return u.Message }

// state is what a condition judges.
type state struct {
	object *object.Object // nil where it is not there
	before *object.Object // as it was before this operation; nil for a new object
	list   func(schema.GroupVersionResource) []*object.Object
	lookup func(gvr schema.GroupVersionResource, name string) *object.Object
}

// verdict is what a condition finds.
type verdict struct {
	ready    bool
	failed   bool     // it can never become ready
	waiting  string   // what is waited for
	warnings []string // what stands in the way and is worth telling at once
	problems []string // what stands in the way, for the error when time is up

	// settling changes with whatever must hold still for settleTime before the object counts as ready.
	settling string
}

// condition tells whether an object is ready.
type condition interface {
	// related are the kinds in the object's namespace whose objects are needed for a judgement.
	related() []schema.GroupVersionResource
	judge(state) verdict
}

// rule is a condition with what belongs to it: how long to wait, and how the error reads when time is up.
type rule struct {
	condition condition
	timeout   time.Duration // zero: the operation's
	late      string        // with %s for the object's name
	onRead    bool          // a refresh judges it too
}

// Ready waits until made, which came of inputs, is ready, and gives it as it is then. timeout is in seconds; zero
// leaves it to the annotation or the default.
func (w *Waiter) Ready(ctx context.Context, inputs, made, before *object.Object, timeout float64) (*object.Object, error) {
	if skips(inputs) {
		w.say(serve.Info, "Skipping await logic")
		return made, nil
	}
	chosen, err := ruleFor(made)
	if err != nil || chosen == nil {
		return made, err
	}
	limit := chosen.timeout
	if limit == 0 {
		limit = timeoutOf(inputs, timeout)
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	return w.wait(ctx, *chosen, made, before)
}

// Check judges an object once, as a refresh does; it waits for nothing.
func (w *Waiter) Check(ctx context.Context, inputs, live *object.Object) error {
	chosen := builtIn[live.GroupVersionKind()]
	if chosen == nil || !chosen.onRead || skips(inputs) {
		return nil
	}
	found := chosen.condition.judge(w.present(ctx, *chosen, live))
	if found.ready {
		return nil
	}
	return uninitialized(live, found)
}

func ruleFor(made *object.Object) (*rule, error) {
	if wanted := made.GetAnnotations()["pulumi.com/waitFor"]; wanted != "" {
		chosen, err := parseWaitFor(wanted)
		if err != nil {
			return nil, err
		}
		return &rule{condition: chosen, late: timedOut}, nil
	}
	return builtIn[made.GroupVersionKind()], nil
}

func (w *Waiter) wait(ctx context.Context, chosen rule, made, before *object.Object) (*object.Object, error) {
	settle := settling{}
	latest, found := made, verdict{}
	view, err := w.open(ctx, made, chosen.condition.related())
	if err != nil {
		// The object is made whether it can be watched or not, and has to stay in the state.
		found.problems = []string{err.Error()}
		return made, late(ctx, chosen, made, found)
	}
	for {
		if seen := view.object(made); seen != nil {
			latest = seen
			found = chosen.condition.judge(view.state(seen, before))
			w.tell(found, view.warnings(made))
			switch {
			case found.failed:
				return latest, uninitialized(latest, found)
			case found.ready && settle.isDone(found.settling):
				w.clear()
				return latest, nil
			}
		}
		select {
		case <-ctx.Done():
			return latest, late(ctx, chosen, latest, found)
		case <-view.changed:
		case <-settle.ends():
		}
	}
}

func (w *Waiter) tell(found verdict, events []string) {
	if found.waiting != "" && !found.ready {
		w.say(serve.Info, found.waiting)
	}
	for _, warning := range append(found.warnings, events...) {
		w.say(serve.Warning, warning)
	}
}

const timedOut = "timed out waiting for the condition"

func late(ctx context.Context, chosen rule, latest *object.Object, found verdict) error {
	message := chosen.late
	if strings.Contains(message, "%s") {
		message = fmt.Sprintf(message, latest.GetName())
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		message = fmt.Sprintf("Resource operation was cancelled for %q", latest.GetName())
	}
	return &Unfinished{Object: latest, Message: message, Reasons: append(found.problems, found.warnings...)}
}

func uninitialized(live *object.Object, found verdict) error {
	return &Unfinished{
		Object:  live,
		Message: fmt.Sprintf("Resource '%s' was created but failed to initialize", live.GetName()),
		Reasons: append(found.problems, found.warnings...),
	}
}

// settleTime is how long endpoints must hold still before a Service counts as ready.
const settleTime = 10 * time.Second

// settling measures how long something has not changed.
type settling struct {
	what  string
	since time.Time
}

func (s *settling) isDone(what string) bool {
	if what == "" {
		return true
	}
	if what != s.what {
		s.what, s.since = what, time.Now()
	}
	return time.Since(s.since) >= settleTime
}

// ends fires when what holds still now has done so for long enough; never where nothing is measured.
func (s *settling) ends() <-chan time.Time {
	if s.what == "" {
		return nil
	}
	return time.After(time.Until(s.since.Add(settleTime)))
}
