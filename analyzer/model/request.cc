// SPDX-License-Identifier: Apache-2.0
// From an HTTP request to what RBAC sees of it. The order of the steps is the API server's own
// (rbac-semantics: the special verbs, the namespace, the parts, then list, watch and
// deletecollection); tests: conformance request_info.
#include "analyzer/model/request.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "analyzer/base/dns1123.h"
#include "analyzer/model/labels.h"

namespace wecan {
namespace {

using Parts = std::vector<std::string>;

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(c);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

// Percent-decoding; malformed escapes stay as they are. In a query `+` is a blank.
std::string PercentDecode(absl::string_view text, bool query) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) && HexDigit(text[i + 2])) {
      out += static_cast<char>(*HexDigit(text[i + 1]) * 16 + *HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += query && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string VerbOfMethod(absl::string_view method) {
  if (method == "POST") return "create";
  if (method == "GET" || method == "HEAD") return "get";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return "";
}

std::optional<std::string> QueryValue(absl::string_view query, absl::string_view key) {
  for (absl::string_view pair : absl::StrSplit(query, '&')) {
    const std::pair<absl::string_view, absl::string_view> kv =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    if (PercentDecode(kv.first, true) == key) return PercentDecode(kv.second, true);
  }
  return std::nullopt;
}

// A name that may stand in a URL path. Source: apimachinery pkg/api/validation/path/name.go.
bool IsValidPathSegment(absl::string_view name) {
  return name != "." && name != ".." && !absl::StrContains(name, '/') &&
         !absl::StrContains(name, '%');
}

// Splits a field selector at commas that no backslash escapes.
Parts SplitSelector(absl::string_view selector) {
  Parts terms(1);
  for (size_t i = 0; i < selector.size(); ++i) {
    if (selector[i] == '\\' && i + 1 < selector.size()) {
      terms.back() += selector[i];
      terms.back() += selector[++i];
    } else if (selector[i] == ',') {
      terms.emplace_back();
    } else {
      terms.back() += selector[i];
    }
  }
  return terms;
}

std::optional<std::string> UnescapeSelectorValue(absl::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\') {
      if (value[i] == ',' || value[i] == '=') return std::nullopt;
      out += value[i];
      continue;
    }
    if (++i == value.size() || !absl::StrContains("\\,=", value[i])) return std::nullopt;
    out += value[i];
  }
  return out;
}

struct FieldTerm {
  std::string field, value;
  bool negative = false;
};

// The terms of a field selector; nothing when it does not parse.
std::optional<std::vector<FieldTerm>> ParseFieldSelector(absl::string_view selector) {
  std::vector<FieldTerm> terms;
  for (const std::string& term : SplitSelector(selector)) {
    if (term.empty()) continue;
    const size_t at = std::min(term.find('='), term.find("!="));
    if (at == std::string::npos) return std::nullopt;
    const bool negative = term[at] == '!';
    const size_t length = negative || term.compare(at, 2, "==") == 0 ? 2 : 1;
    const std::optional<std::string> value =
        UnescapeSelectorValue(absl::string_view(term).substr(at + length));
    if (!value) return std::nullopt;
    terms.push_back({term.substr(0, at), *value, negative});
  }
  return terms;
}

// The value that the field selector requires of metadata.name, or "".
std::string NameFromFieldSelector(absl::string_view selector) {
  const auto terms = ParseFieldSelector(selector);
  if (!terms) return "";
  for (const FieldTerm& term : *terms) {
    if (!term.negative && term.field == "metadata.name") return term.value;
  }
  return "";
}

// Takes the namespace off the front of `parts`, leaving the resource first.
void TakeNamespace(Parts& parts, RequestAttributes& a) {
  if (parts.empty() || parts[0] != "namespaces" || parts.size() < 2) return;
  a.namespace_ = parts[1];
  // `namespaces/NS/status` and `/finalize` are subresources of the Namespace itself.
  if (parts.size() > 2 && parts[2] != "status" && parts[2] != "finalize")
    parts.erase(parts.begin(), parts.begin() + 2);
}

// Whether the other list options parse. If one does not, the API server forgets all of them but
// watch.
bool OptionsParse(absl::string_view query, const RequestInfo& info) {
  for (absl::string_view key : {"limit", "timeoutSeconds"}) {
    const std::optional<std::string> value = QueryValue(query, key);
    int64_t number = 0;
    if (value && !absl::SimpleAtoi(*value, &number)) return false;
  }
  return ParseLabelSelector(info.label_selector).ok();
}

