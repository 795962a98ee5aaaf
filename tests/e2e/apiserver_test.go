// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"sync"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"wecan.dev/e2e/cluster"
)

// The tests of this file judge the harness, by a client of other people alone.

// A sample of the catalogue is enough here: TestAgreement asks for all of it.
const sampled = 23 // a prime, so that every verb and place occurs

func TestApiServerAnswersAsTheTestExpects(t *testing.T) {
	var questions []question
	for i, q := range catalogue(t, "default", "apiserver-test", "") {
		if i%sampled == 0 {
			questions = append(questions, q)
		}
	}
	for _, w := range wecs {
		t.Run(w.profile, func(t *testing.T) {
			t.Parallel()
			want := static(t, w, questions)
			if yes := count(want); yes == 0 || yes == len(want) {
				t.Fatalf("%d of %d answers are yes: such a sample proves nothing", yes, len(want))
			}
			agent := asAgent(t, w, adminOf(t, w))
			compare(t, questions, "static", want, "SubjectAccessReview", askAll(t, questions, bySAR(w.Admin)))
			compare(t, questions, "static", want, "impersonated", askAll(t, questions, bySSAR(agent)))
			t.Logf("%d questions, %d of them yes, asked in two ways", len(questions), count(want))
		})
	}
}

func TestOperatorsHoldWhatTheirNameSays(t *testing.T) {
	ctx := context.Background()
	for _, o := range operators {
		for _, w := range wecs {
			t.Run(o.name+"/"+w.Name, func(t *testing.T) {
				credential := w.operators[o.name]
				own, err := w.Client(credential)
				if err != nil {
					t.Fatal(err)
				}
				agent := asAgent(t, w, credential)
				admin := o.name == "cluster-admin"

				_, err = bySSAR(agent)(ctx, question{Verb: "get", Resource: "pods"})
				expect(t, "impersonate the agent", err, o.method == "impersonate")
				_, err = agent.CoreV1().Namespaces().Get(ctx, "default", metav1.GetOptions{})
				expect(t, "impersonate the agent for other ends", err, admin || o.name == "impersonate-only")
				_, err = bySAR(own)(ctx, question{Verb: "get", Resource: "pods"})
				expect(t, "create SubjectAccessReviews", err, admin || o.method == "sar")
				_, err = own.RbacV1().RoleBindings("").List(ctx, metav1.ListOptions{})
				expect(t, "list RoleBindings", err, admin || o.method == "local")
			})
		}
	}
}

// expect fails unless a request was allowed, or refused with 403, as it should be.
func expect(t *testing.T, what string, err error, allowed bool) {
	t.Helper()
	if err != nil && !apierrors.IsForbidden(err) {
		t.Errorf("%s: %v", what, err)
	} else if (err == nil) != allowed {
		t.Errorf("%s: want %t: %v", what, allowed, err)
	}
}

func adminOf(t *testing.T, w *wec) cluster.Credential {
	t.Helper()
	credential, err := w.Certificate("admin", "system:masters")
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

// asAgent impersonates the agent. No groups are sent: the API server adds those of a ServiceAccount.
func asAgent(t *testing.T, w *wec, credential cluster.Credential) kubernetes.Interface {
	t.Helper()
	config := w.Config(credential)
	config.Impersonate = rest.ImpersonationConfig{UserName: agentUser}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

type ask func(context.Context, question) (bool, error)

func bySAR(client kubernetes.Interface) ask {
	return func(ctx context.Context, q question) (bool, error) {
		review, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{User: agentUser, Groups: agentGroups, ResourceAttributes: &q},
		}, metav1.CreateOptions{})
		return err == nil && review.Status.Allowed, err
	}
}

func bySSAR(client kubernetes.Interface) ask {
	return func(ctx context.Context, q question) (bool, error) {
		review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
			Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &q},
		}, metav1.CreateOptions{})
		return err == nil && review.Status.Allowed, err
	}
}

// askAll asks all questions, a few at a time.
func askAll(t *testing.T, questions []question, one ask) []bool {
	t.Helper()
	answers := make([]bool, len(questions))
	next := make(chan int)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range next {
				answer, err := one(context.Background(), questions[i])
				if err != nil {
					t.Errorf("%s: %v", describe(questions[i]), err)
				}
				answers[i] = answer
			}
		})
	}
	for i := range questions {
		next <- i
	}
	close(next)
	wait.Wait()
	return answers
}
