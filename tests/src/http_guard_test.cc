// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_guard.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/cluster/http_retry.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;

TEST(HttpGuard, Gets) {
  const std::vector<std::pair<const char*, bool>> cases = {
      {"/api", true},
      {"/api/v1", true},
      {"/apis", true},
      {"/apis/apps/v1", true},
      {"/version", true},
      {"/openapi/v3", true},
      {"/livez", true},
      {"/readyz?verbose", true},
      {"/api/v1/namespaces/proxy", true},
      {"/api/v1/namespaces/exec/pods/proxy", true},
      {"/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode?limit=500", true},
      {"/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node", true},
      {"", false},
      {"/", false},
      {"api", false},
      {"/apix", false},
      {"/metrics", false},
      {"/logs/x", false},
      {"/debug/pprof", false},
      {"/api/../metrics", false},
      {"/api/./v1", false},
      {"/api/%2e%2E/metrics", false},
      {"/api%2Fv1", false},
      {"/api\\v1", false},
      {"/api/v1#x", false},
      {"/api/v1 HTTP/1.1\r\nX: y", false},
      {"/api/v1/namespaces/a/pods/b/exec?command=rm", false},
      {"/api/v1/namespaces/a/pods/b/attach", false},
      {"/api/v1/namespaces/a/pods/b/portforward", false},
      {"/api/v1/namespaces/a/services/b/proxy/delete-all", false},
      {"/api/v1/nodes/a/proxy", false},
      {"/api/v1/proxy/nodes/a", false},
      {"/api/v1/watch/pods", false},
      {"/api/v1/pods?watch=true", false},
      {"/api/v1/pods?limit=1&watch=1", false},
      {"/api/v1/namespaces/a/pods/b/log?follow=true", false},
  };
  for (const auto& [path, good] : cases) {
    EXPECT_EQ(CheckHttpRequest({.path = path}).ok(), good) << path;
  }
  EXPECT_FALSE(CheckHttpRequest({.path = "/api", .body = "{}"}).ok());
  EXPECT_FALSE(CheckHttpRequest({.path = "/api", .accept = "a\r\nX: y"}).ok());
}

TEST(HttpGuard, Posts) {
  const std::vector<std::pair<const char*, bool>> cases = {
      {"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", true},
      {"/apis/authorization.k8s.io/v1/subjectaccessreviews", true},
      {"/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", true},
      {"/apis/authorization.k8s.io/v1/namespaces/a/localsubjectaccessreviews", true},
      {"/apis/authentication.k8s.io/v1/selfsubjectreviews", true},
      {"/apis/authentication.k8s.io/v1beta1/selfsubjectreviews", true},
      {"/apis/authorization.k8s.io/v1/subjectaccessreviews?x=y", false},
      {"/apis/authorization.k8s.io/v1/subjectaccessreviews/", false},
      {"/apis/authorization.k8s.io/v1/namespaces//localsubjectaccessreviews", false},
      {"/apis/authorization.k8s.io/v1/localsubjectaccessreviews", false},
      {"/apis/authorization.k8s.io/v1/namespaces/a/subjectaccessreviews", false},
      {"/apis/authentication.k8s.io/v1/tokenreviews", false},
      {"/apis/authentication.k8s.io/v1/subjectaccessreviews", false},
      {"/apis/example.com/v1/subjectaccessreviews", false},
      {"/api/v1/namespaces/a/serviceaccounts/b/token", false},
      {"/api/v1/namespaces", false},
      {"/apis/authorization.k8s.io/v1/x/../subjectaccessreviews", false},
  };
  for (const auto& [path, good] : cases) {
    EXPECT_EQ(CheckHttpRequest({.method = HttpMethod::kPost, .path = path}).ok(), good) << path;
  }
}

TEST(HttpGuard, Urls) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"https://wec1.example", "wec1.example:443"},
      {"https://WEC1.example:6443/", "wec1.example:6443"},
      {"https://wec1.example/k8s/clusters/c-1//", "wec1.example:443/k8s/clusters/c-1"},
      {"https://[2001:db8::1]:6443", "[2001:db8::1]:6443"},
      {"https://[::1]", "[::1]:443"},
      {"http://127.0.0.1:8001", "127.0.0.1:8001"},
      {"http://127.1.2.3", "127.1.2.3:80"},
      {"http://localhost:8001", "localhost:8001"},
      {"http://[::1]:80", "[::1]:80"},
      {"http://wec1.example", ""},
      {"http://127.0.0.1.example", ""},
      {"http://127.0.0.256", ""},
      {"http://localhost.example", ""},
      {"wec1.example:6443", ""},
      {"file:///etc/passwd", ""},
      {"https://", ""},
      {"https://:6443", ""},
      {"https://a:0", ""},
      {"https://a:65536", ""},
      {"https://a:x", ""},
      {"https://a/?x", ""},
      {"https://a#x", ""},
      {"https://a/../b", ""},
      {"https://a b", ""},
      {"https://a\r\nX: y", ""},
      {"https://jane:sesame@a", ""},
      {"https://[::1", ""},
      {"https://[fe80::1%25eth0]", ""},
  };
  for (const auto& [url, expected] : cases) {
    const auto endpoint = CheckHttpServer({.url = url});
    EXPECT_EQ(endpoint.ok() ? endpoint->Authority() + endpoint->prefix : "", expected) << url;
    EXPECT_THAT(std::string(endpoint.status().message()),
                AllOf(Not(HasSubstr("sesame")), Not(HasSubstr("\n"))));
  }
}

