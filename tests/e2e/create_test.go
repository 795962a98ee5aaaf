// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// create stores RBAC objects and waits until they hold. What it gives removes them, and waits until they are gone:
// else the next question may still see the grant.
func create(t *testing.T, w *wec, objects []*unstructured.Unstructured) func() {
	t.Helper()
	ctx, rbac := context.Background(), w.Admin.RbacV1()
	creator, err := w.NewCreator()
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range objects {
		if err := creator.Create(ctx, object.DeepCopy(), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	return func() {
		for _, object := range objects {
			name, namespace := object.GetName(), object.GetNamespace()
			switch object.GetKind() {
			case "ClusterRole":
				_ = rbac.ClusterRoles().Delete(ctx, name, metav1.DeleteOptions{})
			case "ClusterRoleBinding":
				_ = rbac.ClusterRoleBindings().Delete(ctx, name, metav1.DeleteOptions{})
			case "Role":
				_ = rbac.Roles(namespace).Delete(ctx, name, metav1.DeleteOptions{})
			case "RoleBinding":
				_ = rbac.RoleBindings(namespace).Delete(ctx, name, metav1.DeleteOptions{})
			}
		}
		_ = w.Settle(ctx)
	}
}
