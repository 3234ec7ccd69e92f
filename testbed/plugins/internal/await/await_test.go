package await

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"hubstack/testbed/plugins/internal/object"
)

func parse(t *testing.T, text string) *object.Object {
	t.Helper()
	found := &object.Object{Object: map[string]any{}}
	if err := yaml.Unmarshal([]byte(text), &found.Object); err != nil {
		t.Fatal(err)
	}
	return found.DeepCopyObject().(*object.Object)
}

// judged gives a verdict on an object in YAML, with other objects around it.
func judged(t *testing.T, chosen condition, before *object.Object, text string, around map[schema.GroupVersionResource]string) verdict {
	t.Helper()
	one := func(gvr schema.GroupVersionResource) []*object.Object {
		if text, has := around[gvr]; has {
			return []*object.Object{whole(parse(t, text))}
		}
		return nil
	}
	return chosen.judge(state{
		object: whole(parse(t, text)),
		before: before,
		list:   one,
		lookup: func(gvr schema.GroupVersionResource, _ string) *object.Object {
			if found := one(gvr); found != nil {
				return found[0]
			}
			return nil
		},
	})
}

// whole makes integers of YAML's floats, as an object off the wire has them.
func whole(target *object.Object) *object.Object {
	target.Object = integers(target.Object).(map[string]any)
	return target
}

func integers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			value[key] = integers(inner)
		}
	case []any:
		for i, inner := range value {
			value[i] = integers(inner)
		}
	case float64:
		return int64(value)
	}
	return value
}

const availableDeployment = `
metadata: {name: app, uid: d, generation: 1, annotations: {deployment.kubernetes.io/revision: "1"}}
status:
  observedGeneration: 1
  conditions: [{type: Available, status: "True"}]
`

const replicaSetOf = `
metadata: {name: app-1, uid: r, annotations: {deployment.kubernetes.io/revision: "1"}, ownerReferences: [{uid: d}]}
spec: {replicas: 2}
status: {readyReplicas: READY}
`

func TestDeployment(t *testing.T) {
	ready := strings.ReplaceAll(replicaSetOf, "READY", "2")
	half := strings.ReplaceAll(replicaSetOf, "READY", "1")
	if found := judged(t, deployment{}, nil, availableDeployment, map[schema.GroupVersionResource]string{replicaSets: ready}); !found.ready {
		t.Errorf("not ready: %+v", found)
	}
	found := judged(t, deployment{}, nil, availableDeployment, map[schema.GroupVersionResource]string{replicaSets: half})
	if found.ready || found.waiting != "Waiting for app ReplicaSet to be available (1/2 Pods available)" {
		t.Errorf("found %+v", found)
	}
	unseen := strings.ReplaceAll(availableDeployment, "observedGeneration: 1", "observedGeneration: 0")
	if judged(t, deployment{}, nil, unseen, map[schema.GroupVersionResource]string{replicaSets: ready}).ready {
		t.Error("ready before its controller saw it")
	}
	second := strings.ReplaceAll(availableDeployment, `revision: "1"`, `revision: "2"`)
	rolled := strings.ReplaceAll(ready, `revision: "1"`, `revision: "2"`)
	if judged(t, deployment{}, nil, second, map[schema.GroupVersionResource]string{replicaSets: rolled}).ready {
		t.Error("ready before the roll-out ended")
	}
}

func TestPodProblemsNameTheImage(t *testing.T) {
	stuck := whole(parse(t, `
metadata: {name: app-1-x, namespace: hub}
status:
  conditions:
  - {type: PodScheduled, status: "True"}
  - {type: Initialized, status: "True"}
  - {type: Ready, status: "False", reason: ContainersNotReady, message: "containers with unready status: [main]"}
  containerStatuses:
  - {name: main, ready: false, state: {waiting: {reason: ImagePullBackOff, message: "Back-off pulling image \"none\""}}}
`))
	problems := podProblems(stuck)
	if len(problems) != 1 || !strings.Contains(problems[0], "[Pod hub/app-1-x]: ") ||
		!strings.Contains(problems[0], `[ImagePullBackOff] Back-off pulling image "none"`) {
		t.Errorf("found %q", problems)
	}
}

func TestStatefulSet(t *testing.T) {
	const set = `
metadata: {generation: 2}
spec: {replicas: 1, updateStrategy: {type: STRATEGY}}
status: {observedGeneration: 2, replicas: 1, readyReplicas: 1, currentReplicas: CURRENT, currentRevision: a, updateRevision: REVISION}
`
	with := func(strategy, current, revision string) string {
		return strings.NewReplacer("STRATEGY", strategy, "CURRENT", current, "REVISION", revision).Replace(set)
	}
	for text, ready := range map[string]bool{
		with("RollingUpdate", "1", "a"): true, with("RollingUpdate", "1", "b"): false,
		with("RollingUpdate", "0", "a"): false, with("OnDelete", "0", "b"): true,
	} {
		if found := judged(t, statefulSet{}, nil, text, nil); found.ready != ready {
			t.Errorf("%s: %+v", text, found)
		}
	}
}

