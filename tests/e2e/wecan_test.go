// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// wecanLimit is far above what any run here takes, even on a slow machine.
const wecanLimit = 5 * time.Minute

type runResult struct {
	stdout, stderr string
	code           int
}

// wecanPath is the program under test.
func wecanPath() (string, error) {
	if path := os.Getenv("WECAN"); path != "" {
		return filepath.Abs(path)
	}
	return filepath.Abs("../../build/release/wecan")
}

// runWecan runs wecan in an environment without a kubeconfig or a configuration of its own.
// An error is a program that cannot be run, or one that crashes; exit codes are results.
func runWecan(arguments ...string) (runResult, error) {
	path, err := wecanPath()
	if err != nil {
		return runResult{}, err
	}
	ctx, done := context.WithTimeout(context.Background(), wecanLimit)
	defer done()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, path, arguments...)
	command.Dir = os.TempDir()
	command.Env = []string{"HOME=/nonexistent", "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	result := runResult{stdout: stdout.String(), stderr: stderr.String(), code: command.ProcessState.ExitCode()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return result, fmt.Errorf("wecan %s: still running after %s", arguments[0], wecanLimit)
	case errors.As(err, &exit) && exit.Exited():
		return result, nil
	case err != nil:
		return result, fmt.Errorf("wecan %s: %w\n%s", strings.Join(arguments, " "), err, result.stderr)
	}
	return result, nil
}

// wecan runs wecan, and fails the test unless the exit code is as expected.
func wecan(t *testing.T, code int, arguments ...string) runResult {
	t.Helper()
	result, err := runWecan(arguments...)
	if err != nil {
		t.Fatal(err)
	}
	if result.code != code {
		t.Fatalf("wecan %s: exit code %d, want %d\n%s%s", strings.Join(arguments, " "), result.code, code,
			result.stdout, result.stderr)
	}
	return result
}

var canIHelp = sync.OnceValues(func() (string, error) {
	result, err := runWecan("can-i", "--help")
	return result.stdout, err
})

// knows tells whether wecan can-i has this flag.
func knows(t *testing.T, flag string) bool {
	t.Helper()
	help, err := canIHelp()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(help, flag)
}

// needLive skips a test of what this wecan does not have yet.
func needLive(t *testing.T) {
	t.Helper()
	if !knows(t, "--context") {
		t.Skip("this wecan asks no live clusters: wecan can-i --help does not mention --context")
	}
}

// report is what can-i -o json prints.
type report struct {
	Summary struct {
		Incomplete bool `json:"incomplete"`
		ExitCode   int  `json:"exitCode"`
	} `json:"summary"`
	Clusters []clusterReport `json:"clusters"`
}

type clusterReport struct {
	Context string   `json:"context"`
	Server  string   `json:"server"`
	Method  string   `json:"method"`
	Error   string   `json:"error"`
	Lacks   string   `json:"lacks"`
	User    string   `json:"user"`
	Results []answer `json:"results"`
}

type answer struct {
	request
	Allowed bool   `json:"allowed"`
	State   string `json:"state"` // of a live cluster
}

// request leaves out names: a live cluster may be asked for each object after a refusal.
type request struct {
	Verb        string `json:"verb"`
	Group       string `json:"group"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	Namespace   string `json:"namespace"`
}

func (r runResult) report(t *testing.T) report {
	t.Helper()
	var parsed report
	if err := json.Unmarshal([]byte(r.stdout), &parsed); err != nil {
		t.Fatalf("no report: %v\n%s%s", err, r.stdout, r.stderr)
	}
	return parsed
}

// byContext finds the answers of each cluster.
func (r report) byContext(t *testing.T) map[string]clusterReport {
	t.Helper()
	clusters := map[string]clusterReport{}
	for _, cluster := range r.Clusters {
		if _, twice := clusters[cluster.Context]; twice {
			t.Errorf("two entries for context %s", cluster.Context)
		}
		clusters[cluster.Context] = cluster
	}
	return clusters
}
