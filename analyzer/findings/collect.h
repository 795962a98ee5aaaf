// SPDX-License-Identifier: Apache-2.0
// From gaps and remarks to findings: one cause, many objects.
#pragma once

#include <string>
#include <vector>

#include "analyzer/findings/finding.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/requirements/derive.h"

namespace wecan {

// Findings about the workload: gaps, unknown kinds and what a ManifestWork or KubeStellar refuses
// (WEC101 to WEC104, WEC201 to WEC206). `agent_name` is how messages call the account.
std::vector<Finding> CollectWorkloadFindings(const AnalysisInput& input,
                                             const Requirements& requirements, AgentGrants& grants,
                                             absl::string_view agent_name);

// What the executors of ManifestWorks lack (WEC106). `agent`: its policy is theirs, too.
std::vector<Finding> CollectExecutorFindings(const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const AgentGrants& agent);

struct EscalationFindings {
  std::vector<Finding> findings;     // WEC105
  std::vector<Diagnostic> warnings;  // bindings to roles of which nothing is known
};

// RBAC objects that grant more than the agent, or their executor, holds.
EscalationFindings CollectEscalationFindings(const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const std::string& default_namespace,
                                             const AgentGrants& agent);

// Findings about the Grants in the input: WEC302 against what `profile` holds alone, and WEC304 if
// `has_policies`.
std::vector<Finding> CollectGrantFindings(const AnalysisInput& input,
                                          const Requirements& requirements,
                                          const AgentGrants& grants, const RbacPolicy& profile,
                                          bool has_policies);

// Findings about the files themselves, from what was remarked on them (WEC9xx).
std::vector<Finding> CollectInputFindings(const AnalysisInput& input,
                                          const std::vector<Diagnostic>& diagnostics);

}  // namespace wecan
