package release

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/protobuf/types/known/structpb"
	helm "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"

	"hubstack/testbed/plugins/internal/object"
)

// outputs writes a release's state. The inputs are kept whole and secret beside it; what is secret in them is secret
// in the outputs too. In a preview, what only Helm will know is unknown.
func outputs(inputs resource.PropertyMap, args *Args, preview bool) (*structpb.Struct, error) {
	properties := resource.NewPropertyMap(args)
	properties[object.InputsKey] = resource.MakeSecret(resource.NewObjectProperty(inputs))
	object.MarkUnknowns(properties, inputs)
	object.MarkSecrets(properties, inputs)
	if preview {
		properties["resourceNames"] = object.Unknown()
		properties["status"] = object.Unknown()
	}
	return object.Marshal(properties)
}

// givenBefore gives the inputs that the state keeps, or nil where it keeps none, as in an import.
func givenBefore(state resource.PropertyMap) resource.PropertyMap {
	kept, has := state[object.InputsKey]
	if !has {
		return nil
	}
	if kept.IsSecret() {
		kept = kept.SecretValue().Element
	}
	return kept.ObjectValue().Copy()
}

// takeFrom brings args to what Helm says of the release.
func (a *Args) takeFrom(found *helm.Release) error {
	names, err := resourceNames(found.Manifest)
	if err != nil {
		return err
	}
	if a.Name == "" {
		a.Name, a.Namespace = found.Name, found.Namespace
	}
	if a.Chart == "" {
		a.Chart = found.Chart.Metadata.Name
	}
	a.Values = merge(a.Values, found.Config)
	a.Version = found.Chart.Metadata.Version
	a.ResourceNames = names
	revision := found.Version
	a.Status = &Status{
		AppVersion: found.Chart.Metadata.AppVersion,
		Chart:      found.Chart.Metadata.Name,
		Name:       found.Name,
		Namespace:  found.Namespace,
		Revision:   &revision,
		Status:     found.Info.Status.String(),
		Version:    found.Chart.Metadata.Version,
	}
	return nil
}

// resourceNames gives the names of a manifest's objects by kind, as in `Deployment.apps/apps/v1: [hub/proxy]`. The
// namespace is there where the manifest says it. The manifest itself stays out of the state: it may hold secrets.
func resourceNames(manifest string) (map[string][]string, error) {
	names := map[string][]string{}
	for _, document := range releaseutil.SplitManifests(manifest) {
		found := &object.Object{Object: map[string]any{}}
		if err := yaml.Unmarshal([]byte(document), &found.Object); err != nil {
			return nil, fmt.Errorf("the release's manifest cannot be read: %w", err)
		}
		if found.GetKind() == "" {
			continue
		}
		key := found.GroupVersionKind().GroupKind().String() + "/" + found.GetAPIVersion()
		name := object.ID(found.GetNamespace(), found.GetName())
		if !slices.Contains(names[key], name) {
			names[key] = append(names[key], name)
		}
	}
	for _, each := range names {
		slices.Sort(each)
	}
	return names, nil
}
