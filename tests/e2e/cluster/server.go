// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Server is a running API server.
type Server struct {
	Name  string
	URL   string
	CA    *CA
	Admin kubernetes.Interface // in system:masters: passes every check

	dir     string
	process *process
}

func startServer(ctx context.Context, dir, name, etcd string) (*Server, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	ca, err := NewCA(name)
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	address := loopback("https", ports[0])
	server := &Server{Name: name, URL: address.String(), CA: ca, dir: dir}
	if err := server.writeFiles(); err != nil {
		return nil, err
	}
	admin, err := ca.Client("admin", "system:masters")
	if err != nil {
		return nil, err
	}
	if server.Admin, err = server.Client(Credential{Pair: admin}); err != nil {
		return nil, err
	}
	server.process, err = startProcess(server.path("log"), append(server.flags(), "--etcd-servers="+etcd,
		"--etcd-prefix=/"+name, "--secure-port="+strconv.Itoa(ports[0])))
	if err != nil {
		return nil, err
	}
	if err := server.waitUntilReady(ctx); err != nil {
		server.process.stop()
		return nil, server.process.failed(err)
	}
	return server, nil
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Server) flags() []string {
	return []string{
		"--bind-address=127.0.0.1",
		"--endpoint-reconciler-type=none", // a loopback address is no endpoint of the service kubernetes
		"--tls-cert-file=" + s.path("server.crt"),
		"--tls-private-key-file=" + s.path("server.key"),
		"--client-ca-file=" + s.path("ca.crt"),
		"--service-account-issuer=https://wec.invalid",
		"--service-account-signing-key-file=" + s.path("sa.key"),
		"--service-account-key-file=" + s.path("sa.pub"),
		"--service-cluster-ip-range=10.96.0.0/16",
		"--authorization-mode=RBAC",
		"--audit-policy-file=" + s.path("audit-policy.yaml"),
		"--audit-log-path=" + s.path("audit.log"),
		"--audit-log-maxsize=4096", // the default rotates at 100 MB, and Audit would miss what is older
		// Both wait for kube-controller-manager, which does not run here.
		"--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection",
	}
}

func (s *Server) writeFiles() error {
	pair, err := s.CA.Server()
	if err != nil {
		return err
	}
	key, err := newKey()
	if err != nil {
		return err
	}
	private, err := encodeKey(key)
	if err != nil {
		return err
	}
	public, err := encodePublicKey(key)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"ca.crt":            s.CA.PEM,
		"server.crt":        pair.Certificate,
		"server.key":        pair.Key,
		"sa.key":            private,
		"sa.pub":            public,
		"audit-policy.yaml": []byte(auditPolicy),
	} {
		if err := os.WriteFile(s.path(name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// waitUntilReady returns when the bootstrap roles are there, and the namespaces, which come a moment later.
func (s *Server) waitUntilReady(ctx context.Context) error {
	for {
		err := s.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.process.ended:
			return errors.New("kube-apiserver has ended")
		case <-ctx.Done():
			return fmt.Errorf("kube-apiserver is not ready: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *Server) ready(ctx context.Context) error {
	if err := s.Admin.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error(); err != nil {
		return err
	}
	for _, namespace := range []string{"default", "kube-system"} {
		if _, err := s.Admin.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// Config is how a client of Go reaches the server with this credential.
func (s *Server) Config(credential Credential) *rest.Config {
	return &rest.Config{
		Host:        s.URL,
		BearerToken: credential.Token,
		TLSClientConfig: rest.TLSClientConfig{
			CAData: s.CA.PEM, CertData: credential.Certificate, KeyData: credential.Key,
		},
		QPS: -1, // the default of 5 requests a second would be all that a test waits for
	}
}

// Client is a client with this credential.
func (s *Server) Client(credential Credential) (kubernetes.Interface, error) {
	return kubernetes.NewForConfig(s.Config(credential))
}
