package await

import (
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// claim is ready when it is bound. One whose storage class binds with the first pod is ready while it is pending,
// since that pod may come later in the same program; once bound it stays so through changes.
type claim struct{}

func (claim) related() []schema.GroupVersionResource { return nil }

func (claim) judge(now state) verdict {
	phase := text(now.object, "status", "phase")
	waiting := fmt.Sprintf("Waiting for PersistentVolumeClaim %q to be bound (it is %s)", fullName(now.object), phase)
	if phase == "Bound" && now.before != nil {
		return verdict{ready: true}
	}
	class := now.lookup(storageClasses, text(now.object, "spec", "storageClassName"))
	if class != nil && class.Object["volumeBindingMode"] == "WaitForFirstConsumer" {
		return verdict{ready: phase == "Pending", waiting: waiting}
	}
	return verdict{ready: phase == "Bound", waiting: waiting}
}

// volume is ready when a claim can have it or has it.
type volume struct{}

func (volume) related() []schema.GroupVersionResource { return nil }

func (volume) judge(now state) verdict {
	phase := text(now.object, "status", "phase")
	return verdict{
		ready:   phase == "Available" || phase == "Bound",
		waiting: fmt.Sprintf("Waiting for PersistentVolume %q to be available (it is %s)", now.object.GetName(), phase),
	}
}

// quota is ready when its controller has taken over the limits.
type quota struct{}

func (quota) related() []schema.GroupVersionResource { return nil }

func (quota) judge(now state) verdict {
	wanted, _, _ := unstructured.NestedMap(now.object.Object, "spec", "hard")
	known, there, _ := unstructured.NestedMap(now.object.Object, "status", "hard")
	return verdict{
		ready:   there && reflect.DeepEqual(wanted, known),
		waiting: fmt.Sprintf("Waiting for ResourceQuota %q to be counted", fullName(now.object)),
	}
}

// token is a Secret: that of a service account's token is ready when the token is in it, all others at once.
type token struct{}

func (token) related() []schema.GroupVersionResource { return nil }

func (token) judge(now state) verdict {
	data, _, _ := unstructured.NestedMap(now.object.Object, "data")
	return verdict{
		ready:   now.object.Object["type"] != "kubernetes.io/service-account-token" || len(data) > 0,
		waiting: fmt.Sprintf("Waiting for Secret %q to get its token", fullName(now.object)),
	}
}
