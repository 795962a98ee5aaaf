// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analyzer/grants/agent_grants.h"

namespace wecan {

// A role whose rules reach the account: bound to it, or aggregated into one that is.
struct HeldRole {
  const Role* role = nullptr;
  const RoleBinding* binding = nullptr;
  const Role* bound =
      nullptr;  // the role that the binding names: `role` itself, or what aggregates it
};

// Every role that the account holds in any scope, with each binding that brings it; in resolution
// order, aggregated sources after the role that takes them in.
std::vector<HeldRole> HeldRoles(const AgentGrants& grants);

// One rule that the account holds, and the path by which it does.
struct HeldRule {
  HeldRole by;
  const PolicyRule* rule = nullptr;
};

// Every rule of those roles, in the same order; what an aggregated role took from another role
// stands with that one alone.
std::vector<HeldRule> HeldRules(const AgentGrants& grants);

// Bindings that apply to the account and whose role is nowhere.
std::vector<const RoleBinding*> DanglingBindings(const AgentGrants& grants);

// The part of the policy that decides about the account: each binding that applies to it, the role
// of each, and every ClusterRole that is aggregated into one of those, in the end. ClusterRoles,
// Roles, ClusterRoleBindings, RoleBindings, each sorted by namespace and name.
RbacPolicy HeldPolicy(const AgentGrants& grants);

}  // namespace wecan