// A request without a name in its path: get is list or watch, delete is deletecollection, and a
// field selector may name the object of the former.
void ApplyQuery(absl::string_view query, RequestInfo& info) {
  RequestAttributes& a = info.attributes;
  if (!a.name.empty() || (a.verb != "get" && a.verb != "delete")) return;
  info.field_selector = QueryValue(query, "fieldSelector").value_or("");
  info.label_selector = QueryValue(query, "labelSelector").value_or("");
  if (a.verb == "delete") {
    a.verb = "deletecollection";
  } else {
    a.verb = "list";
    const std::optional<std::string> watch = QueryValue(query, "watch");
    if (watch && !absl::EqualsIgnoreCase(*watch, "false") && *watch != "0") a.verb = "watch";
    const std::string name = NameFromFieldSelector(info.field_selector);
    if (IsValidPathSegment(name) && OptionsParse(query, info)) a.name = name;
  }
}

}  // namespace

RequestInfo ParseRequestInfo(absl::string_view method_text, absl::string_view url) {
  const std::string method = absl::AsciiStrToUpper(method_text);
  const std::pair<absl::string_view, absl::string_view> split =
      absl::StrSplit(url, absl::MaxSplits('?', 1));
  const std::string path = PercentDecode(split.first, false);

  RequestInfo info;
  RequestAttributes& a = info.attributes;
  a.resource_request = false;
  a.verb = absl::AsciiStrToLower(method);
  a.path = path;

  absl::string_view trimmed = path;
  while (absl::ConsumePrefix(&trimmed, "/")) {
  }
  while (absl::ConsumeSuffix(&trimmed, "/")) {
  }
  Parts parts = absl::StrSplit(trimmed, '/');
  const bool core = parts[0] == "api";
  if (!(core && parts.size() >= 3) && !(parts[0] == "apis" && parts.size() >= 4)) return info;

  a.resource_request = true;
  a.api_group = core ? "" : parts[1];
  info.api_version = core ? parts[1] : parts[2];
  parts.erase(parts.begin(), parts.begin() + (core ? 2 : 3));

  if (parts[0] == "watch" || parts[0] == "proxy") {
    a.verb = parts[0];
    parts.erase(parts.begin());
  } else {
    a.verb = VerbOfMethod(method);
  }
  TakeNamespace(parts, a);
  if (!parts.empty()) a.resource = parts[0];
  if (parts.size() > 1) a.name = parts[1];
  if (parts.size() > 2 && a.verb != "proxy") a.subresource = parts[2];
  ApplyQuery(split.second, info);
  return info;
}

bool IsValidFieldSelector(absl::string_view selector) {
  return ParseFieldSelector(selector).has_value();
}

std::string ServiceAccountUsername(absl::string_view ns, absl::string_view name) {
  return absl::StrCat("system:serviceaccount:", ns, ":", name);
}

// Source: kubernetes/apiserver v0.36 pkg/authentication/serviceaccount/util.go, SplitUsername.
bool ParseServiceAccountUsername(absl::string_view username, std::string* ns, std::string* name) {
  if (!absl::ConsumePrefix(&username, "system:serviceaccount:")) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(username, ':');
  if (parts.size() != 2 || parts[0].size() > kMaxDns1123Label || !IsDns1123Label(parts[0]) ||
      !IsDns1123Subdomain(parts[1])) {
    return false;
  }
  *ns = std::string(parts[0]);
  *name = std::string(parts[1]);
  return true;
}

UserInfo WithImplicitGroups(absl::string_view name, std::vector<std::string> groups) {
  std::string ns, account;
  if (groups.empty() && ParseServiceAccountUsername(name, &ns, &account)) {
    groups = {"system:serviceaccounts", absl::StrCat("system:serviceaccounts:", ns)};
  }
  const auto has = [&](absl::string_view g) {
    return std::find(groups.begin(), groups.end(), g) != groups.end();
  };
  if (!has("system:authenticated") && !has("system:unauthenticated")) {
    groups.emplace_back(name == "system:anonymous" ? "system:unauthenticated"
                                                   : "system:authenticated");
  }
  return {std::string(name), std::move(groups)};
}

}  // namespace wecan
