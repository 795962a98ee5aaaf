// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/klog/v2"

	"wecan.dev/e2e/cluster"
)

// kubernetesVersion is that of the API servers, as --kubernetes takes it.
const kubernetesVersion = "1.36"

var keep = flag.String("keep", "", "keep logs, audit logs and keys of the API servers below this folder")

// wecs are started once and shared by all tests: tests use names of their own, and remove what they grant.
var wecs []*wec

// its is an inventory and transport space: an API server that knows no agent. Tests bring their mailboxes.
var its *cluster.Server

// wec is a workload execution cluster: an API server with a work agent's rights, and operators.
type wec struct {
	*cluster.Server
	profile   string
	operators map[string]cluster.Credential
}

func TestMain(m *testing.M) {
	cluster.RunIfAsked()
	flag.Parse()
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	dir, err := workFolder()
	if err != nil {
		return complain(err)
	}
	if *keep == "" {
		defer os.RemoveAll(dir)
	}
	if err := logInto(filepath.Join(dir, "controllers.log")); err != nil {
		return complain(err)
	}
	begin := time.Now()
	fleet, err := cluster.Start(dir, "wec1", "wec2", "wec3", "its1")
	if err != nil {
		return complain(err)
	}
	defer fleet.Stop()
	its = fleet.Servers[3]
	if wecs, err = setUp(fleet.Servers[:3]); err != nil {
		return complain(err)
	}
	fmt.Printf("%d API servers ready after %.1f s\n", len(fleet.Servers), time.Since(begin).Seconds())
	return m.Run()
}

// setUp gives each server the rights of the agent of another release, and the same operators.
func setUp(servers []*cluster.Server) ([]*wec, error) {
	newest, err := newestProfile()
	if err != nil {
		return nil, err
	}
	profiles := []string{newest, "ocm-0.13", "ocm-0.11"}
	ctx, done := context.WithTimeout(context.Background(), time.Minute)
	defer done()
	var result []*wec
	for i, server := range servers {
		w := &wec{Server: server, profile: profiles[i]}
		if err := w.installAgent(ctx); err != nil {
			return nil, fmt.Errorf("%s: profile %s: %w", w.Name, w.profile, err)
		}
		if err := w.installOperators(ctx); err != nil {
			return nil, fmt.Errorf("%s: operators: %w", w.Name, err)
		}
		if err := w.Settle(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", w.Name, err)
		}
		result = append(result, w)
	}
	return result, nil
}

// workFolder is a new one: what etcd stored in an earlier run must not be found.
func workFolder() (string, error) {
	parent, err := filepath.Abs(*keep)
	if *keep == "" {
		parent, err = os.TempDir(), nil
	}
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(parent, "wecan-e2e-")
}

// logInto keeps the controllers, which log through klog, out of what the tests print.
func logInto(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	klog.LogToStderr(false)
	klog.SetOutput(file)
	return nil
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return 1
}
