// SPDX-License-Identifier: Apache-2.0
// Who may do it: a request asked the other way round.
// Source: kubernetes v1.36 plugin/pkg/auth/authorizer/rbac/subject_locator.go.
#pragma once

#include <string>
#include <vector>

#include "analyzer/grants/authorizer.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

// A subject that may, and the path by which: the binding, the role that it names, and where the
// first allowing rule of that role comes from.
struct Holder {
  Subject subject;  // a ServiceAccount with its namespace, also where the binding leaves it out
  std::string namespace_;  // the only one where it holds; "" for everywhere
  // None for system:masters, which RBAC never sees.
  const RoleBinding* binding = nullptr;
  const Role* role = nullptr;
  const PolicyRule* rule = nullptr;
  std::vector<const Role*> sources;  // as RuleSources gives them
};

struct WhoCan {
  // system:masters, then those of ClusterRoleBindings by name, then those of RoleBindings by
  // namespace and name; within a binding in its order. A subject with several paths stands there
  // with each. Subjects that match nobody are left out.
  std::vector<Holder> holders;
  // Bindings that count for the request and whose role is nowhere: they grant nothing.
  std::vector<const RoleBinding*> dangling;

  // Whether anybody may but system:masters.
  bool anybody() const;
};

// `policy` is aggregated as far as it is to be, and must outlive the result. RoleBindings count in
// the namespace of the request alone; with `any_namespace` in every namespace, for resource
// requests that name none.
WhoCan FindWhoCan(const RbacPolicy& policy, const RequestAttributes& request, bool any_namespace);

}  // namespace wecan
