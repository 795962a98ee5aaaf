// SPDX-License-Identifier: Apache-2.0
// What accounts lack, as permissions that may be granted, and what a guardrail says to that.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/fixes/fix.h"

namespace wecan {

struct Missing {
  std::vector<Permission> permissions;  // the agent's first, then those of each executor
  std::vector<GuardrailHit> refused;    // left out of them
  std::vector<GuardrailHit> told;       // among them
};

// What the agent, whose grants these are, and the executors under the same policy lack: for the
// verbs that the workload needs, and for its RBAC objects that grant more than is held.
Missing FindMissing(const AnalysisInput& input, const Requirements& requirements,
                    const AnalyzeOptions& options, const FixOptions& fix, GrantStrategy strategy,
                    AgentGrants& agent);

// The namespace of the role that is to hold the permission, "" for a ClusterRole. No label brings a
// role to an executor, so it gets the narrower kind unless the wider one is asked for.
std::string NamespaceFor(const Permission& permission, GrantStrategy strategy);

// `permissions` without what others of them hold as well: in a namespace what is granted for the
// whole cluster, of a resource what a wildcard grants.
std::vector<Permission> NotRepeated(std::vector<Permission> permissions, GrantStrategy strategy);

}  // namespace wecan
