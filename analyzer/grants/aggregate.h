// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analyzer/model/rbac.h"

namespace wecan {

// Does to the ClusterRoles of `policy` what the clusterrole-aggregation controller does, until
// nothing changes: the rules of a role with an aggregationRule become the union of the rules of the
// ClusterRoles that its selectors match (in selector order, then by name, without itself,
// duplicates dropped). A union that is empty leaves hand-written rules; an invalid selector leaves
// the role as it is. Roles whose rules depend on each other in a circle settle after one pass per
// role. Source: kubernetes v1.36
// pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
void AggregateClusterRoles(RbacPolicy& policy);

}  // namespace wecan
