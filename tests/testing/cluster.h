// SPDX-License-Identifier: Apache-2.0
// A cluster that answers from a table, and an exchange with it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "src/cluster/http_client.h"
#include "src/cluster/http_exchange.h"
#include "tests/testing/http_server.h"

namespace wecan {

// By what is asked for: "/api/v1/pods", or with its query "/api/v1/pods?limit=500"; the longer one
// wins. Everything else is 404.
using ClusterReplies = std::map<std::string, TestHttpReply>;

TestHttpReply JsonReply(std::string body);
// A file below fixtures/cluster.
TestHttpReply RecordedReply(absl::string_view path);
// A Status with this code.
TestHttpReply StatusReply(int code, absl::string_view message);

class TestCluster {
 public:
  explicit TestCluster(ClusterReplies replies, size_t servers = 1);

  // Connected to its servers, which are called wec1, wec2 ...
  std::unique_ptr<HttpClient> Client() const;

  // Calls `ask` with an exchange over Client(), and waits for all of it.
  void Run(const std::function<void(HttpExchange&)>& ask);

  // What was asked for, sorted.
  std::vector<std::string> Targets() const;
  const TestHttpServer& server() const { return server_; }

 private:
  TestHttpServer server_;
  size_t servers_;
};

}  // namespace wecan
