// SPDX-License-Identifier: Apache-2.0
// The client against a server in this process. TLS and HTTP/2 are tested against a real API server.
#include "src/cluster/http_client.h"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/http_server.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kToken[] = "very-secret-token";
constexpr char kReviews[] = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

// Waits of milliseconds, so that no test takes long; a timeout only where one is tested.
HttpLimits Quick() { return {.timeout_ms = 20'000, .backoff_ms = 1, .busy_ms = 1}; }

HttpServer ServerAt(const std::string& url) {
  return {.name = "wec1", .url = url, .token = [] { return std::string(kToken); }};
}

// All replies, in the order of the requests; tells no test about a client that cannot be made.
std::vector<HttpReply> Ask(std::vector<HttpServer> servers,
                           const std::vector<HttpRequest>& requests,
                           const HttpLimits& limits = Quick()) {
  auto client = HttpClient::Create(std::move(servers), limits);
  if (!client.ok()) return {HttpReply{.transport = client.status()}};
  std::vector<HttpReply> replies(requests.size());
  int count = 0;
  (*client)->Run(requests,
                 [&](const HttpRequest& request, HttpReply reply, std::vector<HttpRequest>&) {
                   ++count;
                   for (size_t i = 0; i < requests.size(); ++i) {
                     if (requests[i].path == request.path && requests[i].server == request.server) {
                       replies[i] = reply;
                     }
                   }
                 });
  EXPECT_EQ(count, static_cast<int>(requests.size()));
  return replies;
}

HttpReply AskOne(const std::string& url, const HttpRequest& request = {.path = "/version"},
                 const HttpLimits& limits = Quick()) {
  return Ask({ServerAt(url)}, {request}, limits).front();
}

TEST(HttpClient, SendsWhatTheServerNeeds) {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpReply{.body = "{\"a\": 1}"}; });
  HttpServer given = ServerAt(absl::StrCat(server.Url(), "/prefix/"));
  given.headers = {
      {"Impersonate-User", "jane"}, {"Impersonate-Group", "a"}, {"Impersonate-Group", "b"}};
  const HttpReply reply =
      Ask({given}, {{.method = HttpMethod::kPost, .path = kReviews, .body = "{\"kind\": 1}"}})[0];
  EXPECT_THAT(reply.transport, IsOk());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(reply.body, "{\"a\": 1}");
  ASSERT_THAT(server.requests(), SizeIs(1));
  const TestHttpRequest request = server.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, absl::StrCat("/prefix", kReviews));
  EXPECT_EQ(request.body, "{\"kind\": 1}");
  EXPECT_EQ(request.Header("authorization"), absl::StrCat("Bearer ", kToken));
  EXPECT_EQ(request.Header("content-type"), "application/json");
  EXPECT_EQ(request.Header("accept"), "application/json");
  EXPECT_EQ(request.Header("accept-encoding"), "gzip");
  EXPECT_EQ(request.Header("impersonate-user"), "jane");
  EXPECT_EQ(request.Header("impersonate-group"), "a, b");
  EXPECT_EQ(request.Header("host"), absl::StrCat("", server.Url().substr(7)));
  EXPECT_EQ(request.Header("cookie"), "");
}

TEST(HttpClient, BasicAuthenticationAndNoCompression) {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpReply{}; });
  HttpServer given{.url = server.Url(),
                   .username = "jane",
                   .password = Secret("pass"),
                   .disable_compression = true};
  EXPECT_EQ(Ask({given}, {{.path = "/version"}})[0].status, 200);
  EXPECT_EQ(server.requests()[0].Header("authorization"), "Basic amFuZTpwYXNz");
  EXPECT_EQ(server.requests()[0].Header("accept-encoding"), "");
}

