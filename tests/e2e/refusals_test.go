// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"wecan.dev/e2e/cluster"
)

// gap is a request that RBAC refuses, and what the agent needs for such objects that it does not hold.
type gap struct {
	agentRequest
	grant []string
}

// gaps are refused to the agent of the newest profile. Those of one resource take different verbs of it.
var gaps = []gap{
	{agentRequest{verb: "get", resource: "storageclasses.v1.storage.k8s.io", name: "diagnose-fast",
		body: "{kind: StorageClass, provisioner: example.com/fast}"}, lifecycle},
	{agentRequest{verb: "get", resource: "persistentvolumes.v1.", name: "diagnose-volume",
		body: "{kind: PersistentVolume, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp}}}"}, lifecycle},
	{agentRequest{verb: "get", resource: "widgets.v1.e2e.wecan.dev", namespace: "diagnose-a", name: "diagnose.widget",
		body: "{kind: Widget}"}, lifecycle},
	{agentRequest{verb: "create", resource: "resourcequotas.v1.", namespace: "diagnose-a", name: "diagnose-quota",
		body: "{kind: ResourceQuota, spec: {hard: {pods: 10}}}"}, []string{"create", "delete", "update"}},
	{agentRequest{verb: "update", resource: "limitranges.v1.", namespace: "diagnose-b", name: "diagnose-limits",
		body: "{kind: LimitRange, spec: {limits: [{type: Pod, max: {cpu: 2}}]}}"}, []string{"create", "delete", "update"}},
	{agentRequest{verb: "delete", resource: "validatingwebhookconfigurations.v1.admissionregistration.k8s.io", name: "diagnose-hook",
		body: "{kind: ValidatingWebhookConfiguration}"}, []string{"delete"}},
	{agentRequest{verb: "patch", resource: "customresourcedefinitions.v1.apiextensions.k8s.io", name: "widgets.e2e.wecan.dev",
		body: "{kind: CustomResourceDefinition}"}, []string{"patch"}},
	{agentRequest{verb: "watch", resource: "nodes.v1.", body: "{kind: Node}"}, []string{"list", "watch"}},
}

// lifecycle is what the strategy Update asks, sorted as in reports.
var lifecycle = []string{"create", "delete", "get", "update"}

// refusal is a request that is refused for a reason that no grant removes, and what diagnose has to say of it.
type refusal struct {
	agentRequest
	as who

	classification string
	tells          tells
	telling        denial // where it tells of something else
	rules          int    // that an escalation names
}

// tells is what the text of a refusal tells of the request.
type tells int

const (
	tellsNothing  tells = iota
	tellsObject         // its resource and name
	tellsKind           // its kind and name
	tellsOnlyKind       // its kind
	tellsAuthor         // its resource, name, and who sent it
	tellsAll            // the verb and the namespace besides
)

// who sends a request.
type who int

const (
	asTheAgent who = iota
	withBadToken
	withoutCredentials
	actingAsSomebody
	throughItsMapper // which asks no API server for what discovery does not name
)

const (
	pod     = "{kind: Pod, spec: {containers: [{name: c, image: i}]}}"
	rbacAPI = "rbac.authorization.k8s.io"
)

