// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"testing"

	"wecan.dev/e2e/cluster"
	"wecan.dev/e2e/misbehave"
)

// behindProxy has one context, "stripped": a WEC of which impersonation does not arrive.
func behindProxy(t *testing.T, operator string) string {
	t.Helper()
	w := wecs[0]
	peer := misbehave.StripsImpersonation(t, w.Server)
	config := cluster.NewKubeconfig()
	config.Add("stripped", peer.URL, peer.CA, w.operators[operator])
	return written(t, config)
}

func TestStrippingProxy(t *testing.T) {
	needLive(t)
	for _, test := range []struct {
		operator, method string
		code             int
		used             string // what was believed; "" for nothing
	}{
		// The cluster-admin himself may create StorageClasses: a yes would be his.
		{operator: "cluster-admin", method: "auto", code: 1, used: "sar"},
		{operator: "cluster-admin", method: "impersonate", code: 3},
		{operator: "impersonate-only", method: "auto", code: 3},
		{operator: "list-only", method: "auto", code: 1, used: "local"},
	} {
		t.Run(test.operator+"/"+test.method, func(t *testing.T) {
			got := wecan(t, test.code, "can-i", "create", "storageclasses.storage.k8s.io", "--kubeconfig",
				behindProxy(t, test.operator), "--context", "stripped", "--method", test.method, "-o", "json")
			of := got.report(t).byContext(t)["stripped"]
			if test.used == "" {
				expectOneLine(t, "stripped", of)
				return
			}
			if of.Method != test.used || len(of.Results) != 1 || of.Results[0].Allowed {
				t.Errorf("%+v, want a no by %s", of, test.used)
			}
		})
	}
}

// The proxy does what the test above takes for granted: through it the agent may what only the operator may.
func TestStrippingProxyMisleads(t *testing.T) {
	w := wecs[0]
	behind := *w
	server := *w.Server
	peer := misbehave.StripsImpersonation(t, w.Server)
	server.URL, server.CA = peer.URL, &cluster.CA{PEM: peer.CA}
	behind.Server = &server

	ctx, admin := context.Background(), w.operators["cluster-admin"]
	create := question{Verb: "create", Group: "storage.k8s.io", Resource: "storageclasses"}
	for _, test := range []struct {
		name string
		at   *wec
		want bool
	}{{"direct", w, false}, {"through the proxy", &behind, true}} {
		got, err := bySSAR(asAgent(t, test.at, admin))(ctx, create)
		if err != nil || got != test.want {
			t.Errorf("%s: %t, %v; want %t", test.name, got, err, test.want)
		}
	}
}
