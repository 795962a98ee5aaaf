// SPDX-License-Identifier: Apache-2.0
// can-i from a profile or a dump: one question, or all Requirements of manifests. Reviews are in
// reviews_command.cc, the list of rules is in rule_list_command.cc.
#include <algorithm>
#include <istream>
#include <map>
#include <memory>
#include <ostream>
#include <tuple>

#include "analyzer/base/status_macros.h"
#include "analyzer/gaps/compare.h"
#include "analyzer/gaps/escalations.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/requirements/derive.h"
#include "src/cli/can_i_print.h"
#include "src/cli/can_i_report.h"
#include "src/cli/clusters.h"
#include "src/cli/commands.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/setup.h"
#include "src/cli/source.h"
#include "src/output/formats.h"
#include "src/output/json.h"
#include "src/output/report.h"

namespace wecan {
namespace {

ExitCode ExitCodeOf(const CanIReport& report) {
  return CountDenied(report) == 0 ? ExitCode::kOk : ExitCode::kFindings;
}

// ---- one question

absl::StatusOr<ExitCode> AskOne(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const ReviewSource source, MakeReviewSource(options, environment));
  WECAN_ASSIGN_OR_RETURN(const Question question, ParseQuestion(options.review, source.policy));
  if (!question.note.empty()) *environment.err << "wecan: " << Printable(question.note) << "\n";
  const Authorizer authorizer(source.policy);
  const Decision decision = authorizer.Authorize(source.user, question.request);
  CanIReport report = OfflineReport(CanIKind::kQuestion, source);
  report.clusters[0].answers =
      AnswerList({{.request = question.request,
                   .state = decision.allowed ? LiveState::kYes : LiveState::kNo,
                   .reason = authorizer.Reason(source.user, question.request, decision)}});
  const ExitCode code = ExitCodeOf(report);
  return FinishCanI(options, DumpPaths(options.review), std::move(report), code, environment);
}

// ---- all Requirements of manifests

// By group, resource and namespace.
std::vector<MatrixRow> CollectRows(const AnalysisInput& input, const Requirements& requirements,
                                   AgentGrants& grants) {
  std::map<std::tuple<std::string, std::string, std::string>, MatrixRow> rows;
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const ObjectRequirements& need = requirements.objects[i];
    if (need.state != ObjectState::kChecked) continue;
    const ResourceType& type = requirements.types[need.type];
    const VerbSet needed = need.apply | need.remove | need.option;
    MatrixRow& row = rows[{type.group, type.resource, need.namespace_}];
    row.needed |= needed;
    row.missing |= needed - HeldVerbs(need, type, input.objects[i].name, grants);
  }
  std::vector<MatrixRow> list;
  list.reserve(rows.size());
  for (auto& [key, row] : rows) {
    std::tie(row.group, row.resource, row.namespace_) = key;
    list.push_back(std::move(row));
  }
  return list;
}

// An answer for each verb that is needed.
void AddAnswers(const std::vector<MatrixRow>& rows, std::vector<ReviewAnswer>& answers) {
  for (const MatrixRow& row : rows) {
    row.needed.ForEach([&](AgentVerb v) {
      answers.push_back({.request = {.verb = std::string(VerbName(v)),
                                     .api_group = row.group,
                                     .resource = row.resource,
                                     .namespace_ = row.namespace_},
                         .state = row.missing.Has(v) ? LiveState::kNo : LiveState::kYes});
    });
  }
}

// The escalation check of every RBAC object, as the request to create it by its name: adds answers,
// with the API server's words for those that are refused.
void AskEscalations(const AnalysisInput& input, const Requirements& requirements,
                    const std::string& default_namespace, const AgentGrants& grants,
                    std::vector<ReviewAnswer>& answers) {
  std::map<int, EscalationResult> refused;
  for (EscalationGap& gap : FindEscalations(input, requirements, default_namespace, grants, -1))
    refused.emplace(gap.object, std::move(gap.result));
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const ObjectRequirements& need = requirements.objects[i];
    const Object& o = input.objects[i];
    if (!UndergoesEscalationCheck(o, need, -1)) continue;
    ReviewAnswer answer{.request = {.verb = "create",
                                    .api_group = o.group,
                                    .resource = requirements.types[need.type].resource,
                                    .namespace_ = need.namespace_,
                                    .name = o.name},
                        .state = LiveState::kYes,
                        .subject = ObjectName(o, need.namespace_)};
    if (const auto it = refused.find(static_cast<int>(i)); it != refused.end()) {
      answer.state = LiveState::kNo;
      answer.missing = std::move(it->second.missing);
      answer.message = std::move(it->second.message);
    }
    answers.push_back(std::move(answer));
  }
}

absl::StatusOr<ExitCode> AskManifests(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options.input, environment));
  const Loaded loaded = Load(request, *environment.files, *environment.in);
  WECAN_ASSIGN_OR_RETURN(const AnalyzeOptions analyze,
                         MakeAnalyzeOptions(options, loaded, environment));
  WECAN_ASSIGN_OR_RETURN(ReviewSource source, MakeReviewSource(options, environment));
  const Requirements requirements = DeriveRequirements(loaded.input, analyze.derive);
  // A dump is answered from as it is; a profile together with the grants that the manifests bring
  // along.
  RbacPolicy policy = options.review.rbac.empty()
                          ? EffectivePolicy(loaded.input, requirements, analyze)
                          : std::move(source.policy);
  AgentGrants grants(std::move(policy), source.user);

  CanIReport report = OfflineReport(CanIKind::kManifests, source);
  std::vector<ReviewAnswer> answers;
  AddAnswers(CollectRows(loaded.input, requirements, grants), answers);
  AskEscalations(loaded.input, requirements, analyze.derive.default_namespace, grants, answers);
  report.clusters[0].answers = AnswerList(std::move(answers));
  const std::vector<Diagnostic> errors = UnreadInput(loaded.input);
  PrintDiagnostics(errors, loaded.input, environment);
  for (const Diagnostic& d : errors)
    report.errors.push_back({PlaceName(loaded.input, d.location, true), d.message});
  const ExitCode code = errors.empty() ? ExitCodeOf(report) : ExitCode::kUsage;
  return FinishCanI(options, ManifestPaths(loaded.input), std::move(report), code, environment);
}

absl::StatusOr<ExitCode> CanI(const Options& options, Environment& environment) {
  const ReviewOptions& review = options.review;
  WECAN_RETURN_IF_ERROR(CheckNamespaceFlags(review));
  if (IsLive(options.cluster)) return AskLive(options, environment);
  if (!options.input.paths.empty()) {
    if (!review.words.empty())
      return absl::InvalidArgumentError("can-i: give either VERB RESOURCE or -f PATH, not both");
    return AskManifests(options, environment);
  }
  return AskOne(options, environment);
}

}  // namespace

ExitCode RunCanI(const Options& options, Environment& environment) {
  if (!options.review.reviews.empty()) return RunReviews(options, environment);
  if (options.review.list) return RunRuleList(options, environment);
  return Finish(CanI(options, environment), environment);
}

}  // namespace wecan
