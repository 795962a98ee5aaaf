// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"
#include "src/cli/options.h"

namespace wecan {

// One question: what is asked, and remarks on how the words were understood.
struct Question {
  RequestAttributes request;
  std::string note;  // for standard error, may be empty
  // How discovery finds the resource, for live clusters; "" for a path, a wildcard, or a name that
  // only rules know.
  std::string word;
  bool any_group = false;  // the word names no group, and the catalogue does not know it
};

// "VERB RESOURCE[.GROUP][/SUB] [NAME]" or "VERB /path". Short names, singulars and kinds of the
// catalogue are understood; the namespace follows from the resource's scope. With a suggestion:
// NotFound for an unknown resource without a group, InvalidArgument for a verb that neither
// Kubernetes nor a rule of `policy` knows. Messages start with `command`.
absl::StatusOr<Question> ParseQuestion(const ReviewOptions& options, const RbacPolicy& policy,
                                       absl::string_view command = "can-i");

// The same for live clusters: a resource that the catalogue does not know is not an error, because
// a cluster may.
absl::StatusOr<Question> ParseLiveQuestion(const ReviewOptions& options);

// InvalidArgument if both -n and -A are given.
absl::Status CheckNamespaceFlags(const ReviewOptions& options, absl::string_view command = "can-i");

// "create storageclasses.storage.k8s.io at cluster scope".
std::string DescribeRequest(const RequestAttributes& request);

}  // namespace wecan
