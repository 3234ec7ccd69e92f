package kinds

import (
	"slices"
	"strings"
	"testing"
)

func TestFromToken(t *testing.T) {
	taken := []string{
		"kubernetes:core/v1:ConfigMap", "kubernetes:apps/v1:Deployment", "kubernetes:postgresql.cnpg.io/v1:Cluster",
		"kubernetes:gateway.networking.k8s.io/v1:Gateway",
	}
	for _, token := range taken {
		if _, err := FromToken(token); err != nil {
			t.Errorf("%s: %v", token, err)
		}
	}
	refused := []string{
		"kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "kubernetes:apps/v1:DaemonSet",
		"kubernetes:apps/v1:DeploymentPatch", "kubernetes:core/v1:ConfigMapList", "kubernetes:yaml:ConfigFile",
	}
	for _, token := range refused {
		if _, err := FromToken(token); err == nil {
			t.Errorf("%s was taken", token)
		} else if !strings.Contains(err.Error(), token) {
			t.Errorf("%q does not name %s", err, token)
		}
	}
}

func TestReplacePaths(t *testing.T) {
	both := Mutable{Secrets: true, ConfigMaps: true}
	cases := []struct {
		kind      string
		immutable bool
		mutable   Mutable
		replaces  bool
	}{
		{"ConfigMap", false, Mutable{}, true}, {"ConfigMap", false, both, false}, {"ConfigMap", true, both, true},
		{"Secret", false, Mutable{}, true}, {"Secret", false, both, false}, {"Secret", true, both, true},
	}
	for _, each := range cases {
		paths := ReplacePaths(core(each.kind), each.immutable, each.mutable)
		if slices.Contains(paths, "data") != each.replaces {
			t.Errorf("%+v: %v", each, paths)
		}
	}
	if paths := ReplacePaths(core("Secret"), false, both); !slices.Contains(paths, "type") {
		t.Errorf("a Secret's type may change in place: %v", paths)
	}
}
