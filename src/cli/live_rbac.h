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

// The same of every context that `options` names (--context, with wildcards), in the order of their
// names, all at once: what is wrong with one is its error alone, and does not start with its name.
// NotFound or InvalidArgument when flags or kubeconfig do not say which these are.
struct ContextRbac {
  std::string context;
  absl::StatusOr<RbacPolicy> policy;
};
absl::StatusOr<std::vector<ContextRbac>> ReadContextsRbac(const ClusterOptions& options,
                                                          const Environment& environment);

}  // namespace wecan
