package provider

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"hubstack/testbed/plugins/internal/naming"
	"hubstack/testbed/plugins/internal/object"
	"hubstack/testbed/plugins/internal/serve"
)

// Check fills in what a program may leave out: the name, and the namespace where the provider has one. It refuses
// types that this provider does not take. The API server checks the rest, in previews too.
func (p *Provider) Check(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := request.GetUrn()
	if p.cluster == nil && p.settings.skipUpdateUnreachable {
		p.engine.Log(serve.Warning, urn,
			"Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...")
		return &pulumirpc.CheckResponse{Inputs: request.GetOlds()}, nil
	}
	if isRelease(urn) {
		return p.releases.Check(request)
	}
	gvk, err := kindOf(urn)
	if err != nil {
		return nil, err
	}
	olds, news, err := object.UnmarshalBoth(request.GetOlds(), request.GetNews())
	if err != nil {
		return nil, err
	}

	target := object.Normalize(object.FromProperties(news))
	if len(olds) > 0 {
		naming.Adopt(target, object.FromProperties(olds))
	} else if err := naming.Assign(target, p.request(urn, request)); err != nil {
		return nil, err
	}
	if target.GetNamespace() == "" && p.namespace != "" && p.isNamespaced(gvk) && !hasUnknownMetadata(target) {
		target.SetNamespace(p.namespace)
	}

	checked := resource.NewPropertyMapFromMap(target.Object)
	object.MarkSecrets(checked, news)
	inputs, err := object.Marshal(checked)
	return &pulumirpc.CheckResponse{Inputs: inputs}, err
}

func hasUnknownMetadata(target *object.Object) bool {
	metadata, isMap := target.Object["metadata"].(map[string]any)
	if !isMap {
		_, unknown := target.Object["metadata"].(resource.Computed)
		return unknown
	}
	_, unknown := metadata["namespace"].(resource.Computed)
	return unknown
}
