// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wecan.dev/e2e/cluster"
	"wecan.dev/e2e/misbehave"
)

const (
	sessionPage  = "../../docs/live.md"
	sessionBegin = "## A session\n\n```text\n"
	sessionEnd   = "```\n"
)

// session is what somebody types, and what wecan prints.
type session struct {
	t          *testing.T
	kubeconfig string
	transcript strings.Builder
}

// run runs wecan where the manifests are, and gives what it printed on standard output.
func (s *session) run(code int, line string) string {
	s.t.Helper()
	path, err := wecanPath()
	if err != nil {
		s.t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	command := exec.Command("sh", "-c", strings.Replace(line, "wecan", path, 1))
	command.Dir = "testdata/session"
	command.Env = []string{"HOME=/nonexistent", "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + s.kubeconfig}
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	if got := command.ProcessState.ExitCode(); got != code {
		s.t.Fatalf("%s: exit code %d, want %d: %v\n%s%s", line, got, code, err,
			stdout.String(), stderr.String())
	}
	s.show(line, stdout.String()+stderr.String(), code)
	return stdout.String()
}

func (s *session) show(line, output string, code int) {
	fmt.Fprintf(&s.transcript, "$ %s\n%s", line, output)
	if code != 0 {
		fmt.Fprintf(&s.transcript, "# exit %d\n", code)
	}
}

// TestSession is the session of docs/live.md: two clusters, one of them without the grant, and one that is down.
// UPDATE_SAMPLES=1 rewrites the page.
func TestSession(t *testing.T) {
	needLive(t)
	granted, lacking := wecs[0], wecs[1]
	classes := rule("storage.k8s.io", "storageclasses", "get")
	classes.Verbs = []string{"get", "create", "update", "delete"}
	grantAgent(t, granted, classes)
	down := misbehave.Down(t)
	config := cluster.NewKubeconfig()
	config.Add("wec1", granted.URL, granted.CA.PEM, granted.operators["cluster-admin"])
	config.Add("wec2", lacking.URL, lacking.CA.PEM, lacking.operators["cluster-admin"])
	config.Add("wec3", down.URL, down.CA, granted.operators["cluster-admin"])
	s := &session{t: t, kubeconfig: written(t, config)}

	s.run(3, "wecan can-i -f deploy/ --context 'wec*'")
	grant := s.run(0, "wecan fix deploy/ --profile context:wec2")
	objects, err := cluster.Decode([]byte(grant))
	if err != nil {
		t.Fatalf("%v in\n%s", err, grant)
	}
	t.Cleanup(create(t, lacking, objects))
	s.show("wecan fix deploy/ --profile context:wec2 2>/dev/null | kubectl --context wec2 apply -f -",
		"clusterrole.rbac.authorization.k8s.io/open-cluster-management:klusterlet-work:wecan created\n", 0)
	s.run(0, "wecan can-i -f deploy/ --context wec1 --context wec2")

	// Ports differ from run to run.
	got := regexp.MustCompile(`(127\.0\.0\.1 port) \d+`).ReplaceAllString(s.transcript.String(), "$1 6443")
	compareSession(t, got)
}

func compareSession(t *testing.T, got string) {
	t.Helper()
	page, err := os.ReadFile(sessionPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), sessionBegin)
	shown, after, closed := strings.Cut(rest, sessionEnd)
	if !found || !closed {
		t.Fatalf("%s has no block for the session", filepath.Base(sessionPage))
	}
	if os.Getenv("UPDATE_SAMPLES") != "" {
		text := before + sessionBegin + got + sessionEnd + after
		if err := os.WriteFile(sessionPage, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if shown != got {
		t.Errorf("the session of %s is another; to rewrite it: UPDATE_SAMPLES=1 scripts/test-e2e -run TestSession\nnow:\n%s\n"+
			"on the page:\n%s", filepath.Base(sessionPage), got, shown)
	}
}
