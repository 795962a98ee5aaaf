// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

type question = authorizationv1.ResourceAttributes

var verbs = []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}

// catalogue is every kind that wecan knows, asked with every verb in each of the namespaces.
func catalogue(t *testing.T, namespaces ...string) []question {
	t.Helper()
	var questions []question
	for _, file := range []string{"builtin", "custom"} {
		text, err := os.ReadFile("../../rules/catalogue/" + file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var kinds map[string]json.RawMessage // the list is named like its file
		if err := yaml.Unmarshal(text, &kinds); err != nil {
			t.Fatal(err)
		}
		var entries []struct{ Group, Plural string }
		if err := json.Unmarshal(kinds[file], &entries); err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			for _, verb := range verbs {
				for _, namespace := range namespaces {
					questions = append(questions, question{
						Verb: verb, Group: entry.Group, Resource: entry.Plural, Namespace: namespace,
					})
				}
			}
		}
	}
	if len(questions) == 0 {
		t.Fatal("the catalogue is empty")
	}
	return questions
}

// reviewFile is a stream of SelfSubjectAccessReviews, one on each line.
func reviewFile(t *testing.T, questions []question) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for i := range questions {
		err := encoder.Encode(&authorizationv1.SelfSubjectAccessReview{
			TypeMeta: metav1.TypeMeta{APIVersion: "authorization.k8s.io/v1", Kind: "SelfSubjectAccessReview"},
			Spec:     authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &questions[i]},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "reviews.json")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// reviewed asks wecan, and returns status.allowed for each question.
func reviewed(t *testing.T, questions []question, flags ...string) []bool {
	t.Helper()
	result, err := runWecan(append([]string{"can-i", "--reviews", reviewFile(t, questions), "-o", "json"}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	if result.code > 1 {
		t.Fatalf("wecan can-i --reviews: exit code %d: %s", result.code, result.stderr)
	}
	var list struct {
		Items []authorizationv1.SelfSubjectAccessReview
	}
	if err := json.Unmarshal([]byte(result.stdout), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(list.Items), len(questions))
	}
	answers := make([]bool, len(questions))
	for i, item := range list.Items {
		if *item.Spec.ResourceAttributes != questions[i] {
			t.Fatalf("answer %d is to %v, want %v", i, *item.Spec.ResourceAttributes, questions[i])
		}
		answers[i] = item.Status.Allowed
	}
	return answers
}

// static is what wecan says without the cluster.
func static(t *testing.T, w *wec, questions []question) []bool {
	t.Helper()
	return reviewed(t, questions, "--profile", w.profile, "--kubernetes", kubernetesVersion)
}

// compare fails the test for each difference, and shows the first ones.
func compare(t *testing.T, questions []question, wantName string, want []bool, gotName string, got []bool) {
	t.Helper()
	const shown = 20
	differences := 0
	for i, q := range questions {
		if want[i] == got[i] {
			continue
		}
		if differences++; differences <= shown {
			t.Errorf("%s: %s %t, %s %t", describe(q), wantName, want[i], gotName, got[i])
		}
	}
	if differences > shown {
		t.Errorf("and %d more differences", differences-shown)
	}
}

func describe(q question) string {
	place := "at cluster scope"
	if q.Namespace != "" {
		place = "in namespace " + q.Namespace
	}
	return fmt.Sprintf("%s %s.%s %s", q.Verb, q.Resource, q.Group, place)
}

func count(answers []bool) (yes int) {
	for _, answer := range answers {
		if answer {
			yes++
		}
	}
	return yes
}
