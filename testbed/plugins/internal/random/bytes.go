package random

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var idKind = kind{
	arguments: []resource.PropertyKey{"byteLength", "keepers", "prefix"},
	defaults:  resource.PropertyMap{},
	outputs:   []resource.PropertyKey{"b64Std", "b64Url", "dec", "hex"},
	check:     needsCount("byteLength"),
	create: func(given resource.PropertyMap) (string, resource.PropertyMap, error) {
		id, made := spellings(draw(given["byteLength"]), words(given["prefix"]))
		return id, made, nil
	},
	adopt: adoptID,
}

var bytesKind = kind{
	arguments: []resource.PropertyKey{"keepers", "length"},
	defaults:  resource.PropertyMap{},
	outputs:   []resource.PropertyKey{"base64", "hex"},
	secrets:   []resource.PropertyKey{"base64", "hex"},
	check:     needsCount("length"),
	create: func(given resource.PropertyMap) (string, resource.PropertyMap, error) {
		drawn := draw(given["length"])
		encoded := base64.StdEncoding.EncodeToString(drawn)
		return encoded, texts(map[resource.PropertyKey]string{"base64": encoded, "hex": hex.EncodeToString(drawn)}), nil
	},
	adopt: func(id string) (string, resource.PropertyMap, error) {
		raw, err := base64.StdEncoding.DecodeString(id)
		if err != nil {
			return "", nil, fmt.Errorf("the id of RandomBytes is its value in base64: %w", err)
		}
		state := texts(map[resource.PropertyKey]string{"base64": id, "hex": hex.EncodeToString(raw)})
		state["length"] = resource.NewNumberProperty(float64(len(raw)))
		return id, state, nil
	},
}

// adoptID takes over an id given as its URL-safe base64, after `prefix,` where it has a prefix.
func adoptID(given string) (string, resource.PropertyMap, error) {
	prefix, encoded := "", given
	if at := strings.LastIndex(given, ","); at >= 0 {
		prefix, encoded = given[:at], given[at+1:]
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", nil, fmt.Errorf("the id of a RandomId is its value in URL-safe base64: %w", err)
	}
	id, state := spellings(raw, prefix)
	state["byteLength"] = resource.NewNumberProperty(float64(len(raw)))
	if prefix != "" {
		state["prefix"] = resource.NewStringProperty(prefix)
	}
	return id, state, nil
}

// spellings gives bytes in all the forms a RandomId has; the id alone goes without the prefix.
func spellings(raw []byte, prefix string) (string, resource.PropertyMap) {
	id := base64.RawURLEncoding.EncodeToString(raw)
	return id, texts(map[resource.PropertyKey]string{
		"b64Url": prefix + id,
		"b64Std": prefix + base64.StdEncoding.EncodeToString(raw),
		"hex":    prefix + hex.EncodeToString(raw),
		"dec":    prefix + new(big.Int).SetBytes(raw).String(),
	})
}

func draw(count resource.PropertyValue) []byte {
	raw := make([]byte, int(count.NumberValue()))
	_, _ = rand.Read(raw) // never fails: the program ends where the system has no randomness
	return raw
}

func needsCount(key resource.PropertyKey) func(resource.PropertyMap) error {
	return func(given resource.PropertyMap) error {
		if count, has := given[key]; !has || !count.IsNumber() || count.NumberValue() < 1 {
			return fmt.Errorf("%s must be at least 1", key)
		}
		return nil
	}
}

func texts(values map[resource.PropertyKey]string) resource.PropertyMap {
	properties := resource.PropertyMap{}
	for key, value := range values {
		properties[key] = resource.NewStringProperty(value)
	}
	return properties
}

func words(value resource.PropertyValue) string {
	if value.IsString() {
		return value.StringValue()
	}
	return ""
}
