package kinds

import "k8s.io/apimachinery/pkg/runtime/schema"

// Mutable says which data may change in place; by default a change makes the object anew under a new name, so that
// what uses it rolls over (the provider's enableSecretMutable and enableConfigMapMutable).
type Mutable struct{ Secrets, ConfigMaps bool }

// ReplacePaths gives the paths of an object's fields whose change makes it anew. immutable is the object's own field.
func ReplacePaths(gvk schema.GroupVersionKind, immutable bool, mutable Mutable) []string {
	paths := []string{"metadata.name", "metadata.namespace"}
	found, known := Find(gvk)
	switch {
	case !known:
		return paths
	case gvk.Kind == "Secret" && (immutable || !mutable.Secrets):
		return append(paths, "type", "stringData", "data")
	case gvk.Kind == "ConfigMap" && (immutable || !mutable.ConfigMaps):
		return append(paths, "binaryData", "data")
	}
	return append(paths, found.Replace...)
}

var jobFields = []string{"spec.completions", "spec.parallelism", "spec.selector", "spec.template"}

var statefulSetFields = []string{
	"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName",
	"spec.volumeClaimTemplates",
}

var claimFields = []string{"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"}

var volumeSources = []string{
	"spec.awsElasticBlockStore", "spec.azureDisk", "spec.azureFile", "spec.cephfs", "spec.cinder", "spec.csi",
	"spec.fc", "spec.flexVolume", "spec.flocker", "spec.gcePersistentDisk", "spec.glusterfs", "spec.hostPath",
	"spec.iscsi", "spec.local", "spec.nfs", "spec.photonPersistentDisk", "spec.portworxVolume", "spec.quobyte",
	"spec.rbd", "spec.scaleIO", "spec.storageos", "spec.vsphereVolume",
}

// podFields are nearly all of a pod's: tolerations and the deadline are what may change in place.
func podFields() []string {
	paths := []string{
		"spec.affinity", "spec.automountServiceAccountToken", "spec.dnsConfig", "spec.dnsPolicy",
		"spec.enableServiceLinks", "spec.hostAliases", "spec.hostIPC", "spec.hostNetwork", "spec.hostPID",
		"spec.hostname", "spec.imagePullSecrets", "spec.nodeName", "spec.nodeSelector", "spec.overhead",
		"spec.preemptionPolicy", "spec.priority", "spec.priorityClassName", "spec.readinessGates",
		"spec.restartPolicy", "spec.runtimeClassName", "spec.schedulerName", "spec.securityContext",
		"spec.serviceAccount", "spec.serviceAccountName", "spec.shareProcessNamespace", "spec.subdomain",
		"spec.terminationGracePeriodSeconds", "spec.volumes",
	}
	for _, containers := range []string{"spec.containers[*].", "spec.initContainers[*]."} {
		for _, field := range []string{
			"args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports",
			"readinessProbe", "resources", "securityContext", "stdin", "stdinOnce", "terminationMessagePath",
			"terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir",
		} {
			paths = append(paths, containers+field)
		}
	}
	return paths
}
