// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/kubernetes/pkg/controller/clusterroleaggregation"
)

// aggregate runs the controller without which admin, edit and view hold nothing.
func aggregate(ctx context.Context, server *Server) {
	shared := informers.NewSharedInformerFactory(server.Admin, 0)
	controller := clusterroleaggregation.NewClusterRoleAggregation(
		shared.Rbac().V1().ClusterRoles(), server.Admin.RbacV1())
	shared.Start(ctx.Done())
	go controller.Run(ctx, 1)
}

// waitForAggregation returns when every aggregated role holds just the rules of the roles it selects.
func (s *Server) waitForAggregation(ctx context.Context) error {
	for {
		roles, err := s.Admin.RbacV1().ClusterRoles().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		late, err := unaggregated(roles.Items)
		if err != nil || late == "" {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("ClusterRole %s is not aggregated: %w", late, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// unaggregated names a role that the controller has yet to fill, or "".
func unaggregated(roles []rbacv1.ClusterRole) (string, error) {
	for _, role := range roles {
		if role.AggregationRule == nil {
			continue
		}
		want := map[string]bool{}
		for _, selector := range role.AggregationRule.ClusterRoleSelectors {
			selects, err := metav1.LabelSelectorAsSelector(&selector)
			if err != nil {
				return "", err
			}
			for _, other := range roles {
				if other.Name != role.Name && selects.Matches(labels.Set(other.Labels)) {
					addRules(want, other.Rules)
				}
			}
		}
		got := map[string]bool{}
		addRules(got, role.Rules)
		if !maps.Equal(got, want) {
			return role.Name, nil
		}
	}
	return "", nil
}

func addRules(set map[string]bool, rules []rbacv1.PolicyRule) {
	for _, rule := range rules {
		text, _ := json.Marshal(rule) // strings alone: cannot fail
		set[string(text)] = true
	}
}
