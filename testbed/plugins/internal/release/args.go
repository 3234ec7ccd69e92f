package release

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"

	"hubstack/testbed/plugins/internal/object"
)

// Args are the properties of a Release, inputs and outputs, named as in the SDKs. All of them are in the state, unset
// ones too, as with the real provider.
type Args struct {
	AllowNullValues          bool           `json:"allowNullValues,omitempty"`
	Atomic                   bool           `json:"atomic,omitempty"`
	Chart                    string         `json:"chart,omitempty"`
	CleanupOnFail            bool           `json:"cleanupOnFail,omitempty"`
	CreateNamespace          bool           `json:"createNamespace,omitempty"`
	DependencyUpdate         bool           `json:"dependencyUpdate,omitempty"`
	Description              string         `json:"description,omitempty"`
	Devel                    bool           `json:"devel,omitempty"`
	DisableCRDHooks          bool           `json:"disableCRDHooks,omitempty"`
	DisableOpenapiValidation bool           `json:"disableOpenapiValidation,omitempty"`
	DisableWebhooks          bool           `json:"disableWebhooks,omitempty"`
	ForceUpdate              bool           `json:"forceUpdate,omitempty"`
	Keyring                  string         `json:"keyring,omitempty"`
	Lint                     bool           `json:"lint,omitempty"`
	MaxHistory               *int           `json:"maxHistory,omitempty"`
	Name                     string         `json:"name,omitempty"`
	Namespace                string         `json:"namespace,omitempty"`
	Postrender               string         `json:"postrender,omitempty"`
	RecreatePods             bool           `json:"recreatePods,omitempty"`
	RenderSubchartNotes      bool           `json:"renderSubchartNotes,omitempty"`
	Replace                  bool           `json:"replace,omitempty"`
	RepositoryOpts           *Repository    `json:"repositoryOpts,omitempty"`
	ResetValues              bool           `json:"resetValues,omitempty"`
	ReuseValues              bool           `json:"reuseValues,omitempty"`
	Values                   map[string]any `json:"values,omitempty"`
	SkipCrds                 bool           `json:"skipCrds,omitempty"`
	Timeout                  int            `json:"timeout,omitempty"` // seconds
	Verify                   bool           `json:"verify,omitempty"`
	Version                  string         `json:"version,omitempty"`
	SkipAwait                bool           `json:"skipAwait,omitempty"`
	WaitForJobs              bool           `json:"waitForJobs,omitempty"`

	// ResourceNames are the objects of the release, grouped by `Kind.group/apiVersion`.
	ResourceNames map[string][]string `json:"resourceNames,omitempty"`
	Status        *Status             `json:"status,omitempty"`
}

// Repository is where a chart comes from that is neither a file nor an OCI reference.
type Repository struct {
	Repo     string `json:"repo,omitempty"`
	CAFile   string `json:"caFile,omitempty"`
	CertFile string `json:"certFile,omitempty"`
	KeyFile  string `json:"keyFile,omitempty"`
	Password string `json:"password,omitempty"`
	Username string `json:"username,omitempty"`
}

// Status is what Helm knows of an installed release.
type Status struct {
	AppVersion string `json:"appVersion,omitempty"`
	Chart      string `json:"chart,omitempty"`
	Name       string `json:"name,omitempty"`
	Namespace  string `json:"namespace,omitempty"`
	Revision   *int   `json:"revision,omitempty"`
	Status     string `json:"status,omitempty"`
	Version    string `json:"version,omitempty"`
}

// notHonoured are properties that the real provider takes and this one refuses rather than ignores.
func (a *Args) notHonoured() []string {
	var set []string
	for name, given := range map[string]bool{
		"dependencyUpdate": a.DependencyUpdate, "devel": a.Devel, "keyring": a.Keyring != "",
		"postrender": a.Postrender != "", "verify": a.Verify,
	} {
		if given {
			set = append(set, name)
		}
	}
	return set
}

// read takes a release's properties off the wire: as the engine has them, for their secrets, and decoded.
func read(wire *structpb.Struct) (resource.PropertyMap, *Args, error) {
	properties, err := object.Unmarshal(wire)
	if err != nil {
		return nil, nil, err
	}
	args, err := decode(properties)
	return properties, args, err
}

// decode reads properties; what is not known yet is left empty. Files of values come first, the values given win.
func decode(properties resource.PropertyMap) (*Args, error) {
	plain := object.Known(properties)
	fromFiles, err := readValueFiles(plain["valueYamlFiles"])
	if err != nil {
		return nil, err
	}
	delete(plain, "valueYamlFiles")
	delete(plain, object.InputsKey)
	encoded, err := json.Marshal(plain)
	if err != nil {
		return nil, fmt.Errorf("the release's properties cannot be read: %w", err)
	}
	var args Args
	if err := json.Unmarshal(encoded, &args); err != nil {
		return nil, fmt.Errorf("the release's properties cannot be read: %w", err)
	}
	args.Values = merge(fromFiles, args.Values)
	return &args, nil
}

func readValueFiles(files any) (map[string]any, error) {
	merged := map[string]any{}
	list, _ := files.([]any)
	for _, each := range list {
		file, isAsset := each.(*resource.Asset)
		if !isAsset {
			return nil, fmt.Errorf("valueYamlFiles takes files (pulumi.FileAsset), not %T", each)
		}
		contents, err := file.Bytes()
		if err != nil {
			return nil, err
		}
		values := map[string]any{}
		if err := yaml.Unmarshal(contents, &values); err != nil {
			return nil, fmt.Errorf("a file of values cannot be read: %w", err)
		}
		merged = merge(merged, values)
	}
	return merged, nil
}

// merge gives base with over laid on it, map by map. A null in over stays: it unsets a chart's default.
func merge(base, over map[string]any) map[string]any {
	merged := make(map[string]any, len(base)+len(over))
	for key, value := range base {
		merged[key] = value
	}
	for key, value := range over {
		below, isMap := merged[key].(map[string]any)
		if above, both := value.(map[string]any); isMap && both {
			merged[key] = merge(below, above)
			continue
		}
		merged[key] = value
	}
	return merged
}
