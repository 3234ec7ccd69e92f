package object

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Keys of a resource's state beside the live object itself, spelt as the real provider spells them, so that a stack
// can go from the one to the other.
const (
	InputsKey       = "__inputs"
	fieldManagerKey = "__fieldManager"
	apiVersionKey   = "__initialApiVersion"
)

// Checkpoint is what Pulumi's state remembers of a resource.
type Checkpoint struct {
	Inputs       *Object
	Live         *Object
	APIVersion   string // the one the resource was made with
	FieldManager string // the name our fields are owned by in the cluster
}

// Properties gives the checkpoint as the resource's outputs; what is secret in given is secret in them.
func (c Checkpoint) Properties(given resource.PropertyMap) resource.PropertyMap {
	outputs, inputs := ToProperties(c.Live), ToProperties(c.Inputs)
	MarkSecrets(outputs, given)
	MarkSecrets(inputs, given)
	outputs[InputsKey] = resource.NewObjectProperty(inputs)
	outputs[apiVersionKey] = resource.NewStringProperty(c.APIVersion)
	outputs[fieldManagerKey] = resource.NewStringProperty(c.FieldManager)
	return outputs
}

// ReadCheckpoint reads what Properties wrote. Where state is empty, as in an import, both objects are.
func ReadCheckpoint(state resource.PropertyMap) Checkpoint {
	live := FromProperties(state)
	inputs, _ := live.Object[InputsKey].(map[string]any)
	if inputs == nil {
		inputs = map[string]any{}
	}
	checkpoint := Checkpoint{
		Inputs:       &Object{Object: inputs},
		Live:         live,
		APIVersion:   text(live.Object[apiVersionKey]),
		FieldManager: text(live.Object[fieldManagerKey]),
	}
	delete(live.Object, InputsKey)
	delete(live.Object, apiVersionKey)
	delete(live.Object, fieldManagerKey)
	return checkpoint
}

// ID gives a resource's id: `namespace/name`, or the name alone where the kind has no namespace.
func ID(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// SplitID takes apart what ID made.
func SplitID(id string) (namespace, name string) {
	if namespace, name, both := strings.Cut(id, "/"); both {
		return namespace, name
	}
	return "", id
}

func text(value any) string {
	found, _ := value.(string)
	return found
}
