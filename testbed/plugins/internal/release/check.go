package release

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"hubstack/testbed/plugins/internal/object"
)

// Check fills in name, namespace, timeout and the chart's exact version. A chart that cannot be found or read is
// refused here, before anything is done; with values that are not known yet the chart is not looked for.
func (r *Releases) Check(request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	olds, given, err := object.UnmarshalBoth(request.GetOlds(), request.GetNews())
	if err != nil {
		return nil, err
	}
	filled := given.Copy()
	if err := r.fill(filled, olds, resource.URN(request.GetUrn()).Name()); err != nil {
		return nil, err
	}
	args, err := decode(filled)
	if err != nil {
		return nil, err
	}
	failures := refusals(args)
	if len(failures) == 0 && !given.ContainsUnknowns() {
		failures = append(r.checkChart(args), checkNulls(args)...)
	}

	checked := resource.NewPropertyMap(args)
	delete(checked, "resourceNames")
	object.MarkUnknowns(checked, given)
	object.MarkSecrets(checked, given)
	inputs, err := object.Marshal(checked)
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures}, err
}

func (r *Releases) fill(properties, olds resource.PropertyMap, logicalName string) error {
	if _, named := properties["name"]; !named {
		if old, had := olds["name"]; had {
			properties["name"] = old
		}
	}
	if isEmpty(properties, "name") {
		name, err := resource.NewUniqueHex(logicalName+"-", 0, 0)
		if err != nil {
			return err
		}
		properties["name"] = resource.NewStringProperty(name)
	}
	if isEmpty(properties, "namespace") {
		properties["namespace"] = resource.NewStringProperty(r.access.Namespace)
	}
	_, timed := properties["timeout"]
	if skip, has := properties["skipAwait"]; !timed && (!has || (skip.IsBool() && !skip.BoolValue())) {
		properties["timeout"] = resource.NewNumberProperty(defaultTimeout)
	}
	return nil
}

func isEmpty(properties resource.PropertyMap, key resource.PropertyKey) bool {
	value, has := properties[key]
	return !has || (value.IsString() && value.StringValue() == "")
}

func refusals(args *Args) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	for _, name := range args.notHonoured() {
		failures = append(failures, &pulumirpc.CheckFailure{Property: name, Reason: fmt.Sprintf("this stand-in for the "+
			"Kubernetes provider does not honour %q; leave it out or use the real provider "+
			"(HUBSTACK_KUBERNETES_PLUGIN)", name)})
	}
	return failures
}

// checkNulls refuses a null within a list of values. The real provider takes it, and panics in Diff as soon as that list
// changes (an assertion in addPatchValueToDiff; compare pulumi/pulumi-kubernetes#1780).
func checkNulls(args *Args) []*pulumirpc.CheckFailure {
	path := nullInList("values", args.Values, false)
	if path == "" {
		return nil
	}
	return []*pulumirpc.CheckFailure{{
		Property: path, Reason: "is null within a list, at which the real provider panics when the list changes; leave it out",
	}}
}

func nullInList(path string, value any, inList bool) string {
	switch value := value.(type) {
	case nil:
		if inList {
			return path
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if found := nullInList(path+"."+key, value[key], inList); found != "" {
				return found
			}
		}
	case []any:
		for place, each := range value {
			if found := nullInList(fmt.Sprintf("%s[%d]", path, place), each, true); found != "" {
				return found
			}
		}
	}
	return ""
}

// checkChart reads the chart and takes its version into args, so that a newer chart shows as a change.
func (r *Releases) checkChart(args *Args) []*pulumirpc.CheckFailure {
	configuration, err := r.helm(args.Namespace)
	if err == nil {
		loaded, _, loadErr := r.load(configuration, args)
		if loadErr == nil {
			args.Version = loaded.Metadata.Version
			return nil
		}
		err = loadErr
	}
	return []*pulumirpc.CheckFailure{{
		Property: "chart",
		Reason:   strings.TrimSpace(err.Error()) + "; check the chart name and repository configuration.",
	}}
}
