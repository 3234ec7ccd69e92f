package release

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/storage/driver"

	"hubstack/testbed/plugins/internal/object"
	"hubstack/testbed/plugins/internal/serve"
)

// failedRelease is a release that Helm keeps and that did not become what it should.
type failedRelease struct {
	id    string
	cause error
}

func (f *failedRelease) Error() string {
	return fmt.Sprintf("failed to become available within allocated timeout. Error: Helm Release %s: %v", f.id, f.cause)
}

// Create installs a release, with its hooks, and waits for its objects. One that fails after Helm took it up stays,
// marked failed in Helm and in the state; the next update upgrades it.
func (r *Releases) Create(request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	given, args, err := read(request.GetProperties())
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		properties, err := outputs(given, args, true)
		return &pulumirpc.CreateResponse{Properties: properties}, err
	}
	if err := r.mustReach("create"); err != nil {
		return nil, err
	}
	id := object.ID(args.Namespace, args.Name)
	failed := &failedRelease{}
	if err := r.install(args); err != nil && !errors.As(err, &failed) {
		return nil, err
	}
	properties, err := outputs(given, args, false)
	if err != nil {
		return nil, err
	}
	if failed.cause != nil {
		r.engine.Log(serve.Warning, request.GetUrn(), fmt.Sprintf("Helm release %q was created but has a failed status. "+
			"Use the `helm` command to investigate the error, correct it, then retry. Reason: %v", args.Name, failed.cause))
		return nil, partly(id, fmt.Errorf("Helm release %q was created, but failed to initialize completely. "+
			"Use Helm CLI to investigate: %w", id, failed), properties)
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: properties}, nil
}

func (r *Releases) install(args *Args) error {
	configuration, err := r.helm(args.Namespace)
	if err != nil {
		return err
	}
	loaded, _, err := r.load(configuration, args)
	if err != nil {
		return err
	}
	if err := isInstallable(loaded); err != nil {
		return err
	}
	install := action.NewInstall(configuration)
	install.ReleaseName, install.Namespace = args.Name, args.Namespace
	install.CreateNamespace = args.CreateNamespace
	install.Wait, install.WaitForJobs = !args.SkipAwait, !args.SkipAwait && args.WaitForJobs
	install.Timeout = args.timeout()
	install.Atomic = args.Atomic
	install.DisableHooks = args.DisableWebhooks
	install.SkipCRDs = args.SkipCrds
	install.Replace = args.Replace
	install.Description = args.Description
	install.SubNotes = args.RenderSubchartNotes
	install.DisableOpenAPIValidation = args.DisableOpenapiValidation

	installed, cause := install.RunWithContext(r.ctx, loaded, args.Values)
	if cause != nil {
		if installed == nil {
			return cause
		}
		if _, err := action.NewGet(configuration).Run(args.Name); err != nil {
			// Nothing is left of it, as after an atomic install that failed.
			return cause
		}
	}
	if err := args.takeFrom(installed); err != nil || cause == nil {
		return err
	}
	return &failedRelease{object.ID(args.Namespace, args.Name), cause}
}

// Update upgrades a release. Helm refuses it while another operation is in progress, or was when its program died.
func (r *Releases) Update(request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	_, before, err := read(request.GetOlds())
	if err != nil {
		return nil, err
	}
	given, args, err := read(request.GetNews())
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		properties, err := outputs(given, args, true)
		return &pulumirpc.UpdateResponse{Properties: properties}, err
	}
	if err := r.mustReach("update"); err != nil {
		return nil, err
	}
	failed := &failedRelease{}
	if err := r.upgrade(args, before.Namespace); err != nil && !errors.As(err, &failed) {
		return nil, err
	}
	properties, err := outputs(given, args, false)
	if err != nil {
		return nil, err
	}
	if failed.cause != nil {
		id := object.ID(args.Namespace, args.Name)
		return nil, partly(id, fmt.Errorf("Helm release %q failed to initialize completely. "+
			"Use Helm CLI to investigate: %w", id, failed), properties)
	}
	return &pulumirpc.UpdateResponse{Properties: properties}, nil
}

func (r *Releases) upgrade(args *Args, namespace string) error {
	configuration, err := r.helm(namespace)
	if err != nil {
		return err
	}
	loaded, path, err := r.load(configuration, args)
	if err != nil {
		return err
	}
	if args.Lint {
		if err := lint(path, args.Values); err != nil {
			return err
		}
	}
	upgrade := action.NewUpgrade(configuration)
	upgrade.Namespace = args.Namespace
	upgrade.Wait, upgrade.WaitForJobs = !args.SkipAwait, !args.SkipAwait && args.WaitForJobs
	upgrade.Timeout = args.timeout()
	upgrade.Atomic, upgrade.CleanupOnFail = args.Atomic, args.CleanupOnFail
	// Of the two switches for hooks the real provider goes by this one in an upgrade.
	upgrade.DisableHooks = args.DisableCRDHooks
	upgrade.Force, upgrade.Recreate = args.ForceUpdate, args.RecreatePods
	upgrade.ResetValues, upgrade.ReuseValues = args.ResetValues, args.ReuseValues
	upgrade.Description, upgrade.SubNotes = args.Description, args.RenderSubchartNotes
	if args.MaxHistory != nil {
		upgrade.MaxHistory = *args.MaxHistory
	}

	upgraded, cause := upgrade.RunWithContext(r.ctx, args.Name, loaded, args.Values)
	if cause != nil && (upgraded == nil || errors.Is(cause, driver.ErrNoDeployedReleases)) {
		return cause
	}
	if err := args.takeFrom(upgraded); err != nil || cause == nil {
		return err
	}
	return &failedRelease{object.ID(args.Namespace, args.Name), cause}
}

func lint(path string, values map[string]any) error {
	result := action.NewLint().Run([]string{path}, values)
	var messages []string
	for _, err := range result.Errors {
		messages = append(messages, err.Error())
	}
	if messages == nil {
		return nil
	}
	return fmt.Errorf("malformed chart or values: %s", strings.Join(messages, "; "))
}

// Delete uninstalls a release and waits until its objects are gone.
func (r *Releases) Delete(request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	if r.unreachable != nil {
		return nil, fmt.Errorf("can't delete Helm Release with unreachable cluster. Reason: %q", r.unreachable)
	}
	_, args, err := read(request.GetProperties())
	if err != nil {
		return nil, err
	}
	configuration, err := r.helm(args.Namespace)
	if err != nil {
		return nil, err
	}
	uninstall := action.NewUninstall(configuration)
	if args.Atomic || !args.SkipAwait {
		uninstall.Wait, uninstall.Timeout = true, args.timeout()
	}
	removed, err := uninstall.Run(args.Name)
	if err != nil {
		return nil, err
	}
	if removed.Info != "" {
		r.engine.Log(serve.Warning, request.GetUrn(), fmt.Sprintf("Helm uninstall returned information: %q", removed.Info))
	}
	return &emptypb.Empty{}, nil
}

func (a *Args) timeout() time.Duration {
	if a.Timeout == 0 {
		return defaultTimeout * time.Second
	}
	return time.Duration(a.Timeout) * time.Second
}

// partly tells the engine that the release is there, in the state given, and failed.
func partly(id string, err error, properties *structpb.Struct) error {
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: properties, Reasons: []string{err.Error()},
	})
}
