// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/minimal_rules.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/model/verb_set.h"

namespace wecan {
namespace {

using Verbs = std::set<std::string>;
using Name = std::optional<std::string>;               // nothing: any name
using Resource = std::pair<std::string, std::string>;  // group, resource

int VerbRank(const std::string& verb) {
  for (int i = 0; i < kAgentVerbs; ++i) {
    if (VerbName(kVerbOrder[i]) == verb) return i;
  }
  return kAgentVerbs;
}

std::vector<std::string> Sorted(const Verbs& verbs) {
  std::vector<std::string> sorted(verbs.begin(), verbs.end());
  SortVerbs(sorted);
  return sorted;
}

// Drops what is held for any name from the single names, and names without verbs.
void DropRepeated(std::map<Name, Verbs>& by_name) {
  const auto any = by_name.find(std::nullopt);
  if (any == by_name.end()) return;
  for (auto& [name, verbs] : by_name) {
    if (!name) continue;
    for (const std::string& verb : any->second) verbs.erase(verb);
  }
  std::erase_if(by_name, [](const auto& entry) { return entry.second.empty(); });
}

// Equal verbs share a rule: names within a resource, resources within a group, URLs.
class Merger {
 public:
  void Add(const PolicyRule& p) {
    if (p.verbs.empty()) return;
    if (!p.non_resource_urls.empty()) {
      by_url_[p.non_resource_urls[0]].insert(p.verbs.begin(), p.verbs.end());
      return;
    }
    const Name name = p.resource_names.empty() ? Name() : p.resource_names[0];
    by_resource_[{p.api_groups[0], p.resources[0]}][name].insert(p.verbs.begin(), p.verbs.end());
  }

  std::vector<PolicyRule> Rules() {
    for (auto& [resource, by_name] : by_resource_) {
      DropRepeated(by_name);
      std::map<Verbs, std::vector<std::string>> names;
      for (const auto& [name, verbs] : by_name) {
        if (name) {
          names[verbs].push_back(*name);
        } else {
          merged_[{resource.first, {}, verbs}].push_back(resource.second);
        }
      }
      for (const auto& [verbs, list] : names)
        merged_[{resource.first, list, verbs}].push_back(resource.second);
    }
    std::map<Verbs, std::vector<std::string>> urls;
    for (const auto& [url, verbs] : by_url_) urls[verbs].push_back(url);
    for (const auto& [verbs, list] : urls)
      url_rules_.push_back({.verbs = Sorted(verbs), .non_resource_urls = list});
    std::sort(url_rules_.begin(), url_rules_.end(), [](const PolicyRule& a, const PolicyRule& b) {
      return a.non_resource_urls < b.non_resource_urls;
    });
    return Collect();
  }

 private:
  std::vector<PolicyRule> Collect() {
    std::vector<PolicyRule> rules;
    for (auto& [key, resources] : merged_) {
      const auto& [group, names, verbs] = key;
      rules.push_back({.verbs = Sorted(verbs),
                       .api_groups = {group},
                       .resources = std::move(resources),
                       .resource_names = names});
    }
    std::sort(rules.begin(), rules.end(), [](const PolicyRule& a, const PolicyRule& b) {
      return std::tie(a.api_groups, a.resources, a.resource_names, a.verbs) <
             std::tie(b.api_groups, b.resources, b.resource_names, b.verbs);
    });
    std::move(url_rules_.begin(), url_rules_.end(), std::back_inserter(rules));
    return rules;
  }

  std::map<Resource, std::map<Name, Verbs>> by_resource_;  // then by name
  std::map<std::string, Verbs> by_url_;
  std::map<std::tuple<std::string, std::vector<std::string>, Verbs>, std::vector<std::string>>
      merged_;  // group, names, verbs -> resources
  std::vector<PolicyRule> url_rules_;
};

}  // namespace

void SortVerbs(std::vector<std::string>& verbs) {
  const auto key = [](const std::string& verb) { return std::make_pair(VerbRank(verb), verb); };
  std::sort(verbs.begin(), verbs.end(),
            [&](const std::string& a, const std::string& b) { return key(a) < key(b); });
  verbs.erase(std::unique(verbs.begin(), verbs.end()), verbs.end());
}

std::vector<PolicyRule> MinimalRules(absl::Span<const PolicyRule> permissions) {
  Merger merger;
  for (const PolicyRule& permission : permissions) merger.Add(permission);
  return merger.Rules();
}

}  // namespace wecan
