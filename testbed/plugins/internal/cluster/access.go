package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Choice says which cluster and namespace of a kubeconfig are meant.
type Choice struct {
	Kubeconfig string // a path or the contents; empty means what kubectl would take
	Context    string
	Cluster    string
	Namespace  string
}

// Access is how a cluster is reached.
type Access struct {
	Config    *rest.Config
	Namespace string // where objects go that name no namespace
	Loader    clientcmd.ClientConfig
	choice    Choice
}

// Open reads the kubeconfig. Nothing is asked of the cluster yet.
func Open(choice Choice) (Access, error) {
	access := Access{choice: choice, Namespace: choice.Namespace}
	loader, err := access.loader("")
	if err != nil {
		return access, err
	}
	access.Loader = loader
	if namespace, _, err := loader.Namespace(); err == nil {
		access.Namespace = namespace
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return access, fmt.Errorf("unable to load Kubernetes client configuration from kubeconfig file: %w", err)
	}
	config.WarningHandler = rest.NoWarnings{}
	config.Burst, config.QPS = 120, 50
	config.UserAgent = "pulumi-kubernetes-stand-in"
	access.Config = config
	return access, nil
}

// InNamespace gives a loader whose default namespace is another, for Helm.
func (a Access) InNamespace(namespace string) (clientcmd.ClientConfig, error) {
	return a.loader(namespace)
}

func (a Access) loader(namespace string) (clientcmd.ClientConfig, error) {
	if namespace == "" {
		namespace = a.choice.Namespace
	}
	overrides := &clientcmd.ConfigOverrides{
		CurrentContext: a.choice.Context,
		Context:        api.Context{Cluster: a.choice.Cluster, Namespace: namespace},
	}
	if a.choice.Kubeconfig == "" {
		rules := clientcmd.NewDefaultClientConfigLoadingRules()
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), nil
	}
	config, err := ParseKubeconfig(a.choice.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- %w", err)
	}
	return clientcmd.NewDefaultClientConfig(*config, overrides), nil
}

// ParseKubeconfig reads a kubeconfig given as a path (`~/` is the home folder) or as its contents.
func ParseKubeconfig(pathOrContents string) (*api.Config, error) {
	path := pathOrContents
	if rest, home := strings.CutPrefix(path, "~/"); home {
		folder, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(folder, rest)
	}
	contents := []byte(pathOrContents)
	if _, err := os.Stat(path); err == nil {
		if contents, err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return clientcmd.Load(contents)
}

// ActiveCluster gives the cluster that a kubeconfig means in a context, or nil where there is none.
func ActiveCluster(config *api.Config, contextName, clusterName string) *api.Cluster {
	if contextName == "" {
		contextName = config.CurrentContext
	}
	context := config.Contexts[contextName]
	if context == nil {
		return nil
	}
	if clusterName == "" {
		clusterName = context.Cluster
	}
	return config.Clusters[clusterName]
}
