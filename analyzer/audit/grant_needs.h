// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "analyzer/analyze.h"
#include "analyzer/fixes/unused.h"
#include "analyzer/grants/held_roles.h"

namespace wecan {

// What of one rule the workload needs.
struct RuleNeeds {
  std::vector<PolicyRule> rules;  // the smallest ones that hold it
  std::vector<int> objects;       // that need it, ascending
};

// Answers for all rules that an agent holds beside `without`: what is missing with that alone, as
// far as a rule gives it where it is bound. Lives no longer than what it is made of.
class GrantNeeds {
 public:
  GrantNeeds(const AnalysisInput& input, const Requirements& requirements,
             const AnalyzeOptions& options, AgentGrants& without);
  GrantNeeds(const GrantNeeds&) = delete;
  GrantNeeds& operator=(const GrantNeeds&) = delete;

  RuleNeeds Of(const PolicyRule& rule, const RoleBinding& binding);

 private:
  // What is needed where and of whom a binding grants, merged.
  struct Scope {
    std::vector<PolicyRule> rules;
    std::vector<std::pair<PolicyRule, std::vector<int>>> objects;  // of each rule before
  };
  // A namespace, "" for all of them, and the executors that get the same.
  using Key = std::pair<std::string, std::vector<int>>;

  const Scope& ScopeOf(const RoleBinding& binding);

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const NeededPermissions needed_;
  absl::flat_hash_map<std::string, std::vector<const Permission*>> in_namespace_;
  std::vector<const Permission*> about_namespaces_;  // of the agent
  std::map<Key, Scope> scopes_;
};

}  // namespace wecan
