// SPDX-License-Identifier: Apache-2.0
// The answers of can-i in each format. Printers read results and decide nothing.
#pragma once

#include <string>
#include <vector>

#include "analyzer/model/request.h"
#include "analyzer/model/verb_set.h"
#include "src/cli/source.h"
#include "src/output/json.h"

namespace wecan {

struct ReviewAnswer {
  RequestAttributes request;
  bool allowed = false;
  std::string reason;
  // Of the escalation check of an RBAC object that was refused.
  std::vector<PolicyRule> missing;
  std::string message;
  std::string subject;  // the user of a review, the RBAC object of manifests
  std::string error;    // why the API server would refuse the review itself
};

// A row of the matrix of -f; namespace_ is "" for the cluster.
struct MatrixRow {
  std::string group, resource, namespace_;
  VerbSet needed, missing;
};

// What could not be read, and where.
struct ReviewError {
  std::string place, message;
};

enum class CanIKind { kQuestion, kManifests, kReviews };

struct CanIReport {
  CanIKind kind = CanIKind::kQuestion;
  const ReviewSource& source;
  std::vector<ReviewAnswer> answers;
  std::vector<MatrixRow> rows;  // of manifests; their verbs are among the answers
  std::vector<ReviewError> errors;
  int exit_code = 0;
};

// Who asks, and what is asked: two lines.
std::string DescribeSource(const ReviewSource& source);

// Not of reviews, which are given back as they came.
std::string CanIText(const CanIReport& report, bool headers);
Json CanIJson(const CanIReport& report);  // docs/schema/can-i-v1.json

// One suite, named after the profile or dump, with a case for each question: "no" is a failure.
std::string CanIJunit(const CanIReport& report);

// A comment for a pull request.
std::string CanIMarkdown(const CanIReport& report);

// How a comment begins: `verdict`, which is printable and no markup, who asks, and from what it is
// answered.
std::string CanIHeading(const std::string& verdict, const ReviewSource& source);

}  // namespace wecan
