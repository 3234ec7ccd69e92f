package await

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"hubstack/testbed/plugins/internal/object"
)

const (
	notReady = "'%s' timed out waiting to be Ready"
	polled   = "Timeout occurred polling for '%s'"
)

// builtIn are the kinds that are waited for; all others are ready once they are made. The real provider gives some a
// time of their own, whatever the resource's customTimeouts say.
var builtIn = map[schema.GroupVersionKind]*rule{
	core("Pod"):                   {condition: pod{}, late: notReady, onRead: true},
	core("Service"):               {condition: service{}, late: notReady, onRead: true},
	core("PersistentVolume"):      {condition: volume{}, late: polled, timeout: 5 * time.Minute},
	core("PersistentVolumeClaim"): {condition: claim{}, late: polled, timeout: 5 * time.Minute},
	core("ResourceQuota"):         {condition: quota{}, late: polled, timeout: time.Minute},
	core("Secret"):                {condition: token{}, late: polled, timeout: 5 * time.Second},
	of("apps", "Deployment"):      {condition: deployment{}, late: notReady, onRead: true},
	of("apps", "StatefulSet"):     {condition: statefulSet{}, late: notReady, onRead: true},
	of("batch", "Job"):            {condition: job{}, late: notReady, onRead: true},
}

func core(kind string) schema.GroupVersionKind { return of("", kind) }

func of(group, kind string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: group, Version: "v1", Kind: kind}
}

func resources(group, plural string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: group, Version: "v1", Resource: plural}
}

var (
	pods           = resources("", "pods")
	claims         = resources("", "persistentvolumeclaims")
	endpoints      = resources("", "endpoints")
	replicaSets    = resources("apps", "replicasets")
	storageClasses = resources("storage.k8s.io", "storageclasses")
)

// statusCondition is one of an object's status.conditions.
type statusCondition struct{ kind, status, reason, message string }

// explained is the condition's reason and message, as in `[MinimumReplicasUnavailable] Deployment does not have …`.
func (c statusCondition) explained() string { return "[" + c.reason + "] " + c.message }

func conditionsOf(target *object.Object) []statusCondition {
	list, _, _ := unstructured.NestedSlice(target.Object, "status", "conditions")
	var found []statusCondition
	for _, each := range list {
		fields, _ := each.(map[string]any)
		found = append(found, statusCondition{
			kind: words(fields, "type"), status: words(fields, "status"),
			reason: words(fields, "reason"), message: words(fields, "message"),
		})
	}
	return found
}

// conditionOf gives a condition by its type; it is empty where the object has none such.
func conditionOf(target *object.Object, kind string) statusCondition {
	for _, each := range conditionsOf(target) {
		if each.kind == kind {
			return each
		}
	}
	return statusCondition{}
}

func words(fields map[string]any, key string) string {
	text, _ := fields[key].(string)
	return text
}

// text gives a field's text, or an empty one.
func text(target *object.Object, fields ...string) string {
	found, _, _ := unstructured.NestedString(target.Object, fields...)
	return found
}

// count gives a field's whole number and whether it is there.
func count(target *object.Object, fields ...string) (int64, bool) {
	found, there, err := unstructured.NestedInt64(target.Object, fields...)
	return found, there && err == nil
}

// isObserved tells whether the object's controller has seen its newest generation.
func isObserved(target *object.Object) bool {
	observed, there := count(target, "status", "observedGeneration")
	return there && observed >= target.GetGeneration()
}

func ownedBy(target, owner *object.Object) bool {
	for _, reference := range target.GetOwnerReferences() {
		if reference.UID == owner.GetUID() {
			return true
		}
	}
	return false
}

// fullName names an object for people: with its namespace but where that is the default one.
func fullName(target metav1.Object) string {
	return strings.TrimPrefix(object.ID(target.GetNamespace(), target.GetName()), "default/")
}
