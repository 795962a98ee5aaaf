// SPDX-License-Identifier: Apache-2.0
// wecan diagnose: from the text of an error to its cause and its cure.
#include <algorithm>
#include <istream>
#include <iterator>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/clusters.h"
#include "src/cli/command_words.h"
#include "src/cli/commands.h"
#include "src/cli/diagnose_live.h"
#include "src/cli/grant_flags.h"
#include "src/cli/print.h"
#include "src/cli/setup.h"
#include "src/diagnose/read_objects.h"
#include "src/diagnose/report.h"
#include "src/fix/grant_documents.h"
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

// The denials of one account, as indices.
using ByUser = std::map<std::string, std::vector<size_t>>;

class Doctor {
 public:
  Doctor(const Options& options, const Environment& environment, const Loaded& loaded,
         const FixOptions& fix)
      : options_(options), environment_(environment), loaded_(loaded), fix_(fix) {}

  // Judges all denials of `diagnosis`, and plans its grants.
  absl::Status Run(const AnalyzeOptions& analyze, Diagnosis& diagnosis) {
    ByUser by_user;
    for (size_t i = 0; i < diagnosis.denials.size(); ++i)
      by_user[diagnosis.denials[i].denial.user].push_back(i);
    for (const auto& [user, indices] : by_user)
      WECAN_RETURN_IF_ERROR(RunAccount(user, indices, analyze, diagnosis));
    return absl::OkStatus();
  }

 private:
  absl::Status RunAccount(const std::string& user, const std::vector<size_t>& indices,
                          AnalyzeOptions analyze, Diagnosis& diagnosis) {
    const std::optional<Agent> agent = WorkAgentOf(user, analyze.agent);
    if (agent && agent->User().name != analyze.agent.User().name) {
      AgentOptions other = options_.agent;
      other.agent = agent->Account().Display();
      other.klusterlet = agent->klusterlet;
      analyze.agent = *agent;
      WECAN_ASSIGN_OR_RETURN(analyze.profile,
                             MakeProfile(other, options_.cluster, *agent, environment_));
    }
    std::vector<const Denial*> denials;
    for (const size_t i : indices) denials.push_back(&diagnosis.denials[i].denial);
    const Surroundings around{loaded_.input, diagnosis.requirements, analyze,
                              options_.diagnose.any_subject};
    const std::vector<DenialVerdict> verdicts = JudgeDenials(denials, around, agent.has_value());
    for (size_t i = 0; i < indices.size(); ++i) {
      DiagnosedDenial& item = diagnosis.denials[indices[i]];
      item.verdict = verdicts[i];
      item.work_agent = agent.has_value();
      if (agent) item.profile = analyze.profile.name;
    }
    const RbacPolicy held =
        agent ? WithoutRefuted(analyze.profile.policy, denials, verdicts) : RbacPolicy();
    const Grantee grantee = GranteeOf(user, agent);
    WECAN_ASSIGN_OR_RETURN(DenialGrant grant,
                           PlanDenialGrant(denials, verdicts, grantee, held, fix_));
    if (IsNameTaken(grant, diagnosis)) {
      FixOptions other = fix_;
      other.name = absl::StrCat(grant.roles[0].role.name, ":", DnsName(user));
      WECAN_ASSIGN_OR_RETURN(grant, PlanDenialGrant(denials, verdicts, grantee, held, other));
    }
    if (!grant.faults.empty()) return absl::InternalError(grant.faults[0]);
    if (grant.roles.empty()) return absl::OkStatus();
    AccountGrant account{.user = user, .grant = std::move(grant)};
    std::set<std::string> objects;
    for (size_t i = 0; i < denials.size(); ++i) {
      const Denial& d = *denials[i];
      if (verdicts[i].verbs.empty()) continue;
      objects.insert(absl::StrCat(d.namespace_, d.namespace_.empty() ? "" : ": ",
                                  d.path.empty() ? ResourceOf(d) : d.path,
                                  d.name.empty() ? "" : " ", d.name));
    }
    account.objects.assign(objects.begin(), objects.end());
    diagnosis.grants.push_back(std::move(account));
    return absl::OkStatus();
  }

  // Two accounts whose roles had one name would lose one of them to kubectl apply.
  static bool IsNameTaken(const DenialGrant& grant, const Diagnosis& diagnosis) {
    return !grant.roles.empty() &&
           std::any_of(diagnosis.grants.begin(), diagnosis.grants.end(),
                       [&](const AccountGrant& a) {
                         return a.grant.roles[0].role.name == grant.roles[0].role.name;
                       });
  }

