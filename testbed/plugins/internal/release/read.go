package release

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/storage/driver"

	"hubstack/testbed/plugins/internal/object"
)

// Read sees what Helm has of a release, for a refresh or an import. Values that were changed by hand come over the
// state's; the inputs stay the program's, so the next update brings the program's back. A release that is not there
// has no id.
func (r *Releases) Read(request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	state, args, err := read(request.GetProperties())
	if err != nil {
		return nil, err
	}
	namespace, name := args.Namespace, args.Name
	if len(state) == 0 {
		namespace, name = object.SplitID(request.GetId())
	}
	configuration, err := r.helm(namespace)
	if err != nil {
		return nil, err
	}
	found, err := action.NewGet(configuration).Run(name)
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := args.takeFrom(found); err != nil {
		return nil, err
	}
	given := givenBefore(state)
	if given == nil {
		if given, err = r.imported(args); err != nil {
			return nil, err
		}
	}
	properties, err := outputs(given, args, false)
	if err != nil {
		return nil, err
	}
	inputs, err := object.Marshal(given)
	return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: properties, Inputs: inputs}, err
}

// imported gives the inputs of a release that no program made. Helm does not keep where a chart came from; the chart's
// name stands in, and a folder of that name in the program's folder is taken for it.
func (r *Releases) imported(args *Args) (resource.PropertyMap, error) {
	for _, candidate := range []string{args.Chart + "-" + args.Version, args.Chart + "-" + args.Version + ".tgz",
		args.Chart, args.Chart + ".tgz"} {
		if isChart(candidate) {
			args.Chart = candidate
			break
		}
	}
	inputs := resource.NewPropertyMap(args)
	delete(inputs, "resourceNames")
	delete(inputs, "status")
	return inputs, r.fill(inputs, nil, args.Name)
}
