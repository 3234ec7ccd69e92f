package random

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func given(values map[string]any) resource.PropertyMap {
	return stringKind.complete(resource.NewPropertyMapFromMap(values))
}

func TestComposeKeepsToTheClassesAndTheirLeastCounts(t *testing.T) {
	for range 50 {
		text, err := compose(given(map[string]any{
			"length": 12, "upper": false, "special": true, "overrideSpecial": "_", "minNumeric": 4, "minSpecial": 2,
		}))
		if err != nil || len(text) != 12 {
			t.Fatalf("%q, %v", text, err)
		}
		if strings.ContainsAny(text, uppers) || strings.ContainsAny(text, "!@#") {
			t.Errorf("%q has characters of a class that is off", text)
		}
		if counted(text, digits) < 4 || counted(text, "_") < 2 {
			t.Errorf("%q has too few digits or underscores", text)
		}
	}
}

func counted(text, characters string) int {
	count := 0
	for _, each := range text {
		if strings.ContainsRune(characters, each) {
			count++
		}
	}
	return count
}

func TestWhatCannotBeMetIsRefused(t *testing.T) {
	for _, values := range []map[string]any{
		{}, {"length": 0}, {"length": 3, "minLower": 2, "minUpper": 2},
		{"length": 3, "upper": false, "lower": false, "numeric": false, "special": false},
	} {
		if checkText(given(values)) == nil {
			t.Errorf("%v was taken", values)
		}
	}
}

func TestAnIDIsAdoptedWithItsPrefix(t *testing.T) {
	id, state, err := adoptID("hub-,AQI")
	if err != nil || id != "AQI" {
		t.Fatalf("%q, %v", id, err)
	}
	for key, expected := range map[resource.PropertyKey]string{
		"b64Url": "hub-AQI", "b64Std": "hub-AQI=", "hex": "hub-0102", "dec": "hub-258", "prefix": "hub-",
	} {
		if found := state[key].StringValue(); found != expected {
			t.Errorf("%s is %q", key, found)
		}
	}
}

func TestALongPasswordHasAHash(t *testing.T) {
	if hash, err := hashOf(strings.Repeat("a", 100)); err != nil || hash == "" {
		t.Errorf("%q, %v", hash, err)
	}
}
