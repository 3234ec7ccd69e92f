package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"hubstack/testbed/plugins/internal/object"
)

// predecessors owned fields on our behalf or by an ordinary `kubectl apply`; an update takes their fields over.
var predecessors = map[metav1.ManagedFieldsOperationType][]string{
	metav1.ManagedFieldsOperationApply: {"kubectl"},
	metav1.ManagedFieldsOperationUpdate: {
		"kubectl", "before-first-apply", createManager, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes",
	},
}

func isPredecessor(entry metav1.ManagedFieldsEntry) bool {
	if entry.Subresource != "" {
		return false
	}
	for _, name := range predecessors[entry.Operation] {
		if entry.Manager == name {
			return true
		}
	}
	return false
}

// takeOver makes our manager the owner of what predecessors own, so that applying is no conflict with ourselves and
// what the program no longer sets goes away.
func (a Applier) takeOver(
	ctx context.Context, client dynamic.ResourceInterface, live *object.Object,
) (*object.Object, error) {
	entries, changed, err := merged(live.GetManagedFields(), a.Manager)
	if err != nil || !changed {
		return live, err
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": entries},
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
	if err != nil {
		return nil, err
	}
	return client.Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
}

// merged gives managed fields with the predecessors' entries united into the manager's own.
func merged(
	entries []metav1.ManagedFieldsEntry, manager string,
) (kept []metav1.ManagedFieldsEntry, changed bool, err error) {
	var own metav1.ManagedFieldsEntry
	owned := fieldpath.NewSet()
	for _, entry := range entries {
		ours := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply
		if !ours && !isPredecessor(entry) {
			kept = append(kept, entry)
			continue
		}
		fields, err := fieldSet(entry)
		if err != nil {
			return nil, false, err
		}
		owned = owned.Union(fields)
		changed = changed || !ours
		if ours || own.Manager == "" {
			own = entry
		}
	}
	if !changed {
		return entries, false, nil
	}
	raw, err := owned.ToJSON()
	if err != nil {
		return nil, false, err
	}
	own.Manager, own.Operation, own.FieldsV1 = manager, metav1.ManagedFieldsOperationApply, &metav1.FieldsV1{Raw: raw}
	return append(kept, own), true, nil
}

func fieldSet(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	if entry.FieldsV1 == nil {
		return set, nil
	}
	if err := set.FromJSON(bytes.NewReader(entry.FieldsV1.Raw)); err != nil {
		return nil, fmt.Errorf("the fields that %q owns cannot be read: %w", entry.Manager, err)
	}
	return set, nil
}

// mayForce tells whether taking fields from others is safe without being asked: for an object older than managed
// fields, and in a preview where takeOver would have made the fields ours.
func mayForce(live *object.Object, dryRun bool) bool {
	entries := live.GetManagedFields()
	if len(entries) == 0 {
		return true
	}
	for _, entry := range entries {
		if dryRun && entry.Operation == metav1.ManagedFieldsOperationUpdate && isPredecessor(entry) {
			return true
		}
	}
	return false
}

// keepIgnored leaves out of target the ignored fields that only others own, and sets the rest to what they are.
func keepIgnored(target, live *object.Object, manager string, ignored []string) error {
	if len(ignored) == 0 {
		return nil
	}
	ours, theirs := fieldpath.NewSet(), fieldpath.NewSet()
	for _, entry := range live.GetManagedFields() {
		fields, err := fieldSet(entry)
		if err != nil {
			return err
		}
		if entry.Manager == manager {
			ours = ours.Union(fields)
		} else {
			theirs = theirs.Union(fields)
		}
	}
	for _, text := range ignored {
		keys, err := keysOf(text)
		if err != nil {
			return err
		}
		if keys == nil {
			continue
		}
		if owns(theirs, keys) && !owns(ours, keys) {
			unstructured.RemoveNestedField(target.Object, keys...)
			continue
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, keys...)
		if err != nil {
			return fmt.Errorf("the path %q of ignoreChanges cannot be followed: %w", text, err)
		}
		if found {
			if err := unstructured.SetNestedField(target.Object, value, keys...); err != nil {
				return err
			}
		}
	}
	return nil
}

// keysOf reads a property path. It gives nil for a path into a list, whose elements have no owner to tell apart: there
// the program's value is applied, as by the real provider.
func keysOf(text string) ([]string, error) {
	parsed, err := resource.ParsePropertyPath(text)
	if err != nil {
		return nil, fmt.Errorf("the path %q of ignoreChanges cannot be read: %w", text, err)
	}
	keys := make([]string, 0, len(parsed))
	for _, step := range parsed {
		key, isKey := step.(string)
		if !isKey {
			return nil, nil
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// owns tells whether a set has the field or anything below it.
func owns(set *fieldpath.Set, keys []string) bool {
	found := false
	set.Iterate(func(path fieldpath.Path) {
		if len(path) < len(keys) {
			return
		}
		for i, key := range keys {
			if path[i].FieldName == nil || *path[i].FieldName != key {
				return
			}
		}
		found = true
	})
	return found
}
