// SPDX-License-Identifier: Apache-2.0
// What an account gains and loses from one set of RBAC objects to another.
#pragma once

#include <string>
#include <vector>

#include "analyzer/grants/authorizer.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

// In one namespace, or in all of them at once. Each rule has either one group, one resource and at
// most one name, or one URL; verbs are sorted, "*" stands alone. Sorted: resources by group,
// resource and name, then URLs. What a wildcard of the same list covers is not listed, nor one name
// of what is listed for any.
struct ScopeDiff {
  std::string namespace_;  // "": cluster-wide
  std::vector<PolicyRule> gained;
  std::vector<PolicyRule> lost;

  friend bool operator==(const ScopeDiff&, const ScopeDiff&) = default;
};

struct ProfileDiff {
  std::vector<ScopeDiff> scopes;  // those that differ: cluster-wide first, then by namespace
  bool complete = true;           // false: too large to be compared in full (CoverBudget)

  bool equal() const { return scopes.empty(); }
};

// Compares what `user` holds. Rules count by what they cover, not by how they are written: whatever
// one side allows and the other does not is allowed by a listed rule, and for each listed rule
// there is such a request. What is held cluster-wide before and in single namespaces after is lost
// cluster-wide; a namespace is listed for what it gains or loses beyond that. Both policies are
// aggregated already.
// Source of what covers what: kubernetes/component-helpers v0.36
// auth/rbac/validation/policy_comparator.go.
ProfileDiff DiffProfiles(const Authorizer& before, const Authorizer& after, const UserInfo& user);

}  // namespace wecan