// What a server may answer, and the one line that a user sees of it.
TEST(HttpClient, AnswersOfServers) {
  using M = Misbehaviour;
  const std::pair<std::string, std::string> json = {"Content-Type", "application/json"};
  struct Case {
    const char* name;
    TestHttpReply reply;
    const char* error;  // the whole of it, or "": none
    int requests = 1;
  };
  const std::string refusal = R"({"kind": "Status", "message": "Unauthorized"})";
  const std::string ugly =
      "{\"kind\": \"Status\", \"message\": \"caf\xc3\xa9 \\u001b[31m\\nred \xe2\x80\xae\"}";
  const std::string compressed =
      absl::HexStringToBytes("1f8b0800000000000203ab564aafca2c50b22a292a4dad0500f9eaf4360d000000");
  const std::vector<Case> cases = {
      {"good", {}, ""},
      {"created", {.status = 201}, ""},
      {"gzip", {.headers = {json, {"Content-Encoding", "gzip"}}, .body = compressed}, ""},
      {"no gzip",
       {.headers = {json, {"Content-Encoding", "gzip"}}, .body = "{\"plain\": 1}"},
       "wec1: the answer cannot be decompressed: Error while processing content unencoding: "
       "incorrect header check; set disable-compression"},
      {"wrong token",
       {.status = 401, .body = refusal},
       "wec1: the credentials are refused (401): Unauthorized; they may have expired: log in "
       "again, or check the user of this context"},
      {"forbidden",
       {.status = 403, .body = "{\"message\": \"may not\"}"},
       "wec1: forbidden (403): may not; ask for this permission, or use another user"},
      {"ugly",
       {.status = 403, .body = ugly},
       "wec1: forbidden (403): caf\xc3\xa9 \xef\xbf\xbd[31m\xef\xbf\xbdred \xef\xbf\xbd; ask for "
       "this permission, or use another user"},
      {"no JSON",
       {.status = 404, .headers = {{"Content-Type", "text/plain"}}, .body = "404 gone\n"},
       "wec1: not found (404): 404 gone; check that the URL is an API server's and that it serves "
       "this API"},
      {"token in the refusal",
       {.status = 403, .body = "{\"message\": \"no very-secret-token\"}"},
       "wec1: forbidden (403): no [hidden]; ask for this permission, or use another user"},
      {"broken",
       {.status = 500, .body = "{\"message"},
       "wec1: the server failed (500); try later, and look at the server's log"},
      {"login page",
       {.headers = {{"Content-Type", "text/html; charset=utf-8"}}, .body = "<html>"},
       "wec1: answers with an HTML page, so this is no API server but perhaps a login page or a "
       "proxy; check the server's URL"},
      {"redirect",
       {.status = 302, .headers = {json, {"Location", "https://example.com/very-secret-token"}}},
       "wec1: the server redirects (302), and credentials go to no other place; give the API "
       "server's own URL"},
      {"reset",
       {.misbehaviour = M::kReset},
       "wec1: the connection broke off: Recv failure: Connection reset by peer; run again; if it "
       "stays, look at the server's log and at proxies between",
       4},
      {"closed",
       {.misbehaviour = M::kClose},
       "wec1: the connection broke off: Empty reply from server; run again; if it stays, look at "
       "the server's log and at proxies between",
       4},
      {"truncated",
       {.body = "0123456789", .misbehaviour = M::kTruncate},
       "wec1: the answer ends too early: transfer closed with 5 bytes remaining to read; run "
       "again; look for a proxy between that cuts answers",
       4},
      {"no HTTP",
       {.body = "220 smtp\r\n", .misbehaviour = M::kRaw},
       "wec1: the server does not speak HTTP: Received HTTP/0.9 when not allowed; check the URL's "
       "scheme and port"},
      {"busy",
       {.status = 429, .headers = {json, {"Retry-After", "0"}}},
       "wec1: too many requests (429); send fewer at a time, or try later",
       4},
      {"busy, at no time",
       {.status = 429, .headers = {json, {"Retry-After", "some day"}}},
       "wec1: too many requests (429); send fewer at a time, or try later",
       4},
      {"busy for hours",
       {.status = 429, .headers = {json, {"Retry-After", "7200"}}},
       "wec1: too many requests (429); send fewer at a time, or try later",
       1},
      {"overloaded",
       {.status = 503, .headers = {json, {"Retry-After", "0"}}},
       "wec1: the server failed (503); try later, and look at the server's log",
       4},
      {"down",
       {.status = 503},
       "wec1: the server failed (503); try later, and look at the server's log",
       1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    TestHttpServer server([&](const TestHttpRequest&) { return c.reply; });
    const absl::Status error = HttpReplyError("wec1", AskOne(server.Url()));
    EXPECT_EQ(error.message(), c.error);
    EXPECT_THAT(server.requests(), SizeIs(c.requests));
    EXPECT_THAT(std::string(error.message()), AllOf(Not(HasSubstr(kToken)), Not(HasSubstr("\n"))));
  }
}

TEST(HttpClient, ResetsAndBusyServersAreTriedAgain) {
  for (const HttpMethod method : {HttpMethod::kGet, HttpMethod::kPost}) {
    TestHttpServer server([](const TestHttpRequest& request) -> TestHttpReply {
      switch (request.number) {
        case 1:
          return {.misbehaviour = Misbehaviour::kReset};
        case 2:
          return {.status = 429, .headers = {{"Retry-After", "0"}}};
        case 3:
          return {.body = "12345678", .misbehaviour = Misbehaviour::kTruncate};
        default:
          return {.body = "whole"};
      }
    });
    const HttpReply reply = AskOne(
        server.Url(), {.method = method, .path = method == HttpMethod::kGet ? "/api" : kReviews});
    EXPECT_THAT(reply.transport, IsOk());
    EXPECT_EQ(reply.body, "whole");
    EXPECT_THAT(server.requests(), SizeIs(4));
  }
}

// A server that asks for a pause gets one; the others go on meanwhile.
TEST(HttpClient, APauseHoldsUpNoOtherServer) {
  std::atomic<int> others = 0;
  std::atomic<int> others_before_the_retry = -1;
  TestHttpServer server(
      [&](const TestHttpRequest& request) -> TestHttpReply {
        if (request.listener == 1) {
          ++others;
          return {};
        }
        if (request.number == 1) return {.status = 429};
        others_before_the_retry = others.load();
        return {};
      },
      2);
  const HttpLimits one = {.in_all = 1, .timeout_ms = 20'000, .busy_ms = 300};
  std::vector<HttpRequest> requests = {{.server = 0, .path = "/api"}};
  for (int i = 0; i < 20; ++i) {
    requests.push_back({.server = 1, .path = absl::StrCat("/apis/", i)});
  }
  const std::vector<HttpReply> replies =
      Ask({ServerAt(server.Url(0)), ServerAt(server.Url(1))}, requests, one);
  EXPECT_EQ(replies[0].status, 200);
  EXPECT_GT(others_before_the_retry, 0);
}

TEST(HttpClient, TimeoutsEndWhatHangsOrTrickles) {
  for (const Misbehaviour misbehaviour : {Misbehaviour::kHang, Misbehaviour::kTrickle}) {
    TestHttpServer server([&](const TestHttpRequest&) {
      return TestHttpReply{.body = std::string(1000, ' '), .misbehaviour = misbehaviour};
    });
    HttpLimits limits = Quick();
    limits.timeout_ms = 60;
    const HttpReply reply = AskOne(server.Url(), {.path = "/api"}, limits);
    EXPECT_THAT(reply.transport,
                StatusIs(absl::StatusCode::kDeadlineExceeded,
                         AllOf(HasSubstr("wec1: no complete answer in time: "),
                               HasSubstr("; check the server and the network between"))));
    EXPECT_THAT(server.requests(), SizeIs(1));
  }
}

TEST(HttpClient, GivesAServerUpThatNeverAnswersInTime) {
  TestHttpServer server(
      [&](const TestHttpRequest& request) -> TestHttpReply {
        return {.misbehaviour = request.listener == 0 ? Misbehaviour::kHang : Misbehaviour::kNone};
      },
      2);
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 100; ++i) {
    requests.push_back({.server = 0, .path = absl::StrCat("/apis/", i)});
  }
  requests.push_back({.server = 1, .path = "/api"});
  HttpLimits limits = Quick();
  limits.timeout_ms = 200;
  const auto replies = Ask({ServerAt(server.Url(0)), ServerAt(server.Url(1))}, requests, limits);
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(replies[i].transport, StatusIs(absl::StatusCode::kDeadlineExceeded, testing::_));
  }
  EXPECT_EQ(replies[100].status, 200);
  EXPECT_LT(server.statistics().requests, 20);
}

