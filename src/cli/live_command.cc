// SPDX-License-Identifier: Apache-2.0
// can-i of live clusters: one question, or all Requirements of manifests.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/can_i_print.h"
#include "src/cli/can_i_report.h"
#include "src/cli/command_words.h"
#include "src/cli/commands.h"
#include "src/cli/live.h"
#include "src/cli/live_questions.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/setup.h"
#include "src/output/report.h"
#include "src/output/style.h"

namespace wecan {
namespace {

absl::Status CheckLiveFlags(const Options& options) {
  const ReviewOptions& review = options.review;
  const std::pair<const char*, bool> offline[] = {
      {"--rbac", !review.rbac.empty()}, {"--aggregate", review.aggregate}, {"--list", review.list}};
  for (const auto& [flag, given] : offline) {
    if (given) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, ": is about RBAC objects in files; leave it out to ask a cluster"));
    }
  }
  return absl::OkStatus();
}

// The targets of this shard.
std::vector<LiveTarget> InShard(std::vector<LiveTarget> targets, const Shard& shard) {
  targets.erase(std::remove_if(targets.begin(), targets.end(),
                               [&](const LiveTarget& t) { return !shard.Has(t.context); }),
                targets.end());
  return targets;
}

// All chosen contexts with the same questions.
absl::StatusOr<std::vector<LiveTarget>> ContextTargets(const Options& options,
                                                       const Clusters& clusters,
                                                       std::vector<LiveQuestion> questions) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<std::string> contexts,
                         ChooseContexts(options.cluster, clusters));
  WECAN_ASSIGN_OR_RETURN(const Shard shard, ParseShard(options.cluster.shard));
  const auto shared = std::make_shared<const std::vector<LiveQuestion>>(std::move(questions));
  std::vector<LiveTarget> targets;
  for (const std::string& context : contexts) targets.push_back({context, shared, ""});
  return InShard(std::move(targets), shard);
}

// ---- one question

absl::StatusOr<ExitCode> AskOne(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const Question question, ParseLiveQuestion(options.review));
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(options.cluster, environment));
  CanIReport report{.kind = CanIKind::kQuestion, .live = true};
  WECAN_ASSIGN_OR_RETURN(report.user, LiveSubject(options));
  LiveQuestion live{.request = question.request,
                    .word = question.word,
                    .any_group = question.any_group,
                    .object_namespace = question.request.namespace_};
  WECAN_ASSIGN_OR_RETURN(const std::vector<LiveTarget> targets,
                         ContextTargets(options, clusters, {std::move(live)}));
  if (!question.note.empty()) *environment.err << "wecan: " << Printable(question.note) << "\n";
  WECAN_ASSIGN_OR_RETURN(report.clusters, AskTargets(options, clusters, targets, environment));
  AddLiveFindings(report);
  const ExitCode code = LiveExitCode(report);
  return FinishCanI(options, {}, std::move(report), code, environment);
}

// ---- all Requirements of manifests

// Group, resource, namespace, and what the cluster says.
using DifferenceKey = std::tuple<std::string, std::string, std::string, bool>;

// WEC402: what clusters answer otherwise than `profile`, by cause.
void AddDifferences(const std::vector<LiveTarget>& targets, const std::string& profile,
                    AgentGrants& grants, CanIReport& report) {
  std::map<std::pair<DifferenceKey, uint8_t>, std::vector<std::string>> causes;  // with verbs
  std::map<const void*, std::vector<bool>> answers;  // by questions, which clusters share
  for (size_t i = 0; i < targets.size(); ++i) {
    const ClusterAnswers& cluster = report.clusters[i];
    const auto [known, fresh] = answers.try_emplace(targets[i].questions.get());
    if (fresh) known->second = StaticAnswers(*targets[i].questions, grants);
    std::map<DifferenceKey, VerbSet> verbs;
    for (size_t q = 0; q < cluster.answers.size(); ++q) {
      const ReviewAnswer& answer = cluster.answers[q];
      const bool told = answer.state == LiveState::kYes || answer.state == LiveState::kNo;
      if (!told || answer.allowed() == known->second[q]) continue;
      const RequestAttributes& r = (*targets[i].questions)[q].request;
      const std::optional<AgentVerb> verb = ParseAgentVerb(r.verb);
      if (verb) verbs[{r.api_group, r.resource, r.namespace_, answer.allowed()}].Add(*verb);
    }
    for (const auto& [key, set] : verbs) causes[{key, set.bits()}].push_back(cluster.context);
  }
  for (auto& [cause, contexts] : causes) {
    const auto& [group, resource, ns, allowed] = cause.first;
    const VerbSet verbs(cause.second);
    report.findings.push_back(
        {.rule = "WEC402",
         .message = absl::StrCat(verbs.Join(", "), " ", QualifiedResource(group, resource),
                                 ns.empty() ? "" : absl::StrCat(" in namespace ", ns), ": ",
                                 allowed ? "yes" : "no", ", where profile ", profile, " says ",
                                 allowed ? "no" : "yes"),
         .contexts = std::move(contexts),
         .group = group,
         .resource = resource,
         .namespace_ = ns,
         .verbs = verbs.Names()});
  }
}

// The command that writes what the first refusing cluster lacks, or "".
std::string FixFor(const Options& options, const CanIReport& report) {
  for (const ClusterAnswers& c : report.clusters) {
    const bool refused = std::any_of(c.answers.begin(), c.answers.end(), [](const ReviewAnswer& a) {
      return a.state == LiveState::kNo;
    });
    if (!refused) continue;
    Options words = options;
    words.agent.profile = absl::StrCat("context:", c.context);
    return FixCommand(words);
  }
  return "";
}

absl::StatusOr<ExitCode> AskManifests(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options.input, environment));
  const Loaded loaded = Load(request, *environment.files, *environment.in);
  Options offline = options;
  if (options.agent.agent == "auto") offline.agent.agent.clear();
  WECAN_ASSIGN_OR_RETURN(const AnalyzeOptions analyze,
                         MakeAnalyzeOptions(offline, loaded, environment));
  const Requirements requirements = DeriveRequirements(loaded.input, analyze.derive);
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(options.cluster, environment));
  CanIReport report{.kind = CanIKind::kManifests, .live = true};
  WECAN_ASSIGN_OR_RETURN(report.user, LiveSubject(options));
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<LiveTarget> targets,
      ContextTargets(options, clusters,
                     QuestionsOf(loaded.input, requirements, options.input.default_namespace)));
  WECAN_ASSIGN_OR_RETURN(report.clusters, AskTargets(options, clusters, targets, environment));
  AddLiveFindings(report);
  if (options.review.as.empty()) {
    AgentGrants grants(EffectivePolicy(loaded.input, requirements, analyze), analyze.agent.User());
    AddDifferences(targets, analyze.profile.name, grants, report);
  }
  const std::vector<Diagnostic> errors = UnreadInput(loaded.input);
  PrintDiagnostics(errors, loaded.input, environment);
  for (const Diagnostic& d : errors)
    report.errors.push_back({PlaceName(loaded.input, d.location, true), d.message});
  report.fix = FixFor(options, report);
  const ExitCode code = LiveExitCode(report);
  return FinishCanI(options, ManifestPaths(loaded.input), std::move(report), code, environment);
}

}  // namespace

absl::StatusOr<ExitCode> AskLive(const Options& options, Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckLiveFlags(options));
  if (options.input.paths.empty()) return AskOne(options, environment);
  if (!options.review.words.empty())
    return absl::InvalidArgumentError("can-i: give either VERB RESOURCE or -f PATH, not both");
  return AskManifests(options, environment);
}

}  // namespace wecan
