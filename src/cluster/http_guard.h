// SPDX-License-Identifier: Apache-2.0
// What the client may send at all. wecan only reads: this holds it to that, whatever is built
// above.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "src/cluster/http.h"

namespace wecan {

// The parts of a server's URL.
struct HttpEndpoint {
  bool tls = true;
  std::string host;  // with brackets if it is an IPv6 address
  int port = 443;
  std::string prefix;  // "" or "/PATH", without a slash at the end

  std::string Authority() const;  // HOST:PORT
};

// What errors call the server, on one line.
std::string HttpServerLabel(const HttpServer& server);

// The endpoint of a server that may be talked to. InvalidArgument, starting with the server's name:
// another scheme, plain http to something else than loopback, credentials in the URL, values that
// would break a header, a certificate without key.
absl::StatusOr<HttpEndpoint> CheckHttpServer(const HttpServer& server);

// OK for GET of discovery, objects, /version, /openapi, /livez and /readyz, and for POST to the
// review APIs, which store nothing. InvalidArgument else: subresources that reach into Pods, nodes
// or services, watches, paths that another reader may understand otherwise.
absl::Status CheckHttpRequest(const HttpRequest& request);

// OK if `value` can stand in a header. `what` names it in the error; the value never does.
absl::Status CheckHeaderValue(absl::string_view what, absl::string_view value);

// `text` without the credentials of `server` and without `token`, in case a server sends them back.
std::string WithoutSecrets(absl::string_view text, const HttpServer& server,
                           absl::string_view token);

}  // namespace wecan
