// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "analyzer/model/rbac.h"
#include "src/cli/options.h"
#include "src/cli/program.h"

namespace wecan {

// The RBAC objects of the cluster that a context of the kubeconfig names, as it stores them. Errors
// start with "context:NAME": InvalidArgument when the kubeconfig does not say which one cluster
// that is, Unavailable when the cluster did not say all.
absl::StatusOr<RbacPolicy> ReadContextRbac(const std::string& context,
                                           const ClusterOptions& options,
                                           const Environment& environment);

// The RBAC objects of one of several clusters.
struct ContextRbac {
  std::string context;
  absl::StatusOr<RbacPolicy> policy;  // an error starts with the context
};

// Asks the clusters of all contexts that `options` names, at the same time; sorted by context.
// InvalidArgument when flags or kubeconfig do not say which those are.
absl::StatusOr<std::vector<ContextRbac>> ReadRbacOfContexts(const ClusterOptions& options,
                                                            const Environment& environment);

}  // namespace wecan
