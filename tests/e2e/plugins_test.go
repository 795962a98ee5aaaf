// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd/api"
)

const credentialVersion = "client.authentication.k8s.io/v1"

// plugin is a shell script that prints what is to be a credential.
func plugin(script string) api.ExecConfig {
	return api.ExecConfig{
		APIVersion:      credentialVersion,
		Command:         "sh",
		Args:            []string{"-c", script},
		InteractiveMode: api.NeverExecInteractiveMode,
	}
}

// TestPlugins gives each context another plugin: those that are no use cost their own context one line.
func TestPlugins(t *testing.T) {
	needLive(t)
	w := wecs[0]
	token := w.operators["impersonate-only"].Token
	terminal := plugin("true")
	terminal.InteractiveMode = api.AlwaysExecInteractiveMode
	absent := plugin("true")
	absent.Command, absent.InstallHint = "no-such-login", "get it from the cloud"
	plugins := map[string]api.ExecConfig{
		"good":     plugin(fmt.Sprintf(`printf '{"apiVersion":"%s","kind":"ExecCredential","status":{"token":"%s"}}'`, credentialVersion, token)),
		"garbage":  plugin("printf 'token=" + token + "'"),
		"fails":    plugin("exit 7"),
		"terminal": terminal,
		"absent":   absent,
	}
	config := kubeconfig("cluster-admin")
	for name, exec := range plugins {
		config.Add(name, w.URL, w.CA.PEM, w.operators["cluster-admin"])
		config.UsePlugin(name, exec)
	}
	question := []string{"can-i", "create", "storageclasses.storage.k8s.io", "--kubeconfig", written(t, config),
		"--all-contexts", "-o", "json", "-vvv"}
	got := wecan(t, 3, question...)
	noSecrets(t, got)
	clusters := got.report(t).byContext(t)
	for name := range plugins {
		if name != "good" {
			expectOneLine(t, name, clusters[name])
		}
	}
	if of := clusters["good"]; of.Error != "" || of.Method != "impersonate" {
		t.Errorf("good: method %q, error %q", of.Method, of.Error)
	}
	if of := clusters["absent"]; !strings.Contains(of.Error, "get it from the cloud") {
		t.Errorf("absent: %q does not say how to install it", of.Error)
	}
	for _, w := range wecs {
		if of := clusters[w.Name]; of.Error != "" {
			t.Errorf("%s: %s", w.Name, of.Error)
		}
	}

	denied := wecan(t, 3, append(question, "--exec-plugins", "deny")...).report(t).byContext(t)
	if of := denied["good"]; !strings.Contains(of.Error, "--exec-plugins deny") {
		t.Errorf("denied: %q", of.Error)
	}
}

// TestAgentIsFound has no Klusterlet to go by: the one ServiceAccount that is called like an agent's is it.
func TestAgentIsFound(t *testing.T) {
	needLive(t)
	got := wecan(t, 1, "can-i", "create", "storageclasses.storage.k8s.io", "--kubeconfig",
		written(t, kubeconfig("cluster-admin")), "--context", "wec1", "--agent", "auto", "-o", "json")
	of := got.report(t).byContext(t)["wec1"]
	if want := "system:serviceaccount:" + agentNamespace + ":" + agentName; of.User != want {
		t.Errorf("user %q, want %q", of.User, want)
	}
}
