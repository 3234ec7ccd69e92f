// Command pulumi-resource-kubernetes stands in for Pulumi's Kubernetes provider 4.32.0 where that cannot be had,
// for the kinds that hubstack uses. tests/conformance holds it to the real one's behaviour.
package main

import (
	"hubstack/testbed/plugins/internal/provider"
	"hubstack/testbed/plugins/internal/serve"
)

func main() { serve.Main(provider.New) }