  static Grantee GranteeOf(const std::string& user, const std::optional<Agent>& agent) {
    Grantee grantee{.user = WithImplicitGroups(user, {})};
    std::string ns, name;
    if (ParseServiceAccountUsername(user, &ns, &name)) {
      grantee.subject = {"ServiceAccount", ns, name};
    } else {
      grantee.subject = {"User", "", user, kRbacGroup};
    }
    if (agent) grantee.klusterlet = agent->klusterlet;
    return grantee;
  }

  const Options& options_;
  const Environment& environment_;
  const Loaded& loaded_;
  const FixOptions& fix_;
};

ExitCode ExitCodeOf(const Diagnosis& diagnosis, const std::vector<Diagnostic>& unread) {
  const bool nothing = diagnosis.denials.empty() && diagnosis.errors.empty();
  if (nothing || diagnosis.cut_times > 0 || !unread.empty()) return ExitCode::kUsage;
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

absl::StatusOr<ExitCode> Diagnose(Options options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs,
                         MakeOutputs(options.output, {"text", "json", "yaml"}));
  WECAN_ASSIGN_OR_RETURN(const bool color, UseColor(options.global.color, environment));
  WECAN_ASSIGN_OR_RETURN(const FixOptions fix, MakeFixOptions(options.fix));
  std::string command = DiagnoseCommand(options);
  Words words = SortWords(options.diagnose.words, environment);
  const ClusterOptions& cluster = options.cluster;
  const bool live = !cluster.its.empty() || !cluster.contexts.empty();
  if (words.texts.empty() && !live) words.texts = {"-"};
  std::vector<std::string>& paths = options.input.paths;
  paths.insert(paths.end(), words.manifests.begin(), words.manifests.end());
  const bool twice = std::find(paths.begin(), paths.end(), "-") != paths.end() &&
                     std::find(words.texts.begin(), words.texts.end(), "-") != words.texts.end();
  if (twice)
    return absl::InvalidArgumentError(
        "diagnose: standard input is the text, so the workload cannot come from there, too");
  if (cluster.its.empty() && !options.review.namespace_.empty())
    options.input.default_namespace = options.review.namespace_;

  const Recognizer recognizer;
  DenialSet found;
  std::vector<DiagnosisError> errors;
  WECAN_RETURN_IF_ERROR(ReadTexts(options, words.texts, recognizer, environment, found));
  if (live) {
    WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(cluster, environment));
    if (!cluster.its.empty())
      WECAN_RETURN_IF_ERROR(ReadManifestWorks(options, clusters, recognizer, found));
    if (cluster.its.empty() && words.texts.empty())
      WECAN_RETURN_IF_ERROR(AskAboutApplied(options, clusters, environment, found, errors));
  }

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
                      .errors = std::move(errors)};
  for (Denial& d : found.TakeDenials()) diagnosis.denials.push_back({.denial = std::move(d)});
  WECAN_RETURN_IF_ERROR(Doctor(options, environment, loaded, fix).Run(analyze, diagnosis));
  if (!cluster.contexts.empty()) {
    WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(cluster, environment));
    WECAN_RETURN_IF_ERROR(CheckLive(options, clusters, environment, diagnosis));
  }
  ExitCode code = ExitCodeOf(diagnosis, unread);
  // Nothing that is refused is good news from a cluster, and no news from a text.
  const bool asked = live && words.texts.empty();
  if (asked && diagnosis.denials.empty() && diagnosis.cut_times == 0 && unread.empty() &&
      code == ExitCode::kUsage)
    code = ExitCode::kOk;
  diagnosis.exit_code = static_cast<int>(code);

  std::vector<std::string> inputs = ManifestPaths(loaded.input);
  inputs.insert(inputs.end(), words.texts.begin(), words.texts.end());
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, inputs, *environment.files));
  PrintRemarks(diagnosis, asked, environment);
  const Style style{.color = color, .columns = environment.columns};
  WECAN_RETURN_IF_ERROR(WriteOutputs(
      outputs, options.global.quiet,
      [&](const Output& output) {
        if (output.format == "json") return DumpJson(DiagnosisJson(diagnosis));
        if (output.format == "yaml") return DiagnosisYaml(diagnosis);
        return DiagnosisText(diagnosis, output.file.empty() ? style : Style(),
                             options.global.verbose > 0);
      },
      environment));
  return code;
}

}  // namespace

ExitCode RunDiagnose(const Options& options, Environment& environment) {
  return Finish(Diagnose(options, environment), environment);
}

}  // namespace wecan