TEST(HttpGuard, Servers) {
  struct Case {
    HttpServer server;
    const char* error;  // a part of it; "": none
  };
  const std::string a = "https://a";
  const PemSource pem{.data = Secret("PEM")};
  const std::vector<Case> cases = {
      {{.url = a}, ""},
      {{.url = a, .tls_server_name = "kubernetes.default"}, ""},
      {{.url = a, .tls_server_name = "a:1"}, "tls-server-name"},
      {{.url = a, .ca = pem}, ""},
      {{.url = a, .insecure = true}, ""},
      {{.url = a, .ca = pem, .insecure = true}, "exclude each other"},
      {{.url = a, .proxy_url = "http://jane:sesame@proxy:3128"}, ""},
      {{.url = a, .proxy_url = "socks5://[::1]:1080"}, ""},
      {{.url = a, .proxy_url = "ftp://jane:sesame@proxy"}, "proxy-url"},
      {{.url = a, .proxy_url = "http://jane:sesame@proxy\r\n"}, "proxy-url"},
      {{.url = a, .client_certificate = pem, .client_key = pem}, ""},
      {{.url = a, .client_certificate = pem}, "without its key"},
      {{.url = a, .client_key = pem}, "without its certificate"},
      {{.url = a, .username = "jane", .password = Secret("a:b")}, ""},
      {{.url = a, .username = "ja:ne"}, "colon"},
      {{.url = a, .headers = {{"Impersonate-User", "caf\xc3\xa9"}}}, ""},
      {{.url = a, .headers = {{"Impersonate-User", "a\r\nX: y"}}}, "control character"},
      {{.url = a, .headers = {{"Impersonate-Extra-a%2Fb", "x"}}}, ""},
      {{.url = a, .headers = {{"Impersonate-Extra-a: b", "x"}}}, "not one of impersonation"},
      {{.url = a, .headers = {{"Authorization", "sesame"}}}, "not one of impersonation"},
  };
  for (const Case& c : cases) {
    const absl::Status status = CheckHttpServer(c.server).status();
    EXPECT_EQ(status.ok(), std::string(c.error).empty()) << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(c.error), Not(HasSubstr("sesame"))));
  }
}

TEST(HttpGuard, SecretsAreHidden) {
  const HttpServer server{
      .proxy_url = "http://joe:hop@p", .username = "jane", .password = Secret("pass")};
  EXPECT_EQ(WithoutSecrets("a tok-1 pass Basic amFuZTpwYXNz hop z", server, "tok-1"),
            "a [hidden] [hidden] Basic [hidden] [hidden] z");
  EXPECT_EQ(WithoutSecrets("nothing", {}, ""), "nothing");
}

TEST(HttpRetry, Waits) {
  const HttpLimits limits{.deadline_ms = 5'000, .retries = 3, .backoff_ms = 100, .busy_ms = 700};
  const auto fault = [&](HttpFault f, int attempts, int64_t elapsed) {
    return WaitAfterFault(f, attempts, elapsed, limits);
  };
  EXPECT_THAT(fault(HttpFault::kBroken, 1, 0), Optional(100));
  EXPECT_THAT(fault(HttpFault::kBroken, 3, 0), Optional(400));
  EXPECT_EQ(fault(HttpFault::kBroken, 4, 0), std::nullopt);
  EXPECT_EQ(fault(HttpFault::kBroken, 1, 4'900), std::nullopt);
  EXPECT_EQ(fault(HttpFault::kNoConnection, 1, 0), std::nullopt);
  EXPECT_EQ(fault(HttpFault::kTimeout, 1, 0), std::nullopt);
  EXPECT_EQ(fault(HttpFault::kServerCertificate, 1, 0), std::nullopt);
  const auto reply = [&](int status, const char* retry_after) {
    return WaitAfterReply({.status = status, .retry_after = retry_after}, 1, 0, limits);
  };
  EXPECT_THAT(reply(429, "2"), Optional(2'000));
  EXPECT_THAT(reply(429, ""), Optional(700));
  EXPECT_THAT(reply(429, "Wed, 21 Oct 2015 07:28:00 GMT"), Optional(700));
  EXPECT_THAT(reply(429, "-1"), Optional(700));
  EXPECT_EQ(reply(429, "4294967295"), std::nullopt);
  EXPECT_THAT(reply(503, "1"), Optional(1'000));
  EXPECT_EQ(reply(503, ""), std::nullopt);
  EXPECT_EQ(reply(403, "1"), std::nullopt);
  EXPECT_EQ(reply(200, "1"), std::nullopt);
}

}  // namespace
}  // namespace wecan
