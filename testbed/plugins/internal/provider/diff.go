package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"hubstack/testbed/plugins/internal/compare"
	"hubstack/testbed/plugins/internal/kinds"
	"hubstack/testbed/plugins/internal/naming"
	"hubstack/testbed/plugins/internal/object"
)

// Diff compares the object in the cluster, as the state last saw it and as far as the program spoke of it, with what
// the program wants now. What was changed by hand and seen by a refresh so counts as a change too.
func (p *Provider) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	if isRelease(request.GetUrn()) {
		return p.releases.Diff(request)
	}
	olds, news, err := object.UnmarshalBoth(request.GetOlds(), request.GetNews())
	if err != nil {
		return nil, err
	}
	state := object.ReadCheckpoint(olds)
	wanted := object.Normalize(object.FromProperties(news))
	is := object.Prune(state.Live, object.Normalize(state.Inputs))
	p.alignIdentity(is, wanted, state.Live)

	changes := compare.Detailed(is.Object, wanted.Object, is.Object,
		kinds.ReplacePaths(wanted.GroupVersionKind(), isImmutable(wanted), kinds.Mutable{
			Secrets: p.settings.mutableSecrets, ConfigMaps: p.settings.mutableConfigMaps,
		}))
	if err := ignore(changes, request.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	replaces := replacedPaths(changes)
	response := &pulumirpc.DiffResponse{
		Changes:             pulumirpc.DiffResponse_DIFF_NONE,
		Replaces:            replaces,
		DeleteBeforeReplace: len(replaces) > 0 && mustKeepName(wanted, state.Live),
		DetailedDiff:        changes,
		HasDetailedDiff:     true,
	}
	if len(changes) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return response, nil
}

// alignIdentity makes ways to say the same identity equal: no namespace and the default one, and a name that the
// program did not give and Pulumi or the cluster made up.
func (p *Provider) alignIdentity(is, wanted, live *object.Object) {
	if is.GroupVersionKind().Empty() {
		is.SetGroupVersionKind(wanted.GroupVersionKind())
	}
	if p.isNamespaced(wanted.GroupVersionKind()) {
		for _, each := range []*object.Object{is, wanted} {
			if each.GetNamespace() == "" && !hasUnknownMetadata(each) {
				each.SetNamespace("default")
			}
		}
	} else {
		unstructured.RemoveNestedField(is.Object, "metadata", "namespace")
		unstructured.RemoveNestedField(wanted.Object, "metadata", "namespace")
	}
	if wanted.GetName() != "" {
		is.SetName(live.GetName())
	}
}

// mustKeepName tells whether the new object must have the old one's name and place, so that the old one has to go
// first. A name that Pulumi made up is made up anew instead.
func mustKeepName(wanted, live *object.Object) bool {
	return naming.IsNamed(wanted) && !naming.IsAutonamed(wanted) &&
		wanted.GetName() == live.GetName() && wanted.GetNamespace() == live.GetNamespace()
}

func isImmutable(target *object.Object) bool {
	immutable, _, _ := unstructured.NestedBool(target.Object, "immutable")
	return immutable
}

func replacedPaths(changes compare.Changes) []string {
	var paths []string
	for path, change := range changes {
		switch change.GetKind() {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE,
			pulumirpc.PropertyDiff_UPDATE_REPLACE:
			paths = append(paths, path)
		}
	}
	return paths
}

// ignore drops the changes that a resource's ignoreChanges names.
func ignore(changes compare.Changes, ignored []string) error {
	for _, text := range ignored {
		pattern, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("the path %q of ignoreChanges cannot be read: %w", text, err)
		}
		for path := range changes {
			parsed, err := resource.ParsePropertyPath(path)
			if err != nil {
				return err
			}
			if pattern.Contains(parsed) {
				delete(changes, path)
			}
		}
	}
	return nil
}
