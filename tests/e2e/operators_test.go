// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	t.Run("nothing was written", onlyAsked)
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

// The Role that is printed for an operator who lacks everything is enough, and no more than that is needed.
func TestTheRolePrintedIsEnough(t *testing.T) {
	needLive(t)
	ctx, w := context.Background(), wecs[0]
	credential, err := w.Token(ctx, operatorNamespace, "helped")
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig := cluster.NewKubeconfig()
	kubeconfig.Add(w.Name, w.URL, w.CA.PEM, credential)
	arguments := []string{"can-i", "create", "storageclasses.storage.k8s.io", "--kubeconfig", written(t, kubeconfig),
		"--context", w.Name}
	refused := wecan(t, 3, arguments...)

	role := printedRole(t, refused.stdout+"\n"+refused.stderr)
	role.SetNamespace(agentNamespace)
	role.SetName("helped")
	creator, err := w.NewCreator()
	if err != nil {
		t.Fatal(err)
	}
	if err := creator.Create(ctx, role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "helped"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: operatorNamespace, Name: "helped"}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "helped"},
	}
	if _, err := w.Admin.RbacV1().RoleBindings(agentNamespace).Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = w.Admin.RbacV1().RoleBindings(agentNamespace).Delete(ctx, "helped", metav1.DeleteOptions{})
		_ = w.Admin.RbacV1().Roles(agentNamespace).Delete(ctx, "helped", metav1.DeleteOptions{})
	})
	if err := w.Settle(ctx); err != nil {
		t.Fatal(err)
	}

	of := wecan(t, 1, append(arguments, "-o", "json")...).report(t).byContext(t)[w.Name]
	if of.Method != "impersonate" || of.Error != "" {
		t.Errorf("with the Role: method %q, error %q", of.Method, of.Error)
	}
	if rules, _, _ := unstructured.NestedSlice(role.Object, "rules"); len(rules) != 1 {
		t.Errorf("%d rules in the Role, want 1: %v", len(rules), rules)
	}
}

// printedRole finds the Role in a text for people: the indented lines from "apiVersion:" on.
func printedRole(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		start := strings.TrimLeft(line, " ")
		if !strings.HasPrefix(start, "apiVersion:") {
			continue
		}
		indent := line[:len(line)-len(start)]
		end := i + 1
		for end < len(lines) && isYAML(lines[end], indent) {
			end++
		}
		var block []string
		for _, yaml := range lines[i:end] {
			block = append(block, strings.TrimPrefix(yaml, indent))
		}
		objects, err := cluster.Decode([]byte(strings.Join(block, "\n")))
		if err != nil {
			t.Fatalf("%v in\n%s", err, strings.Join(block, "\n"))
		}
		for _, object := range objects {
			if object.GetKind() == "Role" {
				return object
			}
		}
	}
	t.Fatalf("no Role in\n%s", text)
	return nil
}

// isYAML tells whether a line goes on with a block of this indentation: a key, an item, or what is in one.
func isYAML(line, indent string) bool {
	rest, inside := strings.CutPrefix(line, indent)
	if !inside || rest == "" {
		return false
	}
	return rest[0] == ' ' || rest[0] == '-' || strings.Contains(strings.Fields(rest)[0], ":")
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
func onlyAsked(t *testing.T) {
	asking := []string{
		"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		"/apis/authorization.k8s.io/v1/subjectaccessreviews",
		"/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
		"/apis/authentication.k8s.io/v1/selfsubjectreviews",
	}
	for _, w := range wecs {
		events, err := w.Audit()
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, event := range events {
			if !slices.ContainsFunc(operators, func(o operator) bool { return o.user() == event.User.Username }) {
				continue
			}
			seen++
			path, _, _ := strings.Cut(event.RequestURI, "?")
			reads := slices.Contains([]string{"get", "list"}, event.Verb)
			if !reads && !(event.Verb == "create" && slices.Contains(asking, path)) {
				t.Errorf("%s: %s: %s %s", w.Name, event.User.Username, event.Verb, event.RequestURI)
			}
		}
		if seen == 0 {
			t.Errorf("%s: the audit log names no operator", w.Name)
		}
	}
}
