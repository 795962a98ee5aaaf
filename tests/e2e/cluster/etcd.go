// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

func startEtcd(dir string) (*embed.Etcd, error) {
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	client, peer := loopback("http", ports[0]), loopback("http", ports[1])
	config := embed.NewConfig()
	config.Dir = dir
	config.LogLevel, config.LogOutputs = "error", []string{dir + ".log"}
	config.UnsafeNoFsync = true // nobody reads the data after a crash
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name) // reads the peer URLs

	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err := <-etcd.Err():
		return nil, fmt.Errorf("ended while starting: %w", err)
	case <-time.After(time.Minute):
		etcd.Close()
		return nil, errors.New("not ready after a minute")
	}
}

func etcdURL(etcd *embed.Etcd) string {
	return etcd.Config().AdvertiseClientUrls[0].String()
}
