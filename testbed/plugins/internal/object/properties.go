// Package object moves Kubernetes objects between the forms they have in Pulumi (property values, with secrets and
// values not yet known) and in Kubernetes (plain maps), and keeps what Pulumi's state must remember about them.
package object

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Object is a Kubernetes object as a plain map.
type Object = unstructured.Unstructured

// Unmarshal reads properties off the wire; secrets and unknown values stay what they are.
func Unmarshal(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}

// UnmarshalBoth reads what a request carries of before and of after.
func UnmarshalBoth(olds, news *structpb.Struct) (before, after resource.PropertyMap, err error) {
	if before, err = Unmarshal(olds); err != nil {
		return nil, nil, err
	}
	after, err = Unmarshal(news)
	return before, after, err
}

// Marshal writes properties for the wire.
func Marshal(properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}

// FromProperties gives the object that properties describe. Secrets are opened; a value that is not known yet stays
// in place as a resource.Computed.
func FromProperties(properties resource.PropertyMap) *Object {
	return &Object{Object: properties.MapRepl(dashedKey, openSecret)}
}

// ToProperties gives the properties of an object as the SDKs spell them.
func ToProperties(object *Object) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(object.Object, underscoredKey, nil)
}

// Plain gives properties as plain values, with secrets opened and unknown values in place as a resource.Computed.
func Plain(properties resource.PropertyMap) map[string]any {
	return properties.MapRepl(nil, openSecret)
}

// Known gives properties as plain values, with secrets opened and unknown values as nil.
func Known(properties resource.PropertyMap) map[string]any {
	return properties.MapRepl(nil, openKnown)
}

// HasUnknowns tells whether any value inside the object is not known yet.
func HasUnknowns(object *Object) bool { return unknownIn(object.Object) }

func unknownIn(value any) bool {
	switch value := value.(type) {
	case resource.Computed:
		return true
	case map[string]any:
		for _, inner := range value {
			if unknownIn(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range value {
			if unknownIn(inner) {
				return true
			}
		}
	}
	return false
}

func openSecret(value resource.PropertyValue) (any, bool) {
	if value.IsSecret() {
		return value.SecretValue().Element.MapRepl(dashedKey, openSecret), true
	}
	return nil, false
}

func openKnown(value resource.PropertyValue) (any, bool) {
	switch {
	case value.IsSecret():
		return value.SecretValue().Element.MapRepl(nil, openKnown), true
	case value.IsComputed():
		return nil, true
	}
	return nil, false
}

// The SDKs cannot have dashes in names, so a schema's `x-kubernetes-…` keys have underscores there.
const (
	dashedPrefix      = "x-kubernetes-"
	underscoredPrefix = "x_kubernetes_"
)

func dashedKey(key string) (string, bool) {
	if strings.HasPrefix(key, underscoredPrefix) {
		return strings.ReplaceAll(key, "_", "-"), true
	}
	return "", false
}

func underscoredKey(key string) (resource.PropertyKey, bool) {
	if strings.HasPrefix(key, dashedPrefix) {
		return resource.PropertyKey(strings.ReplaceAll(key, "-", "_")), true
	}
	return "", false
}
