package release

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"hubstack/testbed/plugins/internal/compare"
	"hubstack/testbed/plugins/internal/object"
)

// Diff compares what Helm has, as the state last saw it, with what the program wants. A new name or namespace is a new
// release; all else is an upgrade.
func (r *Releases) Diff(request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, news, err := object.UnmarshalBoth(request.GetOlds(), request.GetNews())
	if err != nil {
		return nil, err
	}
	for _, ignored := range request.GetIgnoreChanges() {
		if ignored == "version" {
			news["version"] = olds["version"]
		}
	}
	given := givenBefore(olds)
	delete(given, "checksum")
	delete(given, "resourceNames")
	changes := compare.Detailed(
		object.Plain(olds), object.Plain(news), object.Plain(given), []string{"name", "namespace"})

	response := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, DetailedDiff: changes, HasDetailedDiff: len(changes) > 0,
	}
	if len(changes) == 0 {
		return response, nil
	}
	response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	for path, change := range changes {
		response.Diffs = append(response.Diffs, path)
		if change.GetKind() == pulumirpc.PropertyDiff_UPDATE_REPLACE || change.GetKind() == pulumirpc.PropertyDiff_ADD_REPLACE {
			response.Replaces = append(response.Replaces, path)
		}
	}
	return response, nil
}
