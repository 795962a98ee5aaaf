// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"wecan.dev/e2e/cluster"
)

// workload needs what every agent holds, what none does, and a kind that these clusters do not have.
const workload = `
apiVersion: v1
kind: Namespace
metadata: {name: operators-test}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: operators-test}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: operators-test}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
---
apiVersion: workload.codeflare.dev/v1beta2
kind: AppWrapper
metadata: {name: job, namespace: operators-test}
`

const unknownKind = "appwrappers"

func workloadFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workload.yaml")
	if err := os.WriteFile(path, []byte(workload), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOperators(t *testing.T) {
	needLive(t)
	manifests := workloadFile(t)
	for _, o := range operators {
		t.Run(o.name, func(t *testing.T) {
			code := 1 // no agent may create a StorageClass
			if o.method == "" {
				code = 3
			}
			config := written(t, kubeconfig(o.name))
			got := wecan(t, code, "can-i", "-f", manifests, "--kubeconfig", config, "--all-contexts",
				"-o", "json").report(t)
			clusters := got.byContext(t)
			for _, w := range wecs {
				of := clusters[w.Name]
				if o.method == "" {
					expectOneLine(t, w.Name, of)
					continue
				}
				if of.Error != "" || of.Method != o.method || of.Server != w.URL {
					t.Errorf("%s: method %q, server %q, error %q; want %q, %q, none", w.Name, of.Method, of.Server,
						of.Error, o.method, w.URL)
				}
				sameAnswers(t, w.Name, of.Results, staticAnswers(t, w, "-f", manifests))
				for _, result := range of.Results {
					if result.Resource == unknownKind && result.State != "not-applicable" {
						t.Errorf("%s: %s %s: state %q", w.Name, result.Verb, unknownKind, result.State)
					}
				}
			}
			if got.Summary.Incomplete != (o.method == "") || got.Summary.ExitCode != code {
				t.Errorf("summary %+v, want exit code %d", got.Summary, code)
			}
		})
	}
	t.Run("nothing was written", func(t *testing.T) { onlyAsked(t, wecs) })
}

// The methods an operator lacks the rights for are refused when he asks for them.
func TestOperatorsCannotChooseWhatTheyLack(t *testing.T) {
	needLive(t)
	for _, o := range operators {
		for _, method := range []string{"impersonate", "sar", "local"} {
			t.Run(o.name+"/"+method, func(t *testing.T) {
				code := 3
				if o.method == method || o.name == "cluster-admin" {
					code = 1
				}
				wecan(t, code, "can-i", "create", "storageclasses.storage.k8s.io", "--kubeconfig",
					written(t, kubeconfig(o.name)), "--context", "wec1", "--method", method)
			})
		}
	}
}

// What is printed for an operator who lacks everything is enough, and no rule of it can be left out.
func TestTheGrantPrintedIsEnough(t *testing.T) {
	needLive(t)
	if method := methodWith(t, "helped", func([]*unstructured.Unstructured) {}); method != "impersonate" {
		t.Errorf("with all of it: method %q, want impersonate", method)
	}
	for _, left := range []struct {
		kind string
		rule int
	}{{"Role", 0}, {"ClusterRole", 0}, {"ClusterRole", 1}} {
		name := fmt.Sprintf("helped-less-%s-%d", strings.ToLower(left.kind), left.rule)
		method := methodWith(t, name, func(objects []*unstructured.Unstructured) {
			for _, object := range objects {
				if object.GetKind() != left.kind {
					continue
				}
				rules, _, _ := unstructured.NestedSlice(object.Object, "rules")
				_ = unstructured.SetNestedSlice(object.Object, slices.Delete(rules, left.rule, left.rule+1), "rules")
			}
		})
		if method != "" {
			t.Errorf("without rule %d of %s: method %q, want none", left.rule, left.kind, method)
		}
	}
}

// methodWith gives the method that a new operator can use who holds what is printed for them, changed. Each is somebody
// else, because the API server remembers for a while who may impersonate.
func methodWith(t *testing.T, name string, change func([]*unstructured.Unstructured)) string {
	t.Helper()
	w := wecs[0]
	credential, err := w.Token(context.Background(), operatorNamespace, name)
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig := cluster.NewKubeconfig()
	kubeconfig.Add(w.Name, w.URL, w.CA.PEM, credential)
	arguments := []string{"can-i", "create", "storageclasses.storage.k8s.io", "--kubeconfig", written(t, kubeconfig),
		"--context", w.Name, "-o", "json"}
	lacks := wecan(t, 3, arguments...).report(t).byContext(t)[w.Name].Lacks
	objects, err := cluster.Decode([]byte(lacks))
	if err != nil {
		t.Fatalf("%v in\n%s", err, lacks)
	}
	change(objects)
	defer create(t, w, objects)()
	result, err := runWecan(arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return result.report(t).byContext(t)[w.Name].Method
}

// expectOneLine fails unless a cluster that could not be asked says why, in one line, and answers nothing.
func expectOneLine(t *testing.T, context string, of clusterReport) {
	t.Helper()
	if of.Error == "" || strings.Contains(of.Error, "\n") {
		t.Errorf("%s: error %q, want one line", context, of.Error)
	}
	if len(of.Results) != 0 {
		t.Errorf("%s: %d results beside the error %q", context, len(of.Results), of.Error)
	}
}

// staticAnswers are those of the profile of this WEC.
func staticAnswers(t *testing.T, w *wec, question ...string) []answer {
	t.Helper()
	arguments := append([]string{"can-i"}, question...)
	arguments = append(arguments, "--profile", w.profile, "--kubernetes", kubernetesVersion, "-o", "json")
	result, err := runWecan(arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return result.report(t).Clusters[0].Results
}

// sameAnswers compares the answers for all kinds that the cluster has.
func sameAnswers(t *testing.T, context string, got, want []answer) {
	t.Helper()
	gotMap, wantMap := answerMap(got), answerMap(want)
	if len(wantMap) == 0 || !maps.Equal(gotMap, wantMap) {
		t.Errorf("%s: answers\n%+v\nwant\n%+v", context, gotMap, wantMap)
	}
}

func answerMap(answers []answer) map[request]bool {
	result := map[request]bool{}
	for _, a := range answers {
		if a.Resource != unknownKind {
			result[a.request] = a.Allowed
		}
	}
	return result
}

// onlyAsked reads in the audit logs that operators, who use nothing but wecan and the reviews of this harness,
// have read and asked, and changed nothing.
func onlyAsked(t *testing.T, wecs []*wec) {
	for _, w := range wecs {
		expectOnlyAsked(t, w.Server, func(user string) bool {
			return slices.ContainsFunc(operators, func(o operator) bool { return o.user() == user })
		})
	}
}

// expectOnlyAsked fails when somebody has sent this server more than reads and reviews, or, for all the log tells,
// nothing.
func expectOnlyAsked(t *testing.T, server *cluster.Server, somebody func(user string) bool) {
	t.Helper()
	asking := []string{
		"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		"/apis/authorization.k8s.io/v1/subjectaccessreviews",
		"/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
		"/apis/authentication.k8s.io/v1/selfsubjectreviews",
	}
	events, err := server.Audit()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, event := range events {
		if !somebody(event.User.Username) {
			continue
		}
		seen++
		path, _, _ := strings.Cut(event.RequestURI, "?")
		reads := slices.Contains([]string{"get", "list"}, event.Verb)
		if !reads && !(event.Verb == "create" && slices.Contains(asking, path)) {
			t.Errorf("%s: %s: %s %s", server.Name, event.User.Username, event.Verb, event.RequestURI)
		}
	}
	if seen == 0 {
		t.Errorf("%s: the audit log names none of them", server.Name)
	}
}
