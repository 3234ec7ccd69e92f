package release

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/registry"
)

// load finds a release's chart (a folder, a .tgz, an OCI reference, or a name in a repository) and reads it. It gives
// the chart's place on this machine too.
func (r *Releases) load(configuration *action.Configuration, args *Args) (*chart.Chart, string, error) {
	options := action.NewInstall(configuration).ChartPathOptions
	options.Version = strings.TrimSpace(args.Version)
	name := fromRepository(&options, args)
	path, err := r.locate(&options, name)
	if err != nil {
		return nil, "", err
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return nil, "", err
	}
	if loaded.Metadata.Dependencies != nil {
		if err := action.CheckDependencies(loaded, loaded.Metadata.Dependencies); err != nil {
			return nil, "", err
		}
	}
	return loaded, path, nil
}

// fromRepository puts the release's repository into the options and gives the chart's name as Helm wants it: a
// repository is either an address or the name of one that is set up on this machine.
func fromRepository(options *action.ChartPathOptions, args *Args) string {
	name := strings.TrimSpace(args.Chart)
	if args.RepositoryOpts == nil {
		return name
	}
	from := args.RepositoryOpts
	options.CaFile, options.CertFile, options.KeyFile = from.CAFile, from.CertFile, from.KeyFile
	options.Username, options.Password = from.Username, from.Password
	if registry.IsOCI(name) {
		return name
	}
	if _, err := url.ParseRequestURI(from.Repo); err == nil {
		options.RepoURL = from.Repo
		return name
	}
	if from.Repo != "" && !strings.Contains(name, "/") {
		return from.Repo + "/" + name
	}
	return name
}

func (r *Releases) locate(options *action.ChartPathOptions, name string) (string, error) {
	if options.RepoURL == "" {
		if isChart(name) {
			return filepath.Abs(name)
		}
		if filepath.IsAbs(name) || strings.HasPrefix(name, ".") {
			return "", fmt.Errorf("path %q not found", name)
		}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			// Helm would take any folder of this name for the chart.
			return "", fmt.Errorf("the folder %q holds no chart (no Chart.yaml)", name)
		}
	}
	return options.LocateChart(name, r.settings)
}

// isChart tells whether a path is a file, taken to be a packed chart, or a folder with a Chart.yaml.
func isChart(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	if info.IsDir() {
		_, err = os.Stat(filepath.Join(path, "Chart.yaml"))
	}
	return err == nil
}

func isInstallable(loaded *chart.Chart) error {
	if kind := loaded.Metadata.Type; kind != "" && kind != "application" {
		return fmt.Errorf("%s charts are not installable", kind)
	}
	return nil
}
