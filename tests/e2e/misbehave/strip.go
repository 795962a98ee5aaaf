// SPDX-License-Identifier: Apache-2.0

package misbehave

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"wecan.dev/e2e/cluster"
)

// StripsImpersonation is a proxy in front of a good API server that drops the headers of impersonation, as
// some load balancers do: whoever trusts the answer has asked for himself. Only tokens pass it.
func StripsImpersonation(t testing.TB, server *cluster.Server) Peer {
	t.Helper()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.CA.PEM)
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
		ErrorLog:  log.New(io.Discard, "", 0), // clients that go away early
		Rewrite: func(request *httputil.ProxyRequest) {
			request.SetURL(target)
			for name := range request.Out.Header {
				if strings.HasPrefix(name, "Impersonate-") {
					request.Out.Header.Del(name)
				}
			}
		},
	}
	return serveAs(t, newCA(t), proxy)
}
