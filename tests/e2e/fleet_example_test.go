// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"wecan.dev/e2e/cluster"
)

const fleetPage = "../../docs/fleet.md"

// The manifest that docs/fleet.md offers for copying is one that an API server takes.
func TestFleetExampleIsAccepted(t *testing.T) {
	page, err := os.ReadFile(fleetPage)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no docs/fleet.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n```yaml\n")
	block, _, closed := strings.Cut(rest, "\n```")
	if !found || !closed {
		t.Fatal("docs/fleet.md has no yaml block")
	}
	objects, err := cluster.Decode([]byte(block))
	if err != nil {
		t.Fatal(err)
	}
	ctx, w := context.Background(), wecs[0]
	creator, err := w.NewCreator()
	if err != nil {
		t.Fatal(err)
	}
	jobs := 0
	for _, object := range objects {
		if namespace := object.GetNamespace(); namespace != "" {
			if err := w.Namespace(ctx, namespace); err != nil { // nothing is created in it: this is a dry run
				t.Fatal(err)
			}
		}
		dryRun := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict}
		if err := creator.Create(ctx, object, dryRun); err != nil {
			t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
		if object.GetKind() == "Job" || object.GetKind() == "CronJob" {
			jobs++
		}
	}
	if jobs == 0 {
		t.Error("the first yaml block of docs/fleet.md has no Job")
	}
}
