package await

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"hubstack/testbed/plugins/internal/object"
	"hubstack/testbed/plugins/internal/serve"
)

// skippable are the kinds for which pulumi.com/skipAwait means not to wait for deletion either. For the others the
// real provider waits whatever the annotation says.
var skippable = map[string]bool{
	"v1/Namespace": true, "v1/Pod": true, "apps/v1/Deployment": true, "apps/v1/StatefulSet": true, "batch/v1/Job": true,
}

// Gone waits until an object whose deletion was asked for is gone. timeout is in seconds, as for Ready.
func (w *Waiter) Gone(ctx context.Context, inputs, live *object.Object, timeout float64) error {
	if skips(inputs) && skippable[inputs.GetAPIVersion()+"/"+inputs.GetKind()] {
		w.say(serve.Info, "Skipping await logic")
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, timeoutOf(inputs, timeout))
	defer stop()
	view, err := w.open(ctx, live, nil)
	if err != nil {
		return w.stillThere(ctx, live, err)
	}
	for !view.isGone(live) || !w.confirmsGone(ctx, live) {
		w.tell(verdict{waiting: remains(view, live)}, view.warnings(live))
		var again <-chan time.Time
		if view.isGone(live) {
			again = time.After(time.Second) // no event may follow, as none is missing
		}
		select {
		case <-ctx.Done():
			return w.stillThere(ctx, live, ctx.Err())
		case <-view.changed:
		case <-again:
		}
	}
	w.clear()
	return nil
}

// confirmsGone asks the API server itself: what watches are fed from may lag behind it on a busy machine.
func (w *Waiter) confirmsGone(ctx context.Context, live *object.Object) bool {
	client, err := w.Cluster.Resource(live)
	if err != nil {
		return false
	}
	found, err := client.Get(ctx, live.GetName(), metav1.GetOptions{})
	return apierrors.IsNotFound(err) || (err == nil && live.GetUID() != "" && found.GetUID() != live.GetUID())
}

// remains says what a namespace's deletion waits for; the other kinds' status does not tell.
func remains(view *view, live *object.Object) string {
	seen := view.object(live)
	if seen == nil || seen.GetKind() != "Namespace" {
		return "Waiting for deletion"
	}
	messages := []string{"Waiting for deletion"}
	for _, each := range conditionsOf(seen) {
		if each.status == "True" && each.message != "" && strings.HasPrefix(each.kind, "Namespace") {
			messages = append(messages, each.message)
		}
	}
	return strings.Join(messages, ": ")
}

// stillThere makes the error for an object that is not gone in time, unless it went at the last moment.
func (w *Waiter) stillThere(ctx context.Context, live *object.Object, cause error) error {
	client, err := w.Cluster.Resource(live)
	if err != nil {
		return err
	}
	// Time is up, and this last look must be had all the same.
	latest, err := client.Get(context.WithoutCancel(ctx), live.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		latest = live
	}
	message := timedOut
	if errors.Is(cause, context.Canceled) {
		message = fmt.Sprintf("Resource operation was cancelled for %q", live.GetName())
	}
	held := fmt.Sprintf("finalizers might be preventing deletion (%s)", strings.Join(latest.GetFinalizers(), ", "))
	w.Engine.Log(serve.Warning, w.URN, held)
	return &Unfinished{Object: latest, Message: message, Reasons: []string{held}}
}
