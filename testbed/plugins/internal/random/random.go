// Package random is the random provider: values that are made once, kept in the state, and made anew only when one of
// their arguments changes. RandomId, RandomString, RandomPassword and RandomBytes are what it knows.
package random

import (
	"context"
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"hubstack/testbed/plugins/internal/object"
	"hubstack/testbed/plugins/internal/serve"
)

const version = "4.21.4"

// kind is one type of random value.
type kind struct {
	arguments []resource.PropertyKey // a change of any makes the value anew
	defaults  resource.PropertyMap
	outputs   []resource.PropertyKey // what is only known once the value is made
	secrets   []resource.PropertyKey
	check     func(resource.PropertyMap) error
	create    func(resource.PropertyMap) (id string, made resource.PropertyMap, err error)
	adopt     func(id string) (kept string, state resource.PropertyMap, err error) // takes a value that exists
}

var known = map[string]kind{
	"random:index/randomId:RandomId":             idKind,
	"random:index/randomString:RandomString":     stringKind,
	"random:index/randomPassword:RandomPassword": passwordKind,
	"random:index/randomBytes:RandomBytes":       bytesKind,
}

func kindOf(urn string) (kind, error) {
	token := string(resource.URN(urn).Type())
	found, is := known[token]
	if !is {
		return kind{}, fmt.Errorf("this stand-in for the random provider does not make %s; use the real provider, or "+
			"RandomId, RandomString, RandomPassword or RandomBytes", token)
	}
	return found, nil
}

// Provider answers the engine.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	engine *serve.Engine
}

// New makes the provider; it needs no configuration.
func New(engine *serve.Engine) serve.Provider { return &Provider{engine: engine} }

// GetPluginInfo tells the version.
func (p *Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// GetSchema gives a schema without resources: the SDKs carry the real one.
func (p *Provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":"random","version":%q}`, version)}, nil
}

// Attach connects to the engine where the plugin was started by hand.
func (p *Provider) Attach(_ context.Context, request *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.engine.Attach(request.GetAddress())
}

// Cancel has nothing to end: every operation is over at once.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// CheckConfig takes any configuration, as there is none.
func (p *Provider) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: request.GetNews()}, nil
}

// DiffConfig finds no difference, as there is no configuration.
func (p *Provider) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

// Configure says what the provider can do.
func (p *Provider) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true, AcceptResources: false}, nil
}

// Check refuses arguments that cannot be met, such as a length below the least counts together.
func (p *Provider) Check(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	chosen, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	news, err := object.Unmarshal(request.GetNews())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	if news.ContainsUnknowns() {
		return response, nil
	}
	if err := chosen.check(chosen.complete(news)); err != nil {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Reason: err.Error()})
	}
	return response, nil
}

// complete gives arguments with the defaults of those left out, and without secrecy.
func (k kind) complete(given resource.PropertyMap) resource.PropertyMap {
	complete := k.defaults.Copy()
	for _, key := range k.arguments {
		value, has := given[key]
		if !has || value.IsNull() {
			continue
		}
		if value.IsSecret() {
			value = value.SecretValue().Element
		}
		complete[key] = value
	}
	return complete
}

// Diff makes the value anew when an argument changes; keepers exist for nothing else.
func (p *Provider) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	chosen, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	olds, news, err := object.UnmarshalBoth(request.GetOlds(), request.GetNews())
	if err != nil {
		return nil, err
	}
	before, after := chosen.complete(olds), chosen.complete(news)
	response := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true,
		DetailedDiff: map[string]*pulumirpc.PropertyDiff{},
	}
	for _, key := range chosen.arguments {
		old, had := before[key]
		new, has := after[key]
		if had == has && reflect.DeepEqual(old, new) {
			continue
		}
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.Replaces = append(response.Replaces, string(key))
		response.DetailedDiff[string(key)] = &pulumirpc.PropertyDiff{Kind: diffKind(had, has)}
	}
	return response, nil
}

func diffKind(had, has bool) pulumirpc.PropertyDiff_Kind {
	switch {
	case !had:
		return pulumirpc.PropertyDiff_ADD_REPLACE
	case !has:
		return pulumirpc.PropertyDiff_DELETE_REPLACE
	}
	return pulumirpc.PropertyDiff_UPDATE_REPLACE
}

// Create makes the value; in a preview it stays unknown.
func (p *Provider) Create(_ context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	chosen, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	given, err := object.Unmarshal(request.GetProperties())
	if err != nil {
		return nil, err
	}
	state := chosen.complete(given)
	object.MarkSecrets(state, given)
	id := ""
	if request.GetPreview() {
		for _, key := range chosen.outputs {
			state[key] = object.Unknown()
		}
	} else {
		made := resource.PropertyMap{}
		if id, made, err = chosen.create(chosen.complete(given)); err != nil {
			return nil, err
		}
		for key, value := range made {
			state[key] = value
		}
	}
	chosen.hide(state)
	properties, err := object.Marshal(state)
	return &pulumirpc.CreateResponse{Id: id, Properties: properties}, err
}

// hide makes secret what is secret of this kind, whatever the program says.
func (k kind) hide(state resource.PropertyMap) {
	for _, key := range k.secrets {
		if value, has := state[key]; has && !value.IsSecret() {
			state[key] = resource.MakeSecret(value)
		}
	}
}

// Read gives back the state, or takes over a value in an import.
func (p *Provider) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	chosen, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	if len(request.GetProperties().GetFields()) > 0 {
		return &pulumirpc.ReadResponse{
			Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs(),
		}, nil
	}
	id, state, err := chosen.adopt(request.GetId())
	if err != nil {
		return nil, err
	}
	inputs := resource.PropertyMap{}
	for _, key := range chosen.arguments {
		if value, has := state[key]; has {
			inputs[key] = value
		}
	}
	chosen.hide(state)
	properties, err := object.Marshal(state)
	if err != nil {
		return nil, err
	}
	marshalled, err := object.Marshal(inputs)
	return &pulumirpc.ReadResponse{Id: id, Properties: properties, Inputs: marshalled}, err
}

// Update only keeps the state: no argument can change in place.
func (p *Provider) Update(_ context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	return &pulumirpc.UpdateResponse{Properties: request.GetOlds()}, nil
}

// Delete has nothing to do: the value was only in the state.
func (p *Provider) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
