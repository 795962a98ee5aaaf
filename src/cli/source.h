// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

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

// One of the places that RBAC objects were read from, or why it could not be.
struct RbacPlace {
  std::string context;  // "" unless it is a cluster
  absl::StatusOr<ReviewSource> source;
};

// With --context each of these clusters, as it stores its objects; otherwise what MakeReviewSource
// gives. A cluster that could not be asked is its error alone. Messages start with `command`.
absl::StatusOr<std::vector<RbacPlace>> ReadRbacPlaces(const Options& options,
                                                      const Environment& environment,
                                                      absl::string_view command);

// "wecan: MESSAGE" on standard error for each place that could not be read, and the exit code: then
// kIncomplete, else `code`.
ExitCode ReportUnread(const std::vector<RbacPlace>& places, ExitCode code,
                      Environment& environment);

}  // namespace wecan
