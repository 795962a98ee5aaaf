// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_guard.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "src/output/style.h"

namespace wecan {
namespace {

// Shorter passwords are also parts of common words, and no secret.
constexpr size_t kShortestSecret = 3;

// RFC 3986: unreserved, sub-delims, and what a path or query may hold beside them, with `extra`.
bool IsUrlText(absl::string_view text, absl::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("-._~!$&'()*+,;=:@%", c) || absl::StrContains(extra, c);
  });
}

// A path that every server reads alike: no dot segments, no encoded slash or dot.
bool IsPlainPath(absl::string_view path) {
  if (!absl::StartsWith(path, "/") || !IsUrlText(path, "/")) return false;
  const std::string lower = absl::AsciiStrToLower(path);
  if (absl::StrContains(lower, "%2e") || absl::StrContains(lower, "%2f")) return false;
  for (absl::string_view segment : absl::StrSplit(path, '/')) {
    if (segment == "." || segment == "..") return false;
  }
  return true;
}

bool IsHostName(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) {
    return absl::ConsumeSuffix(&host, "]") && absl::StrContains(host, ':') &&
           std::all_of(host.begin(), host.end(), [](char c) {
             return absl::ascii_isxdigit(static_cast<unsigned char>(c)) || c == ':' || c == '.';
           });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._", c);
  });
}

bool IsLoopback(absl::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  const std::vector<absl::string_view> parts = absl::StrSplit(host, '.');
  return parts.size() == 4 && parts[0] == "127" &&
         std::all_of(parts.begin(), parts.end(), [](absl::string_view part) {
           int number = 0;
           return part.size() <= 3 && absl::SimpleAtoi(part, &number) && number <= 255;
         });
}

absl::Status Wrong(const HttpServer& server, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(HttpServerLabel(server), ": ", message));
}

absl::Status CheckProxy(const HttpServer& server) {
  absl::string_view rest = server.proxy_url;
  if (rest.empty()) return absl::OkStatus();
  for (absl::string_view scheme : {"http://", "https://", "socks5://", "socks5h://"}) {
    // Credentials may stand in it, so it is never shown.
    if (absl::ConsumePrefix(&rest, scheme) && !rest.empty() && IsUrlText(rest, "/[]")) {
      return absl::OkStatus();
    }
  }
  return Wrong(server, "proxy-url is no http, https or socks5 URL; write SCHEME://HOST:PORT");
}