TEST(HttpClient, GivesAServerUpThatStaysBusyOrBroken) {
  struct Case {
    TestHttpReply reply;
    const char* error;  // of the requests that were not sent any more
  };
  const std::vector<Case> cases = {
      {{.status = 429, .headers = {{"Retry-After", "0"}}},
       "wec1: the server stays too busy (429); send fewer requests at a time, or try later"},
      {{.misbehaviour = Misbehaviour::kReset}, "wec1: the connection broke off: "},
  };
  for (const Case& c : cases) {
    TestHttpServer server([&](const TestHttpRequest&) { return c.reply; });
    std::vector<HttpRequest> requests;
    for (int i = 0; i < 100; ++i) requests.push_back({.path = absl::StrCat("/apis/", i)});
    const std::vector<HttpReply> replies = Ask({ServerAt(server.Url())}, requests);
    EXPECT_THAT(std::string(replies[99].transport.message()), HasSubstr(c.error));
    EXPECT_LT(server.statistics().requests, 60);
  }
}

TEST(HttpClient, GivesADeadServerUpAtOnce) {
  const std::string url = TestHttpServer::DeadUrl();
  const auto replies = Ask({ServerAt(url)}, {{.path = "/api"}, {.path = "/apis"}});
  for (const HttpReply& reply : replies) {
    EXPECT_THAT(reply.transport,
                StatusIs(absl::StatusCode::kUnavailable,
                         AllOf(HasSubstr("wec1: cannot connect: "), HasSubstr("; check that"))));
  }
}

