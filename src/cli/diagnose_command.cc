// SPDX-License-Identifier: Apache-2.0
// wecan diagnose: from the text of an error to its cause and its cure.
#include <algorithm>
#include <istream>
#include <optional>
#include <ostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/clusters.h"
#include "src/cli/command_words.h"
#include "src/cli/commands.h"
#include "src/cli/diagnose_live.h"
#include "src/cli/grant_flags.h"
#include "src/cli/judge_accounts.h"
#include "src/cli/print.h"
#include "src/cli/setup.h"
#include "src/diagnose/read_objects.h"
#include "src/diagnose/report.h"
#include "src/output/report.h"

namespace wecan {
namespace {

constexpr uint64_t kMaxText = uint64_t{64} << 20;

// What the words of the command line stand for.
struct Words {
  std::vector<std::string> texts;      // to be diagnosed
  std::vector<std::string> manifests;  // the workload
};

bool IsManifestPath(const std::string& path, const Environment& environment) {
  return absl::EndsWith(path, ".yaml") || absl::EndsWith(path, ".yml") ||
         absl::EndsWith(path, ".json") || environment.files->IsDirectory(path).value_or(false);
}

// The first word is the text unless it is a folder, the others are the workload unless they can be
// none: a log is a text wherever it stands.
Words SortWords(const std::vector<std::string>& words, const Environment& environment) {
  Words sorted;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool folder = environment.files->IsDirectory(words[i]).value_or(false);
    const bool text = i == 0 ? !folder : !IsManifestPath(words[i], environment);
    (text ? sorted.texts : sorted.manifests).push_back(words[i]);
  }
  return sorted;
}

absl::StatusOr<std::string> ReadStandardInput(uint64_t limit, Environment& environment) {
  if (environment.in_is_terminal) *environment.err << "wecan: paste the error, then press Ctrl-D\n";
  std::string text;
  std::vector<char> buffer(size_t{1} << 20);
  while (environment.in->read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         environment.in->gcount() > 0) {
    text.append(buffer.data(), static_cast<size_t>(environment.in->gcount()));
    if (text.size() > limit) {
      return absl::OutOfRangeError(
          absl::StrCat("stdin: larger than ", limit,
                       " bytes; --max-file-size takes more, or give the part with the errors"));
    }
  }
  return text;
}

absl::Status ReadTexts(const Options& options, const std::vector<std::string>& paths,
                       const Recognizer& recognizer, Environment& environment, DenialSet& denials) {
  Budgets budgets;
  uint64_t limit = kMaxText;
  if (!options.input.max_file_size.empty()) {
    WECAN_ASSIGN_OR_RETURN(limit, ParseSize("--max-file-size", options.input.max_file_size));
  }
  budgets.document_bytes = limit;
  budgets.depth = options.input.max_depth;
  budgets.nodes = options.input.max_nodes;
  for (const std::string& path : paths) {
    const bool standard = path == "-";
    WECAN_ASSIGN_OR_RETURN(const std::string text, standard ? ReadStandardInput(limit, environment)
                                                            : environment.files->Read(path, limit));
    ReadDenials(text, standard ? "stdin" : path, budgets, recognizer, denials);
  }
  return absl::OkStatus();
}

// `asked`: clusters alone were, whose silence is good news; of a text it is none.
ExitCode ExitCodeOf(const Diagnosis& diagnosis, bool unread, bool asked) {
  const bool nothing = diagnosis.denials.empty() && diagnosis.errors.empty();
  const bool partly = diagnosis.cut_times > 0 || diagnosis.unlisted > 0 || unread;
  if (partly || (nothing && !asked)) return ExitCode::kUsage;
  if (!diagnosis.errors.empty()) return ExitCode::kIncomplete;
  const bool all = std::all_of(diagnosis.denials.begin(), diagnosis.denials.end(),
                               [](const DiagnosedDenial& i) { return !i.verdict.verbs.empty(); });
  return all ? ExitCode::kOk : ExitCode::kFindings;
}

// What standard error says beside the report.
void PrintRemarks(const Diagnosis& diagnosis, bool asked, Environment& environment) {
  for (const DiagnosisError& e : diagnosis.errors) {
    *environment.err << "wecan: " << Printable(e.message) << "\n";
  }
  if (diagnosis.unlisted > 0) {
    *environment.err << "wecan: " << diagnosis.unlisted
                     << " more refusals, of other objects than the " << DenialSet::kDistinct
                     << " listed, are not looked at; diagnose the text in parts\n";
  }
  for (const Sighting& where : diagnosis.cut) {
    *environment.err << "wecan: " << Printable(DescribeSighting(where))
                     << ": a refusal that is cut; paste it as a whole, from the name of the "
                        "resource to \"at the cluster scope\" or the namespace\n";
  }
  if (!diagnosis.denials.empty() || !diagnosis.cut.empty() || !diagnosis.errors.empty()) return;
  *environment.err << (asked ? "wecan: nothing is refused there\n"
                             : "wecan: no refusal is recognised in this text; give the message of "
                               "the condition, of kubectl or of the agent's log (wecan explain "
                               "rbac-forbidden has an example)\n");
}

// The workload, if one is given.
absl::StatusOr<Loaded> LoadWorkload(const Options& options, const Environment& environment) {
  Loaded none;
  if (options.input.paths.empty() && options.input.load.empty()) return none;
  WECAN_ASSIGN_OR_RETURN(LoadRequest request, MakeLoadRequest(options.input, environment));
  if (options.input.paths.empty()) request.paths.clear();
  return Load(request, *environment.files, *environment.in);
}

bool IsLiveDiagnosis(const ClusterOptions& cluster) {
  return !cluster.its.empty() || !cluster.contexts.empty();
}

// Sorts the words, and puts the workload among them where the loader looks for it.
absl::StatusOr<Words> TakeWords(const Environment& environment, Options& options) {
  Words words = SortWords(options.diagnose.words, environment);
  const ClusterOptions& cluster = options.cluster;
  if (words.texts.empty() && !IsLiveDiagnosis(cluster)) words.texts = {"-"};
  std::vector<std::string>& paths = options.input.paths;
  paths.insert(paths.end(), words.manifests.begin(), words.manifests.end());
  const auto has_dash = [](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), "-") != list.end();
  };
  if (has_dash(paths) && has_dash(words.texts)) {
    return absl::InvalidArgumentError(
        "diagnose: standard input is the text, so the workload cannot come from there, too");
  }
  if (cluster.its.empty() && !options.review.namespace_.empty())
    options.input.default_namespace = options.review.namespace_;
  return words;
}

