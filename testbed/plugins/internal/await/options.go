package await

import (
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"hubstack/testbed/plugins/internal/object"
)

// skips tells whether the program wants no waiting for the object.
func skips(inputs *object.Object) bool {
	return inputs.GetAnnotations()["pulumi.com/skipAwait"] == "true"
}

// timeoutOf gives the time an operation may take: the resource's customTimeouts in seconds where these are set, else
// the annotation's, else the default.
func timeoutOf(inputs *object.Object, custom float64) time.Duration {
	if custom > 0 {
		return time.Duration(custom * float64(time.Second))
	}
	if seconds, err := strconv.Atoi(inputs.GetAnnotations()["pulumi.com/timeoutSeconds"]); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return defaultTimeout
}

// Propagation gives what becomes of what a deleted object owns; by default it goes first.
func Propagation(inputs *object.Object) metav1.DeletionPropagation {
	switch inputs.GetAnnotations()["pulumi.com/deletionPropagationPolicy"] {
	case "orphan", "Orphan":
		return metav1.DeletePropagationOrphan
	case "background", "Background":
		return metav1.DeletePropagationBackground
	}
	return metav1.DeletePropagationForeground
}
