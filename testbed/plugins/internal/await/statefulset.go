package await

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// statefulSet is ready when its controller has seen the change, all its pods are ready, and the revision it rolls to
// is the one it has. With the OnDelete strategy a changed set does not roll by itself, so ready pods are enough.
type statefulSet struct{}

func (statefulSet) related() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{pods}
}

func (statefulSet) judge(now state) verdict {
	wanted, _ := count(now.object, "spec", "replicas")
	all, _ := count(now.object, "status", "replicas")
	ready, _ := count(now.object, "status", "readyReplicas")
	current, _ := count(now.object, "status", "currentReplicas")
	from, to := text(now.object, "status", "currentRevision"), text(now.object, "status", "updateRevision")
	onDelete := text(now.object, "spec", "updateStrategy", "type") == "OnDelete" && now.object.GetGeneration() > 1

	hasPods := isObserved(now.object) && wanted == all && wanted == ready && (onDelete || wanted == current)
	hasRevision := onDelete || (from != "" && from == to)
	if hasPods && hasRevision {
		return verdict{ready: true}
	}
	found := verdict{
		waiting:  fmt.Sprintf("Waiting for StatefulSet to have its Pods (%d/%d Pods ready)", ready, wanted),
		warnings: problemsOfOwned(now, now.object),
	}
	if !hasPods {
		found.problems = append(found.problems,
			fmt.Sprintf("%d out of %d replicas succeeded readiness checks", ready, wanted))
	}
	if !hasRevision {
		found.problems = append(found.problems,
			fmt.Sprintf("StatefulSet controller failed to advance from revision %q to revision %q", from, to))
	}
	return found
}