TEST(HttpClient, BodiesAndHeadersAreBounded) {
  // 100,000 times "0".
  const std::string zeros =
      absl::HexStringToBytes(absl::StrCat("1f8b0800000000000203edc13101000000c2a04aeb9fce1a1e4001",
                                          std::string(192, '0'), "af0685c24dc5a0860100"));
  struct Case {
    const char* name;
    TestHttpReply reply;
  };
  const std::vector<Case> cases = {
      {"told beforehand", {.body = std::string(20'000, ' ')}},
      {"without end",
       {.body = absl::StrCat("HTTP/1.1 200 OK\r\n\r\n", std::string(20'000, ' ')),
        .misbehaviour = Misbehaviour::kRaw}},
      {"gzip bomb", {.headers = {{"Content-Encoding", "gzip"}}, .body = zeros}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    TestHttpServer server([&](const TestHttpRequest&) { return c.reply; });
    HttpLimits limits = Quick();
    limits.max_body = 10'000;
    const HttpReply reply = AskOne(server.Url(), {.path = "/api"}, limits);
    EXPECT_EQ(reply.transport.message(),
              "wec1: the answer is too large; check that the URL is an API server's");
    EXPECT_EQ(reply.body, "");
    EXPECT_THAT(server.requests(), SizeIs(1));
  }
  TestHttpServer server([&](const TestHttpRequest&) {
    TestHttpReply reply;
    for (int i = 0; i < 30; ++i) reply.headers.emplace_back("X", std::string(50'000, 'h'));
    return reply;
  });
  EXPECT_THAT(AskOne(server.Url()).transport,
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("too large")));
}

TEST(HttpClient, ANewTokenAfterARefusal) {
  TestHttpServer server([](const TestHttpRequest& request) {
    return TestHttpReply{.status = request.Header("authorization") == "Bearer new" ? 200 : 401};
  });
  int asked = 0;
  HttpServer given = ServerAt(server.Url());
  given.token = [&] { return std::string(++asked == 1 ? "old" : "new"); };
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 8; ++i) requests.push_back({.path = absl::StrCat("/apis/", i)});
  for (const HttpReply& reply : Ask({given}, requests)) EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(asked, 2);

  given.token = [&] { return std::string("old"); };
  EXPECT_EQ(Ask({given}, {{.path = "/api"}})[0].status, 401);
}

TEST(HttpClient, TokensThatCannotBeHad) {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpReply{}; });
  HttpServer given = ServerAt(server.Url());
  given.token = []() -> absl::StatusOr<std::string> {
    return absl::UnavailableError("aws: exit 255\nlog in");
  };
  EXPECT_EQ(Ask({given}, {{.path = "/api"}})[0].transport.message(),
            "wec1: aws: exit 255\xef\xbf\xbdlog in");
  given.token = [] { return absl::StrCat(kToken, "\r\nImpersonate-User: root"); };
  EXPECT_EQ(Ask({given}, {{.path = "/api"}})[0].transport.message(),
            "wec1: the token holds a line break or another control character; remove it");
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST(HttpClient, WhatMayNotBeSentIsNotSent) {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpReply{}; });
  const auto replies = Ask({ServerAt(server.Url()), ServerAt("ftp://127.0.0.1/")},
                           {{.method = HttpMethod::kPost, .path = "/api/v1/namespaces"},
                            {.path = "/metrics"},
                            {.server = 1, .path = "/api"}});
  EXPECT_EQ(replies[0].transport.message(),
            "wec1: POST /api/v1/namespaces is none of the review APIs, and nothing else is posted; "
            "wecan does not send this");
  EXPECT_EQ(
      replies[1].transport.message(),
      "wec1: GET /metrics is not below a path of the Kubernetes API; wecan does not send this");
  EXPECT_EQ(replies[2].transport.message(),
            "wec1: the server's URL must start with https://; write https://HOST:PORT");
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST(HttpClient, LimitsHoldAndConnectionsAreUsedAgain) {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpReply{.delay_ms = 1}; }, 20);
  std::vector<HttpServer> servers;
  std::vector<HttpRequest> requests;
  for (size_t i = 0; i < 20; ++i) {
    servers.push_back(ServerAt(server.Url(i)));
    servers.push_back(ServerAt(server.Url(i)));  // another user of the same server shares its limit
    for (int j = 0; j < 50; ++j) {
      requests.push_back({.server = 2 * i + j % 2, .path = absl::StrCat("/apis/", j)});
    }
  }
  HttpLimits limits = Quick();
  limits.in_all = 30;
  limits.per_server = 4;
  const std::vector<HttpReply> replies = Ask(std::move(servers), requests, limits);
  EXPECT_THAT(replies, Each(testing::Field(&HttpReply::status, 200)));
  const TestHttpStatistics statistics = server.statistics();
  EXPECT_EQ(statistics.requests, 1000);
  EXPECT_LE(statistics.most_in_all, 30);
  EXPECT_LE(statistics.most_per_listener, 4);
  EXPECT_LE(statistics.connections, 80);
}

TEST(HttpClient, AnswersLeadToMoreRequests) {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpReply{}; });
  auto client = HttpClient::Create({ServerAt(server.Url())}, Quick());
  ASSERT_THAT(client, IsOk());
  std::vector<std::string> done;
  for (int run = 0; run < 2; ++run) {
    (*client)->Run({{.path = "/api"}}, [&](const HttpRequest& request, HttpReply reply,
                                           std::vector<HttpRequest>& more) {
      EXPECT_EQ(reply.status, 200);
      done.push_back(request.path);
      if (request.path == "/api") more.push_back({.path = "/apis"});
    });
  }
  EXPECT_THAT(done, ElementsAre("/api", "/apis", "/api", "/apis"));
  EXPECT_EQ(server.statistics().connections, 1);
  (*client)->Run({}, [](const HttpRequest&, HttpReply, std::vector<HttpRequest>&) { FAIL(); });
}

TEST(HttpClient, HeadersOfInterest) {
  TestHttpServer server([](const TestHttpRequest&) {
    return TestHttpReply{.headers = {{"content-TYPE", "application/json;g=x;v=v2"},
                                     {"Warning", "299 - \"v1beta1 is deprecated\""},
                                     {"warning", "299 - \"very-secret-token\""}}};
  });
  const HttpReply reply = AskOne(server.Url());
  EXPECT_EQ(reply.content_type, "application/json;g=x;v=v2");
  EXPECT_THAT(reply.warnings, ElementsAre("299 - \"v1beta1 is deprecated\"", "299 - \"[hidden]\""));
}

TEST(HttpReplyError, LongMessagesAreCut) {
  const HttpReply reply{
      .status = 403, .content_type = "text/plain", .body = std::string(100'000, 'x')};
  EXPECT_LT(HttpReplyError("wec1", reply).message().size(), 500u);
}

}  // namespace
}  // namespace wecan
