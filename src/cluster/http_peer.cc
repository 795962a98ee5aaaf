// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_peer.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "src/output/style.h"

namespace wecan {
namespace {

// Without " after 12 ms", as the library has it: the same failure reads the same in every run.
std::string WithoutDurations(absl::string_view text) {
  static constexpr absl::string_view kAfter = " after ";
  for (size_t at = text.find(kAfter); at != absl::string_view::npos;
       at = text.find(kAfter, at + 1)) {
    absl::string_view rest = text.substr(at + kAfter.size());
    const size_t digits = rest.size();
    while (!rest.empty() && absl::ascii_isdigit(static_cast<unsigned char>(rest[0])))
      rest.remove_prefix(1);
    const bool number = rest.size() < digits;
    if (number &&
        (absl::ConsumePrefix(&rest, " milliseconds") || absl::ConsumePrefix(&rest, " ms")))
      return absl::StrCat(text.substr(0, at), rest);
  }
  return std::string(text);
}

}  // namespace

HttpPeer::HttpPeer(HttpServer server) : given(std::move(server)) {
  absl::StatusOr<HttpEndpoint> checked = CheckHttpServer(given);
  given_up_ = checked.status();
  if (checked.ok()) endpoint = *std::move(checked);
}

absl::Status HttpPeer::Error(absl::StatusCode code, absl::string_view message) const {
  return absl::Status(code, absl::StrCat(HttpServerLabel(given), ": ", message));
}

absl::Status HttpPeer::MayStart(const HttpRequest& request) {
  if (!given_up_.ok()) return given_up_;
  if (absl::Status status = CheckHttpRequest(request); !status.ok()) {
    return Error(status.code(), status.message());
  }
  return FetchToken();
}

absl::Status HttpPeer::FetchToken() {
  if (token_known_ || !given.token) return absl::OkStatus();
  absl::StatusOr<std::string> token = given.token();
  absl::Status status = token.status();
  if (status.ok()) status = CheckHeaderValue("the token", *token);
  if (!status.ok()) {
    // What a helper program complains about may come with line breaks of its own.
    given_up_ = Error(status.code(), Printable(status.message()));
    return given_up_;
  }
  token_ = *std::move(token);
  token_known_ = true;
  return absl::OkStatus();
}

std::optional<int64_t> HttpPeer::WaitBeforeRetry(HttpPending& pending, const HttpReply& reply,
                                                 std::optional<HttpFault> fault,
                                                 absl::string_view token, int64_t now_ms,
                                                 const HttpLimits& limits) {
  const int64_t elapsed_ms = now_ms - pending.started_ms;
  if (fault) return WaitAfterFault(*fault, pending.attempts, elapsed_ms, limits);
  if (reply.status == 401 && given.token && !pending.new_token) {
    pending.new_token = true;
    if (token_ == token) token_known_ = false;
    if (FetchToken().ok() && token_ != token) return 0;
    return std::nullopt;
  }
  return WaitAfterReply(reply, pending.attempts, elapsed_ms, limits);
}

absl::Status HttpPeer::Failed(HttpFault fault, absl::string_view detail, bool sent,
                              absl::string_view token, const HttpLimits& limits) {
  const HttpFaultMeaning meaning = MeaningOfFault(fault);
  detail = absl::StripAsciiWhitespace(detail);
  if (fault == HttpFault::kTooLarge) detail = "";
  const std::string timeless = WithoutDurations(detail);
  const std::string text = absl::StrCat(meaning.what, timeless.empty() ? "" : ": ",
                                        Printable(timeless), "; ", meaning.next);
  absl::Status status = Error(meaning.code, WithoutSecrets(text, given, token));
  const bool silent = fault == HttpFault::kTimeout && !sent;
  const bool often = (fault == HttpFault::kTimeout || meaning.again) &&
                     ++failures_in_a_row_ >= limits.failures_in_a_row;
  if (meaning.for_server || silent || often) given_up_ = status;
  return status;
}

HttpReply HttpPeer::Answered(HttpReply reply, absl::string_view token, const HttpLimits& limits) {
  if (!WaitAfterReply(reply, 0, 0, limits)) {
    failures_in_a_row_ = 0;
  } else if (++failures_in_a_row_ >= limits.failures_in_a_row) {
    // Else each of its requests would wait for as long as the server says.
    given_up_ = Error(absl::StatusCode::kResourceExhausted,
                      absl::StrCat("the server stays too busy (", reply.status,
                                   "); send fewer requests at a time, or try later"));
  }
  if (reply.status >= 300 && reply.status < 400) {
    return {.transport = Error(absl::StatusCode::kFailedPrecondition,
                               absl::StrCat("the server redirects (", reply.status,
                                            "), and credentials go to no other place; give the API "
                                            "server's own URL"))};
  }
  if (reply.status < 300 && absl::StartsWithIgnoreCase(reply.content_type, "text/html")) {
    return {.transport = Error(absl::StatusCode::kFailedPrecondition,
                               "answers with an HTML page, so this is no API server but perhaps a "
                               "login page or a proxy; check the server's URL")};
  }
  if (reply.status >= 400) reply.body = WithoutSecrets(reply.body, given, token);
  for (std::string& warning : reply.warnings) warning = WithoutSecrets(warning, given, token);
  return reply;
}

}  // namespace wecan
