package await

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"hubstack/testbed/plugins/internal/object"
)

// pod is ready when it is scheduled, its init containers are through, and it is ready or has succeeded.
type pod struct{}

func (pod) related() []schema.GroupVersionResource { return nil }

func (pod) judge(now state) verdict {
	name := fullName(now.object)
	for _, step := range []struct{ condition, word string }{
		{"PodScheduled", "scheduled"}, {"Initialized", "initialized"}, {"Ready", "ready"},
	} {
		if conditionOf(now.object, step.condition).status == "True" {
			continue
		}
		if step.condition == "Ready" && text(now.object, "status", "phase") == string(corev1.PodSucceeded) {
			continue
		}
		waiting := fmt.Sprintf("Waiting for Pod %q to be %s", name, step.word)
		return verdict{waiting: waiting, warnings: podProblems(now.object)}
	}
	return verdict{ready: true}
}

// podProblems says what keeps a pod from being ready, such as an image that cannot be pulled; a pod that merely
// starts, or is not placed yet, has none.
func podProblems(target *object.Object) []string {
	var typed corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(target.Object, &typed); err != nil {
		return nil
	}
	unmet, found := unmetCondition(typed)
	if !found {
		return nil
	}
	reasons := []string{}
	for _, status := range typed.Status.ContainerStatuses {
		reasons = append(reasons, containerProblems(status)...)
	}
	explained := unmet.Reason != "" && unmet.Message != ""
	if len(reasons) == 0 && !explained {
		return nil
	}
	message := fmt.Sprintf("[Pod %s]: ", fullName(target))
	if explained {
		message += unmet.Message
	}
	return []string{message + strings.Join(reasons, "\n")}
}

// unmetCondition gives the first condition on a pod's way that is not met, of those that tell of a problem.
func unmetCondition(typed corev1.Pod) (corev1.PodCondition, bool) {
	if typed.Status.Phase == corev1.PodSucceeded {
		return corev1.PodCondition{}, false
	}
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.PodReady} {
		for _, each := range typed.Status.Conditions {
			if each.Type == kind && each.Status != corev1.ConditionTrue {
				return each, kind != corev1.PodScheduled
			}
		}
	}
	return corev1.PodCondition{}, false
}

func containerProblems(status corev1.ContainerStatus) []string {
	if status.Ready {
		return nil
	}
	var found []string
	if waiting := status.State.Waiting; waiting != nil && waiting.Reason != "ContainerCreating" {
		found = append(found, fmt.Sprintf("[%s] %s", waiting.Reason, waiting.Message))
	}
	if ended := status.State.Terminated; ended != nil && ended.Reason != "" {
		if ended.Message != "" {
			found = append(found, fmt.Sprintf("[%s] %s", ended.Reason, ended.Message))
		} else {
			found = append(found, fmt.Sprintf("container %q completed with exit code %d", status.Name, ended.ExitCode))
		}
	}
	if last := status.LastTerminationState.Terminated; last != nil {
		found = append(found, fmt.Sprintf("container %q terminated at %s (%s: exit code %d)",
			status.Name, last.FinishedAt.UTC().Format("2006-01-02T15:04:05Z"), last.Reason, last.ExitCode))
	}
	return found
}

// problemsOfOwned gathers the problems of the pods that belong to an owner.
func problemsOfOwned(now state, owner *object.Object) []string {
	var found []string
	for _, each := range now.list(pods) {
		if owner != nil && ownedBy(each, owner) {
			found = append(found, podProblems(each)...)
		}
	}
	return found
}
