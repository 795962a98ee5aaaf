// SPDX-License-Identifier: Apache-2.0

// Package misbehave has servers that do to a client what an API server should not: each stands for one way
// in which a cluster of a large fleet is broken.
package misbehave

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"wecan.dev/e2e/cluster"
)

// Peer is where a client is sent: an address, and the CA that its kubeconfig names.
type Peer struct {
	URL string
	CA  []byte
}

// Hangs takes the request and never answers.
func Hangs(t testing.TB) Peer {
	return serve(t, func(_ http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body) // only then does the context end with the connection
		<-request.Context().Done()
	})
}

// Trickles answers for ever, one byte every few milliseconds, so that no pause is ever long.
func Trickles(t testing.TB) Peer {
	return serve(t, func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("Content-Type", "application/json")
		response.WriteHeader(http.StatusCreated)
		for request.Context().Err() == nil {
			if _, err := io.WriteString(response, " "); err != nil {
				return
			}
			response.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	})
}

// AnswersHTML is what a proxy or a login page in front of an API server does.
func AnswersHTML(t testing.TB) Peer {
	return serve(t, func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(response, "<!DOCTYPE html>\n<html><body>Please log in.</body></html>\n")
	})
}

// Redirects sends clients elsewhere. It fails the test when a client follows: a credential is for its own server.
func Redirects(t testing.TB) Peer {
	elsewhere := serve(t, func(_ http.ResponseWriter, request *http.Request) {
		t.Errorf("a redirect was followed: %s %s, with credentials: %t", request.Method, request.URL.Path,
			request.Header.Get("Authorization") != "")
	})
	return serve(t, func(response http.ResponseWriter, request *http.Request) {
		http.Redirect(response, request, elsewhere.URL+request.URL.Path, http.StatusTemporaryRedirect)
	})
}

// OfAnotherCA has a certificate of a CA that the kubeconfig does not name.
func OfAnotherCA(t testing.TB) Peer {
	peer := serve(t, unreached(t))
	peer.CA = newCA(t).PEM
	return peer
}

// OfAnotherName has a certificate for another name than the kubeconfig's.
func OfAnotherName(t testing.TB) Peer {
	return serve(t, unreached(t), cluster.ForName("other.invalid"))
}

// Expired has a certificate that is no longer valid.
func Expired(t testing.TB) Peer { return serve(t, unreached(t), cluster.Expired) }

// Down is a port on which nobody listens.
func Down(t testing.TB) Peer {
	listener := listen(t)
	listener.Close()
	return Peer{URL: "https://" + listener.Addr().String(), CA: newCA(t).PEM}
}

// Resets drops every connection with a TCP reset.
func Resets(t testing.TB) Peer {
	listener := listen(t)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_ = connection.(*net.TCPConn).SetLinger(0) // an end without FIN
			connection.Close()
		}
	}()
	return Peer{URL: "https://" + listener.Addr().String(), CA: newCA(t).PEM}
}

// unreached fails the test when a client sends a request, and so its credential, to a server it cannot trust.
func unreached(t testing.TB) http.HandlerFunc {
	return func(_ http.ResponseWriter, request *http.Request) {
		t.Errorf("a server that cannot be trusted was asked %s %s", request.Method, request.URL.Path)
	}
}

func serve(t testing.TB, handler http.HandlerFunc, options ...cluster.Option) Peer {
	t.Helper()
	return serveAs(t, newCA(t), handler, options...)
}

func serveAs(t testing.TB, ca *cluster.CA, handler http.Handler, options ...cluster.Option) Peer {
	t.Helper()
	pair, err := ca.Server(options...)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are the purpose
	server.StartTLS()
	t.Cleanup(func() {
		server.CloseClientConnections() // else Close waits for handlers that never end
		server.Close()
	})
	return Peer{URL: server.URL, CA: ca.PEM}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func newCA(t testing.TB) *cluster.CA {
	t.Helper()
	ca, err := cluster.NewCA("misbehaving")
	if err != nil {
		t.Fatal(err)
	}
	return ca
}
