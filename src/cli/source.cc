// SPDX-License-Identifier: Apache-2.0
#include "src/cli/source.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/aggregate.h"
#include "src/cli/setup.h"

namespace wecan {

absl::StatusOr<ReviewSource> MakeReviewSource(const Options& options,
                                              const Environment& environment) {
  const ReviewOptions& review = options.review;
  WECAN_ASSIGN_OR_RETURN(const Agent agent, MakeAgent(options.agent));
  if (review.as.empty() && !review.as_groups.empty()) {
    return absl::InvalidArgumentError("--as-group: needs --as, the user whose groups these are");
  }
  ReviewSource source;
  if (review.rbac.empty()) {
    WECAN_ASSIGN_OR_RETURN(Profile profile,
                           MakeProfile(options.agent, options.cluster, agent, environment));
    source.method = absl::StrCat("profile ", profile.name);
    source.policy = std::move(profile.policy);
  } else {
    WECAN_ASSIGN_OR_RETURN(source.policy, ReadRbacDump(review.rbac, environment));
    source.method = absl::StrCat("rbac ", absl::StrJoin(review.rbac, " "));
  }
  if (review.rbac.empty() || review.aggregate) AggregateClusterRoles(source.policy);
  source.user = review.as.empty() ? agent.User() : WithImplicitGroups(review.as, review.as_groups);
  return source;
}

}  // namespace wecan
