package object

import (
	"encoding/base64"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// Prune gives of a live object what also stands in shape, so that what the cluster filled in by itself is no
// difference. List elements are matched by position, and what is left over on either side is cut off.
func Prune(live, shape *Object) *Object {
	return &Object{Object: pruneMap(live.Object, shape.Object)}
}

func pruneMap(live, shape map[string]any) map[string]any {
	if live == nil || shape == nil {
		return nil
	}
	pruned := map[string]any{}
	for key, value := range live {
		if wanted, has := shape[key]; has {
			pruned[key] = pruneValue(value, wanted)
		}
	}
	return pruned
}

func pruneValue(live, shape any) any {
	switch live := live.(type) {
	case map[string]any:
		if shape, same := shape.(map[string]any); same {
			return pruneMap(live, shape)
		}
	case []any:
		if shape, same := shape.([]any); same {
			return pruneList(live, shape)
		}
	}
	return live
}

func pruneList(live, shape []any) []any {
	if live == nil || shape == nil {
		return nil
	}
	if len(live) > 0 && len(shape) > 0 && reflect.TypeOf(live[0]) != reflect.TypeOf(shape[0]) {
		return live
	}
	pruned := make([]any, 0, len(shape))
	for i := range min(len(live), len(shape)) {
		pruned = append(pruned, pruneValue(live[i], shape[i]))
	}
	return pruned
}

// Normalize gives an object as the API server would write it (`1024Mi` becomes `1Gi`), without the fields that only
// the server sets, so that two spellings of the same thing are no difference. An object with unknown values, or of a
// kind this program does not know in full, keeps its spelling.
func Normalize(object *Object) *Object {
	normal := object
	if !HasUnknowns(object) {
		normal = respelt(object)
	}
	for _, field := range []string{"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp",
		"generation", "managedFields", "resourceVersion", "uid"} {
		unstructured.RemoveNestedField(normal.Object, "metadata", field)
	}
	return normal
}

func respelt(object *Object) *Object {
	gvk := object.GroupVersionKind()
	switch {
	case gvk.Group == "" && gvk.Kind == "Secret":
		return Prune(withEncodedData(object.DeepCopy()), withDataShape(object))
	case gvk.Group == "apiextensions.k8s.io":
		copied := object.DeepCopy()
		unstructured.RemoveNestedField(copied.Object, "status")
		return copied
	}
	typed, err := scheme.Scheme.New(gvk)
	if err != nil {
		return object
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return object
	}
	plain, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return object
	}
	return Prune(&Object{Object: plain}, object)
}

// withEncodedData moves a Secret's stringData into data, as the API server does.
func withEncodedData(secret *Object) *Object {
	data, _ := secret.Object["data"].(map[string]any)
	if data == nil {
		data = map[string]any{}
	}
	for key, value := range data {
		if decoded, err := base64.StdEncoding.DecodeString(text(value)); err == nil {
			data[key] = base64.StdEncoding.EncodeToString(decoded)
		}
	}
	stringData, _ := secret.Object["stringData"].(map[string]any)
	for key, value := range stringData {
		data[key] = base64.StdEncoding.EncodeToString([]byte(text(value)))
	}
	delete(secret.Object, "stringData")
	if len(data) > 0 {
		secret.Object["data"] = data
	}
	return secret
}

// withDataShape lets data that came from stringData through the pruning.
func withDataShape(secret *Object) *Object {
	if _, has := secret.Object["stringData"]; !has {
		return secret
	}
	shape := secret.DeepCopy()
	return withEncodedData(shape)
}
