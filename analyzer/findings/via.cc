// SPDX-License-Identifier: Apache-2.0
#include "analyzer/findings/via.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace wecan {

std::vector<std::string> GrantsBehind(const PermissionGap& gap,
                                      absl::Span<const absl::string_view> namespaces,
                                      AgentGrants& grants) {
  std::set<std::string> via;
  for (absl::string_view ns : namespaces) {
    for (const ResourceGrants::Held& held : grants.On(gap.group, gap.resource, ns).held) {
      if ((held.verbs & gap.granted).empty()) continue;
      via.insert(absl::StrCat(RoleKindName(held.grant->role->kind), "/", held.grant->role->name,
                              " via ", BindingKindName(*held.grant->binding), "/",
                              held.grant->binding->name));
    }
  }
  return {via.begin(), via.end()};
}

std::string DescribeHeld(const PermissionGap& gap) {
  if (gap.via.empty()) return "";
  return absl::StrCat(gap.granted.Join(", "), " held by ", absl::StrJoin(gap.via, "; "));
}

}  // namespace wecan
