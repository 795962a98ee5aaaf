// SPDX-License-Identifier: Apache-2.0
// The answers of can-i, and their formats. Printers read results and decide nothing; those of
// live clusters are in can_i_matrix.cc.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include "analyzer/base/diagnostic.h"
#include "analyzer/model/request.h"
#include "analyzer/model/verb_set.h"
#include "src/cli/source.h"
#include "src/cluster/live_state.h"
#include "src/output/json.h"

namespace wecan {

struct ReviewAnswer {
  RequestAttributes request;
  LiveState state = LiveState::kNo;
  std::string reason;
  std::string evaluation_error;  // what an authorizer could not do; it may stand beside a yes
  // Of the escalation check of an RBAC object that was refused.
  std::vector<PolicyRule> missing;
  std::string message;
  std::string subject;  // the user of a review, the RBAC object of manifests
  std::string error;    // why the API server would refuse the review itself

  bool allowed() const { return state == LiveState::kYes; }
  friend bool operator==(const ReviewAnswer&, const ReviewAnswer&) = default;
};

// The answers of one cluster. Copies share the list, which stays as it is.
class AnswerList {
 public:
  AnswerList() : AnswerList(std::vector<ReviewAnswer>()) {}
  explicit AnswerList(std::vector<ReviewAnswer> answers)
      : list_(std::make_shared<const std::vector<ReviewAnswer>>(std::move(answers))) {}

  bool empty() const { return list_->empty(); }
  size_t size() const { return list_->size(); }
  const ReviewAnswer& operator[](size_t i) const { return (*list_)[i]; }
  std::vector<ReviewAnswer>::const_iterator begin() const { return list_->begin(); }
  std::vector<ReviewAnswer>::const_iterator end() const { return list_->end(); }

 private:
  std::shared_ptr<const std::vector<ReviewAnswer>> list_;
};

// Gives equal answers one list: most clusters of a fleet answer alike, and there are thousands.
class AnswerPool {
 public:
  AnswerList Share(std::vector<ReviewAnswer> answers);

 private:
  absl::flat_hash_map<size_t, std::vector<AnswerList>> lists_;  // by hash
};

// What one evaluator says: a profile or dump, or a live cluster.
struct ClusterAnswers {
  std::string context, server;  // "" offline
  std::string user;             // who is asked about, where it is not CanIReport::user
  std::string method;  // "profile ocm-1.3", "rbac dump.yaml"; impersonate, sar, local; "": none
  AnswerList answers;
  std::string error;               // why answers are missing: one line
  std::string lacks;               // RBAC objects that would let the caller ask, as YAML
  std::vector<std::string> notes;  // one line each
};

// What could not be read, and where.
struct ReviewError {
  std::string place, message;
};

// WEC401 to WEC403: what live clusters say, by cause.
struct LiveFinding {
  std::string rule;
  std::string message;                // one line, without the contexts
  std::vector<std::string> contexts;  // sorted
  // Of a Permission; empty for WEC403.
  std::string group, resource, namespace_;
  std::vector<std::string> verbs;
};

enum class CanIKind { kQuestion, kManifests, kReviews };

struct CanIReport {
  CanIKind kind = CanIKind::kQuestion;
  bool live = false;
  UserInfo user;
  std::vector<ClusterAnswers> clusters;  // sorted by context; offline just one
  std::vector<LiveFinding> findings;
  std::vector<ReviewError> errors;
  std::string fix;  // the command that writes what is missing, or ""
  int exit_code = 0;
};

// A row of the matrix: what manifests need of a resource; namespace_ is "" for the cluster.
struct MatrixRow {
  std::string group, resource, namespace_;
  VerbSet needed, missing;
};

// A report of one evaluator, without answers.
CanIReport OfflineReport(CanIKind kind, const ReviewSource& source);

// The formats of a report; not of reviews as text, which are given back as they came.
std::string CanIText(const CanIReport& report, bool headers, int columns);
std::string CanIWide(const CanIReport& report, bool headers);  // a line for each answer
std::string CanIName(const CanIReport& report);                // what is not allowed, for scripts
Json CanIJson(const CanIReport& report);                       // docs/schema/can-i-v1.json
std::string DumpCanIJson(const CanIReport& report);            // the same as text, in less memory
std::string CanIJunit(const CanIReport& report);  // one suite for each evaluator, a case per answer
std::string CanIMarkdown(const CanIReport& report);  // a comment for a pull request

// The report in what CanIJson made. InvalidArgument says what is wrong with the text.
absl::StatusOr<CanIReport> ReadCanIReport(absl::string_view text);

// ---- parts that several formats and commands share

// Who asks, and what is asked: two lines.
std::string DescribeSource(const UserInfo& user, const std::string& method);

// How a comment begins: `verdict`, which is printable and no markup, who asks, and from what it is
// answered.
std::string CanIHeading(const std::string& verdict, const UserInfo& user,
                        const std::string& method);

// By group, resource and namespace. The verbs of one cluster's answers; other verbs than an agent's
// and answers to what is no resource have no place in them.
std::vector<MatrixRow> MatrixRows(const AnswerList& answers);

// "get, create, delete".
std::string VerbWords(VerbSet verbs);

// "storageclasses.storage.k8s.io".
std::string QualifiedResource(const std::string& group, const std::string& resource);

// The reason and what went wrong, "" without both.
std::string WhyOf(const ReviewAnswer& answer);

// How many answers are no yes, in all clusters.
int CountDenied(const CanIReport& report);

// As the API server words it: User "u" cannot get resource "pods" in API group "" ...
std::string ForbiddenMessage(const std::string& user, const RequestAttributes& request);

}  // namespace wecan
