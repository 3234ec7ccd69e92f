package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"hubstack/testbed/plugins/internal/apply"
	"hubstack/testbed/plugins/internal/await"
	"hubstack/testbed/plugins/internal/object"
)

// Create makes an object and waits until it is ready. In a preview it asks the API server what it would make of it,
// where everything needed for the question is known and there.
func (p *Provider) Create(_ context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn, preview := request.GetUrn(), request.GetPreview()
	if isRelease(urn) {
		return p.releases.Create(request)
	}
	if p.cluster == nil && !preview {
		return nil, p.unreachableError()
	}
	given, err := object.Unmarshal(request.GetProperties())
	if err != nil {
		return nil, err
	}
	target := object.FromProperties(given)
	if preview && !p.canPreview(target) {
		return &pulumirpc.CreateResponse{Properties: request.GetProperties()}, nil
	}

	manager := fieldManager(target, "")
	made, err := p.applier(target, manager, preview).Create(p.ctx, target)
	switch {
	case preview && isNoAnswer(err):
		return &pulumirpc.CreateResponse{Properties: request.GetProperties()}, nil
	case meta.IsNoMatchError(err):
		return nil, fmt.Errorf("creation of %q failed because the API server does not know its apiVersion and kind; "+
			"see that the definition (CRD) is made first: %w", urn, err)
	case err != nil:
		return nil, fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
	}

	checkpoint := object.Checkpoint{
		Inputs: target, Live: made, APIVersion: target.GetAPIVersion(), FieldManager: manager,
	}
	if preview {
		// A program that reads a status in a preview must not find an empty one.
		unstructured.RemoveNestedField(made.Object, "status")
		outputs, err := marshalCheckpoint(checkpoint, given)
		return &pulumirpc.CreateResponse{Properties: outputs}, err
	}
	id := object.ID(made.GetNamespace(), made.GetName())
	ready, unready := p.waiter(urn).Ready(p.ctx, target, made, nil, request.GetTimeout())
	checkpoint.Live = cmp.Or(ready, made)
	outputs, err := marshalCheckpoint(checkpoint, given)
	if err != nil {
		return nil, err
	}
	if unready != nil {
		return nil, createdButUnready(urn, id, unready, outputs)
	}
	if target.GroupVersionKind().Group == "apiextensions.k8s.io" {
		p.cluster.Forget()
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: outputs}, nil
}

// isNoAnswer tells whether the API server could not be asked about an object that may be all right: not allowed,
// its namespace not made yet, its name still taken by what it replaces, or no dry run to be had.
func isNoAnswer(err error) bool {
	return apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) || errors.Is(err, apply.ErrNoNamespace)
}

func (p *Provider) applier(target *object.Object, manager string, preview bool) apply.Applier {
	return apply.Applier{
		Cluster: p.cluster,
		Manager: manager,
		DryRun:  preview,
		Force:   p.settings.patchForce || target.GetAnnotations()["pulumi.com/patchForce"] == "true",
		Upsert:  p.settings.upsert,
	}
}

func (p *Provider) waiter(urn string) *await.Waiter {
	return &await.Waiter{Cluster: p.cluster, Engine: p.engine, URN: urn}
}
