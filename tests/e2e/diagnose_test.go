// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"wecan.dev/e2e/cluster"
)

// denial is what of a denial the text of a refusal tells.
type denial struct {
	User        string `json:"user"`
	Verb        string `json:"verb"`
	Group       string `json:"group"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	Kind        string `json:"kind"`
}

// diagnosis is what diagnose -o json prints.
type diagnosis struct {
	Summary struct {
		Cut      int `json:"cut"`
		ExitCode int `json:"exitCode"`
	} `json:"summary"`
	Denials []diagnosed `json:"denials"`
	Errors  []struct {
		Where   string `json:"where"`
		Message string `json:"message"`
	} `json:"errors"`
}

type diagnosed struct {
	denial
	Classification string              `json:"classification"`
	Rules          []rbacv1.PolicyRule `json:"rules"`
	Grant          *struct {
		Verbs []string `json:"verbs"`
	} `json:"grant"`
	Live []struct {
		Context string   `json:"context"`
		Allowed []string `json:"allowed"`
		Refused []string `json:"refused"`
		Error   string   `json:"error"`
	} `json:"live"`
	Times  int        `json:"times"`
	SeenIn []sighting `json:"seenIn"`
}

type sighting struct {
	Source    string `json:"source"`
	Line      int    `json:"line"`
	Object    string `json:"object"`
	Manifest  *int   `json:"manifest"`
	Condition string `json:"condition"`
}

func (r runResult) diagnosis(t *testing.T) diagnosis {
	t.Helper()
	var parsed diagnosis
	if err := json.Unmarshal([]byte(r.stdout), &parsed); err != nil {
		t.Fatalf("no report: %v\n%s%s", err, r.stdout, r.stderr)
	}
	return parsed
}

// at finds the denial that was seen in a manifest.
func (d diagnosis) at(t *testing.T, work string, manifest int) diagnosed {
	t.Helper()
	for _, found := range d.Denials {
		for _, where := range found.SeenIn {
			if where.Object == "ManifestWork "+work && where.Manifest != nil && *where.Manifest == manifest {
				return found
			}
		}
	}
	t.Fatalf("no denial of manifest %d of %s", manifest, work)
	return diagnosed{}
}

const (
	appliedFalse     = "Applied=False AppliedManifestFailed"
	availableUnknown = "Available=Unknown FetchingResourceFailed"
)

// TestDiagnose is the way from a refusal on a WEC over the ManifestWorks of the ITS to the grant, and back.
func TestDiagnose(t *testing.T) {
	needLive(t)
	w := wecs[0]
	surround(t, w)
	mailboxes(t)
	a := newAgent(t, w)
	works := refuse(t, w, a)
	for _, work := range works {
		store(t, its, work)
	}
	config := written(t, itsConfig(t, "diagnose-reader"))
	diagnose := func(code int, arguments ...string) runResult {
		t.Helper()
		return wecan(t, code, append([]string{"diagnose", "--kubeconfig", config, "--no-config"}, arguments...)...)
	}

	t.Run("every text", func(t *testing.T) {
		got := diagnose(1, "--its", "its1", "-o", "json").diagnosis(t)
		expectGaps(t, got)
		expectRefusals(t, got)
		if got.Summary.Cut != 0 || len(got.Denials) != len(gaps)+len(refusals) {
			t.Errorf("%d denials and %d cut ones, want %d and none", len(got.Denials), got.Summary.Cut, len(gaps)+len(refusals))
		}
		// The same in two mailboxes, and in two conditions of a manifest.
		first := got.at(t, "wec1/twin", 0)
		want := []sighting{
			{Source: "context:its1", Object: "ManifestWork wec1/twin", Manifest: new(int), Condition: appliedFalse},
			{Source: "context:its1", Object: "ManifestWork wec2/gaps", Manifest: new(int), Condition: appliedFalse},
			{Source: "context:its1", Object: "ManifestWork wec2/gaps", Manifest: new(int), Condition: availableUnknown},
		}
		if show(first.SeenIn) != show(want) || first.Times != len(want) {
			t.Errorf("seen %d times, in\n%s\nwant\n%s", first.Times, show(first.SeenIn), show(want))
		}
	})
	t.Run("one mailbox", func(t *testing.T) {
		got := diagnose(0, "--its", "its1", "-n", "wec2", "-o", "json").diagnosis(t)
		expectGaps(t, got)
		if len(got.Denials) != len(gaps) {
			t.Errorf("wec2: %d denials, want %d", len(got.Denials), len(gaps))
		}
		got = diagnose(1, "--its", "its1", "-n", "wec1", "-o", "json").diagnosis(t)
		expectRefusals(t, got)
		if len(got.Denials) != len(refusals)+1 {
			t.Errorf("wec1: %d denials, want %d", len(got.Denials), len(refusals)+1)
		}
		none := diagnose(0, "--its", "its1", "-n", "wec9", "-o", "json")
		if got := none.diagnosis(t); len(got.Denials) != 0 || none.stderr != "wecan: nothing is refused there\n" {
			t.Errorf("wec9: %d denials, stderr %q", len(got.Denials), none.stderr)
		}
	})
	t.Run("no good news", func(t *testing.T) {
		cut := condition("Applied", "False", "AppliedManifestFailed", `Failed to apply manifest: pods "p" is forbidden: User "u" cannot get reso`)
		store(t, its, manifestWork("wec3", "cut", []any{manifestOf(gaps[0].agentRequest, 0, cut)}))
		expectOneStderrLine(t, diagnose(2, "--its", "its1", "-n", "wec3"), "ManifestWork wec3/cut", "cut")
		// Nothing was asked of the WEC.
		text := filepath.Join(t.TempDir(), "text")
		if err := os.WriteFile(text, []byte("something else\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		expectOneStderrLine(t, diagnose(2, text, "--context", "wec1"), "no refusal is recognised")
	})
	t.Run("who may not read", mayNotRead)
	t.Run("grant", func(t *testing.T) { grantAndCheck(t, w, a, diagnose) })
	t.Run("applied", func(t *testing.T) { diagnoseApplied(t, w) })
	t.Run("nothing was written", func(t *testing.T) {
		onlyAsked(t, wecs[:2])
		expectOnlyAsked(t, its, func(user string) bool { return strings.HasPrefix(user, "diagnose-") })
	})
}

// refuse has all requests refused, and gives the ManifestWorks with what the agent writes of that.
func refuse(t *testing.T, w *wec, a agent) []*unstructured.Unstructured {
	t.Helper()
	failed := func(text string) map[string]any {
		return condition("Applied", "False", "AppliedManifestFailed", "Failed to apply manifest: "+text)
	}
	var ofGaps, ofTwin, ofRefusals []any
	for i, g := range gaps {
		text := a.refused(t, g.agentRequest)
		conditions := []any{failed(text)}
		if g.verb == "get" {
			conditions = append(conditions, condition("Available", "Unknown", "FetchingResourceFailed", "Failed to fetch resource: "+text))
		}
		ofGaps = append(ofGaps, manifestOf(g.agentRequest, i, conditions...))
		if i == 0 {
			ofTwin = append(ofTwin, manifestOf(g.agentRequest, 0, failed(text)))
		}
	}
	t.Run("refusals", func(t *testing.T) {
		trim(t, w)
		for i, r := range refusals {
			ofRefusals = append(ofRefusals, manifestOf(r.agentRequest, i, failed(r.text(t, a))))
		}
	})
	applied := manifestOf(gaps[0].agentRequest, 0, condition("Applied", "True", "AppliedManifestComplete", "Apply manifest complete"))
	return []*unstructured.Unstructured{
		manifestWork("wec1", "applied", []any{applied}),
		manifestWork("wec1", "refusals", ofRefusals),
		manifestWork("wec1", "twin", ofTwin),
		manifestWork("wec2", "gaps", ofGaps),
	}
}

func expectGaps(t *testing.T, got diagnosis) {
	t.Helper()
	for i, g := range gaps {
		d := got.at(t, "wec2/gaps", i)
		want := denial{
			User: agentUser, Verb: g.verb, Group: g.gvr().Group, Resource: g.gvr().Resource, Namespace: g.namespace, Name: g.name,
		}
		if g.verb == "create" {
			want.Name = "" // the API server does not know it yet
		}
		if d.Classification != "missing-permission" || d.denial != want {
			t.Errorf("%s: %s %+v, want missing-permission %+v", g, d.Classification, d.denial, want)
		}
		if d.Grant == nil || !slices.Equal(d.Grant.Verbs, g.grant) {
			t.Errorf("%s: grant %+v, want %v", g, d.Grant, g.grant)
		}
	}
}

func expectRefusals(t *testing.T, got diagnosis) {
	t.Helper()
	for i, r := range refusals {
		d := got.at(t, "wec1/refusals", i)
		if want := r.denial(); d.Classification != r.classification || d.denial != want {
			t.Errorf("%s: %s %+v, want %s %+v", r, d.Classification, d.denial, r.classification, want)
		}
		if d.Grant != nil || len(d.Rules) != r.rules {
			t.Errorf("%s: grant %+v, %d rules; want none and %d", r, d.Grant, len(d.Rules), r.rules)
		}
		if d.Times != 1 || len(d.SeenIn) != 1 || d.SeenIn[0].Source != "context:its1" || d.SeenIn[0].Condition != appliedFalse {
			t.Errorf("%s: seen %d times, in %s", r, d.Times, show(d.SeenIn))
		}
	}
}

// grantAndCheck applies what diagnose prints: it is enough, and no verb of it can be left out.
func grantAndCheck(t *testing.T, w *wec, a agent, diagnose func(int, ...string) runResult) {
	live := func(granted bool) {
		t.Helper()
		got := diagnose(0, "--its", "its1", "-n", "wec2", "--context", "wec1", "--context", "wec2", "-o", "json").diagnosis(t)
		for i, g := range gaps {
			checks := got.at(t, "wec2/gaps", i).Live
			if len(checks) != 2 {
				t.Fatalf("%s: %d live checks, want 2", g, len(checks))
			}
			for j, context := range []string{"wec1", "wec2"} {
				var allowed, refused []string
				if granted && context == "wec1" {
					allowed = g.grant
				} else {
					refused = g.grant
				}
				c := checks[j]
				if c.Context != context || c.Error != "" || !slices.Equal(c.Allowed, allowed) || !slices.Equal(c.Refused, refused) {
					t.Errorf("granted %t: %s: %+v, want allowed %v, refused %v on %s", granted, g, c, allowed, refused, context)
				}
			}
		}
	}
	live(false)
	for _, strategy := range []string{"role-binding", "cluster-binding", "aggregate"} {
		t.Run(strategy, func(t *testing.T) {
			objects := decoded(t, diagnose(0, "--its", "its1", "-n", "wec2", "-o", "yaml", "--strategy", strategy).stdout)
			t.Cleanup(create(t, w, objects))
			for _, g := range gaps {
				if err := a.live(g); err != nil {
					t.Errorf("%s: granted: %v", g, err)
				}
			}
			live(true)
			if strategy == "aggregate" {
				expectMinimal(t, w, a, objects)
			}
		})
	}
	live(false)
}

// live sends the request that was refused, and those that come after it when it is not.
func (a agent) live(g gap) error {
	ctx := context.Background()
	same := g.agentRequest
	same.dryRun = true
	if err := a.send(ctx, same); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	other := g.agentRequest
	if slices.Contains(g.grant, "create") {
		other.name += "-2" // what is there stays as it is
	} else {
		other.dryRun = true
	}
	verbs := slices.Clone(g.grant)
	if slices.Contains(verbs, "create") {
		verbs = []string{"create", "get", "update", "delete"}
	}
	for _, verb := range verbs {
		if err := a.send(ctx, other.with(verb)); err != nil {
			return fmt.Errorf("%s: %w", verb, err)
		}
	}
	return nil
}

// verbOfRefusal is what RBAC says no to.
var verbOfRefusal = regexp.MustCompile(` cannot (\w+) resource "`)

// refusedVerbs are those that the agent may not, as "update limitranges", of all that its gaps took.
func (a agent) refusedVerbs(t *testing.T) []string {
	t.Helper()
	refused := map[string]bool{}
	for _, g := range gaps {
		for _, verb := range g.grant {
			request := g.with(verb)
			request.dryRun = true
			err := a.send(context.Background(), request)
			if !apierrors.IsForbidden(err) {
				continue // the server got as far as looking at the object
			}
			match := verbOfRefusal.FindStringSubmatch(err.Error())
			if match == nil {
				t.Fatalf("%s: %v", request, err)
			}
			refused[match[1]+" "+g.gvr().Resource] = true
		}
	}
	return slices.Sorted(maps.Keys(refused))
}

// expectMinimal takes each verb on each resource away in turn: that one alone is refused.
func expectMinimal(t *testing.T, w *wec, a agent, objects []*unstructured.Unstructured) {
	t.Helper()
	ctx, roles := context.Background(), w.Admin.RbacV1().ClusterRoles()
	if len(objects) != 1 || objects[0].GetKind() != "ClusterRole" {
		t.Fatalf("%d objects, want one ClusterRole", len(objects))
	}
	// An update of what is not there is refused with 404 before RBAC is asked for it.
	creator, err := w.NewCreator()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gaps {
		if g.name == "" || !slices.Contains(g.grant, "create") {
			continue
		}
		object, err := g.object()
		if err != nil {
			t.Fatal(err)
		}
		if err := creator.Create(ctx, object, metav1.CreateOptions{}); err == nil {
			defer func() {
				if resource, err := creator.Resource(object); err == nil {
					_ = resource.Delete(ctx, object.GetName(), metav1.DeleteOptions{})
				}
			}()
		} else if !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
	}
	if refused := a.refusedVerbs(t); len(refused) != 0 {
		t.Fatalf("granted, and still refused: %v", refused)
	}
	var whole rbacv1.ClusterRole
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(objects[0].Object, &whole); err != nil {
		t.Fatal(err)
	}
	for i, rule := range whole.Rules {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				less := whole.DeepCopy()
				less.Rules[i].Resources = slices.DeleteFunc(less.Rules[i].Resources, func(r string) bool { return r == resource })
				left := rule.DeepCopy()
				left.Resources = []string{resource}
				left.Verbs = slices.DeleteFunc(left.Verbs, func(v string) bool { return v == verb })
				less.Rules = slices.DeleteFunc(append(less.Rules, *left), func(r rbacv1.PolicyRule) bool {
					return len(r.Resources) == 0 || len(r.Verbs) == 0
				})
				if _, err := roles.Update(ctx, less, metav1.UpdateOptions{}); err != nil {
					t.Fatal(err)
				}
				if err := w.Settle(ctx); err != nil {
					t.Fatal(err)
				}
				if got, want := a.refusedVerbs(t), []string{verb + " " + resource}; !slices.Equal(got, want) {
					t.Errorf("without %s: refused are %v", want, got)
				}
			}
		}
	}
}

