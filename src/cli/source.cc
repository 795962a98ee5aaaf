// SPDX-License-Identifier: Apache-2.0
#include "src/cli/source.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/aggregate.h"
#include "src/cli/live_rbac.h"
#include "src/cli/setup.h"

namespace wecan {
namespace {

// --as with its groups, or the work agent.
absl::StatusOr<UserInfo> AskingUser(const ReviewOptions& review, const Agent& agent) {
  if (review.as.empty() && !review.as_groups.empty()) {
    return absl::InvalidArgumentError("--as-group: needs --as, the user whose groups these are");
  }
  return review.as.empty() ? agent.User() : WithImplicitGroups(review.as, review.as_groups);
}

}  // namespace

absl::StatusOr<ReviewSource> MakeReviewSource(const Options& options,
                                              const Environment& environment) {
  const ReviewOptions& review = options.review;
  WECAN_ASSIGN_OR_RETURN(const Agent agent, MakeAgent(options.agent));
  ReviewSource source;
  WECAN_ASSIGN_OR_RETURN(source.user, AskingUser(review, agent));
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
  return source;
}

absl::StatusOr<std::vector<RbacPlace>> ReadRbacPlaces(const Options& options,
                                                      const Environment& environment,
                                                      absl::string_view command) {
  std::vector<RbacPlace> places;
  if (options.cluster.contexts.empty()) {
    WECAN_ASSIGN_OR_RETURN(ReviewSource source, MakeReviewSource(options, environment));
    places.push_back({"", std::move(source)});
    return places;
  }
  if (!options.review.rbac.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(command, ": give either --rbac or --context, not both"));
  }
  WECAN_ASSIGN_OR_RETURN(const Agent agent, MakeAgent(options.agent));
  WECAN_ASSIGN_OR_RETURN(const UserInfo user, AskingUser(options.review, agent));
  WECAN_ASSIGN_OR_RETURN(std::vector<ContextRbac> read,
                         ReadContextsRbac(options.cluster, environment));
  for (ContextRbac& one : read) {
    if (!one.policy.ok()) {
      places.push_back(
          {one.context, absl::UnavailableError(absl::StrCat("context:", one.context, ": ",
                                                            one.policy.status().message()))});
      continue;
    }
    places.push_back({one.context, ReviewSource{.policy = *std::move(one.policy),
                                                .user = user,
                                                .method = absl::StrCat("context ", one.context)}});
  }
  return places;
}

ExitCode ReportUnread(const std::vector<RbacPlace>& places, ExitCode code,
                      Environment& environment) {
  for (const RbacPlace& place : places) {
    if (!place.source.ok()) code = Fail(place.source.status(), environment);
  }
  return code;
}

}  // namespace wecan
