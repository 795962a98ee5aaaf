// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/cluster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "src/cluster/http_client.h"
#include "src/output/json.h"
#include "tests/testing/source_path.h"

namespace wecan {

TestHttpReply JsonReply(std::string body) { return {.body = std::move(body)}; }

TestHttpReply RecordedReply(absl::string_view path) {
  return JsonReply(ReadSource(absl::StrCat("fixtures/cluster/", path)));
}

TestHttpReply StatusReply(int code, absl::string_view message) {
  return {.status = code,
          .body = absl::StrCat(R"({"kind": "Status", "message": )", QuotedText(message), "}")};
}

TestCluster::TestCluster(ClusterReplies replies, size_t servers)
    : server_(
          [replies = std::move(replies)](const TestHttpRequest& request) {
            auto found = replies.find(request.target);
            if (found == replies.end())
              found = replies.find(request.target.substr(0, request.target.find('?')));
            return found == replies.end() ? StatusReply(404, "no such page") : found->second;
          },
          servers),
      servers_(servers) {}

std::unique_ptr<HttpClient> TestCluster::Client() const {
  std::vector<HttpServer> servers;
  for (size_t i = 0; i < servers_; ++i)
    servers.push_back({.name = absl::StrCat("wec", i + 1), .url = server_.Url(i)});
  auto client =
      HttpClient::Create(std::move(servers), {.timeout_ms = 20'000, .backoff_ms = 1, .busy_ms = 1});
  EXPECT_TRUE(client.ok()) << client.status();
  return client.ok() ? *std::move(client) : nullptr;
}

void TestCluster::Run(const std::function<void(HttpExchange&)>& ask) {
  const std::unique_ptr<HttpClient> client = Client();
  ASSERT_NE(client, nullptr);
  HttpExchange exchange(*client);
  ask(exchange);
  exchange.Run();
}

std::vector<std::string> TestCluster::Targets() const {
  std::vector<std::string> targets;
  for (const TestHttpRequest& request : server_.requests()) targets.push_back(request.target);
  std::sort(targets.begin(), targets.end());
  return targets;
}

}  // namespace wecan
