// SPDX-License-Identifier: Apache-2.0
// Many requests to many API servers at once, over one libcurl loop in the caller's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "src/cluster/http.h"

namespace wecan {

// Called with each request that is done, in the order in which they get done. Requests put into
// `more` are sent as well: to ask 10,000 servers 40 questions each, start with one request to each
// server and ask the rest when its answer is there, so that memory stays small.
using HttpDone = absl::FunctionRef<void(const HttpRequest& request, HttpReply reply,
                                        std::vector<HttpRequest>& more)>;

// Keeps connections until it goes. One thread at a time. Nothing of libcurl is loaded before the
// first client is made.
//
// What holds for every request, see HttpLimits for the numbers:
// * Only what CheckHttpRequest allows is sent, only to servers that CheckHttpServer allows.
// * TLS 1.2 or later, verified unless `insecure`. Redirects are errors. No cookies, no .netrc.
// * 429, and 5xx with Retry-After, are tried again after the wait that the server asks for, while
//   the server's other requests wait as well. Resets and truncated answers are tried again, too:
//   all that may be sent is idempotent. What then is left is the reply.
// * A server that cannot be connected to or verified, or that fails several times in a row, is
// given
//   up: its other requests get the same error at once.
// * Errors are one line: the server, what happened, what to do. Neither they nor the body of a
//   refusal hold a credential, even if the server sends it back.
class HttpClient {
 public:
  // Unavailable if there is no libcurl on this machine, or one that lacks what is needed.
  static absl::StatusOr<std::unique_ptr<HttpClient>> Create(std::vector<HttpServer> servers,
                                                            const HttpLimits& limits = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Returns when all requests are done, those that `done` added included.
  void Run(std::vector<HttpRequest> requests, HttpDone done);

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// OK for 2xx. Else one line that says what the server, called `label`, answered and what to do:
// Unauthenticated 401, PermissionDenied 403, NotFound 404, ResourceExhausted 429, Unavailable 5xx,
// Unknown the rest; the transport's error if there was no answer.
absl::Status HttpReplyError(absl::string_view label, const HttpReply& reply);

}  // namespace wecan
