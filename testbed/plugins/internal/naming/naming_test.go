package naming

import (
	"regexp"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"hubstack/testbed/plugins/internal/object"
)

func unnamed() *object.Object { return &object.Object{Object: map[string]any{}} }

func named(name string) *object.Object {
	target := unnamed()
	target.SetName(name)
	return target
}

func TestAssign(t *testing.T) {
	target := unnamed()
	if err := Assign(target, Request{LogicalName: "hub"}); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^hub-[0-9a-f]{8}$`).MatchString(target.GetName()) || !IsAutonamed(target) {
		t.Errorf("named %q, annotations %v", target.GetName(), target.GetAnnotations())
	}
}

func TestASeedGivesTheSameNameAgain(t *testing.T) {
	first, second := unnamed(), unnamed()
	for _, each := range []*object.Object{first, second} {
		if err := Assign(each, Request{LogicalName: "hub", Seed: []byte("seed")}); err != nil {
			t.Fatal(err)
		}
	}
	if first.GetName() != second.GetName() {
		t.Errorf("%q is not %q", first.GetName(), second.GetName())
	}
}

func TestAGivenNameStays(t *testing.T) {
	target := named("given")
	if err := Assign(target, Request{LogicalName: "hub"}); err != nil {
		t.Fatal(err)
	}
	if target.GetName() != "given" || IsAutonamed(target) {
		t.Errorf("named %q", target.GetName())
	}
}

func TestTheEngineMayProposeOrForbid(t *testing.T) {
	target := unnamed()
	options := &pulumirpc.CheckRequest_AutonamingOptions{
		ProposedName: "proposed", Mode: pulumirpc.CheckRequest_AutonamingOptions_PROPOSE,
	}
	if err := Assign(target, Request{LogicalName: "hub", Options: options}); err != nil || target.GetName() != "proposed" {
		t.Errorf("named %q, error %v", target.GetName(), err)
	}
	options.Mode = pulumirpc.CheckRequest_AutonamingOptions_DISABLE
	if err := Assign(unnamed(), Request{LogicalName: "hub", Options: options}); err == nil {
		t.Error("a name was made up though that is disabled")
	}
}

func TestAdopt(t *testing.T) {
	before := unnamed()
	setName(before, "hub-1234")
	target := unnamed()
	Adopt(target, before)
	if target.GetName() != "hub-1234" || !IsAutonamed(target) {
		t.Errorf("named %q", target.GetName())
	}
	if Adopt(target, named("other")); target.GetName() != "hub-1234" {
		t.Error("a name that a program gave was adopted")
	}
}
