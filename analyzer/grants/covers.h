// SPDX-License-Identifier: Apache-2.0
// Does one set of rules hold all of another? The question behind escalation checks and behind "is
// this grant needed". Source: kubernetes/component-helpers v0.36
// auth/rbac/validation/policy_comparator.go.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// `rule` as atoms: one verb, one group, one resource and at most one name each, or one verb and one
// URL. In order of groups, resources, verbs, names, then URLs. A rule that lacks verbs, groups or
// resources has no resource atoms.
std::vector<PolicyRule> BreakdownRule(const PolicyRule& rule);

// Whether the single rule `owner` holds the single atom `atom`. Wildcards of the atom are plain
// text: "*" is held by "*" alone.
bool RuleCovers(const PolicyRule& owner, const PolicyRule& atom);

// Whether the URL pattern `owner` holds the URL pattern `requested`.
bool NonResourceURLCovers(absl::string_view owner, absl::string_view requested);

// The atoms of `servant` that no rule of `owner` holds, in breakdown order, duplicates kept; empty
// means covered. Time grows as |owner| x |atoms|.
std::vector<PolicyRule> Uncovered(absl::Span<const PolicyRule> owner,
                                  absl::Span<const PolicyRule> servant);

}  // namespace wecan
