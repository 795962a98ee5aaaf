// SPDX-License-Identifier: Apache-2.0
// Questions whose answers lead to further questions, to many servers at once.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "src/cluster/http.h"
#include "src/cluster/http_client.h"

namespace wecan {

// Each request says what is done with its reply, so that a conversation with one server reads from
// top to bottom while those with others go on. One thread.
class HttpExchange {
 public:
  using Then = std::function<void(HttpReply reply)>;

  explicit HttpExchange(HttpClient& client) : client_(client) {}
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  // Sent by Run(), or at once while that runs. `then` may send more.
  void Send(HttpRequest request, Then then);

  // Returns when every request has been answered, or failed, and every `then` was called.
  void Run();

 private:
  HttpClient& client_;
  uint64_t last_id_ = 0;
  std::vector<HttpRequest> to_send_;
  absl::flat_hash_map<uint64_t, Then> waiting_;
};

}  // namespace wecan
