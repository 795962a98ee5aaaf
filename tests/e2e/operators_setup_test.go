// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"wecan.dev/e2e/cluster"
)

// operatorNamespace holds the ServiceAccounts of those who run wecan.
const operatorNamespace = "operators"

// operator is somebody who runs wecan, with few rights or many.
type operator struct {
	name        string
	certificate bool // a client certificate; else the token of a ServiceAccount
	everywhere  []rbacv1.PolicyRule
	atAgent     []rbacv1.PolicyRule // in the agent's namespace alone

	method string // what wecan can use with these rights; "" for nothing
}

var operators = []operator{
	{
		name:       "cluster-admin",
		everywhere: []rbacv1.PolicyRule{rule("*", "*", "*")},
		method:     "impersonate",
	},
	{
		name:    "impersonate-only",
		atAgent: []rbacv1.PolicyRule{named(rule("", "serviceaccounts", "impersonate"), agentName)},
		method:  "impersonate",
	},
	{
		// Kubernetes 1.36: may act as the agent, but only to ask what the agent may.
		name:        "constrained-impersonation-only",
		certificate: true,
		everywhere: []rbacv1.PolicyRule{
			rule("authorization.k8s.io", "selfsubjectaccessreviews", "impersonate-on:serviceaccount:create"),
			rule("authentication.k8s.io", "selfsubjectreviews", "impersonate-on:serviceaccount:create"),
		},
		atAgent: []rbacv1.PolicyRule{
			named(rule("authentication.k8s.io", "serviceaccounts", "impersonate:serviceaccount"), agentName),
		},
		method: "impersonate",
	},
	{
		name:        "sar-only",
		certificate: true,
		everywhere:  []rbacv1.PolicyRule{rule("authorization.k8s.io", "subjectaccessreviews", "create")},
		method:      "sar",
	},
	{
		name: "list-only",
		everywhere: []rbacv1.PolicyRule{{
			APIGroups: []string{rbacv1.GroupName},
			Resources: []string{"roles", "rolebindings", "clusterroles", "clusterrolebindings"},
			Verbs:     []string{"list"},
		}},
		method: "local",
	},
	{name: "nothing"},
}

func rule(group, resource, verb string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: []string{verb}}
}

func named(rule rbacv1.PolicyRule, name string) rbacv1.PolicyRule {
	rule.ResourceNames = []string{name}
	return rule
}

func (o operator) user() string {
	if o.certificate {
		return o.name
	}
	return "system:serviceaccount:" + operatorNamespace + ":" + o.name
}

func (o operator) subject() rbacv1.Subject {
	if o.certificate {
		return rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: o.name}
	}
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: operatorNamespace, Name: o.name}
}

func (w *wec) installOperators(ctx context.Context) error {
	w.operators = map[string]cluster.Credential{}
	for _, o := range operators {
		credential, err := w.credential(ctx, o)
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		w.operators[o.name] = credential
		if err := w.grant(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	return nil
}

func (w *wec) credential(ctx context.Context, o operator) (cluster.Credential, error) {
	if o.certificate {
		return w.Certificate(o.name)
	}
	return w.Token(ctx, operatorNamespace, o.name)
}

func (w *wec) grant(ctx context.Context, o operator) error {
	rbac, create := w.Admin.RbacV1(), metav1.CreateOptions{}
	meta := metav1.ObjectMeta{Name: "operator-" + o.name}
	subjects := []rbacv1.Subject{o.subject()}
	if o.everywhere != nil {
		ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: meta.Name}
		if _, err := rbac.ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: o.everywhere}, create); err != nil {
			return err
		}
		binding := &rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: ref}
		if _, err := rbac.ClusterRoleBindings().Create(ctx, binding, create); err != nil {
			return err
		}
	}
	if o.atAgent != nil {
		ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name}
		if _, err := rbac.Roles(agentNamespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: o.atAgent}, create); err != nil {
			return err
		}
		binding := &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: ref}
		if _, err := rbac.RoleBindings(agentNamespace).Create(ctx, binding, create); err != nil {
			return err
		}
	}
	return nil
}

// kubeconfig has a context for each WEC, with the credentials of this operator.
func kubeconfig(operator string) cluster.Kubeconfig {
	config := cluster.NewKubeconfig()
	for _, w := range wecs {
		config.Add(w.Name, w.URL, w.CA.PEM, w.operators[operator])
	}
	return config
}

// written is the path of a kubeconfig, for this test.
func written(t *testing.T, config cluster.Kubeconfig) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := config.Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}
