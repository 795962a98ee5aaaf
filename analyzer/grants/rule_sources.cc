// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/rule_sources.h"

#include <algorithm>

namespace wecan {
namespace {

bool Holds(const Role& role, const PolicyRule& rule) {
  return std::find(role.rules.begin(), role.rules.end(), rule) != role.rules.end();
}

// A role on the way, and the step before it.
struct Step {
  const Role* role;
  int from;
};

}  // namespace

bool TakesIn(const Role& aggregated, const Role& role) {
  if (!aggregated.aggregation || role.kind != RoleKind::kClusterRole ||
      role.name == aggregated.name) {
    return false;
  }
  return std::any_of(aggregated.aggregation->begin(), aggregated.aggregation->end(),
                     [&](const LabelSelector& s) {
                       return ValidateSelector(s).ok() && SelectorMatches(s, role.labels);
                     });
}

// Breadth first through the roles that hold the rule; ends at the first that aggregates nothing.
std::vector<const Role*> RuleSources(const Role& role, const PolicyRule& rule,
                                     const RbacPolicy& policy) {
  std::vector<Step> steps = {{&role, -1}};
  int end = -1;
  for (size_t i = 0; i < steps.size() && end < 0; ++i) {
    const Role& at = *steps[i].role;
    if (!at.aggregation) end = static_cast<int>(i);
    for (const Role& source : policy.roles) {
      const bool seen = std::any_of(steps.begin(), steps.end(),
                                    [&](const Step& step) { return step.role == &source; });
      if (!seen && TakesIn(at, source) && Holds(source, rule))
        steps.push_back({&source, static_cast<int>(i)});
    }
  }
  // None that aggregates nothing: the farthest that is known.
  if (end < 0) end = static_cast<int>(steps.size()) - 1;
  std::vector<const Role*> sources;
  for (int i = end; i > 0; i = steps[static_cast<size_t>(i)].from)
    sources.push_back(steps[static_cast<size_t>(i)].role);
  std::reverse(sources.begin(), sources.end());
  return sources;
}

}  // namespace wecan
