// SPDX-License-Identifier: Apache-2.0
// What the agent holds beyond a baseline, its profile, and which of it the workload needs. Pure:
// the grants may be those of manifests, of a dump or of a live cluster.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/findings/finding.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/held_roles.h"
#include "analyzer/grants/over_broad.h"

namespace wecan {

// What is audited. Everything outlives the result.
struct AuditSubject {
  const AnalysisInput& input;
  const Requirements& requirements;
  const AnalyzeOptions& options;
  AgentGrants& held;      // what the agent holds
  AgentGrants& baseline;  // what it holds anyway, and nobody asks about
  bool of_input = true;   // the grants are those of `input`, so that its objects can be named
  // The ServiceAccounts that a dump lists, as NAMESPACE and name; what it does not list in a
  // namespace of which it lists any does not exist.
  std::set<std::pair<std::string, std::string>> accounts;
};

// One rule that the agent holds, and the path by which it does: the place for whatever else is
// known of a grant. It allows a request if RuleAllows(request, *rule), everywhere with a
// ClusterRoleBinding, else in the namespace of the binding.
struct AuditedGrant {
  HeldRole path;  // binding -> bound role -> the role that has the rule
  const PolicyRule* rule = nullptr;
  bool is_default = false;         // the baseline holds all of it: nothing below is set
  bool unknown = false;            // names API groups with kinds of which nothing can be told
  bool complete = true;            // false: too large to be compared in full (CoverBudget)
  std::vector<PolicyRule> needed;  // the smallest rules that hold what the workload needs of it
  std::vector<PolicyRule> unused;  // what is beyond the baseline and needed by nothing
  std::vector<int> objects;        // that need it, ascending
  OverBroad over_broad;            // what of it is (WEC302)
};

// One remark on the grants: WEC301 to WEC304, or of no rule.
struct AuditFinding {
  Finding finding;  // with `rule` nullptr: a binding that grants nothing, and why
  int grant = -1;   // index into AuditResult::grants, -1 for none
  HeldRole path;    // as far as there is one
};

struct AuditResult {
  std::vector<AuditedGrant> grants;    // all, sorted by path; of one role in its order
  std::vector<AuditFinding> findings;  // errors first, then by path
  int beyond = 0;                      // grants that are not default
  int defaults = 0;                    // the others
  int unused = 0;                      // beyond, and nothing of them is needed
  int suppressed = 0;
};

AuditResult Audit(const AuditSubject& subject);

// What an input's grants are compared with: the profile, and what --load adds to it, aggregated.
RbacPolicy AuditBaseline(const AnalysisInput& input, const Requirements& requirements,
                         const AnalyzeOptions& options);

}  // namespace wecan
