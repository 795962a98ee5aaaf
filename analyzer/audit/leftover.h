// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/types/span.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// What `rule` lists and none of `kept` does: rules that hold just that, in the order of its lists.
// `kept`: rules that list their verbs, groups, resources and names, or URLs. What one of them holds
// of a wildcard takes nothing off it. Work and result grow with the lists, not with what they make
// when multiplied out.
std::vector<PolicyRule> Leftover(const PolicyRule& rule, absl::Span<const PolicyRule> kept);

}  // namespace wecan
