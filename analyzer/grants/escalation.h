// SPDX-License-Identifier: Apache-2.0
// The checks that kube-apiserver makes when somebody writes an RBAC object, besides authorizing the
// request: nobody may grant what he does not hold, unless by the verbs escalate and bind.
// Source: kubernetes v1.36
// pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go,
// pkg/registry/rbac/escalation_check.go, pkg/registry/rbac/helpers.go,
// pkg/registry/rbac/validation/rule.go.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/grants/authorizer.h"
#include "analyzer/grants/cover_index.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

struct EscalationResult {
  enum class Outcome {
    kAllowed,
    kRefused,
    kRoleNotFound,  // the role that a binding names is nowhere, and `bind` is not held
  };
  Outcome outcome = Outcome::kAllowed;
  std::vector<PolicyRule> missing;  // compacted: what is not held
  bool aggregation = false;         // refused because of the aggregationRule
  std::string message;              // of the API server's status, word for word; "" when allowed
  bool complete = true;             // false: too large to be compared in full (CoverBudget);
                                    // `missing` is a part, and `message` ends by saying so
};

// Whether `user` may create or update `role`, a Role in its namespace or a ClusterRole. `url_name`
// is the name in the URL of the request: "" for POST, so that `escalate` limited by resourceNames
// never helps there. `old_role` is what an update replaces, nullptr on create. Whoever updates
// looks at OnlyGCFieldsChange first.
EscalationResult CheckRoleWrite(const Authorizer& authorizer, const UserInfo& user,
                                const Role& role, absl::string_view url_name, const Role* old_role);

// Whether `user` may create or update `binding`: any update is checked like a create.
EscalationResult CheckBindingWrite(const Authorizer& authorizer, const UserInfo& user,
                                   const RoleBinding& binding);

// user "u" (groups=["g"]) is attempting to grant RBAC permissions not currently held:\n and the
// compact strings of `missing`. `errors` are those of resolving the user's own rules.
std::string EscalationText(const UserInfo& user, absl::Span<const PolicyRule> missing,
                           const std::vector<std::string>& errors);

// Whether an update that changes these fields of metadata or object skips the check, so that the
// garbage collector can finish an object that nobody could write any more.
bool OnlyGCFieldsChange(absl::Span<const std::string> changed_fields);

// The same checks for many objects of one user. Objects are best asked in the order of their
// namespaces: what the user holds is kept for the last one only. All of them share one budget
// beyond which gaps are incomplete. Not for use by several threads at once.
class EscalationChecker {
 public:
  EscalationChecker(const Authorizer& authorizer, UserInfo user);

  // `held_in`: the namespace in which the user's rules count, "" for those held everywhere.
  EscalationResult CheckRole(const Role& role, absl::string_view held_in,
                             absl::string_view url_name, const Role* old_role);
  // `written`: the role to bind if the policy does not have it; it comes along with the binding.
  EscalationResult CheckBinding(const RoleBinding& binding, absl::string_view held_in,
                                const Role* written = nullptr);

 private:
  // Objects on which a verb is held.
  struct Power {
    bool any = false;
    absl::flat_hash_set<std::string> names;  // as resourceNames; "" stands for unnamed requests
  };
  // All that the user holds in one namespace.
  struct Holdings {
    std::string ns;
    std::vector<const PolicyRule*> rules;
    std::vector<const RoleBinding*> dangling;
    std::unique_ptr<CoverIndex> index;
    absl::flat_hash_map<std::string, Power> powers;
    absl::flat_hash_map<const Role*, CoverGap> bound;  // what is missing to bind a role
  };

  Holdings& In(absl::string_view ns);
  static bool Holds(Holdings& holdings, absl::string_view verb, absl::string_view group,
                    absl::string_view resource, absl::string_view name);
  CoverGap Missing(const Holdings& holdings, absl::Span<const PolicyRule> rules);
  EscalationResult Refuse(const Holdings& holdings, absl::string_view resource,
                          absl::string_view name, const CoverGap& gap);

  const Authorizer& authorizer_;
  const UserInfo user_;
  const bool privileged_;
  const std::vector<std::string> namespaces_;  // in which a RoleBinding applies to the user
  Holdings holdings_;
  CoverBudget total_;
};

}  // namespace wecan
