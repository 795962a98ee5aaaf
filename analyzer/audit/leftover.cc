// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/leftover.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "analyzer/grants/covers.h"

namespace wecan {
namespace {

using Texts = std::vector<std::string>;
using Verbs = std::set<std::string>;

Texts Minus(const Texts& list, const Verbs& taken) {
  Texts rest;
  std::copy_if(list.begin(), list.end(), std::back_inserter(rest),
               [&](const std::string& text) { return taken.count(text) == 0; });
  return rest;
}

// Verbs that are kept: of a resource in a group by name, "" for any; of a URL.
struct Kept {
  std::map<std::string, std::map<std::string, std::map<std::string, Verbs>>> by_resource;
  std::map<std::string, Verbs> by_url;

  explicit Kept(absl::Span<const PolicyRule> rules) {
    for (const PolicyRule& rule : rules) {
      for (const PolicyRule& atom : BreakdownRule(rule)) {
        if (!atom.non_resource_urls.empty()) {
          by_url[atom.non_resource_urls[0]].insert(atom.verbs[0]);
        } else {
          const std::string name = atom.resource_names.empty() ? "" : atom.resource_names[0];
          by_resource[atom.resources[0]][atom.api_groups[0]][name].insert(atom.verbs[0]);
        }
      }
    }
  }
};

// The names, or URLs, with the verbs that are left on each, put together where these are equal.
std::map<Texts, Texts> LeftByVerbs(const Texts& verbs, const Texts& entries,
                                   const std::map<std::string, Verbs>& kept) {
  std::map<Texts, Texts> left;
  for (const std::string& entry : entries) {
    const auto it = kept.find(entry);
    Texts rest = it == kept.end() ? verbs : Minus(verbs, it->second);
    if (!rest.empty()) left[std::move(rest)].push_back(entry);
  }
  return left;
}

// Of one resource in one group.
void AddLeft(const PolicyRule& rule, const std::string& group, const std::string& resource,
             const std::map<std::string, Verbs>& kept, std::vector<PolicyRule>& left) {
  const auto any = kept.find("");
  const Texts verbs = any == kept.end() ? rule.verbs : Minus(rule.verbs, any->second);
  if (verbs.empty()) return;
  if (rule.resource_names.empty()) {
    left.push_back({.verbs = verbs, .api_groups = {group}, .resources = {resource}});
    return;
  }
  for (auto& [rest, names] : LeftByVerbs(verbs, rule.resource_names, kept)) {
    left.push_back(
        {.verbs = rest, .api_groups = {group}, .resources = {resource}, .resource_names = names});
  }
}

}  // namespace

std::vector<PolicyRule> Leftover(const PolicyRule& rule, absl::Span<const PolicyRule> kept_rules) {
  const Kept kept(kept_rules);
  std::vector<PolicyRule> left;
  PolicyRule untouched = rule;
  untouched.non_resource_urls.clear();
  std::erase_if(untouched.resources,
                [&](const std::string& r) { return kept.by_resource.count(r) > 0; });
  if (!untouched.resources.empty() && !rule.api_groups.empty()) left.push_back(untouched);
  for (const std::string& resource : rule.resources) {
    const auto by_group = kept.by_resource.find(resource);
    if (by_group == kept.by_resource.end()) continue;
    PolicyRule others = rule;
    others.resources = {resource};
    others.non_resource_urls.clear();
    std::erase_if(others.api_groups,
                  [&](const std::string& g) { return by_group->second.count(g) > 0; });
    if (!others.api_groups.empty()) left.push_back(others);
    for (const std::string& group : rule.api_groups) {
      const auto by_name = by_group->second.find(group);
      if (by_name != by_group->second.end()) AddLeft(rule, group, resource, by_name->second, left);
    }
  }
  for (auto& [verbs, urls] : LeftByVerbs(rule.verbs, rule.non_resource_urls, kept.by_url))
    left.push_back({.verbs = verbs, .non_resource_urls = urls});
  return left;
}

}  // namespace wecan
