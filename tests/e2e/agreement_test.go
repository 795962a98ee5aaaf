// SPDX-License-Identifier: Apache-2.0

package e2e

import "testing"

// TestAgreement asks for every kind, verb and place in four ways, which share little: they must agree.
func TestAgreement(t *testing.T) {
	needLive(t)
	questions := catalogue(t, "default", agentNamespace, "")
	config := written(t, kubeconfig("cluster-admin"))
	for _, w := range wecs {
		t.Run(w.profile, func(t *testing.T) {
			want := static(t, w, questions)
			for _, method := range []string{"local", "sar", "impersonate"} {
				got := reviewed(t, questions, "--kubeconfig", config, "--context", w.Name, "--method", method)
				compare(t, questions, "static", want, method, got)
			}
			t.Logf("%d questions, %d of them yes, compared in four ways", len(questions), count(want))
		})
	}
}
