// Command pulumi-resource-random stands in for Pulumi's random provider 4.21.4 where that cannot be had, for
// RandomId, RandomString, RandomPassword and RandomBytes.
package main

import (
	"hubstack/testbed/plugins/internal/random"
	"hubstack/testbed/plugins/internal/serve"
)

func main() { serve.Main(random.New) }
