// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/aggregate.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"

namespace wecan {
namespace {

bool ValidSelectors(const Role& role) {
  return std::all_of(role.aggregation->begin(), role.aggregation->end(),
                     [](const LabelSelector& s) { return ValidateSelector(s).ok(); });
}

// The union of what the selectors of `target` match; `by_name` holds all ClusterRoles sorted by
// name.
std::vector<PolicyRule> UnionOf(const Role& target, const std::vector<Role*>& by_name) {
  std::vector<PolicyRule> rules;
  if (target.aggregated_before) rules = target.rules;
  absl::flat_hash_set<PolicyRule> seen(rules.begin(), rules.end());
  for (const LabelSelector& selector : *target.aggregation) {
    for (const Role* role : by_name) {
      if (role->name == target.name || !SelectorMatches(selector, role->labels)) continue;
      for (const PolicyRule& rule : role->rules) {
        if (seen.insert(rule).second) rules.push_back(rule);
      }
    }
  }
  return rules;
}

}  // namespace

void AggregateClusterRoles(RbacPolicy& policy) {
  std::vector<Role*> by_name, targets;
  for (Role& role : policy.roles) {
    if (role.kind == RoleKind::kClusterRole) by_name.push_back(&role);
  }
  std::stable_sort(by_name.begin(), by_name.end(),
                   [](const Role* a, const Role* b) { return a->name < b->name; });
  std::copy_if(by_name.begin(), by_name.end(), std::back_inserter(targets),
               [](const Role* r) { return r->aggregation.has_value() && ValidSelectors(*r); });

  std::vector<bool> written(targets.size(), false);
  bool changed = true;
  for (size_t pass = 0; changed && pass <= targets.size() + 1; ++pass) {
    changed = false;
    for (size_t i = 0; i < targets.size(); ++i) {
      std::vector<PolicyRule> rules = UnionOf(*targets[i], by_name);
      // The controller's apply omits an empty list: only rules that it wrote itself go.
      if (rules.empty() && !written[i]) continue;
      if (rules == targets[i]->rules) continue;
      targets[i]->rules = std::move(rules);
      written[i] = changed = true;
    }
  }
}

}  // namespace wecan
