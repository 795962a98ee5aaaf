// SPDX-License-Identifier: Apache-2.0
// The path by which somebody holds a rule, and what was asked, as who-can and explain show them.
#pragma once

#include <string>
#include <vector>

#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"
#include "src/cli/source.h"
#include "src/output/json.h"

namespace wecan {

// "ClusterRoleBinding/b", "RoleBinding/shop/b".
std::string BindingText(const RoleBinding& binding);

// "ClusterRoleBinding/b -> ClusterRole/admin (aggregated from edit, from view)".
std::string PathText(const RoleBinding& binding, const Role& role,
                     const std::vector<const Role*>& sources);

// {binding, role, aggregatedFrom, rule}.
Json PathJson(const RoleBinding& binding, const Role& role, const PolicyRule& rule,
              const std::vector<const Role*>& sources);

// {binding, roleRef} of a binding whose role is nowhere.
Json DanglingJson(const RoleBinding& binding);

// {context, method, error}: where an answer is from, or why there is none.
Json PlaceJson(const RbacPlace& place);

// {verb, group, resource, subresource, namespace, name, path}; what is absent is "".
Json RequestJson(const RequestAttributes& request);

}  // namespace wecan
