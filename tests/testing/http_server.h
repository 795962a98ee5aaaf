// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server on loopback for tests, that also behaves badly on demand.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wecan {

struct TestHttpRequest {
  size_t listener = 0;  // which of the server's ports
  int number = 0;       // 1 for the first request of the server
  std::string method;
  std::string target;
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The header's value, several joined by ", "; "" without it.
  std::string Header(const std::string& name) const;
};

enum class Misbehaviour {
  kNone,
  kHang,      // no answer, ever
  kReset,     // the connection is reset instead of an answer
  kClose,     // the connection is closed instead of an answer
  kTruncate,  // half of the body, then closed
  kTrickle,   // one byte every 5 ms
  kRaw,       // the body alone, as it is, then closed
};

struct TestHttpReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {{"Content-Type", "application/json"}};
  std::string body = "{}";
  int delay_ms = 0;
  Misbehaviour misbehaviour = Misbehaviour::kNone;
};

struct TestHttpStatistics {
  int requests = 0;
  int connections = 0;
  int most_in_all = 0;  // requests without a complete answer at a time
  int most_per_listener = 0;
};

// Runs in a thread of its own from construction to destruction; the handler is called there.
class TestHttpServer {
 public:
  using Handler = std::function<TestHttpReply(const TestHttpRequest&)>;

  explicit TestHttpServer(Handler handler, size_t listeners = 1);
  ~TestHttpServer();
  TestHttpServer(const TestHttpServer&) = delete;
  TestHttpServer& operator=(const TestHttpServer&) = delete;

  std::string Url(size_t listener = 0) const;  // http://127.0.0.1:PORT
  // The port of a server that is gone: nothing listens there.
  static std::string DeadUrl();
  TestHttpStatistics statistics() const;
  std::vector<TestHttpRequest> requests() const;  // in order of arrival
  // For benchmarks: keeps no requests.
  void KeepNoRequests();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace wecan