var refusals = []refusal{
	// With escalate and bind taken away.
	{classification: "escalation", tells: tellsAuthor, rules: 1,
		agentRequest: agentRequest{verb: "create", resource: "roles.v1." + rbacAPI, namespace: "diagnose-a", name: "diagnose-nodes",
			body: `{kind: Role, rules: [{apiGroups: [""], resources: [nodes], verbs: [get]}, {apiGroups: [""], resources: [configmaps], verbs: [get]}]}`}},
	{classification: "escalation", tells: tellsAuthor, rules: 5,
		agentRequest: agentRequest{verb: "update", resource: "clusterroles.v1." + rbacAPI, name: "diagnose-role",
			body: `{kind: ClusterRole, rules: [{apiGroups: [storage.k8s.io, ""], resources: [storageclasses, nodes], verbs: [get, "*"]}, {nonResourceURLs: [/metrics], verbs: [get]}]}`}},
	{classification: "escalation", tells: tellsAuthor, rules: 2,
		agentRequest: agentRequest{verb: "create", resource: "rolebindings.v1." + rbacAPI, namespace: "diagnose-a", name: "diagnose-binding",
			body: `{kind: RoleBinding, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}`}},
	{classification: "escalation", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "clusterroles.v1." + rbacAPI, name: "diagnose-aggregate",
			body: `{kind: ClusterRole, aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}}`}},
	{classification: "not-rbac", telling: denial{Group: rbacAPI, Resource: "rolebindings", Name: "nobody-wrote-it"},
		agentRequest: agentRequest{verb: "create", resource: "rolebindings.v1." + rbacAPI, namespace: "diagnose-a", name: "diagnose-dangling",
			body: `{kind: RoleBinding, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: nobody-wrote-it}}`}},
	{classification: "not-rbac", tells: tellsKind,
		agentRequest: agentRequest{verb: "update", resource: "rolebindings.v1." + rbacAPI, namespace: "diagnose-a", name: "diagnose-bound",
			body: `{kind: RoleBinding, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}}`}},

	// Admission.
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", namespace: "diagnose-quota", name: "p",
			body: "{kind: Pod, spec: {containers: [{name: c, image: i, resources: {requests: {memory: 1Gi}}}]}}"}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", namespace: "diagnose-quota", name: "p2", body: pod}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", namespace: "diagnose-restricted", name: "p", body: pod}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", namespace: "diagnose-b", name: "p",
			body: "{kind: Pod, spec: {containers: [{name: c, image: i, resources: {limits: {cpu: 3}}}]}}"}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", namespace: "diagnose-a", name: "p",
			body: "{kind: Pod, spec: {priorityClassName: gold, containers: [{name: c, image: i}]}}"}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", namespace: "diagnose-a", name: "p3",
			body: "{kind: Pod, spec: {priority: 5, containers: [{name: c, image: i}]}}"}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", namespace: "diagnose-a", name: "p4",
			body: "{kind: Pod, spec: {runtimeClassName: gone, containers: [{name: c, image: i}]}}"}},
	{classification: "admission", telling: denial{Resource: "configmaps", Namespace: "diagnose-going", Name: "c"},
		agentRequest: agentRequest{verb: "create", resource: "configmaps.v1.", namespace: "diagnose-going", name: "c",
			body: "{kind: ConfigMap}"}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "delete", resource: "namespaces.v1.", name: "kube-system", body: "{kind: Namespace}"}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "deployments.v1.apps", namespace: "diagnose-a", name: "diagnose-policy",
			body: "{kind: Deployment, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}"}},
	{classification: "admission", tells: tellsObject,
		agentRequest: agentRequest{verb: "update", resource: "persistentvolumeclaims.v1.", namespace: "diagnose-a", name: "diagnose-claim",
			body: "{kind: PersistentVolumeClaim, spec: {volumeName: v, storageClassName: '', accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}}"}},

	// Not RBAC.
	{classification: "not-rbac", tells: tellsKind,
		agentRequest: agentRequest{verb: "update", resource: "jobs.v1.batch", namespace: "diagnose-a", name: "diagnose-job",
			body: "{kind: Job, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: other}]}}}}"}},
	{classification: "not-rbac", telling: denial{Resource: "namespaces", Name: "diagnose-nowhere"},
		agentRequest: agentRequest{verb: "create", resource: "configmaps.v1.", namespace: "diagnose-nowhere", name: "c", body: "{kind: ConfigMap}"}},
	{classification: "not-rbac", tells: tellsObject,
		agentRequest: agentRequest{verb: "create", resource: "configmaps.v1.", namespace: "diagnose-a", name: "diagnose-there", body: "{kind: ConfigMap}"}},
	{classification: "not-rbac", tells: tellsObject,
		agentRequest: agentRequest{verb: "update", resource: "configmaps.v1.", namespace: "diagnose-a", name: "diagnose-there",
			body: `{kind: ConfigMap, metadata: {resourceVersion: "1"}}`}},
	{classification: "not-rbac",
		agentRequest: agentRequest{verb: "apply", resource: "configmaps.v1.", namespace: "diagnose-a", name: "diagnose-there",
			body: `{kind: ConfigMap, data: {k: other}}`}},
	{classification: "not-rbac", tells: tellsKind,
		agentRequest: agentRequest{verb: "create", resource: "deployments.v1.apps", namespace: "diagnose-b", name: "diagnose-invalid",
			body: "{kind: Deployment, spec: {replicas: -1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}"}},
	{classification: "not-rbac", tells: tellsOnlyKind,
		agentRequest: agentRequest{verb: "create", resource: "deployments.v1.apps", namespace: "diagnose-b", name: "diagnose-undecoded",
			body: "{kind: Deployment, spec: {replicas: many}}"}},
	{classification: "not-rbac", tells: tellsKind,
		agentRequest: agentRequest{verb: "update", resource: "services.v1.", namespace: "diagnose-a", name: "diagnose-service",
			body: "{kind: Service, spec: {clusterIP: 10.96.9.10, ports: [{port: 80}]}}"}},
	{classification: "not-rbac",
		agentRequest: agentRequest{verb: "create", resource: "ingresses.v1beta1.extensions", namespace: "diagnose-a", name: "i", body: "{kind: Ingress}"}},
	{classification: "not-rbac",
		agentRequest: agentRequest{verb: "create", resource: "pods.v1.", name: "p", body: pod}},
	{classification: "not-rbac",
		agentRequest: agentRequest{verb: "create", resource: "services.v1.", namespace: "diagnose-b", name: "diagnose-hooked",
			body: "{kind: Service, spec: {clusterIP: None, ports: [{port: 80}]}}"}},
	{as: withBadToken, classification: "not-rbac",
		agentRequest: agentRequest{verb: "get", resource: "configmaps.v1.", namespace: "diagnose-a", name: "c", body: "{kind: ConfigMap}"}},
	{as: withoutCredentials, classification: "not-rbac", telling: denial{User: "system:anonymous", Verb: "get", Group: "storage.k8s.io", Resource: "storageclasses", Name: "c"},
		agentRequest: agentRequest{verb: "get", resource: "storageclasses.v1.storage.k8s.io", name: "c", body: "{kind: StorageClass}"}},
	{as: throughItsMapper, classification: "not-rbac", tells: tellsOnlyKind,
		agentRequest: agentRequest{verb: "get", resource: "appwrappers.v1beta2.workload.codeflare.dev", namespace: "diagnose-a", name: "a", body: "{kind: AppWrapper}"}},

	// Somebody else's business.
	{as: actingAsSomebody, classification: "impersonation", tells: tellsAll,
		agentRequest: agentRequest{verb: "get", resource: "pods.v1.", namespace: "diagnose-a", name: "p", body: "{kind: Pod}"}},

	// Slips.
	{classification: "bogus-input", tells: tellsAll,
		agentRequest: agentRequest{verb: "get", resource: "manifestworks.v1.work.open-cluster-management.io", namespace: "wec1", name: "inner", body: "{kind: ManifestWork}"}},
	{classification: "bogus-input", tells: tellsAll,
		agentRequest: agentRequest{verb: "get", resource: "wec1.v1.", name: "hello", body: "{kind: Wec1}"}},
}

