// SPDX-License-Identifier: Apache-2.0
// The review APIs as JSON: what is posted, and what an answer says.
// Source: kubernetes/api v0.36 authorization/v1/types.go, authentication/v1/types.go.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "analyzer/model/request.h"
#include "src/cluster/http.h"

namespace wecan {

inline constexpr char kSelfReviewPath[] = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
inline constexpr char kReviewPath[] = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
inline constexpr char kWhoAmIPath[] = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

// A SelfSubjectAccessReview of `request`. `attributes`: the JSON of spec.resourceAttributes or
// nonResourceAttributes, for what RequestAttributes does not hold; "" for those of `request`.
std::string SelfReviewBody(const RequestAttributes& request, const std::string& attributes);

// A SubjectAccessReview about `subject`, with just these groups.
std::string ReviewBody(const RequestAttributes& request, const std::string& attributes,
                       const UserInfo& subject);

// A SelfSubjectReview.
std::string WhoAmIBody();

struct ReviewStatus {
  bool allowed = false;
  bool denied = false;  // an authorizer said so; RBAC never does
  std::string reason, evaluation_error;
};

// What the server, called `label`, answered. HttpReplyError for a refusal, DataLoss for a body that
// is no such review.
absl::StatusOr<ReviewStatus> ReadReview(absl::string_view label, const HttpReply& reply);

// Whom the server takes the caller for, from the answer to a SelfSubjectReview.
absl::StatusOr<UserInfo> ReadWhoAmI(absl::string_view label, const HttpReply& reply);

}  // namespace wecan
