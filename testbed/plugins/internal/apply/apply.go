// Package apply makes and changes objects through the API server, or asks it what it would make of them.
package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"

	"hubstack/testbed/plugins/internal/cluster"
	"hubstack/testbed/plugins/internal/object"
)

// createManager owns the fields of an object that was created and not yet applied to, whatever its own manager's
// name; the first change hands them over.
const createManager = "pulumi-kubernetes"

// Applier applies one resource's object.
type Applier struct {
	Cluster *cluster.Cluster
	Manager string // owns the fields we apply
	DryRun  bool   // ask only, change nothing
	Force   bool   // take fields from other managers
	Upsert  bool   // a create may take over an object that is there
}

// ErrNoNamespace says in a preview that the namespace is not there yet, so that the API server cannot be asked.
var ErrNoNamespace = errors.New("the namespace does not exist yet")

// retries wait 1, 2, 4, 8 and 16 s for the namespace, or for the definition of a custom resource, that the same
// program may be making.
var retries = wait.Backoff{Steps: 6, Duration: time.Second, Factor: 2}

// Create makes the object. One of that name that is there already is an error, but for Upsert.
func (a Applier) Create(ctx context.Context, target *object.Object) (*object.Object, error) {
	var made *object.Object
	var last error
	err := wait.ExponentialBackoffWithContext(ctx, retries, func(ctx context.Context) (bool, error) {
		made, last = a.createOnce(ctx, target)
		if apierrors.IsNotFound(last) || meta.IsNoMatchError(last) {
			return false, nil
		}
		return true, last
	})
	if wait.Interrupted(err) && last != nil {
		err = last
	}
	if apierrors.IsAlreadyExists(err) && !a.DryRun {
		return nil, fmt.Errorf("%w: an object of that name is in the cluster and not in this stack; take it over with "+
			"`pulumi import`, delete it, or give the resource another name", err)
	}
	return made, err
}

func (a Applier) createOnce(ctx context.Context, target *object.Object) (*object.Object, error) {
	client, err := a.Cluster.Resource(target)
	if err != nil {
		return nil, err
	}
	if a.Upsert {
		made, err := a.patch(ctx, client, target, a.Force || a.DryRun)
		return made, a.previewError(err)
	}
	options := metav1.CreateOptions{FieldManager: createManager, DryRun: a.dryRun()}
	made, err := client.Create(ctx, target, options)
	return made, a.previewError(err)
}

func (a Applier) previewError(err error) error {
	if !a.DryRun || !apierrors.IsNotFound(err) {
		return err
	}
	var status *apierrors.StatusError
	if errors.As(err, &status) && status.ErrStatus.Details != nil && status.ErrStatus.Details.Kind == "namespaces" {
		return ErrNoNamespace
	}
	return err
}

// Update brings the live object to what target says by server-side apply: fields that others own stay theirs, and
// taking one of these is a conflict. Ignored are paths the program does not want changed.
func (a Applier) Update(ctx context.Context, live, target *object.Object, ignored []string) (*object.Object, error) {
	client, err := a.Cluster.Resource(target)
	if err != nil {
		return nil, err
	}
	if target.GroupVersionKind().Group == "apiextensions.k8s.io" {
		return a.put(ctx, client, live, target)
	}
	if !a.DryRun {
		if live, err = a.takeOver(ctx, client, live); err != nil {
			return nil, err
		}
	}
	if err := keepIgnored(target, live, a.Manager, ignored); err != nil {
		return nil, err
	}
	return a.patch(ctx, client, target, a.Force || mayForce(live, a.DryRun))
}

// put replaces a definition of a custom resource as a whole; the objects of its kind stay.
func (a Applier) put(
	ctx context.Context, client dynamic.ResourceInterface, live, target *object.Object,
) (*object.Object, error) {
	target.SetResourceVersion(live.GetResourceVersion())
	return client.Update(ctx, target, metav1.UpdateOptions{FieldManager: a.Manager, DryRun: a.dryRun()})
}

func (a Applier) patch(
	ctx context.Context, client dynamic.ResourceInterface, target *object.Object, force bool,
) (*object.Object, error) {
	body, err := json.Marshal(target.Object)
	if err != nil {
		return nil, err
	}
	applied, err := client.Patch(ctx, target.GetName(), types.ApplyPatchType, body,
		metav1.PatchOptions{FieldManager: a.Manager, Force: &force, DryRun: a.dryRun()})
	if apierrors.IsConflict(err) {
		return nil, fmt.Errorf("server-side apply field conflict detected: another field manager owns what %q wants to "+
			"set; set the annotation pulumi.com/patchForce to \"true\" to take the fields, or leave them out: %w",
			a.Manager, err)
	}
	return applied, err
}

// Relinquish gives up all fields that an earlier manager name owns.
func (a Applier) Relinquish(ctx context.Context, target *object.Object, manager string) error {
	bare := &object.Object{Object: map[string]any{}}
	bare.SetGroupVersionKind(target.GroupVersionKind())
	bare.SetNamespace(target.GetNamespace())
	bare.SetName(target.GetName())
	client, err := a.Cluster.Resource(target)
	if err != nil {
		return err
	}
	a.Manager = manager
	_, err = a.patch(ctx, client, bare, false)
	return err
}

func (a Applier) dryRun() []string {
	if a.DryRun {
		return []string{metav1.DryRunAll}
	}
	return nil
}
