// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/rule_allows.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

bool Has(const std::vector<std::string>& list, absl::string_view text) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& s) { return s == text; });
}

// Whether `entry` is `resource`/`subresource`, without building that text.
bool IsSubresource(absl::string_view entry, absl::string_view resource,
                   absl::string_view subresource) {
  return entry.size() == resource.size() + 1 + subresource.size() &&
         absl::StartsWith(entry, resource) && entry[resource.size()] == '/' &&
         absl::EndsWith(entry, subresource);
}

}  // namespace

bool VerbMatches(const PolicyRule& rule, absl::string_view verb) {
  return std::any_of(rule.verbs.begin(), rule.verbs.end(),
                     [&](const std::string& v) { return v == "*" || v == verb; });
}

bool APIGroupMatches(const PolicyRule& rule, absl::string_view group) {
  return std::any_of(rule.api_groups.begin(), rule.api_groups.end(),
                     [&](const std::string& g) { return g == "*" || g == group; });
}

bool ResourceMatches(const PolicyRule& rule, absl::string_view resource,
                     absl::string_view subresource) {
  return std::any_of(rule.resources.begin(), rule.resources.end(), [&](const std::string& entry) {
    if (entry == "*") return true;
    if (subresource.empty()) return entry == resource;
    return IsSubresource(entry, resource, subresource) || IsSubresource(entry, "*", subresource);
  });
}

bool ResourceNameMatches(const PolicyRule& rule, absl::string_view name) {
  return rule.resource_names.empty() || Has(rule.resource_names, name);
}

bool NonResourceURLMatches(const PolicyRule& rule, absl::string_view path) {
  return std::any_of(rule.non_resource_urls.begin(), rule.non_resource_urls.end(),
                     [&](absl::string_view url) {
                       if (url == "*" || url == path) return true;
                       if (!absl::EndsWith(url, "*")) return false;
                       while (absl::ConsumeSuffix(&url, "*")) {
                       }
                       return absl::StartsWith(path, url);
                     });
}

bool RuleAllows(const RequestAttributes& request, const PolicyRule& rule) {
  if (!VerbMatches(rule, request.verb)) return false;
  if (!request.resource_request) return NonResourceURLMatches(rule, request.path);
  return APIGroupMatches(rule, request.api_group) &&
         ResourceMatches(rule, request.resource, request.subresource) &&
         ResourceNameMatches(rule, request.name);
}

}  // namespace wecan
