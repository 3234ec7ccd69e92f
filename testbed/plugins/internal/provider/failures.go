package provider

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"

	"hubstack/testbed/plugins/internal/await"
	"hubstack/testbed/plugins/internal/serve"
)

// initFailed tells the engine that an object is in the cluster, in the state given, and not what it should be: the
// engine keeps it, with the reasons, and the next update tries to mend it.
func initFailed(id string, err error, outputs, inputs *structpb.Struct) error {
	reasons := []string{err.Error()}
	var unfinished *await.Unfinished
	if errors.As(err, &unfinished) {
		reasons = append(reasons, unfinished.Reasons...)
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: outputs, Reasons: reasons, Inputs: inputs,
	})
}

func createdButUnready(urn, id string, err error, outputs *structpb.Struct) error {
	var unfinished *await.Unfinished
	if !errors.As(err, &unfinished) {
		return fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
	}
	return initFailed(id, fmt.Errorf("resource %q was successfully created, but the Kubernetes API server "+
		"reported that it failed to fully initialize or become live: %w", urn, err), outputs, nil)
}

func changedButUnready(id string, err error, outputs *structpb.Struct) error {
	return initFailed(id, fmt.Errorf("the Kubernetes API server reported that %q failed to fully initialize "+
		"or become live: %w", id, err), outputs, nil)
}

func (p *Provider) unreachableError() error {
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %w", p.unreachable)
}

const howToForget = "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the " +
	"operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\""

const forgotten = "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. " +
	"Deleting the unreachable resource from Pulumi state"

// deleteUnreachable lets an object of a cluster that is gone go from the state too, where that is asked for.
func (p *Provider) deleteUnreachable(urn string) error {
	p.engine.Log(serve.Warning, urn, p.unreachableError().Error())
	if p.settings.deleteUnreachable {
		p.engine.Log(serve.Info, urn, forgotten)
		return nil
	}
	return errors.New("configured Kubernetes cluster is unreachable. " + howToForget)
}

func (p *Provider) readUnreachable(request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	p.engine.Log(serve.Warning, request.GetUrn(), p.unreachableError().Error())
	switch {
	case p.settings.deleteUnreachable:
		p.engine.Log(serve.Info, request.GetUrn(), forgotten)
		return &pulumirpc.ReadResponse{}, nil
	case p.settings.skipUpdateUnreachable:
		return &pulumirpc.ReadResponse{
			Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs(),
		}, nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. " + howToForget)
}