// diagnoseApplied has no ITS to go by: it asks for what the agent applied already.
func diagnoseApplied(t *testing.T, w *wec) {
	held := agentRequest{resource: "configmaps.v1.", namespace: "diagnose-a", name: "diagnose-there"}
	store(t, w.Server, appliedManifestWork("diagnose-one", held, gaps[0].agentRequest, gaps[3].agentRequest))
	store(t, w.Server, appliedManifestWork("diagnose-two", gaps[0].agentRequest, gaps[5].agentRequest))
	store(t, w.Server, appliedManifestWork("diagnose-empty"))
	config := written(t, kubeconfig("cluster-admin"))
	question := []string{"diagnose", "--no-config", "--kubeconfig", config, "--context", "wec1"}

	got := wecan(t, 0, append(question, "-o", "json")...).diagnosis(t)
	for i, want := range []struct {
		gap  gap
		verb string
		work string
	}{{gaps[0], "get", "diagnose-one"}, {gaps[3], "create", "diagnose-one"}, {gaps[5], "delete", "diagnose-two"}} {
		if i >= len(got.Denials) {
			t.Fatalf("%d denials, want 3", len(got.Denials))
		}
		d, r := got.Denials[i], want.gap.agentRequest
		named := denial{
			User: agentUser, Verb: want.verb, Group: r.gvr().Group, Resource: r.gvr().Resource, Namespace: r.namespace, Name: r.name,
		}
		if d.Classification != "missing-permission" || d.denial != named {
			t.Errorf("%s %+v, want missing-permission %+v", d.Classification, d.denial, named)
		}
		if d.Grant == nil || !slices.Equal(d.Grant.Verbs, want.gap.grant) {
			t.Errorf("%s: grant %+v, want %v", r, d.Grant, want.gap.grant)
		}
		if len(d.SeenIn) != 1 || d.SeenIn[0].Source != "context:wec1" || d.SeenIn[0].Object != "AppliedManifestWork "+want.work {
			t.Errorf("%s: seen in %s, want %s", r, show(d.SeenIn), want.work)
		}
		if len(d.Live) != 1 || !slices.Equal(d.Live[0].Refused, want.gap.grant) || len(d.Live[0].Allowed) != 0 {
			t.Errorf("%s: live %+v, want %v refused", r, d.Live, want.gap.grant)
		}
	}
	if len(got.Denials) != 3 {
		t.Errorf("%d denials, want 3", len(got.Denials))
	}

	t.Cleanup(create(t, w, decoded(t, wecan(t, 0, append(question, "-o", "yaml")...).stdout)))
	none := wecan(t, 0, append(question, "-o", "json")...)
	if got := none.diagnosis(t); len(got.Denials) != 0 || none.stderr != "wecan: nothing is refused there\n" {
		t.Errorf("granted: %d denials, stderr %q", len(got.Denials), none.stderr)
	}

	// Who may ask what the agent may, but not list what it applied.
	config = written(t, kubeconfig("impersonate-only"))
	lacks := wecan(t, 3, "diagnose", "--no-config", "--kubeconfig", config, "--context", "wec1", "-o", "json")
	expectOneStderrLine(t, lacks, "wec1", "appliedmanifestworks")
	if got := lacks.diagnosis(t); len(got.Errors) != 1 || got.Errors[0].Where != "wec1" || len(got.Denials) != 0 {
		t.Errorf("errors %+v, %d denials", got.Errors, len(got.Denials))
	}
}

