// SPDX-License-Identifier: Apache-2.0
// The RBAC objects of a cluster, as it stores them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "analyzer/model/rbac.h"
#include "src/cluster/http_exchange.h"

namespace wecan {

// Adds the objects of one page of a list of Roles, ClusterRoles or their bindings to `policy`.
// Items take apiVersion and kind from the list if they have none, as those of an API server.
// Nothing that keeps a manifest from being checked (templates, local-config) means anything here.
// InvalidArgument, starting with `label`, if any object or any part of one cannot be read: a policy
// that is smaller than the cluster's would deny what the cluster allows.
absl::Status ReadRbacPage(absl::string_view label, absl::string_view page, RbacPolicy& policy);

// Lists clusterroles, clusterrolebindings, roles and rolebindings in all namespaces. Aggregated
// roles hold what the cluster aggregated. `then` is called once, from within exchange.Run(); errors
// are those of ListObjects and ReadRbacPage, the first in that order.
void ListRbac(HttpExchange& exchange, size_t server, std::string label,
              std::function<void(absl::StatusOr<RbacPolicy>)> then);

}  // namespace wecan