// denial is what diagnose has to read in the text.
func (r refusal) denial() denial {
	if r.telling != (denial{}) {
		return r.telling
	}
	object, _ := r.object()
	kind, resource := object.GroupVersionKind(), r.gvr()
	switch r.tells {
	case tellsObject:
		return denial{Group: resource.Group, Resource: resource.Resource, Name: r.name}
	case tellsKind:
		return denial{Group: kind.Group, Kind: kind.Kind, Name: r.name}
	case tellsOnlyKind:
		return denial{Kind: kind.Kind}
	case tellsAuthor:
		return denial{User: agentUser, Group: resource.Group, Resource: resource.Resource, Name: r.name}
	case tellsAll:
		verb := r.verb
		if r.as == actingAsSomebody {
			verb = "impersonate-on:user-info:" + verb // Kubernetes 1.36
		}
		return denial{
			User: agentUser, Verb: verb, Group: resource.Group, Resource: resource.Resource, Namespace: r.namespace, Name: r.name,
		}
	}
	return denial{}
}

// text is what the API server, or the client, answers.
func (r refusal) text(t *testing.T, a agent) string {
	t.Helper()
	config := rest.CopyConfig(a.config)
	switch r.as {
	case withBadToken:
		config.BearerToken = "expired"
	case withoutCredentials:
		config.BearerToken = ""
	case actingAsSomebody:
		config.Impersonate = rest.ImpersonationConfig{UserName: "jane"}
	case throughItsMapper:
		return r.unmapped(t, config)
	}
	return agentOf(t, config).refused(t, r.agentRequest)
}

// unmapped is what is said of a kind that discovery does not name.
func (r refusal) unmapped(t *testing.T, config *rest.Config) string {
	t.Helper()
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := restmapper.GetAPIGroupResources(client)
	if err != nil {
		t.Fatal(err)
	}
	object, err := r.object()
	if err != nil {
		t.Fatal(err)
	}
	kind := object.GroupVersionKind()
	_, err = restmapper.NewDiscoveryRESTMapper(groups).RESTMapping(kind.GroupKind(), kind.Version)
	if err == nil {
		t.Fatalf("%s is known", kind)
	}
	return err.Error()
}