// mayNotRead are those who have no right to the ManifestWorks, or none to all of them.
func mayNotRead(t *testing.T) {
	config := written(t, itsConfig(t, "diagnose-nobody"))
	got := wecan(t, 3, "diagnose", "--no-config", "--kubeconfig", config, "--its", "its1")
	expectOneStderrLine(t, got, "its1", "manifestworks")
	got = wecan(t, 2, "diagnose", "--no-config", "--kubeconfig", config, "--its", "its9")
	expectOneStderrLine(t, got, "its9")

	config = written(t, itsConfig(t, "diagnose-mailbox"))
	wecan(t, 3, "diagnose", "--no-config", "--kubeconfig", config, "--its", "its1")
	wecan(t, 0, "diagnose", "--no-config", "--kubeconfig", config, "--its", "its1", "-n", "wec2")
	wecan(t, 3, "diagnose", "--no-config", "--kubeconfig", config, "--its", "its1", "-n", "wec1")
}

// expectOneStderrLine fails unless there is one line, which holds these words, and no other output of text.
func expectOneStderrLine(t *testing.T, result runResult, words ...string) {
	t.Helper()
	if strings.Count(result.stderr, "\n") != 1 {
		t.Errorf("want one line:\n%s", result.stderr)
	}
	for _, word := range words {
		if !strings.Contains(result.stderr, word) {
			t.Errorf("%q does not name %s", result.stderr, word)
		}
	}
}

// store creates an object with its status, until the test ends.
func store(t *testing.T, server *cluster.Server, object *unstructured.Unstructured) {
	t.Helper()
	creator, err := server.NewCreator()
	if err != nil {
		t.Fatal(err)
	}
	if err := creator.CreateWithStatus(context.Background(), object); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if resource, err := creator.Resource(object); err == nil {
			_ = resource.Delete(context.Background(), object.GetName(), metav1.DeleteOptions{})
		}
	})
}

func show(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}
