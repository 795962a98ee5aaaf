// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/fix.h"

#include <set>

#include "absl/strings/str_cat.h"

namespace wecan {

std::string RoleName(RoleKind kind, const std::string& ns, const std::string& name) {
  return absl::StrCat(RoleKindName(kind), " ", ns, ns.empty() ? "" : "/", name);
}

std::vector<int> FixPlan::RefusedObjects() const {
  std::set<int> objects;
  for (const GuardrailHit& hit : refused) objects.insert(hit.objects.begin(), hit.objects.end());
  return {objects.begin(), objects.end()};
}

absl::string_view GrantStrategyName(GrantStrategy strategy) {
  switch (strategy) {
    case GrantStrategy::kAggregate:
      return "aggregate";
    case GrantStrategy::kClusterBinding:
      return "cluster-binding";
    case GrantStrategy::kRoleBinding:
      return "role-binding";
  }
  return "";
}

}  // namespace wecan
