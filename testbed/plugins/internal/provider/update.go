package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"hubstack/testbed/plugins/internal/object"
)

// Update applies a change and waits until the object is ready again. What fails, be it the change or the waiting,
// leaves the object as it is in the cluster in the state, so that the next update tries again.
func (p *Provider) Update(_ context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn, preview := request.GetUrn(), request.GetPreview()
	if isRelease(urn) {
		return p.releases.Update(request)
	}
	if p.cluster == nil && !preview {
		return nil, p.unreachableError()
	}
	olds, given, err := object.UnmarshalBoth(request.GetOlds(), request.GetNews())
	if err != nil {
		return nil, err
	}
	target := object.Normalize(object.FromProperties(given))
	if preview && !p.canPreview(target) {
		return &pulumirpc.UpdateResponse{Properties: request.GetNews()}, nil
	}

	state := object.ReadCheckpoint(olds)
	manager := fieldManager(target, state.FieldManager)
	change := change{target: target, state: state, ignored: request.GetIgnoreChanges(), timeout: request.GetTimeout()}
	live, failed := p.change(urn, change, manager, preview)
	switch {
	case preview && apierrors.IsForbidden(failed):
		return &pulumirpc.UpdateResponse{Properties: request.GetNews()}, nil
	case meta.IsNoMatchError(failed):
		return nil, fmt.Errorf("update of resource %q failed because the API server does not know its apiVersion and "+
			"kind; see that the definition (CRD) is made first: %w", urn, failed)
	case failed != nil:
		if live, err = p.get(state.Live); err != nil {
			return nil, errors.Join(fmt.Errorf("update of resource %q failed: %w", urn, failed),
				fmt.Errorf("unable to get cluster state: %w", err))
		}
	}
	outputs, err := marshalCheckpoint(object.Checkpoint{
		Inputs: target, Live: live, FieldManager: manager,
		APIVersion: cmp.Or(state.APIVersion, target.GetAPIVersion()),
	}, given)
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, changedButUnready(object.ID(live.GetNamespace(), live.GetName()), failed, outputs)
	}
	return &pulumirpc.UpdateResponse{Properties: outputs}, nil
}

// change is one update on its way.
type change struct {
	target  *object.Object
	state   object.Checkpoint
	ignored []string
	timeout float64
}

func (p *Provider) change(urn string, c change, manager string, preview bool) (*object.Object, error) {
	before, err := p.get(c.state.Live)
	if err != nil {
		return nil, err
	}
	applier := p.applier(c.target, manager, preview)
	applied, err := applier.Update(p.ctx, before, c.target, c.ignored)
	if err != nil || preview {
		return applied, err
	}
	ready, err := p.waiter(urn).Ready(p.ctx, c.target, applied, before, c.timeout)
	if err != nil {
		return nil, err
	}
	if c.state.FieldManager != "" && c.state.FieldManager != manager {
		return ready, applier.Relinquish(p.ctx, ready, c.state.FieldManager)
	}
	return ready, nil
}

// get reads an object as it is in the cluster now.
func (p *Provider) get(target *object.Object) (*object.Object, error) {
	client, err := p.cluster.Resource(target)
	if err != nil {
		return nil, err
	}
	return client.Get(p.ctx, target.GetName(), metav1.GetOptions{})
}
