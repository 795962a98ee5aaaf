// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "analyzer/base/utf8.h"
#include "src/cluster/http_client.h"
#include "src/input/document.h"
#include "src/input/parse.h"
#include "src/output/style.h"

namespace wecan {
namespace {

constexpr size_t kLongestMessage = 300;      // code points that are shown
constexpr size_t kLongestStatus = 64 << 10;  // bytes of a Status that are read

// The first `kLongestMessage` code points, on one line.
std::string Shorten(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  size_t end = 0;
  for (size_t count = 0; end < text.size(); ++count) {
    if (count == kLongestMessage) {
      return absl::StrCat(Printable(text.substr(0, end)), "...");
    }
    end += DecodeUtf8(text.substr(end)).length;
  }
  return Printable(text);
}

// What the server says: the message of a Status, or plain text; nothing of HTML.
std::string MessageOf(const HttpReply& reply) {
  const absl::string_view body = absl::string_view(reply.body).substr(0, kLongestStatus);
  if (absl::StartsWithIgnoreCase(reply.content_type, "application/json")) {
    std::string message;
    Document document{Budgets{}};
    ParseJson(body, document, [&](const Document& status) {
      if (const auto text = status.root()["message"].AsString()) message = Shorten(*text);
    });
    return message;
  }
  if (absl::StartsWithIgnoreCase(reply.content_type, "text/html")) return "an HTML page";
  return Shorten(body);
}

struct Meaning {
  absl::StatusCode code;
  const char* what;
  const char* next;
};

Meaning MeaningOf(int status) {
  if (status == 401) {
    return {absl::StatusCode::kUnauthenticated, "the credentials are refused",
            "they may have expired: log in again, or check the user of this context"};
  }
  if (status == 403) {
    return {absl::StatusCode::kPermissionDenied, "forbidden",
            "ask for this permission, or use another user"};
  }
  if (status == 404) {
    return {absl::StatusCode::kNotFound, "not found",
            "check that the URL is an API server's and that it serves this API"};
  }
  if (status == 429) {
    return {absl::StatusCode::kResourceExhausted, "too many requests",
            "send fewer at a time, or try later"};
  }
  if (status >= 500) {
    return {absl::StatusCode::kUnavailable, "the server failed",
            "try later, and look at the server's log"};
  }
  return {absl::StatusCode::kUnknown, "unexpected answer",
          "check that the URL is an API server's, of a version that serves this API"};
}

}  // namespace

absl::Status HttpReplyError(absl::string_view label, const HttpReply& reply) {
  if (!reply.transport.ok()) return reply.transport;
  if (reply.status >= 200 && reply.status < 300) return absl::OkStatus();
  const Meaning meaning = MeaningOf(reply.status);
  const std::string message = MessageOf(reply);
  return absl::Status(meaning.code,
                      absl::StrCat(Printable(label), ": ", meaning.what, " (", reply.status, ")",
                                   message.empty() ? "" : ": ", message, "; ", meaning.next));
}

}  // namespace wecan
