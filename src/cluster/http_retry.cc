// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_retry.h"

#include <algorithm>

#include "absl/strings/numbers.h"

namespace wecan {
namespace {

constexpr absl::StatusCode kUnavailable = absl::StatusCode::kUnavailable;
constexpr absl::StatusCode kWrong = absl::StatusCode::kFailedPrecondition;

std::optional<int64_t> Within(int64_t wait_ms, int attempts, int64_t elapsed_ms,
                              const HttpLimits& limits) {
  if (attempts > limits.retries || elapsed_ms + wait_ms >= limits.deadline_ms) return std::nullopt;
  return wait_ms;
}

}  // namespace

HttpFaultMeaning MeaningOfFault(HttpFault fault) {
  switch (fault) {
    case HttpFault::kNoSuchHost:
      return {kUnavailable, "the host name cannot be resolved", "check the server's URL and DNS",
              false, true};
    case HttpFault::kProxy:
      return {kUnavailable, "the proxy does not let us through", "check proxy-url", false, true};
    case HttpFault::kNoConnection:
      return {kUnavailable, "cannot connect",
              "check that the server runs and that its port can be reached from here", false, true};
    case HttpFault::kServerCertificate:
      return {kWrong, "the server's certificate is not accepted",
              "check certificate-authority, tls-server-name and the certificate's dates", false,
              true};
    case HttpFault::kClientCertificate:
      return {kWrong, "the client certificate cannot be used",
              "check client-certificate and client-key", false, true};
    case HttpFault::kCertificateAuthority:
      return {kWrong, "the certificate authority cannot be read",
              "check certificate-authority: it must be PEM", false, true};
    case HttpFault::kHandshake:
      return {kUnavailable, "no TLS connection",
              "check the URL's scheme and port, and whether the client certificate has expired",
              true, true};
    case HttpFault::kTimeout:
      return {absl::StatusCode::kDeadlineExceeded, "no complete answer in time",
              "check the server and the network between, or allow more time"};
    case HttpFault::kTruncated:
      return {kUnavailable, "the answer ends too early",
              "run again; look for a proxy between that cuts answers", true};
    case HttpFault::kBroken:
      return {kUnavailable, "the connection broke off",
              "run again; if it stays, look at the server's log and at proxies between", true};
    case HttpFault::kTooLarge:
      return {absl::StatusCode::kResourceExhausted, "the answer is too large",
              "check that the URL is an API server's"};
    case HttpFault::kNotHttp:
      return {kWrong, "the server does not speak HTTP", "check the URL's scheme and port"};
    case HttpFault::kCompression:
      return {kWrong, "the answer cannot be decompressed", "set disable-compression"};
    case HttpFault::kLibrary:
      return {kUnavailable, "libcurl here lacks what this needs", "install libcurl4 7.85 or later",
              false, true};
    case HttpFault::kOther:
      break;
  }
  return {kUnavailable, "the request failed", "run again, and look at the server's log"};
}

std::optional<int64_t> WaitAfterFault(HttpFault fault, int attempts, int64_t elapsed_ms,
                                      const HttpLimits& limits) {
  if (!MeaningOfFault(fault).again) return std::nullopt;
  const int doublings = std::clamp(attempts - 1, 0, 16);
  return Within(limits.backoff_ms << doublings, attempts, elapsed_ms, limits);
}

std::optional<int64_t> WaitAfterReply(const HttpReply& reply, int attempts, int64_t elapsed_ms,
                                      const HttpLimits& limits) {
  uint32_t seconds = 0;
  const bool says_when = absl::SimpleAtoi(reply.retry_after, &seconds);
  if (reply.status != 429 && !(reply.status >= 500 && says_when)) return std::nullopt;
  const int64_t wait_ms = says_when ? int64_t{seconds} * 1'000 : limits.busy_ms;
  return Within(wait_ms, attempts, elapsed_ms, limits);
}

}  // namespace wecan
