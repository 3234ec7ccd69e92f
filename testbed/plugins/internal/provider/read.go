package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"hubstack/testbed/plugins/internal/await"
	"hubstack/testbed/plugins/internal/kinds"
	"hubstack/testbed/plugins/internal/object"
)

// Read sees what has become of an object, for a refresh, an import or a `get`. What the program spoke of is taken
// over into the inputs, so that a change made by hand shows. An object that is not there has no id.
func (p *Provider) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if p.cluster == nil {
		return p.readUnreachable(request)
	}
	if isRelease(request.GetUrn()) {
		return p.releases.Read(request)
	}
	olds, err := object.Unmarshal(request.GetProperties())
	if err != nil {
		return nil, err
	}
	given, err := object.Unmarshal(request.GetInputs())
	if err != nil {
		return nil, err
	}
	state := object.ReadCheckpoint(olds)
	inputs, isImport, err := identify(request, state, object.Normalize(object.FromProperties(given)))
	if err != nil {
		return nil, err
	}

	_, name := object.SplitID(request.GetId())
	live, err := p.find(inputs, name)
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	var unready error
	if !isImport {
		unready = p.waiter(request.GetUrn()).Check(p.ctx, inputs, live)
	}

	seen := object.Prune(live, inputs)
	if isImport {
		seen = imported(seen, live)
	}
	outputs, err := marshalCheckpoint(object.Checkpoint{
		Inputs: seen, Live: live, FieldManager: fieldManager(inputs, state.FieldManager),
		APIVersion: cmp.Or(state.APIVersion, inputs.GetAPIVersion()),
	}, given)
	if err != nil {
		return nil, err
	}
	properties := resource.NewPropertyMapFromMap(seen.Object)
	object.MarkSecrets(properties, given)
	marshalled, err := object.Marshal(properties)
	if err != nil {
		return nil, err
	}
	var unfinished *await.Unfinished
	if errors.As(unready, &unfinished) {
		return nil, initFailed(request.GetId(), unready, outputs, marshalled)
	}
	return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: outputs, Inputs: marshalled}, unready
}

// identify completes the inputs by what is needed to find the object; without any it is an import.
func identify(
	request *pulumirpc.ReadRequest, state object.Checkpoint, inputs *object.Object,
) (*object.Object, bool, error) {
	namespace, name := object.SplitID(request.GetId())
	if name == "" {
		return nil, false, fmt.Errorf("the id %q is not a name or namespace/name", request.GetId())
	}
	if !inputs.GroupVersionKind().Empty() {
		return inputs, false, nil
	}
	isImport := state.Live.GroupVersionKind().Empty()
	if isImport {
		gvk, err := kindOf(request.GetUrn())
		if err != nil {
			return nil, false, err
		}
		inputs.SetGroupVersionKind(gvk)
	} else {
		inputs.SetGroupVersionKind(state.Live.GroupVersionKind())
	}
	if inputs.GetName() == "" {
		inputs.SetName(name)
	}
	if inputs.GetNamespace() == "" && namespace != "" {
		inputs.SetNamespace(namespace)
	}
	return inputs, isImport, nil
}

func (p *Provider) find(inputs *object.Object, name string) (*object.Object, error) {
	client, err := p.cluster.Resource(inputs)
	if err != nil {
		return nil, err
	}
	return client.Get(p.ctx, name, metav1.GetOptions{})
}

// imported gives the inputs that would make an object as it is: all but the status and what the server sets. Of a
// custom resource, whose fields the provider does not know, it is the identity alone, as in the real provider.
func imported(identity, live *object.Object) *object.Object {
	inputs := identity
	if _, known := kinds.Find(live.GroupVersionKind()); known {
		inputs = live.DeepCopy()
		unstructured.RemoveNestedField(inputs.Object, "status")
	}
	for _, field := range []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
		unstructured.RemoveNestedField(inputs.Object, "metadata", field)
	}
	for _, annotation := range []string{
		"deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration",
	} {
		unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations", annotation)
	}
	return inputs
}
