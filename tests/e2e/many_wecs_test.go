// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"wecan.dev/e2e/cluster"
	"wecan.dev/e2e/misbehave"
)

// broken are the ways of a cluster not to answer, by the name of the context.
var broken = map[string]func(testing.TB) misbehave.Peer{
	"bad-down":       misbehave.Down,
	"bad-expired":    misbehave.Expired,
	"bad-hangs":      misbehave.Hangs,
	"bad-html":       misbehave.AnswersHTML,
	"bad-other-ca":   misbehave.OfAnotherCA,
	"bad-other-name": misbehave.OfAnotherName,
	"bad-redirects":  misbehave.Redirects,
	"bad-resets":     misbehave.Resets,
	"bad-trickles":   misbehave.Trickles,
}

func TestManyWecs(t *testing.T) {
	needLive(t)
	// Of Kubernetes' own kinds, which every discovery has; no other test asks for this one.
	grantAgent(t, wecs[0], rule("scheduling.k8s.io", "priorityclasses", "create"))
	grantAgent(t, wecs[1], rule("scheduling.k8s.io", "priorityclasses", "create"))
	granted := map[string]bool{wecs[0].Name: true, wecs[1].Name: true}

	config := kubeconfig("cluster-admin")
	for context, start := range broken {
		peer := start(t)
		// The credential of a good cluster: it must not show in what is said of a bad one.
		config.Add(context, peer.URL, peer.CA, wecs[0].operators["cluster-admin"])
	}
	question := []string{"can-i", "create", "priorityclasses.scheduling.k8s.io", "--kubeconfig", written(t, config),
		"--all-contexts"}
	if knows(t, "--request-timeout") {
		question = append(question, "--request-timeout", "2s")
	}

	t.Run("json", func(t *testing.T) {
		got := wecan(t, 3, append(question, "-o", "json", "-vvv")...)
		noSecrets(t, got)
		clusters := got.report(t).byContext(t)
		if len(clusters) != len(wecs)+len(broken) {
			t.Errorf("%d clusters, want %d", len(clusters), len(wecs)+len(broken))
		}
		for context := range broken {
			expectOneLine(t, context, clusters[context])
		}
		for _, w := range wecs {
			of := clusters[w.Name]
			if of.Error != "" || len(of.Results) != 1 {
				t.Errorf("%s: %d results, error %q", w.Name, len(of.Results), of.Error)
			} else if of.Results[0].Allowed != granted[w.Name] {
				t.Errorf("%s: allowed %t, want %t", w.Name, of.Results[0].Allowed, granted[w.Name])
			}
		}
	})
	t.Run("text", func(t *testing.T) {
		got := wecan(t, 3, question...)
		noSecrets(t, got)
		for context := range broken {
			if lines := linesWith(got, context); len(lines) != 1 {
				t.Errorf("%d lines on %s, want one:\n%s", len(lines), context, strings.Join(lines, "\n"))
			}
		}
		for _, w := range wecs {
			if len(linesWith(got, w.Name)) == 0 {
				t.Errorf("no line on %s", w.Name)
			}
		}
	})
	t.Run("one alone", func(t *testing.T) {
		for context := range broken {
			alone := append(question[:len(question):len(question)], "--context", context, "-o", "json")
			for i, argument := range alone {
				if argument == "--all-contexts" {
					alone = append(alone[:i:i], alone[i+1:]...)
					break
				}
			}
			expectOneLine(t, context, wecan(t, 3, alone...).report(t).byContext(t)[context])
		}
	})
}

// grantAgent gives the agent more than its profile, until the test ends.
func grantAgent(t *testing.T, w *wec, more rbacv1.PolicyRule) {
	t.Helper()
	ctx, rbac := context.Background(), w.Admin.RbacV1()
	const name = "granted-for-a-test"
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{more}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: agentNamespace, Name: agentName}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
	}
	t.Cleanup(func() {
		_ = rbac.ClusterRoleBindings().Delete(ctx, name, metav1.DeleteOptions{})
		_ = rbac.ClusterRoles().Delete(ctx, name, metav1.DeleteOptions{})
		_ = w.Settle(ctx) // else the next test may still see the grant
	})
	if _, err := rbac.ClusterRoles().Create(ctx, role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := rbac.ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

// linesWith are the lines of both outputs that hold this name.
func linesWith(result runResult, name string) []string {
	var lines []string
	for line := range strings.Lines(result.stdout + "\n" + result.stderr) {
		if strings.Contains(line, name) {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	return lines
}

// noSecrets fails the test when an output holds a token, a part of one, or a key.
func noSecrets(t *testing.T, result runResult) {
	t.Helper()
	text := result.stdout + result.stderr
	for _, w := range wecs {
		for name, credential := range w.operators {
			for _, secret := range secretsOf(credential) {
				if strings.Contains(text, secret) {
					t.Errorf("the output holds a secret of %s on %s", name, w.Name)
				}
			}
		}
	}
}

// secretsOf are the claims and the signature of a token, and the lines of a key.
func secretsOf(credential cluster.Credential) []string {
	var secrets []string
	if credential.Token != "" {
		secrets = strings.Split(credential.Token, ".")[1:] // the header is the same in all tokens
	}
	for line := range strings.Lines(string(credential.Key)) {
		if !strings.HasPrefix(line, "-----") {
			secrets = append(secrets, strings.TrimSpace(line))
		}
	}
	return secrets
}
