// SPDX-License-Identifier: Apache-2.0
// can-i of live clusters: one question, or all Requirements of manifests.
#include <algorithm>
#include <map>
#include <memory>
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
#include "src/cli/live_targets.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/setup.h"
#include "src/output/report.h"
#include "src/output/style.h"

namespace wecan {
namespace {

// Adds what could not be read, and says so.
ExitCode ExitCodeOf(const AnalysisInput& input, CanIReport& report, Environment& environment) {
  const std::vector<Diagnostic> unread = UnreadInput(input);
  if (unread.empty()) return LiveExitCode(report);
  PrintDiagnostics(unread, input, environment);
  for (const Diagnostic& d : unread)
    report.errors.push_back({PlaceName(input, d.location, true), d.message});
  return UnreadExitCode(unread, input);
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
  Loaded loaded;  // says where to ask, not what
  if (!options.cluster.wds.empty()) {
    WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options, environment));
    loaded = Load(request, *environment.files, *environment.in);
  }
  Asked asked{std::make_shared<const std::vector<LiveQuestion>>(1, std::move(live)), nullptr};
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<LiveTarget> targets,
      FindTargets(options, clusters, loaded.input, [&](const AnalysisInput&) { return asked; }));
  if (!question.note.empty()) *environment.err << "wecan: " << Printable(question.note) << "\n";
  WECAN_ASSIGN_OR_RETURN(report.clusters,
                         AskTargets(options, clusters, targets, report.user, environment));
  AddTargetRemarks(targets, report);
  AddLiveFindings(report);
  const ExitCode code = ExitCodeOf(loaded.input, report, environment);
  return FinishCanI(options, {}, std::move(report), code, environment);
}

// ---- all Requirements of manifests

// Group, resource, namespace, and what the cluster says.
using DifferenceKey = std::tuple<std::string, std::string, std::string, bool>;

// WEC402: what clusters answer otherwise than `profile`, by cause.
void AddDifferences(const std::vector<LiveTarget>& targets, const std::string& profile,
                    CanIReport& report) {
  std::map<std::pair<DifferenceKey, uint8_t>, std::vector<std::string>> causes;  // with verbs
  for (size_t i = 0; i < targets.size(); ++i) {
    const ClusterAnswers& cluster = report.clusters[i];
    if (targets[i].expected == nullptr) continue;
    std::map<DifferenceKey, VerbSet> verbs;
    for (size_t q = 0; q < cluster.answers.size(); ++q) {
      const ReviewAnswer& answer = cluster.answers[q];
      const bool told = answer.state == LiveState::kYes || answer.state == LiveState::kNo;
      if (!told || answer.allowed() == (*targets[i].expected)[q]) continue;
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
         .message = absl::StrCat(VerbWords(verbs), " ", QualifiedResource(group, resource),
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

// What the objects of `input` need, and with `compare` what the profile and the grants that it
// brings along would answer.
Asked AskedOf(const AnalysisInput& input, const AnalyzeOptions& analyze, bool compare) {
  const Requirements requirements = DeriveRequirements(input, analyze.derive);
  std::vector<LiveQuestion> questions =
      QuestionsOf(input, requirements, analyze.derive.default_namespace);
  Asked asked;
  if (compare) {
    AgentGrants grants(EffectivePolicy(input, requirements, analyze), analyze.agent.User());
    asked.expected = std::make_shared<const std::vector<bool>>(StaticAnswers(questions, grants));
  }
  asked.questions = std::make_shared<const std::vector<LiveQuestion>>(std::move(questions));
  return asked;
}

absl::StatusOr<ExitCode> AskManifests(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options, environment));
  const Loaded loaded = Load(request, *environment.files, *environment.in);
  Options offline = options;
  if (options.agent.agent == "auto") offline.agent.agent.clear();
  WECAN_ASSIGN_OR_RETURN(const AnalyzeOptions analyze,
                         MakeAnalyzeOptions(offline, loaded, environment));
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(options.cluster, environment));
  CanIReport report{.kind = CanIKind::kManifests, .live = true};
  WECAN_ASSIGN_OR_RETURN(report.user, LiveSubject(options));
  const bool compare = options.review.as.empty();
  WECAN_ASSIGN_OR_RETURN(const std::vector<LiveTarget> targets,
                         FindTargets(options, clusters, loaded.input, [&](const AnalysisInput& i) {
                           return AskedOf(i, analyze, compare);
                         }));
  WECAN_ASSIGN_OR_RETURN(report.clusters,
                         AskTargets(options, clusters, targets, report.user, environment));
  AddTargetRemarks(targets, report);
  AddDifferences(targets, analyze.profile.name, report);
  AddLiveFindings(report);
  report.fix = FixFor(options, report);
  const ExitCode code = ExitCodeOf(loaded.input, report, environment);
  return FinishCanI(options, ManifestPaths(loaded.input), std::move(report), code, environment);
}

}  // namespace

absl::StatusOr<ExitCode> AskLive(const Options& options, Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckLiveFlags(options));
  WECAN_RETURN_IF_ERROR(CheckCanIFormats(options));
  if (!options.review.words.empty() && !options.input.paths.empty())
    return absl::InvalidArgumentError("can-i: give either VERB RESOURCE or -f PATH, not both");
  const bool manifests = options.review.words.empty() &&
                         (!options.input.paths.empty() || !options.cluster.wds.empty());
  if (!manifests) return AskOne(options, environment);
  return AskManifests(options, environment);
}

}  // namespace wecan
