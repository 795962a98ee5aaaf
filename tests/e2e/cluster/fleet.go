// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

const startLimit = 2 * time.Minute

// Fleet is some API servers on one etcd.
type Fleet struct {
	Servers []*Server

	etcd *embed.Etcd
	stop context.CancelFunc // ends the controllers
}

// Start starts one API server per name. Their files go into dir. On an error nothing is left running.
func Start(dir string, names ...string) (*Fleet, error) {
	etcd, err := startEtcd(filepath.Join(dir, "etcd"))
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	running, stop := context.WithCancel(context.Background())
	fleet := &Fleet{etcd: etcd, stop: stop}

	limited, done := context.WithTimeout(running, startLimit)
	defer done()
	fleet.Servers = make([]*Server, len(names))
	failures := make([]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			server, err := startServer(limited, filepath.Join(dir, name), name, etcdURL(etcd))
			if err != nil {
				failures[i] = fmt.Errorf("%s: %w", name, err)
				return
			}
			fleet.Servers[i] = server
			aggregate(running, server)
		})
	}
	wait.Wait()
	if err := errors.Join(failures...); err != nil {
		fleet.Stop()
		return nil, err
	}
	return fleet, nil
}

// Stop ends all servers, then etcd.
func (f *Fleet) Stop() {
	f.stop()
	var wait sync.WaitGroup
	for _, server := range f.Servers {
		if server != nil {
			wait.Go(server.process.stop)
		}
	}
	wait.Wait()
	f.etcd.Close()
}
