// SPDX-License-Identifier: Apache-2.0
// A server that is being asked: what became known of it, and what its answers and failures lead to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "src/cluster/http.h"
#include "src/cluster/http_guard.h"
#include "src/cluster/http_queue.h"
#include "src/cluster/http_retry.h"

namespace wecan {

// Lives as long as its client; one thread.
class HttpPeer {
 public:
  explicit HttpPeer(HttpServer server);

  HttpServer given;
  HttpEndpoint endpoint;
  size_t queue = 0;  // servers of one URL share limits
  const std::string& token() const { return token_; }

  // OK if the request may be sent now; token() is known then.
  absl::Status MayStart(const HttpRequest& request);

  // How long to wait before `pending` is sent again; nothing: `reply` or `fault` is the result.
  // Asks for a new token after a 401, if it was sent with `token`.
  std::optional<int64_t> WaitBeforeRetry(HttpPending& pending, const HttpReply& reply,
                                         std::optional<HttpFault> fault, absl::string_view token,
                                         int64_t now_ms, const HttpLimits& limits);

  // The error for a request that failed; `detail` is what the library says, `sent` whether there
  // was a connection. May give the server up.
  absl::Status Failed(HttpFault fault, absl::string_view detail, bool sent, absl::string_view token,
                      const HttpLimits& limits);

  // The reply as the caller gets it: redirects and HTML are errors, credentials that come back are
  // hidden. May give the server up.
  HttpReply Answered(HttpReply reply, absl::string_view token, const HttpLimits& limits);

 private:
  absl::Status FetchToken();
  absl::Status Error(absl::StatusCode code, absl::string_view message) const;

  absl::Status given_up_;  // the error of every further request
  bool token_known_ = false;
  std::string token_;
  int failures_in_a_row_ = 0;
};

}  // namespace wecan
