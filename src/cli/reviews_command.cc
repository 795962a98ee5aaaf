// SPDX-License-Identifier: Apache-2.0
// can-i --reviews: a stream of SubjectAccessReviews in, the same objects with status out, as
// kube-apiserver would answer. Source: kubernetes v1.36
// pkg/registry/authorization/subjectaccessreview/rest.go,
// pkg/registry/authorization/util/helpers.go.
#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/authorizer.h"
#include "src/cli/can_i_report.h"
#include "src/cli/commands.h"
#include "src/cli/live.h"
#include "src/cli/live_targets.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/review_stream.h"
#include "src/cli/setup.h"
#include "src/cli/source.h"
#include "src/output/formats.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {
namespace {

// ---- offline

// Whether requirement `r` of a field (or label) selector is one that the API server takes.
bool ValidRequirement(const Json& r, bool field) {
  const std::string op = StringMember(r, "operator");
  const Json& list = Member(r, "values");
  const size_t values = list.is_array() ? list.size() : 0;
  if (field) return (op == "In" || op == "NotIn") && values == 1;
  if (op == "Exists" || op == "DoesNotExist") return values == 0;
  return (op == "In" || op == "NotIn") && values > 0;
}

// What status.evaluationError says about one selector, or "".
std::string SelectorError(const Json& attributes, const char* name, bool field) {
  const Json& selector = Member(attributes, name);
  if (!selector.is_object()) return "";
  const std::string raw = StringMember(selector, "rawSelector");
  bool failed = !raw.empty() && !(field ? IsValidFieldSelector(raw) : ParseLabelSelector(raw).ok());
  bool some_hold = false;
  if (const Json& requirements = Member(selector, "requirements");
      requirements.is_array() && !requirements.empty()) {
    const auto valid = std::count_if(requirements.begin(), requirements.end(),
                                     [&](const Json& r) { return ValidRequirement(r, field); });
    failed = valid < static_cast<std::ptrdiff_t>(requirements.size());
    some_hold = valid > 0;
  }
  if (!failed) return "";
  return absl::StrCat("spec.resourceAttributes.", name, some_hold ? " partially" : "",
                      " ignored due to parse error");
}

// What the RBAC objects of `source` answer. A self review is asked by the user of the command line;
// the others name theirs, and no group is added.
ReviewAnswer Review(const ReviewSource& source, const Authorizer& authorizer, const Json& review) {
  const RequestAttributes request = RequestOf(review);
  const UserInfo user = UserOf(review).value_or(source.user);
  ReviewAnswer answer{.request = request, .subject = user.name, .error = WhyInvalid(review)};
  if (!answer.error.empty()) return answer;
  const Decision decision = authorizer.Authorize(user, request);
  answer.state = decision.allowed ? LiveState::kYes : LiveState::kNo;
  answer.reason = authorizer.Reason(user, request, decision);
  const Json& attributes = Member(Member(review, "spec"), "resourceAttributes");
  std::vector<std::string> errors = {SelectorError(attributes, "fieldSelector", true),
                                     SelectorError(attributes, "labelSelector", false)};
  std::erase(errors, "");
  answer.evaluation_error = absl::StrJoin(errors, "; ");
  return answer;
}

ClusterAnswers AnswerOffline(const ReviewSource& source, const std::vector<Json>& reviews) {
  const Authorizer authorizer(source.policy);
  std::vector<ReviewAnswer> answers;
  answers.reserve(reviews.size());
  for (const Json& review : reviews) answers.push_back(Review(source, authorizer, review));
  return {.method = source.method, .answers = AnswerList(std::move(answers))};
}

// ---- live

LiveQuestion QuestionOf(const Json& review) {
  const Json& spec = Member(review, "spec");
  const Json& resource = Member(spec, "resourceAttributes");
  const Json& attributes = resource.is_object() ? resource : Member(spec, "nonResourceAttributes");
  return {.request = RequestOf(review),
          .attributes = attributes.dump(-1, ' ', false, Json::error_handler_t::replace),
          .subject = UserOf(review)};
}

// Reviews that no server would take are not sent to one.
absl::StatusOr<std::vector<ClusterAnswers>> AskLiveReviews(const Options& options,
                                                           const std::vector<Json>& reviews,
                                                           const UserInfo& subject,
                                                           Environment& environment) {
  if (!options.cluster.wds.empty() || !options.cluster.its.empty()) {
    return absl::InvalidArgumentError(
        "--reviews: name whom and what to ask themselves; give --context instead of --wds and "
        "--its");
  }
  std::vector<LiveQuestion> questions;
  for (const Json& review : reviews) {
    if (WhyInvalid(review).empty()) questions.push_back(QuestionOf(review));
  }
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(options.cluster, environment));
  const Asked same{std::make_shared<const std::vector<LiveQuestion>>(std::move(questions)),
                   nullptr};
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<LiveTarget> targets,
      FindTargets(options, clusters, {}, [&](const AnalysisInput&) { return Asked(same); }));
  WECAN_ASSIGN_OR_RETURN(std::vector<ClusterAnswers> asked,
                         AskTargets(options, clusters, targets, subject, environment));
  for (ClusterAnswers& cluster : asked) {
    if (cluster.answers.empty()) continue;
    std::vector<ReviewAnswer> all;
    auto next = cluster.answers.begin();
    for (const Json& review : reviews) {
      std::string why = WhyInvalid(review);
      all.push_back(why.empty() ? *next++
                                : ReviewAnswer{.request = RequestOf(review), .error = why});
      all.back().subject = UserOf(review).value_or(subject).name;
    }
    cluster.answers = AnswerList(std::move(all));
  }
  return asked;
}

