// SPDX-License-Identifier: Apache-2.0
// A stream of access reviews, YAML or JSON, as the API takes them.
// Source: kubernetes/api v0.36 authorization/v1/types.go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "analyzer/model/request.h"
#include "src/cli/program.h"
#include "src/output/json.h"

namespace wecan {

struct ReviewStream {
  std::vector<Json> reviews;
  std::vector<std::string> errors;  // "LINE:COL: message" or "message"
};

// The reviews of a file, or with "-" of standard input. An error only when nothing can be read;
// what is no review is among the errors of the result, and so is an empty stream.
absl::StatusOr<ReviewStream> ReadReviewStream(const std::string& path,
                                              const Environment& environment);

// What a review asks; its resource attributes count if it has both.
RequestAttributes RequestOf(const Json& review);

// Whom it is about, with the groups that it names; nothing for a SelfSubjectAccessReview.
std::optional<UserInfo> UserOf(const Json& review);

// Why the API server would refuse it, or "".
std::string WhyInvalid(const Json& review);

}  // namespace wecan