func TestJob(t *testing.T) {
	cases := map[string]verdict{
		`{status: {}}`: {},
		`{status: {startTime: now, conditions: [{type: Complete, status: "True"}]}}`:                         {ready: true},
		`{status: {startTime: now, conditions: [{type: Failed, status: "True", reason: DeadlineExceeded}]}}`: {failed: true},
		`{status: {startTime: now, conditions: [{type: Failed, status: "True", reason: PodFailurePolicy}]}}`: {},
	}
	for text, expected := range cases {
		found := judged(t, job{}, nil, text, nil)
		if found.ready != expected.ready || found.failed != expected.failed {
			t.Errorf("%s: %+v", text, found)
		}
	}
}

func TestService(t *testing.T) {
	const selecting = `{metadata: {name: s}, spec: {type: TYPE, selector: {app: a}}, status: {loadBalancer: {ADDRESS}}}`
	with := func(kind, address string) string {
		return strings.NewReplacer("TYPE", kind, "ADDRESS", address).Replace(selecting)
	}
	const none, address = "", "ingress: [{ip: 1.2.3.4}]"
	empty := map[schema.GroupVersionResource]string{endpoints: `{metadata: {name: s, resourceVersion: "7"}}`}
	pending := map[schema.GroupVersionResource]string{
		endpoints: `{metadata: {name: s}, subsets: [{notReadyAddresses: [{ip: 1.1.1.1}]}]}`,
	}
	cases := []struct {
		text   string
		around map[schema.GroupVersionResource]string
		ready  bool
	}{
		{with("ClusterIP", none), empty, true},
		{with("ClusterIP", none), nil, false},
		{with("ClusterIP", none), pending, false},
		{with("LoadBalancer", none), empty, false},
		{with("LoadBalancer", address), empty, true},
		{`{metadata: {name: s}, spec: {clusterIP: None, selector: {app: a}}}`, nil, true},
		{`{metadata: {name: s}, spec: {clusterIP: 10.0.0.1}}`, nil, true},
	}
	for _, each := range cases {
		if found := judged(t, service{}, nil, each.text, each.around); found.ready != each.ready {
			t.Errorf("%s: %+v", each.text, found)
		}
	}
}

func TestClaim(t *testing.T) {
	late := map[schema.GroupVersionResource]string{storageClasses: `{volumeBindingMode: WaitForFirstConsumer}`}
	before := &object.Object{}
	cases := []struct {
		phase  string
		around map[schema.GroupVersionResource]string
		before *object.Object
		ready  bool
	}{
		{"Pending", nil, nil, false}, {"Bound", nil, nil, true}, {"Pending", late, nil, true},
		{"Bound", late, before, true}, {"Bound", late, nil, false},
	}
	for _, each := range cases {
		text := "{spec: {storageClassName: c}, status: {phase: " + each.phase + "}}"
		if found := judged(t, claim{}, each.before, text, each.around); found.ready != each.ready {
			t.Errorf("%+v: %+v", each, found)
		}
	}
}

func TestWaitFor(t *testing.T) {
	const text = `
metadata: {generation: 2}
status:
  phase: Healthy
  conditions:
  - {type: Ready, status: "True", observedGeneration: 2}
  - {type: Stale, status: "True", observedGeneration: 1}
`
	for wanted, ready := range map[string]bool{
		"condition=Ready": true, "condition=ready=true": true, "condition=Ready=False": false, "condition=Stale": false,
		"jsonpath={.status.phase}": true, "jsonpath={.status.phase}=Healthy": true, "jsonpath={.status.phase}=Sick": false,
		"jsonpath={.status.conditions[?(@.type == \"Ready\")].status}=True": true, "jsonpath={.status.absent}": false,
		`["condition=Ready", "jsonpath={.status.phase}=Healthy"]`: true, `["condition=Ready", "condition=Absent"]`: false,
	} {
		chosen, err := parseWaitFor(wanted)
		if err != nil {
			t.Errorf("%s: %v", wanted, err)
			continue
		}
		if found := judged(t, chosen, nil, text, nil); found.ready != ready {
			t.Errorf("%s: %+v", wanted, found)
		}
	}
}

func TestWaitForThatCannotBeRead(t *testing.T) {
	for _, wanted := range []string{
		"Ready", "[]", "jsonpath=.status", "jsonpath='{.status}'", "jsonpath={.a}=", "jsonpath={.a}=b=c", "jsonpath={..}",
	} {
		if _, err := parseWaitFor(wanted); err == nil {
			t.Errorf("%s was taken", wanted)
		}
	}
}

func TestTimeouts(t *testing.T) {
	given := parse(t, `{metadata: {annotations: {pulumi.com/timeoutSeconds: "7"}}}`)
	for found, expected := range map[time.Duration]time.Duration{
		timeoutOf(given, 0): 7 * time.Second, timeoutOf(given, 2.5): 2500 * time.Millisecond,
		timeoutOf(&object.Object{}, 0): 10 * time.Minute,
	} {
		if found != expected {
			t.Errorf("%s is not %s", found, expected)
		}
	}
}
