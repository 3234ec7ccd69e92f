package object

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// MarkSecrets makes secret in outputs what is secret in inputs. Objects are gone through key by key, so that one
// secret does not hide its neighbours; a list with one secret becomes secret as a whole, as its order may change.
// `data` and `stringData` of a Kubernetes Secret are secret always.
func MarkSecrets(outputs, inputs resource.PropertyMap) {
	if isSecretKind(outputs) {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, has := outputs[key]; has && !value.IsSecret() {
				outputs[key] = resource.MakeSecret(value)
			}
		}
		return
	}
	for key, input := range inputs {
		output, has := outputs[key]
		switch {
		case !has || output.IsSecret():
		case output.IsObject() && input.IsObject():
			MarkSecrets(output.ObjectValue(), input.ObjectValue())
		case input.ContainsSecrets():
			outputs[key] = resource.MakeSecret(output)
		}
	}
}

// MarkUnknowns makes unknown in outputs what is unknown in inputs, in objects, lists and secrets alike.
func MarkUnknowns(outputs, inputs resource.PropertyMap) {
	for key, input := range inputs {
		if output, has := outputs[key]; has {
			outputs[key] = withUnknowns(output, input)
		}
	}
}

func withUnknowns(output, input resource.PropertyValue) resource.PropertyValue {
	switch {
	case input.IsSecret():
		return withUnknowns(output, input.SecretValue().Element)
	case input.IsComputed():
		return Unknown()
	case output.IsObject() && input.IsObject():
		MarkUnknowns(output.ObjectValue(), input.ObjectValue())
	case output.IsArray() && input.IsArray():
		outputs, inputs := output.ArrayValue(), input.ArrayValue()
		for i := range min(len(outputs), len(inputs)) {
			outputs[i] = withUnknowns(outputs[i], inputs[i])
		}
	}
	return output
}

// Unknown is the placeholder of a value that only an update will know.
func Unknown() resource.PropertyValue { return resource.MakeComputed(resource.NewStringProperty("")) }

func isSecretKind(properties resource.PropertyMap) bool {
	kind, has := properties["kind"]
	return has && kind.IsString() && kind.StringValue() == "Secret"
}
