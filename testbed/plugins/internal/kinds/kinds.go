// Package kinds holds what the provider knows of each kind: whether it takes it at all, whether it lives in a
// namespace, and which of its fields can only be changed by making the object anew.
package kinds

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// ReleaseToken is the type of a Helm release, the one resource that is no Kubernetes object.
const ReleaseToken = "kubernetes:helm.sh/v3:Release"

// Kind says what is known of a built-in kind.
type Kind struct {
	Namespaced bool
	Replace    []string // paths from the object's root; `[*]` stands for any element of a list
}

// builtIn are the kinds taken beside custom resources. The fields that replace are those of the real provider.
var builtIn = map[schema.GroupVersionKind]Kind{
	core("Namespace"):             {},
	core("ServiceAccount"):        {Namespaced: true},
	core("ResourceQuota"):         {Namespaced: true, Replace: []string{"spec.scopes"}},
	core("LimitRange"):            {Namespaced: true},
	core("Secret"):                {Namespaced: true, Replace: []string{"type"}},
	core("ConfigMap"):             {Namespaced: true},
	core("PersistentVolume"):      {Replace: volumeSources},
	core("PersistentVolumeClaim"): {Namespaced: true, Replace: claimFields},
	core("Service"):               {Namespaced: true, Replace: []string{"spec.clusterIP"}},
	core("Pod"):                   {Namespaced: true, Replace: podFields()},

	kind("rbac.authorization.k8s.io", "Role"):                {Namespaced: true},
	kind("rbac.authorization.k8s.io", "RoleBinding"):         {Namespaced: true, Replace: []string{"roleRef"}},
	kind("rbac.authorization.k8s.io", "ClusterRole"):         {},
	kind("rbac.authorization.k8s.io", "ClusterRoleBinding"):  {Replace: []string{"roleRef"}},
	kind("storage.k8s.io", "StorageClass"):                   {Replace: []string{"parameters", "provisioner"}},
	kind("networking.k8s.io", "NetworkPolicy"):               {Namespaced: true},
	kind("batch", "Job"):                                     {Namespaced: true, Replace: jobFields},
	kind("apps", "Deployment"):                               {Namespaced: true, Replace: []string{"spec.selector"}},
	kind("apps", "StatefulSet"):                              {Namespaced: true, Replace: statefulSetFields},
	kind("scheduling.k8s.io", "PriorityClass"):               {},
	kind("apiextensions.k8s.io", "CustomResourceDefinition"): {},
}

func core(name string) schema.GroupVersionKind { return kind("", name) }

func kind(group, name string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: group, Version: "v1", Kind: name}
}

// FromToken reads a type such as `kubernetes:apps/v1:Deployment`; it refuses what the provider does not take.
func FromToken(token string) (schema.GroupVersionKind, error) {
	gvk, err := parse(token)
	if err != nil {
		return gvk, err
	}
	if _, known := builtIn[gvk]; !known && IsBuiltInGroup(gvk.Group) {
		return gvk, fmt.Errorf("this stand-in for the Kubernetes provider does not take %s; "+
			"use the real provider (HUBSTACK_KUBERNETES_PLUGIN) or one of: %s", token, strings.Join(tokens(), ", "))
	}
	return gvk, nil
}

func parse(token string) (schema.GroupVersionKind, error) {
	parts := strings.Split(token, ":")
	if len(parts) == 3 && parts[0] == "kubernetes" {
		if group, version, both := strings.Cut(parts[1], "/"); both && parts[2] != "" {
			if group == "core" {
				group = ""
			}
			return schema.GroupVersionKind{Group: group, Version: version, Kind: parts[2]}, nil
		}
	}
	return schema.GroupVersionKind{}, fmt.Errorf(
		"the type %s is not one of a Kubernetes object, which reads kubernetes:<group>/<version>:<Kind>", token)
}

// IsBuiltInGroup tells whether Kubernetes itself serves the group; the kinds of any other group are custom resources.
func IsBuiltInGroup(group string) bool {
	return scheme.Scheme.IsGroupRegistered(group) ||
		slices.Contains([]string{"apiextensions.k8s.io", "apiregistration.k8s.io"}, group)
}

// Find gives what is known of a built-in kind.
func Find(gvk schema.GroupVersionKind) (Kind, bool) {
	if gvk.Group == "core" {
		gvk.Group = ""
	}
	found, known := builtIn[gvk]
	return found, known
}

func tokens() []string {
	var all []string
	for gvk := range builtIn {
		group := gvk.Group
		if group == "" {
			group = "core"
		}
		all = append(all, fmt.Sprintf("kubernetes:%s/%s:%s", group, gvk.Version, gvk.Kind))
	}
	sort.Strings(all)
	return append(all, ReleaseToken, "custom resources")
}
