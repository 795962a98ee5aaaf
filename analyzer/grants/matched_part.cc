// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/matched_part.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

#include "analyzer/grants/rule_allows.h"

namespace wecan {
namespace {

// `exact` if the list has it, else what stands for more.
std::string EntryFor(const std::vector<std::string>& list, const std::string& exact) {
  return std::find(list.begin(), list.end(), exact) != list.end() ? exact : "*";
}

std::string UrlFor(const PolicyRule& rule, const std::string& path) {
  for (const std::string& url : rule.non_resource_urls) {
    if (NonResourceURLMatches({.non_resource_urls = {url}}, path)) return url;
  }
  return path;
}

std::string ResourceFor(const PolicyRule& rule, const RequestAttributes& r) {
  for (const std::string& resource : rule.resources) {
    if (ResourceMatches({.resources = {resource}}, r.resource, r.subresource)) return resource;
  }
  return r.resource;
}

}  // namespace

std::string MatchedPart(const PolicyRule& rule, const RequestAttributes& request) {
  const std::string verb = EntryFor(rule.verbs, request.verb);
  if (!request.resource_request) return absl::StrCat(verb, " ", UrlFor(rule, request.path));
  const std::string group = EntryFor(rule.api_groups, request.api_group);
  const std::string resource = ResourceFor(rule, request);
  const size_t slash = resource.find('/');
  const std::string sub = slash == std::string::npos ? "" : resource.substr(slash);
  return absl::StrCat(verb, " ", resource.substr(0, slash), group.empty() ? "" : ".", group, sub,
                      rule.resource_names.empty() ? "" : absl::StrCat(" only ", request.name));
}

}  // namespace wecan
