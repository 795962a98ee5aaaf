// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/kind_rules.h"

#include <algorithm>

namespace wecan {

bool IsSteering(absl::string_view group, absl::string_view kind) {
  const auto groups = SteeringGroups();
  return std::any_of(groups.begin(), groups.end(), [&](const SteeringGroup& g) {
    return g.group == group && std::find(g.except.begin(), g.except.end(), kind) == g.except.end();
  });
}

bool IsClientSide(absl::string_view group) {
  const auto groups = ClientSideGroups();
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

bool IsNeverDownsynced(const ResourceType& type) {
  if (!type.downsyncable) return true;
  const auto rows = NeverDownsyncedResources();
  return std::any_of(rows.begin(), rows.end(), [&](const NeverDownsynced& row) {
    return row.group == type.group && (row.resource.empty() || row.resource == type.resource);
  });
}

bool IsRecreatedUnderUpdate(absl::string_view group, absl::string_view kind) {
  const auto rows = RecreatedUnderUpdate();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const GroupKind& row) { return row.group == group && row.kind == kind; });
}

}  // namespace wecan
