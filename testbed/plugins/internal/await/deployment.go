package await

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"hubstack/testbed/plugins/internal/object"
)

// revision is the annotation by which a Deployment and its newest ReplicaSet find each other.
const revision = "deployment.kubernetes.io/revision"

// deployment is ready when its controller has seen the change, the Deployment is available, the ReplicaSet of its
// present revision has all its pods ready, and its claims are bound. After the first revision the roll-out must have
// ended too.
type deployment struct{}

func (deployment) related() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{replicaSets, pods, claims}
}

func (deployment) judge(now state) verdict {
	current := currentReplicaSet(now)
	ready, wanted := replicasOf(current)
	found := verdict{
		waiting:  fmt.Sprintf("Waiting for app ReplicaSet to be available (%d/%d Pods available)", ready, wanted),
		warnings: problemsOfOwned(now, current),
	}
	if !isObserved(now.object) {
		return found
	}
	available := conditionOf(now.object, "Available")
	rolled := conditionOf(now.object, "Progressing")
	isRolled := rolled.status == "True" && rolled.reason == "NewReplicaSetAvailable"
	first := now.object.GetAnnotations()[revision] == "1"
	unbound := unboundClaims(now)

	for _, each := range []statusCondition{available, rolled} {
		if each.kind != "" && each.status != "True" {
			found.problems = append(found.problems, each.explained())
		}
	}
	if len(unbound) > 0 {
		found.problems = append(found.problems,
			fmt.Sprintf("Failed to bind PersistentVolumeClaim(s): %q", strings.Join(unbound, ",")))
	}
	switch {
	case available.status != "True":
		found.problems = append(found.problems, "Minimum number of live Pods was not attained")
	case (!first && !isRolled) || current == nil || ready < wanted:
		found.problems = append(found.problems,
			"Minimum number of Pods to consider the application live was not attained")
	case len(unbound) == 0:
		return verdict{ready: true}
	}
	return found
}

// currentReplicaSet gives the ReplicaSet of the Deployment's present revision, or nil where there is none yet.
func currentReplicaSet(now state) *object.Object {
	wanted := now.object.GetAnnotations()[revision]
	for _, each := range now.list(replicaSets) {
		if wanted != "" && ownedBy(each, now.object) && each.GetAnnotations()[revision] == wanted {
			return each
		}
	}
	return nil
}

func replicasOf(replicaSet *object.Object) (ready, wanted int64) {
	if replicaSet == nil {
		return 0, 1
	}
	wanted, there := count(replicaSet, "spec", "replicas")
	if !there {
		wanted = 1
	}
	ready, _ = count(replicaSet, "status", "readyReplicas")
	return ready, wanted
}

// unboundClaims names the claims that the Deployment's pods mount and that have no volume yet. A claim that does not
// exist is not among them: its pods say so.
func unboundClaims(now state) []string {
	mounted := map[string]bool{}
	volumes, _, _ := unstructured.NestedSlice(now.object.Object, "spec", "template", "spec", "volumes")
	for _, each := range volumes {
		fields, _ := each.(map[string]any)
		source, _ := fields["persistentVolumeClaim"].(map[string]any)
		mounted[words(source, "claimName")] = true
	}
	var unbound []string
	for _, each := range now.list(claims) {
		if mounted[each.GetName()] && text(each, "status", "phase") != "Bound" {
			unbound = append(unbound, each.GetName())
		}
	}
	return unbound
}
