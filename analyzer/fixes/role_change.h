// SPDX-License-Identifier: Apache-2.0
// How a role that is there already comes to hold what is needed, with as few touched lines as can
// be.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// Of one rule, by its index in the role: gone, or with other verbs.
struct RuleChange {
  int rule = 0;
  bool drop = false;
  std::vector<std::string> add_verbs, remove_verbs;

  friend bool operator==(const RuleChange&, const RuleChange&) = default;
};

struct RoleChange {
  std::vector<RuleChange> rules;   // ascending, at most one for each rule
  std::vector<PolicyRule> append;  // minimal
  bool empty() const { return rules.empty() && append.empty(); }
};

// Makes `rules` hold all of `wanted` (single permissions, as MinimalRules takes them). Verbs go
// into the rule for the same group and resource alone where there is one, so that nothing else
// becomes wider; the rest are new rules.
RoleChange ExtendRules(absl::Span<const PolicyRule> rules, absl::Span<const PolicyRule> wanted);

// Takes from `rules` what none of `needed` (single permissions) asks for: verbs, and whole rules; a
// rule that is wider in another way is replaced by minimal ones. What is needed for any name is
// needed for each name that a rule is limited to. Then as ExtendRules.
RoleChange PruneRules(absl::Span<const PolicyRule> rules, absl::Span<const PolicyRule> needed,
                      absl::Span<const PolicyRule> wanted);

// The rules after the change.
std::vector<PolicyRule> ApplyChange(absl::Span<const PolicyRule> rules, const RoleChange& change);

}  // namespace wecan
