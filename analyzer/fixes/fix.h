// SPDX-License-Identifier: Apache-2.0
// The nouns of a fix: what is missing, which roles are to hold it, what stands against that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/fixes/needs.h"
#include "analyzer/fixes/role_change.h"
#include "analyzer/grants/guardrails.h"

namespace wecan {

enum class GrantStrategy {
  kAggregate,       // a ClusterRole that the agent's own aggregated role takes in (OCM 0.12)
  kClusterBinding,  // a ClusterRole and a ClusterRoleBinding
  kRoleBinding,     // a Role and a RoleBinding in each namespace, a ClusterRole for the rest
};
absl::string_view GrantStrategyName(GrantStrategy strategy);  // "aggregate" ...

// "ClusterRole grants" or "Role shop/grants".
std::string RoleName(RoleKind kind, const std::string& ns, const std::string& name);

struct FixOptions {
  // Nothing: as the roles that are there were granted, else aggregate where the agent takes it in.
  std::optional<GrantStrategy> strategy;
  std::string name;  // of the roles; "": that of the role which is there, else kDefaultGrantName
  Labels labels;     // in addition to those that a grant needs
  NeedOptions needs;
  bool allow_escalation = false;  // what a guardrail refuses is granted all the same
  bool prune = false;             // what nothing needs any more goes from our roles
  bool downsynced = true;         // by the policies of the input, so that their labels matter
};
inline constexpr char kDefaultGrantName[] = "open-cluster-management:klusterlet-work:wecan";

// Something to be granted, and to what end.
struct Permission {
  std::string namespace_;  // where it is needed; "" for the whole cluster
  PolicyRule rule;         // one group and resource, at most one name; or one URL
  bool guessed = false;    // the resource name is a guess
  std::vector<int> objects;
  int executor = -1;  // index into Requirements::executors: to it, not to the agent
};

// What stands against a grant. Refused ones are not granted, or by consent; told ones are, and
// people ought to know.
struct GuardrailHit {
  const Guardrail* guardrail = nullptr;
  PolicyRule rule;
  std::vector<int> objects;
};

// Why a grant may not get to a WEC, and what to do.
struct ReachProblem {
  std::string policy;
  std::string message;
  std::vector<Labels> choices;  // sets of labels that would do
};

// One role, and how it comes to hold what is needed.
struct RoleGrant {
  Role role;                           // as it is to be, with all labels
  std::optional<RoleBinding> binding;  // what brings it to the account, if it needs one
  const Role* existing = nullptr;      // in AnalysisInput::rbac; nullptr: `role` is new
  bool binding_exists = false;
  RoleChange change;  // of `existing`
  // For the record: all that the role is for, not only what is added now.
  std::vector<int> objects;            // ascending
  std::vector<std::string> needed_in;  // namespaces, sorted; "" for the cluster itself
  int executor = -1;                   // who gets it, as in Permission

  bool changes() const {
    return existing == nullptr || !change.empty() || (binding && !binding_exists);
  }
};

struct FixPlan {
  GrantStrategy strategy = GrantStrategy::kAggregate;
  std::vector<Permission> missing;      // now, by group, resource, namespace and name
  std::vector<RoleGrant> grants;        // ClusterRoles first, then by namespace and name
  std::vector<GuardrailHit> refused;    // what no grant is made for
  std::vector<GuardrailHit> told;       // granted, but wide
  std::vector<ReachProblem> unreached;  // WEC304
  std::vector<std::string> reached_by;  // names of the policies that select the grants
  bool agent_may_write = true;          // the grants themselves, so that they may be downsynced
  std::vector<int> unknown;             // objects of kinds of which nothing can be told (WEC201)
  std::vector<int> not_rbac;            // objects that no grant helps (WEC202 to WEC204)

  // The objects that a guardrail stands against, ascending.
  std::vector<int> RefusedObjects() const;
};

}  // namespace wecan