// ---- the reviews with status

Json StatusOf(const ReviewAnswer& answer) {
  Json status = {{"allowed", answer.allowed()}};
  if (answer.state == LiveState::kDenied) status["denied"] = true;
  const bool asked = answer.error.empty() && answer.state != LiveState::kError;
  if (asked && !answer.reason.empty()) status["reason"] = answer.reason;
  const std::string& error = !answer.error.empty() ? answer.error
                             : asked               ? answer.evaluation_error
                                                   : answer.reason;
  if (!error.empty()) status["evaluationError"] = error;
  return status;
}

// The reviews as each evaluator answers them, one evaluator after the other.
std::vector<Json> Answered(const std::vector<Json>& reviews, const CanIReport& report) {
  std::vector<Json> items;
  for (const ClusterAnswers& cluster : report.clusters) {
    for (size_t i = 0; i < cluster.answers.size(); ++i) {
      Json item = reviews[i];
      item["status"] = StatusOf(cluster.answers[i]);
      if (report.clusters.size() > 1)
        item["metadata"]["annotations"]["can-i.wecan/context"] = cluster.context;
      items.push_back(std::move(item));
    }
  }
  return items;
}

std::string ReviewsText(const std::vector<Json>& reviews) {
  std::string text;
  for (const Json& review : reviews) {
    const Json& spec = Member(review, "spec");
    const Json& status = Member(review, "status");
    const RequestAttributes request = RequestOf(review);
    absl::StrAppend(&text, Member(status, "allowed") == true ? "yes" : "no ", "  ",
                    Printable(StringMember(spec, "user")), ": ",
                    Printable(DescribeRequest(request)));
    for (const char* key : {"reason", "evaluationError"}) {
      const std::string why = StringMember(status, key);
      absl::StrAppend(&text, why.empty() ? "" : "   ", Printable(why));
    }
    text += "\n";
  }
  return text;
}

absl::Status PrintReviews(const Options& options, const std::vector<Json>& reviews,
                          const CanIReport& report, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<Output> outputs,
      MakeOutputs(options.output, {kReviewFormats.begin(), kReviewFormats.end()}));
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, DumpPaths(options.review), *environment.files));
  const auto list = [&]() -> Json {
    return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", reviews}};
  };
  const auto render = [&](const Output& output) -> std::string {
    if (output.format == "json") return DumpJson(list());
    if (output.format == "yaml") return DumpYaml(list());
    if (output.format == "junit") return CanIJunit(report);
    if (output.format == "markdown") return CanIMarkdown(report);
    return ReviewsText(reviews);
  };
  return WriteOutputs(outputs, options.global.quiet, render, environment);
}

absl::StatusOr<CanIReport> Ask(const Options& options, const ReviewStream& stream,
                               Environment& environment) {
  if (!IsLive(options.cluster)) {
    WECAN_ASSIGN_OR_RETURN(const ReviewSource source, MakeReviewSource(options, environment));
    CanIReport report = OfflineReport(CanIKind::kReviews, source);
    report.clusters = {AnswerOffline(source, stream.reviews)};
    return report;
  }
  CanIReport report{.kind = CanIKind::kReviews, .live = true};
  WECAN_ASSIGN_OR_RETURN(report.user, LiveSubject(options));
  WECAN_ASSIGN_OR_RETURN(report.clusters,
                         AskLiveReviews(options, stream.reviews, report.user, environment));
  AddLiveFindings(report);
  return report;
}

// The reviews that no server would take, in words.
std::vector<std::string> InvalidReviews(const std::vector<Json>& reviews) {
  std::vector<std::string> errors;
  for (size_t i = 0; i < reviews.size(); ++i) {
    const std::string why = WhyInvalid(reviews[i]);
    if (!why.empty()) errors.push_back(absl::StrCat("review ", i + 1, ": ", why));
  }
  return errors;
}

absl::StatusOr<ExitCode> Reviews(const Options& options, Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckLiveFlags(options));
  const std::string& path = options.review.reviews;
  WECAN_ASSIGN_OR_RETURN(const ReviewStream stream, ReadReviewStream(path, environment));
  WECAN_ASSIGN_OR_RETURN(CanIReport report, Ask(options, stream, environment));
  for (const std::string& e : stream.errors) report.errors.push_back({path, e});
  std::vector<std::string> errors = stream.errors;
  for (std::string& e : InvalidReviews(stream.reviews)) errors.push_back(std::move(e));
  for (const std::string& e : errors)
    *environment.err << "wecan: " << Printable(path) << ": " << Printable(e) << "\n";
  for (const ClusterAnswers& cluster : report.clusters) {
    if (!cluster.error.empty()) *environment.err << "wecan: " << Printable(cluster.error) << "\n";
  }
  const ExitCode code = errors.empty() ? LiveExitCode(report) : ExitCode::kUsage;
  WECAN_RETURN_IF_ERROR(
      PrintReviews(options, Answered(stream.reviews, report), report, environment));
  return code;
}

}  // namespace

ExitCode RunReviews(const Options& options, Environment& environment) {
  return Finish(Reviews(options, environment), environment);
}

}  // namespace wecan
