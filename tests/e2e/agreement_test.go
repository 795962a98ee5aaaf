// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestAgreement asks for every kind, verb and place in four ways, which share little: they must agree.
func TestAgreement(t *testing.T) {
	needLive(t)
	questions := catalogue(t, "default", agentNamespace, "")
	config := written(t, kubeconfig("cluster-admin"))
	for _, w := range wecs {
		t.Run(w.profile, func(t *testing.T) {
			want := static(t, w, questions)
			for _, method := range []string{"local", "sar", "impersonate"} {
				before := requests(t, w, method)
				got := reviewed(t, questions, "--kubeconfig", config, "--context", w.Name, "--method", method)
				compare(t, questions, "static", want, method, got)
				// Answers of a profile would agree, too: the cluster must have been asked.
				if asked, least := requests(t, w, method)-before, leastRequests(method, questions); asked < least {
					t.Errorf("%s: %d requests in the audit log, want %d", method, asked, least)
				}
			}
			fmt.Printf("%s: %d questions, %d of them yes, compared in four ways\n", w.profile, len(questions), count(want))
		})
	}
}

// leastRequests is how many requests a method cannot do without.
func leastRequests(method string, questions []question) int {
	if method == "local" {
		return 4 // one list for each RBAC kind
	}
	return len(questions)
}

// requests counts those of a method that the operators of this WEC have sent.
func requests(t *testing.T, w *wec, method string) int {
	t.Helper()
	events, err := w.Audit()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, event := range events {
		_, path, _ := strings.Cut(event.RequestURI, "/apis/")
		used := ""
		switch impersonated := event.ImpersonatedUser.Username != ""; {
		case event.Verb == "list" && strings.HasPrefix(path, "rbac.authorization.k8s.io/"):
			used = "local"
		case impersonated && strings.HasPrefix(path, "authorization.k8s.io/v1/selfsubjectaccessreviews"):
			used = "impersonate"
		case !impersonated && strings.HasPrefix(path, "authorization.k8s.io/v1/subjectaccessreviews"):
			used = "sar"
		}
		if used == method {
			count++
		}
	}
	return count
}
