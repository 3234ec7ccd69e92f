// Package compare finds what differs between an object as it is and as a program wants it, in the form of Pulumi's
// detailed diff: the path of every change, its kind, and whether it makes the object anew.
package compare

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Changes are what differs, by path, as in `spec.containers[0].image`.
type Changes map[string]*pulumirpc.PropertyDiff

// Detailed compares what is with what is wanted. A key that is no longer wanted is a deletion where ours has it, that
// is, where this program set it before; the rest is the cluster's own. A change at or around one of the replace paths
// makes the object anew. Unknown wanted values are changes.
func Detailed(is, wanted, ours map[string]any, replace []string) Changes {
	walk := walker{changes: Changes{}, rules: parseRules(replace)}
	walk.objects(nil, is, wanted, ours)
	return walk.changes
}

type walker struct {
	changes Changes
	rules   []rule
}

// absent stands for a key that is not there, which is not the same as one that is null.
type absent struct{}

func at(object map[string]any, key string) any {
	if value, has := object[key]; has {
		return value
	}
	return absent{}
}

func (w *walker) objects(here path, is, wanted, ours map[string]any) {
	for key, value := range wanted {
		w.values(here.child(key), at(is, key), value, at(ours, key))
	}
	for key, value := range is {
		if _, kept := wanted[key]; !kept {
			w.values(here.child(key), value, absent{}, at(ours, key))
		}
	}
}

func (w *walker) values(here path, is, wanted, ours any) {
	switch {
	case wanted == absent{} && ours == absent{}:
	case wanted == absent{}:
		w.add(here, pulumirpc.PropertyDiff_DELETE, nil)
	case isUnknown(wanted) && is == absent{}:
		w.add(here, pulumirpc.PropertyDiff_ADD, nil)
	case isUnknown(wanted):
		w.add(here, pulumirpc.PropertyDiff_UPDATE, nil)
	case is == absent{}:
		w.add(here, pulumirpc.PropertyDiff_ADD, wanted)
	default:
		w.present(here, is, wanted, ours)
	}
}

func (w *walker) present(here path, is, wanted, ours any) {
	switch wanted := wanted.(type) {
	case map[string]any:
		if is, both := is.(map[string]any); both {
			ours, _ := ours.(map[string]any)
			w.objects(here, is, wanted, ours)
			return
		}
	case []any:
		if is, both := is.([]any); both {
			ours, _ := ours.([]any)
			w.lists(here, is, wanted, ours)
			return
		}
	}
	if !same(is, wanted) {
		w.add(here, pulumirpc.PropertyDiff_UPDATE, wanted)
	}
}

// lists compares element by element: elements have no other identity here.
func (w *walker) lists(here path, is, wanted, ours []any) {
	for i := range max(len(is), len(wanted)) {
		switch {
		case i >= len(wanted):
			w.add(here.element(i), pulumirpc.PropertyDiff_DELETE, nil)
		case i >= len(is):
			w.values(here.element(i), absent{}, wanted[i], absent{})
		case i >= len(ours):
			w.values(here.element(i), is[i], wanted[i], is[i])
		default:
			w.values(here.element(i), is[i], wanted[i], ours[i])
		}
	}
}

var replacing = map[pulumirpc.PropertyDiff_Kind]pulumirpc.PropertyDiff_Kind{
	pulumirpc.PropertyDiff_ADD:    pulumirpc.PropertyDiff_ADD_REPLACE,
	pulumirpc.PropertyDiff_DELETE: pulumirpc.PropertyDiff_DELETE_REPLACE,
	pulumirpc.PropertyDiff_UPDATE: pulumirpc.PropertyDiff_UPDATE_REPLACE,
}

func (w *walker) add(here path, kind pulumirpc.PropertyDiff_Kind, wanted any) {
	change := &pulumirpc.PropertyDiff{Kind: kind, InputDiff: kind == pulumirpc.PropertyDiff_DELETE}
	for _, rule := range w.rules {
		if rule.meets(here, wanted) {
			change.Kind = replacing[kind]
			break
		}
	}
	w.changes[here.String()] = change
}

func isUnknown(value any) bool {
	_, unknown := value.(resource.Computed)
	return unknown
}

// same tells whether two plain values are equal; 1 as an integer and 1 as a float are.
func same(a, b any) bool {
	numberA, isA := number(a)
	numberB, isB := number(b)
	if isA && isB {
		return numberA == numberB
	}
	return reflect.DeepEqual(a, b)
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}
