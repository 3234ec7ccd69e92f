// Package release manages Helm releases with Helm's own library: charts, hooks, history and waiting are Helm's.
package release

import (
	"context"
	"fmt"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/registry"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"

	"hubstack/testbed/plugins/internal/cluster"
	"hubstack/testbed/plugins/internal/serve"
)

// defaultTimeout in seconds holds where a release gives none.
const defaultTimeout = 300

// Releases manages the releases of one cluster.
type Releases struct {
	ctx         context.Context // ends when the engine cancels
	engine      *serve.Engine
	access      cluster.Access
	unreachable error // why the cluster cannot be reached, or nil
	settings    *cli.EnvSettings
}

// New makes what manages the releases of the cluster that access leads to.
func New(ctx context.Context, engine *serve.Engine, access cluster.Access, unreachable error) *Releases {
	return &Releases{ctx: ctx, engine: engine, access: access, unreachable: unreachable, settings: cli.New()}
}

// helm prepares Helm's library for one namespace. Releases are kept in Secrets, as the helm command keeps them.
func (r *Releases) helm(namespace string) (*action.Configuration, error) {
	loader, err := r.access.InNamespace(namespace)
	if err != nil {
		return nil, err
	}
	configuration := new(action.Configuration)
	// What Helm logs on its way may hold values, and values may be secret.
	silent := func(string, ...any) {}
	if err := configuration.Init(getter{r.access.Config, loader}, namespace, "secret", silent); err != nil {
		return nil, err
	}
	configuration.RegistryClient, err = registry.NewClient(
		registry.ClientOptEnableCache(true), registry.ClientOptCredentialsFile(r.settings.RegistryConfig))
	return configuration, err
}

func (r *Releases) mustReach(what string) error {
	if r.unreachable == nil {
		return nil
	}
	return fmt.Errorf("can't %s Helm Release with unreachable cluster: %w", what, r.unreachable)
}

// getter gives Helm its clients.
type getter struct {
	config *rest.Config
	loader clientcmd.ClientConfig
}

func (g getter) ToRESTConfig() (*rest.Config, error) { return rest.CopyConfig(g.config), nil }

func (g getter) ToRawKubeConfigLoader() clientcmd.ClientConfig { return g.loader }

func (g getter) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	config := rest.CopyConfig(g.config)
	config.Burst = 100 // discovery asks once for every group
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	return memory.NewMemCacheClient(client), nil
}

func (g getter) ToRESTMapper() (meta.RESTMapper, error) {
	client, err := g.ToDiscoveryClient()
	if err != nil {
		return nil, err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(client)
	return restmapper.NewShortcutExpander(mapper, client, nil), nil
}