// All denials of texts and clusters. `clusters` is nullptr unless one of them is asked.
absl::Status Collect(const Options& options, const Words& words, const Clusters* clusters,
                     Environment& environment, DenialSet& denials,
                     std::vector<DiagnosisError>& errors) {
  const Recognizer recognizer;
  WECAN_RETURN_IF_ERROR(ReadTexts(options, words.texts, recognizer, environment, denials));
  if (clusters == nullptr) return absl::OkStatus();
  if (!options.cluster.its.empty())
    return ReadManifestWorks(options, *clusters, recognizer, denials);
  if (!words.texts.empty()) return absl::OkStatus();
  return AskAboutApplied(options, *clusters, environment, denials, errors);
}

absl::Status Print(const Options& options, const std::vector<Output>& outputs,
                   const Diagnosis& diagnosis, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const bool color, UseColor(options.global.color, environment));
  const Style style{.color = color, .columns = environment.columns};
  return WriteOutputs(
      outputs, options.global.quiet,
      [&](const Output& output) {
        if (output.format == "json") return DumpJson(DiagnosisJson(diagnosis));
        if (output.format == "yaml") return DiagnosisYaml(diagnosis);
        return DiagnosisText(diagnosis, output.file.empty() ? style : Style(),
                             options.global.verbose > 0);
      },
      environment);
}

absl::StatusOr<ExitCode> Diagnose(Options options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs,
                         MakeOutputs(options.output, {"text", "json", "yaml"}));
  WECAN_ASSIGN_OR_RETURN(const FixOptions fix, MakeFixOptions(options.fix));
  std::string command = DiagnoseCommand(options);
  WECAN_ASSIGN_OR_RETURN(const Words words, TakeWords(environment, options));
  std::optional<Clusters> clusters;
  if (IsLiveDiagnosis(options.cluster)) {
    WECAN_ASSIGN_OR_RETURN(Clusters opened, Clusters::Open(options.cluster, environment));
    clusters.emplace(std::move(opened));
  }
  DenialSet found;
  std::vector<DiagnosisError> errors;
  WECAN_RETURN_IF_ERROR(
      Collect(options, words, clusters ? &*clusters : nullptr, environment, found, errors));

  WECAN_ASSIGN_OR_RETURN(const Loaded loaded, LoadWorkload(options, environment));
  WECAN_ASSIGN_OR_RETURN(const AnalyzeOptions analyze,
                         MakeAnalyzeOptions(options, loaded, environment));
  const std::vector<Diagnostic> unread = UnreadInput(loaded.input);
  PrintDiagnostics(unread, loaded.input, environment);
  const Requirements requirements = DeriveRequirements(loaded.input, analyze.derive);
  Diagnosis diagnosis{.input = loaded.input,
                      .requirements = requirements,
                      .command = std::move(command),
                      .profile = analyze.profile.name,
                      .profile_source = analyze.profile.source,
                      .agent = analyze.agent,
                      .cut = found.cut(),
                      .cut_times = found.cut_times(),
                      .unlisted = found.unlisted(),
                      .errors = std::move(errors)};
  for (Denial& d : found.TakeDenials()) diagnosis.denials.push_back({.denial = std::move(d)});
  WECAN_RETURN_IF_ERROR(JudgeAccounts(options, environment, analyze, fix, diagnosis));
  if (!options.cluster.contexts.empty())
    WECAN_RETURN_IF_ERROR(CheckLive(options, *clusters, environment, diagnosis));
  const bool asked = clusters && words.texts.empty();
  const ExitCode code = ExitCodeOf(diagnosis, !unread.empty(), asked);
  diagnosis.exit_code = static_cast<int>(code);

  std::vector<std::string> inputs = ManifestPaths(loaded.input);
  inputs.insert(inputs.end(), words.texts.begin(), words.texts.end());
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, inputs, *environment.files));
  PrintRemarks(diagnosis, asked, environment);
  WECAN_RETURN_IF_ERROR(Print(options, outputs, diagnosis, environment));
  return code;
}

}  // namespace

ExitCode RunDiagnose(const Options& options, Environment& environment) {
  return Finish(Diagnose(options, environment), environment);
}

}  // namespace wecan
