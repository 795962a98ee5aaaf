// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"
#include "src/cli/options.h"
#include "src/cli/program.h"

namespace wecan {

// What can-i answers from, and for whom.
struct ReviewSource {
  RbacPolicy policy;
  UserInfo user;       // --as with its groups, or the work agent
  std::string method;  // "profile ocm-1.3" or "rbac dump.yaml"
};

// --rbac: the dump and nothing else, aggregated only with --aggregate; otherwise the profile,
// aggregated.
absl::StatusOr<ReviewSource> MakeReviewSource(const Options& options,
                                              const Environment& environment);

}  // namespace wecan