// A header of the client's own would be sent twice, and be read as either.
absl::Status CheckImpersonation(const HttpServer& server,
                                const std::vector<std::pair<std::string, std::string>>& headers) {
  for (const auto& [name, value] : headers) {
    if (!absl::StartsWithIgnoreCase(name, "Impersonate-") || !IsUrlText(name, "") ||
        absl::StrContains(name, ':')) {
      return Wrong(server, absl::StrCat("header ", Printable(name),
                                        " is not one of impersonation; nothing else may be added"));
    }
    if (absl::Status status = CheckHeaderValue(Printable(name), value); !status.ok()) {
      return Wrong(server, status.message());
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCredentials(const HttpServer& server) {
  if (server.insecure && !server.ca.empty()) {
    return Wrong(server, "certificate-authority and insecure-skip-tls-verify exclude each other");
  }
  if (server.client_certificate.empty() != server.client_key.empty()) {
    return Wrong(server, server.client_key.empty()
                             ? "a client certificate without its key; add client-key"
                             : "a client key without its certificate; add client-certificate");
  }
  if (absl::StrContains(server.username, ':')) {
    return Wrong(server, "the username holds a colon, which basic authentication cannot send");
  }
  if (absl::Status status = CheckImpersonation(server, server.headers); !status.ok()) return status;
  return CheckImpersonation(server, server.as_other);
}

// Subresources that open a way into a Pod, a node or a service: GET is no mere reading there.
bool ReachesBeyondTheServer(absl::string_view path) {
  std::vector<absl::string_view> segments = absl::StrSplit(path.substr(1), '/', absl::SkipEmpty());
  size_t at = !segments.empty() && segments[0] == "apis" ? 3 : 2;
  if (at + 2 < segments.size() && segments[at] == "namespaces") at += 2;
  // Now RESOURCE/NAME/SUBRESOURCE; and the prefixes `proxy` and `watch` of old servers.
  const auto among = [](absl::string_view word, std::vector<absl::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (segments.size() > 2 && among(segments[2], {"proxy", "watch"})) return true;
  return at + 2 < segments.size() &&
         among(segments[at + 2], {"proxy", "exec", "attach", "portforward"});
}

absl::Status CheckGet(absl::string_view path, absl::string_view query) {
  const absl::string_view root = path.substr(0, path.find('/', 1));
  bool known = false;
  for (absl::string_view allowed : {"/api", "/apis", "/version", "/openapi", "/livez", "/readyz"}) {
    known = known || root == allowed;
  }
  if (!known) return absl::InvalidArgumentError("is not below a path of the Kubernetes API");
  if (ReachesBeyondTheServer(path)) {
    return absl::InvalidArgumentError("reaches into a Pod, a node or a service");
  }
  for (absl::string_view word : absl::StrSplit(query, '&')) {
    if (absl::StartsWith(word, "watch") || absl::StartsWith(word, "follow")) {
      return absl::InvalidArgumentError("asks for an answer without end");
    }
  }
  return absl::OkStatus();
}

bool IsReviewPath(absl::string_view path) {
  const std::vector<absl::string_view> s = absl::StrSplit(path, '/');  // s[0] is ""
  if (s.size() < 5 || s[1] != "apis" || !absl::StartsWith(s[3], "v1")) return false;
  if (s[2] == "authentication.k8s.io") return s.size() == 5 && s[4] == "selfsubjectreviews";
  if (s[2] != "authorization.k8s.io") return false;
  if (s.size() == 5) {
    return s[4] == "selfsubjectaccessreviews" || s[4] == "subjectaccessreviews" ||
           s[4] == "selfsubjectrulesreviews";
  }
  return s.size() == 7 && s[4] == "namespaces" && !s[5].empty() &&
         s[6] == "localsubjectaccessreviews";
}

}  // namespace

std::string HttpEndpoint::Authority() const { return absl::StrCat(host, ":", port); }

std::string HttpServerLabel(const HttpServer& server) {
  if (!server.name.empty()) return Printable(server.name);
  // What stands before an @ may be a password.
  absl::string_view url = server.url;
  if (const size_t at = url.rfind('@'); at != absl::string_view::npos) url.remove_prefix(at + 1);
  return url.empty() ? "server" : Printable(url);
}

absl::StatusOr<HttpEndpoint> CheckHttpServer(const HttpServer& server) {
  HttpEndpoint endpoint;
  absl::string_view rest = server.url;
  if (absl::ConsumePrefix(&rest, "http://")) {
    endpoint.tls = false;
    endpoint.port = 80;
  } else if (!absl::ConsumePrefix(&rest, "https://")) {
    return Wrong(server, "the server's URL must start with https://; write https://HOST:PORT");
  }
  if (absl::StrContains(rest, '@')) {
    return Wrong(server, "the server's URL holds credentials; put them into the user instead");
  }
  absl::string_view authority = rest.substr(0, rest.find('/'));
  absl::string_view prefix = rest.substr(authority.size());
  while (absl::ConsumeSuffix(&prefix, "/")) {
  }
  const size_t colon = authority.rfind(':');
  if (colon != absl::string_view::npos && !absl::EndsWith(authority, "]")) {
    const absl::string_view port = authority.substr(colon + 1);
    if (port.size() > 5 || !absl::SimpleAtoi(port, &endpoint.port) || endpoint.port < 1 ||
        endpoint.port > 65535) {
      return Wrong(server, "the port in the server's URL must be a number from 1 to 65535");
    }
    authority = authority.substr(0, colon);
  }
  if (!IsHostName(authority) || (!prefix.empty() && !IsPlainPath(prefix))) {
    return Wrong(server, "the server's URL cannot be read; write https://HOST:PORT");
  }
  endpoint.host = absl::AsciiStrToLower(authority);
  endpoint.prefix = std::string(prefix);
  if (!endpoint.tls && !IsLoopback(endpoint.host)) {
    return Wrong(server, "http:// would send the token unprotected; use https://");
  }
  if (!server.tls_server_name.empty() && !IsHostName(server.tls_server_name)) {
    return Wrong(server, "tls-server-name is no host name");
  }
  if (absl::Status status = CheckProxy(server); !status.ok()) return status;
  if (absl::Status status = CheckCredentials(server); !status.ok()) return status;
  return endpoint;
}

absl::Status CheckHttpRequest(const HttpRequest& request) {
  const absl::string_view all = request.path;
  const size_t mark = std::min(all.find('?'), all.size());
  const absl::string_view path = all.substr(0, mark);
  const absl::string_view query = all.substr(std::min(mark + 1, all.size()));
  absl::Status status;
  if (!IsPlainPath(path) || !IsUrlText(query, "/?")) {
    status = absl::InvalidArgumentError("is no plain path");
  } else if (absl::Status accept = CheckHeaderValue("Accept", request.accept); !accept.ok()) {
    status = accept;
  } else if (request.method == HttpMethod::kPost) {
    if (mark != all.size() || !IsReviewPath(path)) {
      status = absl::InvalidArgumentError("is none of the review APIs, and nothing else is posted");
    }
  } else {
    status = CheckGet(path, query);
    if (status.ok() && !request.body.empty()) status = absl::InvalidArgumentError("has a body");
  }
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat(request.method == HttpMethod::kPost ? "POST " : "GET ", Printable(all), " ",
                   status.message(), "; wecan does not send this"));
}

absl::Status CheckHeaderValue(absl::string_view what, absl::string_view value) {
  const bool fits = std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " holds a line break or another control character; remove it"));
}

std::string WithoutSecrets(absl::string_view text, const HttpServer& server,
                           absl::string_view token) {
  absl::string_view proxy = server.proxy_url;
  proxy = proxy.substr(0, proxy.rfind('@') + 1);
  if (const size_t colon = proxy.rfind(':'); colon != absl::string_view::npos) {
    proxy = absl::StripSuffix(proxy.substr(colon + 1), "@");
  }
  const std::string basic =
      absl::Base64Escape(absl::StrCat(server.username, ":", server.password.Reveal()));
  const absl::string_view password = server.password.Reveal();
  std::vector<std::pair<std::string, std::string>> replacements;
  for (absl::string_view secret : {token, password, proxy, absl::string_view(basic)}) {
    if (secret.size() >= kShortestSecret) replacements.emplace_back(secret, "[hidden]");
  }
  return absl::StrReplaceAll(text, replacements);
}

}  // namespace wecan
