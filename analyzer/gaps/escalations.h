// SPDX-License-Identifier: Apache-2.0
// Which RBAC objects of the workload an account may not write, because they grant more than it
// holds.
#pragma once

#include <string>
#include <vector>

#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/escalation.h"
#include "analyzer/model/object.h"
#include "analyzer/requirements/derive.h"

namespace wecan {

struct EscalationGap {
  int object = -1;          // index into AnalysisInput::objects
  int executor = -1;        // index into Requirements::executors, -1 for the agent
  EscalationResult result;  // never kAllowed. kRoleNotFound: nothing can be told, no gap is proved
};

// Whether the escalation check of this account applies to the object: to a checked Role,
// ClusterRole or binding that the agent (`executor` -1) writes, or that has this executor.
bool UndergoesEscalationCheck(const Object& object, const ObjectRequirements& need, int executor);

// The checked RBAC objects that the account behind `grants` may not write, in the order of the
// input. The agent is asked with the name in the URL where it applies server-side; an executor as
// in the agent's dry-run create, whatever the strategy. Roles are taken as they are written; the
// role of a binding is looked for in the policy of `grants`, then among the roles of the input,
// also where those do not count as grants. `default_namespace`: for objects that name none.
std::vector<EscalationGap> FindEscalations(const AnalysisInput& input,
                                           const Requirements& requirements,
                                           const std::string& default_namespace,
                                           const AgentGrants& grants, int executor);

// The same for the agent, whose grants these are, and then for each executor by the same policy.
std::vector<EscalationGap> FindAllEscalations(const AnalysisInput& input,
                                              const Requirements& requirements,
                                              const std::string& default_namespace,
                                              const AgentGrants& agent);

}  // namespace wecan
