// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var speed = flag.Bool("speed", false, "time a thousand questions, and as many runs of kubectl auth can-i")

const (
	speedQuestions = 1000
	speedRounds    = 3
)

// TestSpeed times pairs: wecan asks all questions in one run, kubectl each in a run of its own. It prints ratios and
// asserts nothing of them.
func TestSpeed(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	needLive(t)
	kubeconfig := written(t, kubeconfig("cluster-admin"))
	reviews := filepath.Join(t.TempDir(), "reviews.json")
	var list []map[string]any
	for i := range speedQuestions {
		list = append(list, map[string]any{"kind": "SelfSubjectAccessReview", "spec": map[string]any{
			"resourceAttributes": map[string]any{"verb": "create", "group": "apps", "resource": "deployments",
				"namespace": fmt.Sprintf("team-%d", i)}}})
	}
	text, err := json.Marshal(map[string]any{"kind": "List", "items": list})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(reviews, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for range speedRounds {
		begin := time.Now()
		wecan(t, 0, "can-i", "--reviews", reviews, "--kubeconfig", kubeconfig, "--context", "wec1", "-o", "json")
		one := time.Since(begin)
		begin = time.Now()
		for i := range speedQuestions {
			command := exec.Command("kubectl", "--kubeconfig", kubeconfig, "--context", "wec1", "auth", "can-i", "create",
				"deployments.apps", "-n", fmt.Sprintf("team-%d", i), "--as",
				"system:serviceaccount:"+agentNamespace+":"+agentName)
			// One HOME for all: the cache of discovery stays between runs, as on a desk.
			command.Env = []string{"HOME=" + filepath.Dir(reviews), "PATH=" + os.Getenv("PATH")}
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("kubectl: %v\n%s", err, output)
			}
		}
		many := time.Since(begin)
		fmt.Printf("%d questions: wecan %.2f s, kubectl %.1f s: %.0f times\n", speedQuestions, one.Seconds(), many.Seconds(),
			many.Seconds()/one.Seconds())
	}
}
