// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"wecan.dev/e2e/cluster"
)

const (
	agentNamespace = "open-cluster-management-agent"
	agentName      = "klusterlet-work-sa"
	agentUser      = "system:serviceaccount:" + agentNamespace + ":" + agentName
)

// agentGroups are those that the API server gives to a token of the agent.
var agentGroups = []string{"system:serviceaccounts", "system:serviceaccounts:" + agentNamespace, "system:authenticated"}

var defaultProfile = regexp.MustCompile(`(?m)^default: (ocm-[0-9.]+),`)

// newestProfile is wecan's default.
func newestProfile() (string, error) {
	result, err := runWecan("profiles")
	if err != nil {
		return "", err
	}
	match := defaultProfile.FindStringSubmatch(result.stdout)
	if match == nil {
		return "", fmt.Errorf("wecan profiles: no default in %q", result.stdout)
	}
	return match[1], nil
}

// installAgent creates the work agent's ServiceAccount, roles and bindings. Kubernetes' own, which a profile
// lists as well, are there already, and stay as this server made them.
func (w *wec) installAgent(ctx context.Context) error {
	if err := w.ServiceAccount(ctx, agentNamespace, agentName); err != nil {
		return err
	}
	result, err := runWecan("profiles", w.profile, "--kubernetes", kubernetesVersion, "-o", "json")
	if err != nil {
		return err
	}
	objects, err := cluster.Decode([]byte(result.stdout))
	if err != nil {
		return err
	}
	creator, err := w.NewCreator()
	if err != nil {
		return err
	}
	created := 0
	for _, object := range objects {
		err := creator.Create(ctx, object, metav1.CreateOptions{})
		switch {
		case err == nil:
			created++
		case !apierrors.IsAlreadyExists(err):
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	if created == 0 {
		return fmt.Errorf("none of %d objects is new", len(objects))
	}
	return nil
}
