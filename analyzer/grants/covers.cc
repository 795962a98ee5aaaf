// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/covers.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

bool HasAll(const std::vector<std::string>& owner, const std::vector<std::string>& servant) {
  return std::all_of(servant.begin(), servant.end(), [&](const std::string& s) {
    return std::find(owner.begin(), owner.end(), s) != owner.end();
  });
}

bool HasStar(const std::vector<std::string>& list) { return HasAll(list, {"*"}); }

bool ResourceCovers(const std::vector<std::string>& owner, const std::string& resource) {
  if (HasAll(owner, {resource})) return true;
  const size_t slash = resource.find('/');
  return slash != std::string::npos && HasAll(owner, {"*" + resource.substr(slash)});
}

}  // namespace

std::vector<PolicyRule> BreakdownRule(const PolicyRule& rule) {
  std::vector<PolicyRule> atoms;
  for (const std::string& group : rule.api_groups) {
    for (const std::string& resource : rule.resources) {
      for (const std::string& verb : rule.verbs) {
        const PolicyRule atom{.verbs = {verb}, .api_groups = {group}, .resources = {resource}};
        if (rule.resource_names.empty()) atoms.push_back(atom);
        for (const std::string& name : rule.resource_names) {
          atoms.push_back(atom);
          atoms.back().resource_names = {name};
        }
      }
    }
  }
  for (const std::string& url : rule.non_resource_urls) {
    for (const std::string& verb : rule.verbs)
      atoms.push_back({.verbs = {verb}, .non_resource_urls = {url}});
  }
  return atoms;
}

bool NonResourceURLCovers(absl::string_view owner, absl::string_view requested) {
  if (owner == requested) return true;
  if (!absl::EndsWith(owner, "*")) return false;
  while (absl::ConsumeSuffix(&owner, "*")) {
  }
  return absl::StartsWith(requested, owner);
}

bool RuleCovers(const PolicyRule& owner, const PolicyRule& atom) {
  if (!HasStar(owner.verbs) && !HasAll(owner.verbs, atom.verbs)) return false;
  if (!HasStar(owner.api_groups) && !HasAll(owner.api_groups, atom.api_groups)) return false;
  if (!HasStar(owner.resources) &&
      !std::all_of(atom.resources.begin(), atom.resources.end(),
                   [&](const auto& r) { return ResourceCovers(owner.resources, r); })) {
    return false;
  }
  const bool urls = std::all_of(
      atom.non_resource_urls.begin(), atom.non_resource_urls.end(), [&](const auto& url) {
        return std::any_of(owner.non_resource_urls.begin(), owner.non_resource_urls.end(),
                           [&](const auto& o) { return NonResourceURLCovers(o, url); });
      });
  if (!urls) return false;
  if (owner.resource_names.empty()) return true;
  return !atom.resource_names.empty() && HasAll(owner.resource_names, atom.resource_names);
}

std::vector<PolicyRule> Uncovered(absl::Span<const PolicyRule> owner,
                                  absl::Span<const PolicyRule> servant) {
  std::vector<PolicyRule> missing;
  for (const PolicyRule& rule : servant) {
    for (PolicyRule& atom : BreakdownRule(rule)) {
      const bool covered = std::any_of(owner.begin(), owner.end(),
                                       [&](const PolicyRule& o) { return RuleCovers(o, atom); });
      if (!covered) missing.push_back(std::move(atom));
    }
  }
  return missing;
}

}  // namespace wecan
