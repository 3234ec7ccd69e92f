// Package cluster reaches the API server: it reads the provider's kubeconfig and gives clients for any kind.
package cluster

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"hubstack/testbed/plugins/internal/object"
)

// Cluster is a cluster whose API server answered once.
type Cluster struct {
	Access  Access
	Dynamic dynamic.Interface
	mapper  meta.ResettableRESTMapper
}

// Connect makes clients for access and asks the API server one question that needs a login.
func Connect(access Access) (*Cluster, error) {
	discover, err := discovery.NewDiscoveryClientForConfig(access.Config)
	if err != nil {
		return nil, err
	}
	if err := answers(discover.RESTClient()); err != nil {
		return nil, fmt.Errorf("unable to load schema information from the API server: %w", err)
	}
	client, err := dynamic.NewForConfig(access.Config)
	if err != nil {
		return nil, err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(discover))
	return &Cluster{Access: access, Dynamic: client, mapper: mapper}, nil
}

func answers(client rest.Interface) error {
	return client.Get().AbsPath("/api").Do(context.Background()).Error()
}

// Resource gives the client for an object's kind, in the object's namespace where the kind has one. Where the API
// server does not know the kind, the error says so to meta.IsNoMatchError.
func (c *Cluster) Resource(target *object.Object) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(target.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	client := c.Dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return client, nil
	}
	namespace := target.GetNamespace()
	if namespace == "" {
		namespace = "default"
	}
	return client.Namespace(namespace), nil
}

// GVR gives the name under which the API server serves an object's kind.
func (c *Cluster) GVR(target *object.Object) (schema.GroupVersionResource, error) {
	mapping, err := c.mapping(target.GroupVersionKind())
	if err != nil {
		return schema.GroupVersionResource{}, err
	}
	return mapping.Resource, nil
}

// Namespaced tells whether objects of a kind live in a namespace; known is false where the API server has no such
// kind, as before its definition is made.
func (c *Cluster) Namespaced(gvk schema.GroupVersionKind) (namespaced, known bool) {
	mapping, err := c.mapping(gvk)
	if err != nil {
		return false, false
	}
	return mapping.Scope.Name() == meta.RESTScopeNameNamespace, true
}

// Serves tells whether the API server has a kind.
func (c *Cluster) Serves(gvk schema.GroupVersionKind) bool {
	_, err := c.mapping(gvk)
	return err == nil
}

// Forget drops what is remembered of the kinds the API server has, as when a definition was made.
func (c *Cluster) Forget() { c.mapper.Reset() }

func (c *Cluster) mapping(gvk schema.GroupVersionKind) (*meta.RESTMapping, error) {
	mapping, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		// Another resource of the same program may just have defined the kind.
		c.mapper.Reset()
		mapping, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	return mapping, err
}
