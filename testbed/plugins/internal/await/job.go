package await

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// job is ready when it is complete, and fails at once when it has failed for good.
type job struct{}

func (job) related() []schema.GroupVersionResource { return []schema.GroupVersionResource{pods} }

func (job) judge(now state) verdict {
	failed := conditionOf(now.object, "Failed")
	switch {
	case failed.status == "True" && (failed.reason == "BackoffLimitExceeded" || failed.reason == "DeadlineExceeded"):
		return verdict{failed: true, problems: []string{failed.explained()}, warnings: problemsOfOwned(now, now.object)}
	case text(now.object, "status", "startTime") == "":
		return verdict{waiting: fmt.Sprintf("Waiting for Job %q to start", fullName(now.object))}
	case conditionOf(now.object, "Complete").status == "True":
		return verdict{ready: true}
	}
	active, _ := count(now.object, "status", "active")
	succeeded, _ := count(now.object, "status", "succeeded")
	lost, _ := count(now.object, "status", "failed")
	return verdict{
		waiting: fmt.Sprintf("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)",
			fullName(now.object), active, succeeded, lost),
		warnings: problemsOfOwned(now, now.object),
	}
}
