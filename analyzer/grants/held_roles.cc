// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/held_roles.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"

#include "analyzer/grants/rule_sources.h"

namespace wecan {
namespace {

// All bindings of the account: those of the whole cluster, then those of each namespace.
std::vector<BoundRole> AllBoundRoles(const AgentGrants& grants) {
  const Authorizer& authorizer = grants.authorizer();
  std::vector<BoundRole> all = authorizer.BoundRoles(grants.user(), "");
  const size_t cluster_wide = all.size();
  for (const std::string& ns : grants.namespaces()) {
    const std::vector<BoundRole> here = authorizer.BoundRoles(grants.user(), ns);
    all.insert(all.end(), here.begin() + static_cast<std::ptrdiff_t>(cluster_wide), here.end());
  }
  return all;
}

// `bound` and everything aggregated into it, directly or through another aggregated role.
std::vector<const Role*> WithSources(const Role& bound, const RbacPolicy& policy) {
  std::vector<const Role*> roles = {&bound};
  for (size_t i = 0; i < roles.size(); ++i) {
    if (!roles[i]->aggregation) continue;
    for (const Role& role : policy.roles) {
      const bool seen = std::find(roles.begin(), roles.end(), &role) != roles.end();
      if (!seen && TakesIn(*roles[i], role)) roles.push_back(&role);
    }
  }
  return roles;
}

// The rules that the role `by.role` holds of itself.
std::vector<const PolicyRule*> OwnRules(const HeldRole& by, const RbacPolicy& policy) {
  absl::flat_hash_set<PolicyRule> taken_in;
  if (by.role->aggregation) {
    for (const Role& role : policy.roles) {
      if (TakesIn(*by.role, role)) taken_in.insert(role.rules.begin(), role.rules.end());
    }
  }
  std::vector<const PolicyRule*> own;
  for (const PolicyRule& rule : by.role->rules) {
    if (!taken_in.contains(rule)) own.push_back(&rule);
  }
  return own;
}

// Roles that take in each other have no rule of themselves: what of `bound` is not in `told` then.
std::vector<HeldRule> Untold(const HeldRole& bound, const absl::flat_hash_set<PolicyRule>& told) {
  std::vector<HeldRule> rest;
  for (const PolicyRule& rule : bound.role->rules) {
    if (!told.contains(rule)) rest.push_back({bound, &rule});
  }
  return rest;
}

}  // namespace

std::vector<HeldRole> HeldRoles(const AgentGrants& grants) {
  std::vector<HeldRole> held;
  for (const BoundRole& bound : AllBoundRoles(grants)) {
    if (bound.role == nullptr) continue;
    for (const Role* role : WithSources(*bound.role, grants.policy()))
      held.push_back({role, bound.binding, bound.role});
  }
  return held;
}

std::vector<HeldRule> HeldRules(const AgentGrants& grants) {
  std::vector<HeldRule> held;
  const std::vector<HeldRole> roles = HeldRoles(grants);
  for (size_t begin = 0, end = 0; begin < roles.size(); begin = end) {
    absl::flat_hash_set<PolicyRule> told;
    for (; end < roles.size() && roles[end].binding == roles[begin].binding; ++end) {
      for (const PolicyRule* rule : OwnRules(roles[end], grants.policy())) {
        held.push_back({roles[end], rule});
        told.insert(*rule);
      }
    }
    const std::vector<HeldRule> rest = Untold(roles[begin], told);
    held.insert(held.end(), rest.begin(), rest.end());
  }
  return held;
}

std::vector<const RoleBinding*> DanglingBindings(const AgentGrants& grants) {
  std::vector<const RoleBinding*> dangling;
  for (const BoundRole& bound : AllBoundRoles(grants)) {
    if (bound.role == nullptr) dangling.push_back(bound.binding);
  }
  return dangling;
}

RbacPolicy HeldPolicy(const AgentGrants& grants) {
  using Key = std::tuple<bool, std::string, std::string>;  // cluster-wide ones first
  std::map<Key, const Role*> roles;
  for (const HeldRole& held : HeldRoles(grants)) {
    const Role& role = *held.role;
    roles[{role.kind == RoleKind::kRole, role.namespace_, role.name}] = &role;
  }
  std::map<Key, const RoleBinding*> bindings;
  for (const BoundRole& bound : AllBoundRoles(grants)) {
    const RoleBinding& binding = *bound.binding;
    bindings[{!binding.cluster, binding.namespace_, binding.name}] = &binding;
  }
  RbacPolicy policy;
  for (const auto& [key, role] : roles) policy.roles.push_back(*role);
  for (const auto& [key, binding] : bindings) policy.bindings.push_back(*binding);
  return policy;
}

}  // namespace wecan
