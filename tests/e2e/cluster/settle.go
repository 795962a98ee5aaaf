// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var marks atomic.Int64

// Settle returns when all RBAC objects written so far hold: roles are aggregated, and the authorizer, which
// reads through caches, has seen them. For that it grants something new through all four kinds and asks
// until the answer is yes; a cache that holds the newest object holds all before it.
func (s *Server) Settle(ctx context.Context) error {
	limited, done := context.WithTimeout(ctx, 30*time.Second)
	defer done()
	if err := s.waitForAggregation(limited); err != nil {
		return err
	}
	mark := fmt.Sprintf("settled-%d", marks.Add(1))
	if err := s.mark(limited, mark); err != nil {
		return err
	}
	for _, namespace := range []string{"", "default"} {
		if err := s.waitForMark(limited, mark, namespace); err != nil {
			return err
		}
	}
	return s.unmark(limited, mark)
}

func (s *Server) mark(ctx context.Context, name string) error {
	meta := metav1.ObjectMeta{Name: name}
	subjects := []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: name}}
	rules := func(resource string) []rbacv1.PolicyRule {
		return []rbacv1.PolicyRule{{APIGroups: []string{"mark.invalid"}, Resources: []string{resource}, Verbs: []string{"get"}}}
	}
	roleRef := func(kind string) rbacv1.RoleRef {
		return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: name}
	}
	rbac := s.Admin.RbacV1()
	if _, err := rbac.ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: rules("cluster")}, metav1.CreateOptions{}); err != nil {
		return err
	}
	if _, err := rbac.ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: roleRef("ClusterRole")}, metav1.CreateOptions{}); err != nil {
		return err
	}
	if _, err := rbac.Roles("default").Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: rules("default")}, metav1.CreateOptions{}); err != nil {
		return err
	}
	_, err := rbac.RoleBindings("default").Create(ctx, &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: roleRef("Role")}, metav1.CreateOptions{})
	return err
}

func (s *Server) waitForMark(ctx context.Context, user, namespace string) error {
	resource := namespace
	if namespace == "" {
		resource = "cluster"
	}
	for {
		review, err := s.Admin.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{
				User: user,
				ResourceAttributes: &authorizationv1.ResourceAttributes{
					Verb: "get", Group: "mark.invalid", Resource: resource, Namespace: namespace,
				},
			},
		}, metav1.CreateOptions{})
		if err != nil || review.Status.Allowed {
			return err
		}
		time.Sleep(10 * time.Millisecond) // the request fails when the time is up
	}
}

func (s *Server) unmark(ctx context.Context, name string) error {
	rbac := s.Admin.RbacV1()
	for _, remove := range []func(context.Context, string, metav1.DeleteOptions) error{
		rbac.ClusterRoleBindings().Delete, rbac.ClusterRoles().Delete,
		rbac.RoleBindings("default").Delete, rbac.Roles("default").Delete,
	} {
		if err := remove(ctx, name, metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	return nil
}
