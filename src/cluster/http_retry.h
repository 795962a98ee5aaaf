// SPDX-License-Identifier: Apache-2.0
// What failed between us and a server, how that is said, and what is tried again. No sockets, no
// clock.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"

#include "src/cluster/http.h"

namespace wecan {

enum class HttpFault {
  kOther,
  kNoSuchHost,
  kProxy,
  kNoConnection,
  kServerCertificate,
  kClientCertificate,
  kCertificateAuthority,
  kHandshake,
  kTimeout,
  kTruncated,
  kBroken,
  kTooLarge,
  kNotHttp,
  kCompression,
  kLibrary,  // it lacks an option that is needed
};

struct HttpFaultMeaning {
  absl::StatusCode code;
  const char* what;
  const char* next;
  bool again = false;       // worth another attempt
  bool for_server = false;  // no other request to the server will fare better
};

HttpFaultMeaning MeaningOfFault(HttpFault fault);

// How long to wait before the next attempt, in milliseconds; nothing: no further attempt.
// `attempts` were made, over `elapsed_ms`. For a fault, and for an answer: 429, and 5xx that says
// when to come back. A Retry-After that is no number of seconds counts as absent.
std::optional<int64_t> WaitAfterFault(HttpFault fault, int attempts, int64_t elapsed_ms,
                                      const HttpLimits& limits);
std::optional<int64_t> WaitAfterReply(const HttpReply& reply, int attempts, int64_t elapsed_ms,
                                      const HttpLimits& limits);

}  // namespace wecan
