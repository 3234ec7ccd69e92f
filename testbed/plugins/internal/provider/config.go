package provider

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"hubstack/testbed/plugins/internal/cluster"
	"hubstack/testbed/plugins/internal/object"
	"hubstack/testbed/plugins/internal/release"
)

// settings are the provider's switches beside the choice of a cluster.
type settings struct {
	deleteUnreachable, skipUpdateUnreachable bool
	patchForce, upsert                       bool
	mutableSecrets, mutableConfigMaps        bool
}

// honoured are the keys a Provider may have. The real provider takes more (YAML rendering, Helm and client settings).
var honoured = []string{
	"kubeconfig", "context", "cluster", "namespace", "clusterIdentifier", "enableServerSideApply",
	"deleteUnreachable", "skipUpdateUnreachable", "enablePatchForce", "upsertExistingObjects",
	"enableConfigMapMutable", "enableSecretMutable", "suppressDeprecationWarnings", "suppressHelmHookWarnings",
}

// ownedByEngine are keys the engine itself puts among a provider's inputs.
var ownedByEngine = []string{"version", "pluginDownloadURL", "pluginChecksums", "__internal"}

// CheckConfig refuses keys that this stand-in does not honour, rather than ignore them.
func (p *Provider) CheckConfig(
	_ context.Context, request *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	for key, value := range request.GetNews().GetFields() {
		switch {
		case slices.Contains(ownedByEngine, key) || strings.HasPrefix(key, "__"):
		case !slices.Contains(honoured, key):
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: key, Reason: fmt.Sprintf(
				"this stand-in for the Kubernetes provider does not honour %q; leave it out or use the real provider "+
					"(HUBSTACK_KUBERNETES_PLUGIN)", key)})
		case key == "enableServerSideApply" && value.GetStringValue() == "false":
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: key, Reason: "this stand-in " +
				"for the Kubernetes provider applies on the server only; set enableServerSideApply to true"})
		}
	}
	return response, nil
}

// DiffConfig tells whether a change of the configuration means another cluster, where all objects are made anew. With
// a clusterIdentifier, before and after, that alone decides; without, the address and CA of the active cluster do.
// Bringing an identifier in or dropping it replaces nothing by itself.
func (p *Provider) DiffConfig(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, news, err := object.UnmarshalBoth(request.GetOlds(), request.GetNews())
	if err != nil {
		return nil, err
	}
	before, after := object.Plain(olds), object.Plain(news)
	diffs := changedKeys(before, after)
	if len(diffs) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	replaces, diffs, err := configReplaces(before, after, diffs)
	return &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: diffs, Replaces: replaces,
	}, err
}

var clusterKeys = []string{"kubeconfig", "context", "cluster"}

func configReplaces(before, after map[string]any, diffs []string) (replaces, changed []string, err error) {
	const identifier = "clusterIdentifier"
	old, new := before[identifier], after[identifier]
	settled := old != nil && reflect.DeepEqual(old, new)
	if old != nil && new != nil && !settled {
		replaces = append(replaces, identifier)
	}
	for _, key := range clusterKeys {
		if _, unknown := after[key].(resource.Computed); unknown {
			// What is not known yet may be another cluster.
			if settled {
				return nil, []string{key}, nil
			}
			return append(replaces, key), []string{key}, nil
		}
	}
	if settled {
		return nil, diffs, nil
	}
	other, err := isOtherCluster(before, after)
	if err != nil || !other {
		return replaces, diffs, err
	}
	for _, key := range clusterKeys {
		if slices.Contains(diffs, key) {
			replaces = append(replaces, key)
		}
	}
	return replaces, diffs, nil
}

func isOtherCluster(before, after map[string]any) (bool, error) {
	old, err := activeCluster(before)
	if err != nil {
		return false, err
	}
	new, err := activeCluster(after)
	if err != nil {
		return false, err
	}
	return old != nil && new != nil && !reflect.DeepEqual(old, new), nil
}

func activeCluster(config map[string]any) (any, error) {
	contents := words(config, "kubeconfig")
	if contents == "" {
		return nil, nil
	}
	parsed, err := cluster.ParseKubeconfig(contents)
	if err != nil {
		return nil, fmt.Errorf("failed to parse kubeconfig: %w", err)
	}
	if found := cluster.ActiveCluster(parsed, words(config, "context"), words(config, "cluster")); found != nil {
		return found, nil
	}
	return nil, nil
}

func changedKeys(before, after map[string]any) []string {
	var changed []string
	for key, value := range after {
		if old, had := before[key]; !had || !reflect.DeepEqual(old, value) {
			changed = append(changed, key)
		}
	}
	for key := range before {
		if _, has := after[key]; !has {
			changed = append(changed, key)
		}
	}
	sort.Strings(changed)
	return changed
}

// Configure connects to the cluster. One that cannot be reached is no error yet: a preview goes on without it, and
// each operation that needs it says what to do.
func (p *Provider) Configure(
	_ context.Context, request *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	variables := map[string]any{}
	for key, value := range request.GetVariables() { //nolint:staticcheck // the engine sends both forms; this is text
		variables[strings.TrimPrefix(key, "kubernetes:config:")] = value
	}
	p.settings = settings{
		deleteUnreachable:     isOn(variables, "deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
		skipUpdateUnreachable: isOn(variables, "skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
		patchForce:            isOn(variables, "enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
		upsert:                isOn(variables, "upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
		mutableSecrets:        isOn(variables, "enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
		mutableConfigMaps:     isOn(variables, "enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
	}
	access, err := cluster.Open(cluster.Choice{
		Kubeconfig: words(variables, "kubeconfig"), Context: words(variables, "context"),
		Cluster: words(variables, "cluster"), Namespace: words(variables, "namespace"),
	})
	p.namespace = access.Namespace
	if err == nil {
		p.cluster, err = cluster.Connect(access)
	}
	p.unreachable = err
	p.releases = release.New(p.ctx, p.engine, access, err)
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}

// isOn reads a switch from the configuration or, where it is not set there, from the environment.
func isOn(variables map[string]any, key, environment string) bool {
	if value, given := variables[key]; given {
		return value == "true"
	}
	return os.Getenv(environment) == "true"
}

func words(values map[string]any, key string) string {
	text, _ := values[key].(string)
	return text
}
