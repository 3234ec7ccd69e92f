package await

import (
	"context"
	"fmt"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"

	"hubstack/testbed/plugins/internal/object"
)

var events = schema.GroupVersionResource{Version: "v1", Resource: "events"}

// view is a live picture of one object and of what is related to it.
type view struct {
	stores  map[schema.GroupVersionResource]cache.Store
	own     cache.Store
	changed chan struct{}
	client  dynamic.Interface
	ctx     context.Context
}

// open begins to watch an object and the related kinds of its namespace, until ctx ends.
func (w *Waiter) open(
	ctx context.Context, target *object.Object, related []schema.GroupVersionResource,
) (*view, error) {
	gvr, err := w.Cluster.GVR(target)
	if err != nil {
		return nil, err
	}
	v := &view{
		stores:  map[schema.GroupVersionResource]cache.Store{},
		changed: make(chan struct{}, 1),
		client:  w.Cluster.Dynamic,
		ctx:     ctx,
	}
	named := func(options *metav1.ListOptions) {
		options.FieldSelector = fields.OneTermEqualSelector("metadata.name", target.GetName()).String()
	}
	if v.own, err = v.watch(target.GetNamespace(), gvr, named); err != nil {
		return nil, err
	}
	if target.GetNamespace() == "" {
		return v, nil
	}
	about := func(options *metav1.ListOptions) {
		options.FieldSelector = fields.OneTermEqualSelector("involvedObject.uid", string(target.GetUID())).String()
	}
	if v.stores[events], err = v.watch(target.GetNamespace(), events, about); err != nil {
		return nil, err
	}
	for _, each := range related {
		if v.stores[each], err = v.watch(target.GetNamespace(), each, nil); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *view) watch(
	namespace string, gvr schema.GroupVersionResource, filter dynamicinformer.TweakListOptionsFunc,
) (cache.Store, error) {
	informer := dynamicinformer.NewFilteredDynamicInformer(v.client, gvr, namespace, 0, cache.Indexers{}, filter).Informer()
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { v.note() },
		UpdateFunc: func(any, any) { v.note() },
		DeleteFunc: func(any) { v.note() },
	})
	if err != nil {
		return nil, err
	}
	go informer.Run(v.ctx.Done())
	if !cache.WaitForCacheSync(v.ctx.Done(), informer.HasSynced) {
		return nil, fmt.Errorf("%s could not be watched: %w", gvr.Resource, context.Cause(v.ctx))
	}
	return informer.GetStore(), nil
}

// note tells the waiting loop that something changed; one note is enough for many changes.
func (v *view) note() {
	select {
	case v.changed <- struct{}{}:
	default:
	}
}

// object gives the object as it is now, or nil where it is gone or where the picture is older than made.
func (v *view) object(made *object.Object) *object.Object {
	for _, each := range objects(v.own) {
		if each.GetUID() == made.GetUID() && !isOlder(each, made) {
			return each
		}
	}
	return nil
}

// isGone tells whether the object is no longer there; another one of its name is not it.
func (v *view) isGone(target *object.Object) bool {
	for _, each := range objects(v.own) {
		if target.GetUID() == "" || each.GetUID() == target.GetUID() {
			return false
		}
	}
	return true
}

// warnings gives the Warning events about the object.
func (v *view) warnings(target *object.Object) []string {
	var found []string
	for _, event := range objects(v.stores[events]) {
		about, _, _ := unstructured.NestedString(event.Object, "involvedObject", "uid")
		if about == string(target.GetUID()) && event.Object["type"] == "Warning" {
			found = append(found, fmt.Sprintf("%v: %v", event.Object["reason"], event.Object["message"]))
		}
	}
	return found
}

func (v *view) state(seen, before *object.Object) state {
	return state{
		object: seen,
		before: before,
		list:   func(gvr schema.GroupVersionResource) []*object.Object { return objects(v.stores[gvr]) },
		lookup: lookup(v.ctx, v.client),
	}
}

// present gives the state of an object by asking once, without watching.
func (w *Waiter) present(ctx context.Context, chosen rule, live *object.Object) state {
	lists := map[schema.GroupVersionResource][]*object.Object{}
	for _, gvr := range chosen.condition.related() {
		// A list that cannot be had leaves the object unready rather than unread.
		if found, err := w.Cluster.Dynamic.Resource(gvr).Namespace(live.GetNamespace()).List(ctx, metav1.ListOptions{}); err == nil {
			for i := range found.Items {
				lists[gvr] = append(lists[gvr], &found.Items[i])
			}
		}
	}
	return state{
		object: live,
		before: live,
		list:   func(gvr schema.GroupVersionResource) []*object.Object { return lists[gvr] },
		lookup: lookup(ctx, w.Cluster.Dynamic),
	}
}

func lookup(ctx context.Context, client dynamic.Interface) func(schema.GroupVersionResource, string) *object.Object {
	return func(gvr schema.GroupVersionResource, name string) *object.Object {
		found, err := client.Resource(gvr).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return nil
		}
		return found
	}
}

func objects(store cache.Store) []*object.Object {
	if store == nil {
		return nil
	}
	var found []*object.Object
	for _, each := range store.List() {
		if typed, ok := each.(*object.Object); ok {
			found = append(found, typed)
		}
	}
	return found
}

// isOlder tells whether one picture of an object was taken before another.
func isOlder(one, other *object.Object) bool {
	first, err := strconv.ParseUint(one.GetResourceVersion(), 10, 64)
	if err != nil {
		return false
	}
	second, err := strconv.ParseUint(other.GetResourceVersion(), 10, 64)
	return err == nil && first < second
}
