// Package naming gives objects names of Pulumi's own and tells later which names those were.
package naming

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"hubstack/testbed/plugins/internal/object"
)

// Annotation marks an object whose name Pulumi made up, so that it can be made anew beside the old one.
const Annotation = "pulumi.com/autonamed"

// Request is what the engine says about names in a Check.
type Request struct {
	LogicalName string
	Seed        []byte
	Options     *pulumirpc.CheckRequest_AutonamingOptions
}

// Assign gives a name to an object that has none: what the engine proposes, or the logical name and eight hex digits.
func Assign(target *object.Object, request Request) error {
	if IsNamed(target) {
		return nil
	}
	if target.GetGenerateName() != "" {
		return errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	}
	name, err := resource.NewUniqueName(request.Seed, request.LogicalName+"-", 0, 0, nil)
	if err != nil {
		return err
	}
	if options := request.Options; options != nil {
		switch options.Mode {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
		case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
			name = options.ProposedName
		}
	}
	setName(target, name)
	return nil
}

// Adopt keeps the name that Pulumi made up for the object before, where the program still gives none.
func Adopt(target, before *object.Object) {
	if !IsNamed(target) && IsAutonamed(before) {
		setName(target, before.GetName())
	}
}

// IsNamed tells whether the object has a name, be it one not known yet.
func IsNamed(target *object.Object) bool {
	metadata, _ := target.Object["metadata"].(map[string]any)
	if _, unknown := metadata["name"].(resource.Computed); unknown {
		return true
	}
	return target.GetName() != ""
}

// IsAutonamed tells whether Pulumi made up the object's name.
func IsAutonamed(target *object.Object) bool { return target.GetAnnotations()[Annotation] == "true" }

// setName leaves annotations that are not known yet alone; nothing can be put into them.
func setName(target *object.Object, name string) {
	if _, unknown := target.Object["metadata"].(resource.Computed); unknown {
		return
	}
	target.SetName(name)
	metadata := target.Object["metadata"].(map[string]any)
	switch annotations := metadata["annotations"].(type) {
	case resource.Computed:
	case map[string]any:
		annotations[Annotation] = "true"
	default:
		metadata["annotations"] = map[string]any{Annotation: "true"}
	}
}
