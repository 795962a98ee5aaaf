// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"wecan.dev/e2e/cluster"
)

// readers are who may read which mailboxes: diagnose-reader all, diagnose-mailbox one, and diagnose-nobody none.
const readers = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: diagnose-reader}
rules: [{apiGroups: [work.open-cluster-management.io], resources: [manifestworks], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: diagnose-reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: diagnose-reader}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: diagnose-reader}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: diagnose-mailbox, namespace: wec2}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: diagnose-mailbox}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: diagnose-reader}
`

// mailboxes makes an ITS of the API server that is to be one.
func mailboxes(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	definitions, err := cluster.DecodeFile("testdata/crds/manifestworks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := its.Install(ctx, definitions); err != nil {
		t.Fatal(err)
	}
	for _, mailbox := range []string{"wec1", "wec2", "wec3"} {
		if err := its.Namespace(ctx, mailbox); err != nil {
			t.Fatal(err)
		}
	}
	creator, err := its.NewCreator()
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range decoded(t, readers) {
		if err := creator.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := its.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

// itsConfig has the context its1 with the credentials of a reader, and those of the WECs with the rights of somebody who
// may do no more there than ask as the agent.
func itsConfig(t *testing.T, reader string) cluster.Kubeconfig {
	t.Helper()
	config := kubeconfig("impersonate-only")
	credential, err := its.Certificate(reader)
	if err != nil {
		t.Fatal(err)
	}
	config.Add("its1", its.URL, its.CA.PEM, credential)
	return config
}
