package object

import (
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func of(fields map[string]any) *Object { return &Object{Object: fields} }

func TestPrune(t *testing.T) {
	live := of(map[string]any{
		"spec": map[string]any{
			"replicas": int64(2), "strategy": "filled in",
			"containers": []any{map[string]any{"name": "a", "policy": "filled in"}, map[string]any{"name": "injected"}},
		},
		"status": map[string]any{},
	})
	shape := of(map[string]any{
		"spec": map[string]any{"replicas": 1.0, "containers": []any{map[string]any{"name": "a"}}},
	})
	expected := map[string]any{"spec": map[string]any{
		"replicas": int64(2), "containers": []any{map[string]any{"name": "a"}},
	}}
	if found := Prune(live, shape).Object; !reflect.DeepEqual(found, expected) {
		t.Errorf("found %v", found)
	}
}

func TestNormalizeSpellsQuantitiesAsTheServerDoes(t *testing.T) {
	quota := of(map[string]any{
		"apiVersion": "v1", "kind": "ResourceQuota", "metadata": map[string]any{"name": "q", "uid": "x"},
		"spec": map[string]any{"hard": map[string]any{"requests.memory": "1024Mi"}},
	})
	normal := Normalize(quota).Object
	hard := normal["spec"].(map[string]any)["hard"].(map[string]any)
	if hard["requests.memory"] != "1Gi" {
		t.Errorf("memory is %v", hard["requests.memory"])
	}
	if _, has := normal["metadata"].(map[string]any)["uid"]; has {
		t.Error("the server's uid is still there")
	}
}

func TestNormalizeEncodesStringData(t *testing.T) {
	secret := of(map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "s"},
		"stringData": map[string]any{"word": "one"},
	})
	normal := Normalize(secret).Object
	if !reflect.DeepEqual(normal["data"], map[string]any{"word": "b25l"}) || normal["stringData"] != nil {
		t.Errorf("found %v", normal)
	}
}

func TestMarkSecrets(t *testing.T) {
	inputs := resource.PropertyMap{
		"data": resource.NewObjectProperty(resource.PropertyMap{
			"hidden": resource.MakeSecret(resource.NewStringProperty("a")), "shown": resource.NewStringProperty("b"),
		}),
		"list": resource.NewArrayProperty([]resource.PropertyValue{resource.MakeSecret(resource.NewStringProperty("a"))}),
	}
	outputs := resource.NewPropertyMapFromMap(map[string]any{
		"data": map[string]any{"hidden": "a", "shown": "b"}, "list": []any{"a"},
	})
	MarkSecrets(outputs, inputs)
	data := outputs["data"].ObjectValue()
	if !data["hidden"].IsSecret() || data["shown"].IsSecret() || !outputs["list"].IsSecret() {
		t.Errorf("found %v", outputs)
	}
}

func TestASecretsDataIsAlwaysSecret(t *testing.T) {
	outputs := resource.NewPropertyMapFromMap(map[string]any{"kind": "Secret", "data": map[string]any{"a": "YQ=="}})
	MarkSecrets(outputs, nil)
	if !outputs["data"].IsSecret() {
		t.Errorf("found %v", outputs)
	}
}

func TestCheckpoint(t *testing.T) {
	kept := Checkpoint{
		Inputs: of(map[string]any{"kind": "ConfigMap"}), Live: of(map[string]any{"kind": "ConfigMap", "uid": "1"}),
		APIVersion: "v1", FieldManager: "pulumi-kubernetes-1",
	}
	if found := ReadCheckpoint(kept.Properties(nil)); !reflect.DeepEqual(found, kept) {
		t.Errorf("found %v", found)
	}
}

func TestID(t *testing.T) {
	for id, parts := range map[string][2]string{"a/b": {"a", "b"}, "b": {"", "b"}} {
		namespace, name := SplitID(id)
		if namespace != parts[0] || name != parts[1] || ID(namespace, name) != id {
			t.Errorf("%s is taken apart as %q and %q", id, namespace, name)
		}
	}
}
