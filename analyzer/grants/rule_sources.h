// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analyzer/model/rbac.h"

namespace wecan {

// Whether the aggregationRule of `aggregated` takes in the rules of `role`.
bool TakesIn(const Role& aggregated, const Role& role);

// How `role` comes to hold `rule`, one of its own after aggregation: the ClusterRoles from the one
// that `role` takes it from to the one where it is written. Empty when it is written in `role`, or
// when the role that it was taken from is not in `policy`. Of several ways one of the shortest.
std::vector<const Role*> RuleSources(const Role& role, const PolicyRule& rule,
                                     const RbacPolicy& policy);

}  // namespace wecan
