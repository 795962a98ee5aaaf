// SPDX-License-Identifier: Apache-2.0
// A second, slow RBAC evaluator, written from the description of Kubernetes' semantics alone:
// straight loops, no index, and nothing shared with analyzer/ but the plain structs. Tests compare
// the two.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

bool NaiveRuleAllows(const RequestAttributes& request, const PolicyRule& rule);
bool NaiveSubjectMatches(const Subject& subject, const UserInfo& user,
                         const std::string& binding_namespace);

struct NaiveDecision {
  bool allowed = false;
  std::set<std::string>
      reasons;  // every reason that the API server could give for allowing; {""} for system:masters
  std::set<std::string> errors;  // the roles that do not exist among those bound to the user
};
NaiveDecision NaiveAuthorize(const RbacPolicy& policy, const UserInfo& user,
                             const RequestAttributes& request);

// Whether one rule of `owner` holds each of the atoms of `servant`; URLs apart, which the
// exhaustive test leaves out.
bool NaiveCovers(const std::vector<PolicyRule>& owner, const std::vector<PolicyRule>& servant);

// Whether the API server lets `user` create the role by POST, or (with `named`) through a URL that
// carries its name.
bool NaiveMayWriteRole(const RbacPolicy& policy, const UserInfo& user, const Role& role,
                       bool named);

enum class NaiveAnswer { kAllowed, kRefused, kNotFound };
NaiveAnswer NaiveMayWriteBinding(const RbacPolicy& policy, const UserInfo& user,
                                 const RoleBinding& binding);

}  // namespace wecan
