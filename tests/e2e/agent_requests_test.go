// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"
)

// agent sends the requests of a work agent, with its token.
type agent struct {
	client dynamic.Interface
	config *rest.Config
}

func newAgent(t *testing.T, w *wec) agent {
	t.Helper()
	token, err := w.Token(context.Background(), agentNamespace, agentName)
	if err != nil {
		t.Fatal(err)
	}
	return agentOf(t, w.Config(token))
}

func agentOf(t *testing.T, config *rest.Config) agent {
	t.Helper()
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return agent{client: client, config: config}
}

// agentRequest is one request for one object.
type agentRequest struct {
	verb      string
	resource  string // "storageclasses.v1.storage.k8s.io"
	namespace string
	name      string
	body      string // YAML of the object, without apiVersion, namespace and name
	dryRun    bool
}

func (r agentRequest) String() string {
	return fmt.Sprintf("%s %s %s/%s", r.verb, r.resource, r.namespace, r.name)
}

func (r agentRequest) with(verb string) agentRequest {
	r.verb = verb
	return r
}

// gvr takes "pods.v1." for the core group.
func (r agentRequest) gvr() schema.GroupVersionResource {
	gvr, _ := schema.ParseResourceArg(r.resource)
	return *gvr
}

func (r agentRequest) object() (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	if err := yaml.Unmarshal([]byte(r.body), &object.Object); err != nil {
		return nil, fmt.Errorf("%s: %w", r, err)
	}
	object.SetAPIVersion(r.gvr().GroupVersion().String())
	object.SetNamespace(r.namespace)
	object.SetName(r.name)
	return object, nil
}

// send sends a request as the agent does: before an update it reads the object.
func (a agent) send(ctx context.Context, r agentRequest) error {
	all := a.client.Resource(r.gvr())
	var resource dynamic.ResourceInterface = all
	if r.namespace != "" {
		resource = all.Namespace(r.namespace)
	}
	object, err := r.object()
	if err != nil {
		return err
	}
	var dryRun []string
	if r.dryRun {
		dryRun = []string{metav1.DryRunAll}
	}
	switch r.verb {
	case "get":
		_, err = resource.Get(ctx, r.name, metav1.GetOptions{})
	case "list":
		_, err = resource.List(ctx, metav1.ListOptions{Limit: 1})
	case "watch":
		var stream interface{ Stop() }
		if stream, err = resource.Watch(ctx, metav1.ListOptions{}); err == nil {
			stream.Stop()
		}
	case "create":
		_, err = resource.Create(ctx, object, metav1.CreateOptions{DryRun: dryRun})
	case "update":
		if object.GetResourceVersion() == "" {
			existing, err := resource.Get(ctx, r.name, metav1.GetOptions{})
			if err != nil {
				return err
			}
			object.SetResourceVersion(existing.GetResourceVersion())
		}
		_, err = resource.Update(ctx, object, metav1.UpdateOptions{DryRun: dryRun})
	case "patch":
		_, err = resource.Patch(ctx, r.name, types.MergePatchType, []byte(`{}`), metav1.PatchOptions{DryRun: dryRun})
	case "apply":
		_, err = resource.Apply(ctx, r.name, object, metav1.ApplyOptions{FieldManager: "work-agent", DryRun: dryRun})
	case "delete":
		err = resource.Delete(ctx, r.name, metav1.DeleteOptions{DryRun: dryRun})
	default:
		err = fmt.Errorf("no verb: %s", r)
	}
	return err
}

// refused is the text with which the API server refuses a request. Policies and webhooks come into force a while after
// they are written: until then requests that change nothing are sent.
func (a agent) refused(t *testing.T, r agentRequest) string {
	t.Helper()
	ctx, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	for dry := r; ; {
		dry.dryRun = true
		if a.send(ctx, dry) != nil {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s is not refused", r)
		case <-time.After(20 * time.Millisecond):
		}
	}
	err := a.send(ctx, r)
	if err == nil {
		t.Fatalf("%s is refused as a dry run alone", r)
	}
	return err.Error()
}

// manifestOf is what the agent writes of a manifest into the status of its ManifestWork.
func manifestOf(r agentRequest, ordinal int, conditions ...any) map[string]any {
	gvr := r.gvr()
	object, _ := r.object()
	meta := map[string]any{
		"group": gvr.Group, "version": gvr.Version, "resource": gvr.Resource, "kind": object.GetKind(),
		"namespace": r.namespace, "name": r.name,
	}
	if ordinal > 0 { // which Go's JSON leaves out
		meta["ordinal"] = int64(ordinal)
	}
	return map[string]any{"resourceMeta": meta, "conditions": conditions}
}

func condition(kind, status, reason, message string) map[string]any {
	return map[string]any{
		"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": "2025-01-01T00:00:00Z",
	}
}

// manifestWork has manifests of which some cannot be applied.
func manifestWork(mailbox, name string, manifests []any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "work.open-cluster-management.io/v1",
		"kind":       "ManifestWork",
		"metadata":   map[string]any{"namespace": mailbox, "name": name},
		"spec":       map[string]any{"workload": map[string]any{"manifests": []any{}}},
		"status": map[string]any{
			"conditions":     []any{condition("Applied", "False", "AppliedManifestWorkFailed", "Failed to apply manifest work")},
			"resourceStatus": map[string]any{"manifests": manifests},
		},
	}}
}

// appliedManifestWork is what the agent keeps on a WEC of what it applied.
func appliedManifestWork(name string, requests ...agentRequest) *unstructured.Unstructured {
	var applied []any
	for _, r := range requests {
		gvr := r.gvr()
		resource := map[string]any{
			"group": gvr.Group, "version": gvr.Version, "resource": gvr.Resource, "name": r.name,
			"uid": "00000000-0000-0000-0000-000000000000",
		}
		if r.namespace != "" {
			maps.Copy(resource, map[string]any{"namespace": r.namespace})
		}
		applied = append(applied, resource)
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "work.open-cluster-management.io/v1",
		"kind":       "AppliedManifestWork",
		"metadata":   map[string]any{"name": name},
		"spec":       map[string]any{"hubHash": "e2e", "manifestWorkName": name},
		"status":     map[string]any{"appliedResources": applied},
	}}
}
