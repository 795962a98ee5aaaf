// SPDX-License-Identifier: Apache-2.0
// Kubernetes API servers, what is asked of them and what they answer. No library of others here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "src/cluster/pem_source.h"
#include "src/cluster/secret.h"

namespace wecan {

// A server and how to reach it as somebody. The caller has read all of it: the client looks neither
// at environment variables nor at files of the user, but for the PEM files named here.
struct HttpServer {
  std::string name;             // what errors call it, for example a context; "": the URL
  std::string url;              // https://HOST[:PORT][/PREFIX]; http:// to loopback addresses only
  PemSource ca;                 // empty: what the system trusts
  bool insecure = false;        // insecure-skip-tls-verify
  std::string tls_server_name;  // "": the host of the URL
  std::string proxy_url;        // http, https, socks5; "": none, whatever HTTPS_PROXY says
  std::string no_proxy;         // as in NO_PROXY: hosts that proxy_url is not for
  PemSource client_certificate;
  PemSource client_key;
  std::string username;  // with password: basic authentication
  Secret password;
  // The bearer token. Called before the first request, and once more after a 401 in case it was
  // replaced meanwhile; the client waits for it. Empty function or "": none.
  std::function<absl::StatusOr<std::string>()> token;
  std::vector<std::pair<std::string, std::string>> headers;  // impersonation; names may repeat
  // Sent in their place with requests that are to be made as somebody else.
  std::vector<std::pair<std::string, std::string>> as_other;
  bool disable_compression = false;
};

enum class HttpMethod { kGet, kPost };

struct HttpRequest {
  size_t server = 0;  // index of the client's servers
  HttpMethod method = HttpMethod::kGet;
  std::string path;  // below the server's URL, starts with a slash, encoded
  std::string body;  // JSON, of a POST
  std::string accept = "application/json";
  bool as_other = false;  // with HttpServer::as_other
  uint64_t id = 0;        // the sender's own
};

// Either `transport` is an error and nothing else holds, or the server answered with a `status`.
struct HttpReply {
  absl::Status transport;
  int status = 0;
  std::string content_type;
  std::string retry_after;
  std::vector<std::string> warnings;  // values of Warning headers
  std::string body;
};

struct HttpLimits {
  int in_all = 64;                         // requests in flight
  int per_server = 8;                      // in flight to one URL
  int64_t timeout_ms = 10'000;             // of one attempt, connecting included
  int64_t deadline_ms = 60'000;            // of all attempts and the waits between them
  uint64_t max_body = uint64_t{64} << 20;  // bytes, after decompression
  int retries = 3;                         // attempts after the first
  int64_t backoff_ms = 100;                // before the first retry of a reset; then doubled
  int64_t busy_ms = 1'000;                 // before a retry of 429 without Retry-After
  // Timeouts, resets and refusals as too busy, each after its retries, without a good answer
  // between them: then a server is given up.
  int failures_in_a_row = 3;
};

}  // namespace wecan
