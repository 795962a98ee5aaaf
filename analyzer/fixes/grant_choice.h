// SPDX-License-Identifier: Apache-2.0
// What a fix decides before it looks for gaps: how it grants, and under which names. As the user
// says, else as an earlier fix did, so that a second run extends the roles of the first.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "analyzer/analyze.h"
#include "analyzer/fixes/fix.h"

namespace wecan {

// Whether the agent, whose grants these are, takes in a ClusterRole by its label alone.
bool TakesInLabelled(const AgentGrants& agent);

// FailedPrecondition when the user asks for aggregation and the agent does not do it (`aggregates`:
// TakesInLabelled).
absl::StatusOr<GrantStrategy> ChooseStrategy(const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const AnalyzeOptions& options, const FixOptions& fix,
                                             bool aggregates);

// The names of the roles of one fix. Lives no longer than `requirements`.
class GrantNames {
 public:
  GrantNames(const AnalysisInput& input, const Requirements& requirements, const FixOptions& fix);

  // Roles of executors say in their name for whom they are; -1 is the agent.
  std::string For(int executor) const;
  int ExecutorOf(const Role& role) const;

  // The names of our roles, when there are several and the user did not say which to extend.
  const std::set<std::string>& ambiguous() const { return ambiguous_; }

 private:
  const std::vector<ServiceAccountRef>& executors_;
  std::string name_;  // of the agent's role
  std::set<std::string> ambiguous_;
};

}  // namespace wecan