// surroundings are what the requests above run into.
const surroundings = `
apiVersion: v1
kind: Namespace
metadata: {name: diagnose-a}
---
apiVersion: v1
kind: Namespace
metadata: {name: diagnose-b}
---
apiVersion: v1
kind: Namespace
metadata: {name: diagnose-quota}
---
apiVersion: v1
kind: Namespace
metadata: {name: diagnose-going}
---
apiVersion: v1
kind: Namespace
metadata: {name: diagnose-restricted, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: diagnose-limits, namespace: diagnose-b}
spec: {limits: [{type: Container, max: {cpu: 2}}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: diagnose-hook}
webhooks:
- name: hook.diagnose.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {url: "https://127.0.0.1:1/"}
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: diagnose-b}}
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [services], operations: [CREATE]}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: diagnose-policy}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: [CREATE], resourceNames: [diagnose-policy]}]
  validations: [{expression: "false", message: "not on a Friday"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: diagnose-policy}
spec: {policyName: diagnose-policy, validationActions: [Deny]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: diagnose-there, namespace: diagnose-a}
data: {k: v}
---
apiVersion: v1
kind: Service
metadata: {name: diagnose-service, namespace: diagnose-a}
spec: {clusterIP: None, ports: [{port: 80}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: diagnose-job, namespace: diagnose-a}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: diagnose-role}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: diagnose-bound, namespace: diagnose-a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
`

// withStatus is stored with its status: no controller fills it here.
const withStatus = `
apiVersion: v1
kind: ResourceQuota
metadata: {name: compute, namespace: diagnose-quota}
spec: {hard: {requests.memory: 512Mi}}
status: {hard: {requests.memory: 512Mi}, used: {requests.memory: "0"}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: diagnose-claim, namespace: diagnose-a}
spec: {volumeName: v, storageClassName: "", accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
status: {phase: Bound, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce]}
`

// surround prepares a WEC for the refusals, until the test ends.
func surround(t *testing.T, w *wec) {
	t.Helper()
	ctx := context.Background()
	definitions, err := cluster.DecodeFile("testdata/crds/wec.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Install(ctx, definitions); err != nil {
		t.Fatal(err)
	}
	creator, err := w.NewCreator()
	if err != nil {
		t.Fatal(err)
	}
	var objects []*unstructured.Unstructured
	t.Cleanup(func() {
		for _, object := range slices.Backward(objects) {
			if resource, err := creator.Resource(object); err == nil {
				_ = resource.Delete(ctx, object.GetName(), metav1.DeleteOptions{})
			}
		}
	})
	objects = decoded(t, surroundings)
	for _, object := range objects {
		if err := creator.Create(ctx, object.DeepCopy(), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, object := range decoded(t, withStatus) {
		if err := creator.CreateWithStatus(ctx, object); err != nil {
			t.Fatal(err)
		}
	}
	// No controller empties it, so it stays as it is.
	if err := w.Admin.CoreV1().Namespaces().Delete(ctx, "diagnose-going", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

func decoded(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := cluster.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// trim takes escalate and bind from the agent, as cautious installations do, until the test ends.
func trim(t *testing.T, w *wec) {
	t.Helper()
	ctx, roles := context.Background(), w.Admin.RbacV1().ClusterRoles()
	list, err := roles.List(ctx, metav1.ListOptions{LabelSelector: "open-cluster-management.io/aggregate-to-work=true"})
	if err != nil {
		t.Fatal(err)
	}
	trimmed := 0
	for _, role := range list.Items {
		before := role.DeepCopy()
		for i := range role.Rules {
			role.Rules[i].Verbs = slices.DeleteFunc(role.Rules[i].Verbs, func(verb string) bool {
				if verb != "escalate" && verb != "bind" {
					return false
				}
				trimmed++
				return true
			})
		}
		updated, err := roles.Update(ctx, &role, metav1.UpdateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			before.ResourceVersion = updated.ResourceVersion
			if _, err := roles.Update(ctx, before, metav1.UpdateOptions{}); err != nil {
				t.Error(err)
			}
			_ = w.Settle(ctx)
		})
	}
	if trimmed == 0 {
		t.Fatal("the agent holds neither escalate nor bind")
	}
	if err := w.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}
