// SPDX-License-Identifier: Apache-2.0
// What roles hold and nothing needs: one answer for `wecan fix --prune`, which asks about the roles
// that wecan wrote, and for `wecan audit`, which asks about every grant.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

#include "analyzer/analyze.h"
#include "analyzer/fixes/fix.h"

namespace wecan {

// The objects of kinds of which nothing can be told under these grants (WEC201), ascending.
std::vector<int> UnknownObjects(const AnalysisInput& input, const Requirements& requirements,
                                AgentGrants& grants);

// What a workload needs from the roles that are asked about.
struct NeededPermissions {
  std::vector<Permission> permissions;   // what is missing without these roles
  std::set<std::string> unknown_groups;  // of UnknownObjects: what roles hold there may be needed
};

// `without`: what the agent holds without the roles that are asked about.
NeededPermissions FindNeeded(const AnalysisInput& input, const Requirements& requirements,
                             const AnalyzeOptions& options, const FixOptions& fix,
                             GrantStrategy strategy, AgentGrants& without);

// What of `rules` is needed, as PruneRules takes it. `serves` says which permissions the role may
// be there for, by where and to whom it grants.
std::vector<PolicyRule> NeededOf(absl::Span<const PolicyRule> rules,
                                 const NeededPermissions& needed,
                                 absl::FunctionRef<bool(const Permission&)> serves);

}  // namespace wecan
