package provider

import (
	"context"
	"errors"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"hubstack/testbed/plugins/internal/await"
	"hubstack/testbed/plugins/internal/object"
)

// Delete deletes an object and waits until it is gone. One that is gone already, or whose kind is, counts as deleted.
func (p *Provider) Delete(_ context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := request.GetUrn()
	if isRelease(urn) {
		return p.releases.Delete(request)
	}
	if p.cluster == nil {
		return &emptypb.Empty{}, p.deleteUnreachable(urn)
	}
	olds, err := object.Unmarshal(request.GetProperties())
	if err != nil {
		return nil, err
	}
	state := object.ReadCheckpoint(olds)
	_, name := object.SplitID(request.GetId())
	err = p.remove(urn, state, name, request.GetTimeout())
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return &emptypb.Empty{}, nil
	}
	var unfinished *await.Unfinished
	if errors.As(err, &unfinished) {
		state.Inputs, state.Live = state.Live, unfinished.Object
		outputs, marshalErr := marshalCheckpoint(state, olds)
		if marshalErr != nil {
			return nil, marshalErr
		}
		return nil, initFailed(request.GetId(), err, outputs, nil)
	}
	return &emptypb.Empty{}, err
}

func (p *Provider) remove(urn string, state object.Checkpoint, name string, timeout float64) error {
	client, err := p.cluster.Resource(state.Live)
	if err != nil {
		return err
	}
	propagation := await.Propagation(state.Inputs)
	if err := client.Delete(p.ctx, name, metav1.DeleteOptions{PropagationPolicy: &propagation}); err != nil {
		return err
	}
	return p.waiter(urn).Gone(p.ctx, state.Inputs, state.Live, timeout)
}
