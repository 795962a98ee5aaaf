// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/compact.h"

#include <tuple>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/go_quote.h"

namespace wecan {

bool IsSimpleResourceRule(const PolicyRule& rule) {
  return rule.api_groups.size() == 1 && rule.resources.size() == 1 &&
         rule.resource_names.size() <= 1 && rule.non_resource_urls.empty();
}

std::vector<PolicyRule> CompactRules(absl::Span<const PolicyRule> rules) {
  using Key = std::tuple<std::string, std::string, bool, std::string>;
  std::vector<PolicyRule> compacted, merged;
  absl::btree_map<Key, size_t> index;
  for (const PolicyRule& rule : rules) {
    if (!IsSimpleResourceRule(rule)) {
      compacted.push_back(rule);
      continue;
    }
    const bool named = !rule.resource_names.empty();
    const Key key{rule.api_groups[0], rule.resources[0], named,
                  named ? rule.resource_names[0] : ""};
    const auto [it, inserted] = index.try_emplace(key, merged.size());
    if (inserted) {
      merged.push_back(rule);
    } else {
      PolicyRule& target = merged[it->second];
      target.verbs.insert(target.verbs.end(), rule.verbs.begin(), rule.verbs.end());
    }
  }
  compacted.insert(compacted.end(), merged.begin(), merged.end());
  return compacted;
}

std::string CompactString(const PolicyRule& rule) {
  std::vector<std::string> fields;
  const auto add = [&](absl::string_view name, const std::vector<std::string>& list) {
    if (!list.empty()) fields.push_back(absl::StrCat(name, ":", GoQuoteList(list)));
  };
  add("APIGroups", rule.api_groups);
  add("Resources", rule.resources);
  add("NonResourceURLs", rule.non_resource_urls);
  add("ResourceNames", rule.resource_names);
  add("Verbs", rule.verbs);
  return absl::StrCat("{", absl::StrJoin(fields, ", "), "}");
}

}  // namespace wecan
