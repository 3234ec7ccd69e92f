package await

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"hubstack/testbed/plugins/internal/object"
)

// service is ready when its endpoints have held still for a while and none is pending, and, for a load balancer, when
// it has an address. Headless and external services, and those without a selector, have no endpoints to wait for. A
// selector that meets no pod is no error: pods may come later.
type service struct{}

func (service) related() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{endpoints}
}

func (service) judge(now state) verdict {
	kind := text(now.object, "spec", "type")
	addresses, _, _ := unstructured.NestedSlice(now.object.Object, "status", "loadBalancer", "ingress")
	addressed := kind != "LoadBalancer" || len(addresses) > 0
	selector, _, _ := unstructured.NestedMap(now.object.Object, "spec", "selector")
	if kind == "ExternalName" || text(now.object, "spec", "clusterIP") == "None" || len(selector) == 0 {
		return verdict{ready: addressed, waiting: "Waiting for an address for the Service", problems: unaddressed(addressed)}
	}

	own := endpointsOf(now)
	ready, pending := subsets(own)
	found := verdict{waiting: "Finding Pods to direct traffic to", problems: unaddressed(addressed)}
	if ready {
		found.waiting = "Attempting to allocate IP address to Service"
	} else {
		found.problems = append(found.problems, "Service does not target any Pods. Selected Pods may not be ready, or "+
			"field '.spec.selector' may not match labels on any Pods")
	}
	if own == nil || pending || !addressed {
		return found
	}
	return verdict{ready: true, settling: own.GetResourceVersion(), waiting: found.waiting}
}

func unaddressed(addressed bool) []string {
	if addressed {
		return nil
	}
	return []string{"Service was not allocated an IP address; does your cloud provider support this?"}
}

func endpointsOf(now state) *object.Object {
	for _, each := range now.list(endpoints) {
		if each.GetName() == now.object.GetName() {
			return each
		}
	}
	return nil
}

// subsets tells whether any address of the endpoints is ready and whether any is not.
func subsets(own *object.Object) (ready, pending bool) {
	if own == nil {
		return false, false
	}
	list, _, _ := unstructured.NestedSlice(own.Object, "subsets")
	for _, each := range list {
		fields, _ := each.(map[string]any)
		addresses, _ := fields["addresses"].([]any)
		waiting, _ := fields["notReadyAddresses"].([]any)
		ready, pending = ready || len(addresses) > 0, pending || len(waiting) > 0
	}
	return ready, pending
}
