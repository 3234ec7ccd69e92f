package compare

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type object = map[string]any

func shown(changes Changes) map[string]string {
	texts := map[string]string{}
	for path, change := range changes {
		texts[path] = change.GetKind().String()
	}
	return texts
}

func TestDetailed(t *testing.T) {
	rules := []string{"metadata.name", "spec.selector", "spec.containers[*].image", "spec.clusterIP"}
	cases := map[string]struct {
		is, wanted object
		expected   map[string]string
	}{
		"the same": {object{"a": int64(1)}, object{"a": 1.0}, map[string]string{}},
		"added and changed": {
			object{"data": object{"a": "1"}}, object{"data": object{"a": "2", "b": "1"}},
			map[string]string{"data.a": "UPDATE", "data.b": "ADD"},
		},
		"no longer wanted": {
			object{"data": object{"a": "1"}, "more": true}, object{"data": object{}},
			map[string]string{"data.a": "DELETE", "more": "DELETE"},
		},
		"keys with dots": {
			object{"labels": object{}}, object{"labels": object{"a.b/c": "1"}},
			map[string]string{`labels["a.b/c"]`: "ADD"},
		},
		"a field below a replace path": {
			object{"spec": object{"selector": object{"app": "a"}}}, object{"spec": object{"selector": object{"app": "b"}}},
			map[string]string{"spec.selector.app": "UPDATE_REPLACE"},
		},
		"a new value that holds a replace path": {
			object{}, object{"spec": object{"clusterIP": "None"}},
			map[string]string{"spec": "ADD_REPLACE"},
		},
		"an element of a list": {
			object{"spec": object{"containers": []any{object{"name": "a", "image": "1"}}}},
			object{"spec": object{"containers": []any{object{"name": "b", "image": "2"}}}},
			map[string]string{"spec.containers[0].name": "UPDATE", "spec.containers[0].image": "UPDATE_REPLACE"},
		},
		"lists of other lengths": {
			object{"longer": []any{"a", "b"}, "shorter": []any{"a"}},
			object{"longer": []any{"a"}, "shorter": []any{"a", "b"}},
			map[string]string{"longer[1]": "DELETE", "shorter[1]": "ADD"},
		},
		"not known yet": {
			object{"metadata": object{"name": "a"}}, object{"metadata": object{"name": unknown, "uid": unknown}},
			map[string]string{"metadata.name": "UPDATE_REPLACE", "metadata.uid": "ADD"},
		},
		"another type": {
			object{"a": object{"b": "1"}}, object{"a": "1"}, map[string]string{"a": "UPDATE"},
		},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			found := shown(Detailed(each.is, each.wanted, each.is, rules))
			if !maps.Equal(found, each.expected) {
				t.Errorf("found %v, expected %v", found, each.expected)
			}
		})
	}
}

var unknown = resource.Computed{Element: resource.NewStringProperty("")}

func TestWhatIsNotOursIsNotDeleted(t *testing.T) {
	found := shown(Detailed(object{"ours": "1", "theirs": "1"}, object{}, object{"ours": "1"}, nil))
	if !maps.Equal(found, map[string]string{"ours": "DELETE"}) {
		t.Errorf("found %v", found)
	}
}
