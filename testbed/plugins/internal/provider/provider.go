// Package provider is the Kubernetes provider as the engine sees it: one file for each of the engine's questions.
package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"hubstack/testbed/plugins/internal/cluster"
	"hubstack/testbed/plugins/internal/kinds"
	"hubstack/testbed/plugins/internal/naming"
	"hubstack/testbed/plugins/internal/object"
	"hubstack/testbed/plugins/internal/release"
	"hubstack/testbed/plugins/internal/serve"
)

// version is that of the provider stood in for; the engine writes it into the state.
const version = "4.32.0"

// Provider answers the engine for one cluster.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	engine      *serve.Engine
	settings    settings
	cluster     *cluster.Cluster // nil where the cluster cannot be reached
	unreachable error            // why it cannot
	namespace   string           // where objects go that name no namespace
	releases    *release.Releases
	ctx         context.Context // ends when the engine cancels
	cancel      context.CancelFunc
}

// New makes a provider that is not configured yet.
func New(engine *serve.Engine) serve.Provider {
	ctx, cancel := context.WithCancel(context.Background())
	return &Provider{engine: engine, ctx: ctx, cancel: cancel}
}

// GetPluginInfo tells the version.
func (p *Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// GetSchema gives a schema without resources: the SDKs carry the real one.
func (p *Provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":"kubernetes","version":%q}`, version)}, nil
}

// Cancel ends the operations under way; each says that it was cancelled.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

// Attach connects to the engine where the plugin was started by hand.
func (p *Provider) Attach(_ context.Context, request *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.engine.Attach(request.GetAddress())
}

// Invoke refuses: the SDK's functions (YAML, kustomize, helm template) are not used here.
func (p *Provider) Invoke(_ context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, fmt.Errorf("this stand-in for the Kubernetes provider has no function %s; use the real provider "+
		"(HUBSTACK_KUBERNETES_PLUGIN)", request.GetTok())
}

func isRelease(urn string) bool { return string(resource.URN(urn).Type()) == kinds.ReleaseToken }

func kindOf(urn string) (schema.GroupVersionKind, error) {
	return kinds.FromToken(string(resource.URN(urn).Type()))
}

func (p *Provider) request(urn string, request *pulumirpc.CheckRequest) naming.Request {
	return naming.Request{
		LogicalName: resource.URN(urn).Name(), Seed: request.GetRandomSeed(), Options: request.GetAutonaming(),
	}
}

// isNamespaced tells whether a kind's objects live in a namespace. A kind nobody knows yet, as before its definition
// is made, is taken to.
func (p *Provider) isNamespaced(gvk schema.GroupVersionKind) bool {
	if found, known := kinds.Find(gvk); known {
		return found.Namespaced
	}
	if p.cluster == nil {
		return true
	}
	namespaced, known := p.cluster.Namespaced(gvk)
	return namespaced || !known
}

// canPreview tells whether the API server can be asked what it would make of an object.
func (p *Provider) canPreview(target *object.Object) bool {
	return p.cluster != nil && !object.HasUnknowns(target) && p.cluster.Serves(target.GroupVersionKind())
}

// fieldManager gives the name under which the fields we apply are owned: the annotation's, the one in the state, or a
// new one of the resource's own, so that two stacks that apply to one object notice each other.
func fieldManager(target *object.Object, remembered string) string {
	if given := target.GetAnnotations()["pulumi.com/patchFieldManager"]; given != "" {
		return given
	}
	if remembered != "" {
		return remembered
	}
	name, err := resource.NewUniqueName(nil, "pulumi-kubernetes-", 0, 0, nil)
	if err != nil {
		return "pulumi-kubernetes"
	}
	return name
}

// marshalCheckpoint writes a checkpoint for the wire, with the secrets of the inputs it was made from.
func marshalCheckpoint(checkpoint object.Checkpoint, given resource.PropertyMap) (*structpb.Struct, error) {
	return object.Marshal(checkpoint.Properties(given))
}
