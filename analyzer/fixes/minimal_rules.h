// SPDX-License-Identifier: Apache-2.0
// From single permissions to the fewest PolicyRules that hold exactly them.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// Sorts verbs as people say them: get, create, update, patch, delete, list, watch, then the others
// by name; duplicates go.
void SortVerbs(std::vector<std::string>& verbs);

// Rules that hold what `permissions` hold and nothing more. Each permission has either one group,
// one resource and at most one name, or one URL. What is held for any name is not repeated for one
// name; rules with equal group, verbs and names share their resources. Sorted by group, resource
// and name, URLs last: the same rules whatever the order of the permissions.
std::vector<PolicyRule> MinimalRules(absl::Span<const PolicyRule> permissions);

}  // namespace wecan
