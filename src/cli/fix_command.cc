// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <istream>
#include <ostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/dns1123.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/fixes/plan_fix.h"
#include "analyzer/fixes/proof.h"
#include "src/cli/commands.h"
#include "src/cli/grant_flags.h"
#include "src/cli/known_findings.h"
#include "src/cli/print.h"
#include "src/cli/setup.h"
#include "src/fix/fix_files.h"
#include "src/fix/report.h"
#include "src/output/formats.h"
#include "src/output/report.h"

namespace wecan {
namespace {

constexpr char kDefaultFile[] = "wecan-rbac.yaml";

enum class Mode { kPrint, kDiff, kWrite, kCheck };

const char* ModeName(Mode mode) {
  switch (mode) {
    case Mode::kPrint:
      return "print";
    case Mode::kDiff:
      return "diff";
    case Mode::kWrite:
      return "write";
    case Mode::kCheck:
      return "check";
  }
  return "";
}

absl::StatusOr<Mode> ParseMode(const FixFlags& flags) {
  if (flags.diff && (flags.write || flags.check))
    return absl::InvalidArgumentError("fix: give --diff, or --write, --check or both of them");
  return flags.diff    ? Mode::kDiff
         : flags.write ? Mode::kWrite
         : flags.check ? Mode::kCheck
                       : Mode::kPrint;
}

// Where new roles go when nobody says: into the folder that is fixed, or beside its one file.
std::string FallbackFile(const Options& options, const Environment& environment) {
  const std::vector<std::string>& paths = options.input.paths;
  if (paths.size() != 1 || paths[0] == "-") return "";
  const std::string& path = paths[0];
  if (environment.files->IsDirectory(path).value_or(false))
    return absl::StrCat(path, path.back() == '/' ? "" : "/", kDefaultFile);
  const size_t slash = path.rfind('/');
  return absl::StrCat(slash == std::string::npos ? "" : path.substr(0, slash + 1), kDefaultFile);
}

// The namespace of the ITS that all ManifestWorks of the input live in, "" if there are several.
std::string Mailbox(const AnalysisInput& input) {
  std::string mailbox;
  for (const ManifestWork& work : input.works) {
    if (work.replica_set) continue;
    if (!mailbox.empty() && mailbox != work.namespace_) return "";
    mailbox = work.namespace_;
  }
  return mailbox;
}

// All that one run finds out, in the order of its stages.
struct Outcome {
  Loaded loaded;
  AnalyzeOptions analyze;
  FixOptions fix;
  Requirements requirements;
  FixPlan plan;
  FixFileOptions where;
  std::vector<FixFile> files;
  Proof proof;
  std::vector<Diagnostic> unread;  // what of the input could not be read
};

void AddContext(const std::string& path, const Environment& environment, LoadRequest& request) {
  if (path.empty() || absl::IsNotFound(environment.files->IsDirectory(path).status())) return;
  request.load_if_not_checked.push_back(path);
}

// What nothing needs can only be told by somebody who sees all that is needed, and who knows what
// the agent would hold without our roles.
absl::Status CheckPrune(const Options& options, const Outcome& o) {
  const char* why = nullptr;
  if (!o.unread.empty()) why = "not all of the input could be read; wecan check tells where";
  if (!options.input.selector.empty()) why = "-l leaves objects out";
  if (!options.cluster.binding.empty()) why = "--binding leaves objects out";
  if (!options.input.binding_policies.empty()) why = "--binding-policy leaves objects out";
  if (o.analyze.profile.source != "builtin")
    why = "a dump may hold what these roles brought about; use a built-in profile";
  if (why == nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--prune: what nothing needs cannot be told: ", why));
}

absl::Status CheckOut(const std::string& out, const Environment& environment) {
  if (out == "-") {
    return absl::InvalidArgumentError(
        "--out -: the grant goes to standard output anyway; leave out --out, --write, --diff and "
        "--check");
  }
  if (!environment.files->IsDirectory(out).value_or(false)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--out ", out,
                                                 ": is a folder; name a file in it, for example ",
                                                 out, out.back() == '/' ? "" : "/", kDefaultFile));
}

absl::Status CheckWrap(const FixFlags& flags, const AnalysisInput& input) {
  if (flags.wrap != "bindingpolicy") return absl::OkStatus();
  const bool selects =
      std::any_of(input.policies.begin(), input.policies.end(),
                  [](const BindingPolicy& p) { return !p.cluster_selectors.empty(); });
  if (selects) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "--wrap bindingpolicy: no BindingPolicy of the input says which clusters the grant is for; "
      "add the one that sends the workload");
}

absl::Status Work(const Options& options, Mode mode, Environment& environment, Outcome& o) {
  WECAN_ASSIGN_OR_RETURN(o.fix, MakeFixOptions(options.fix));
  WECAN_ASSIGN_OR_RETURN(LoadRequest request, MakeLoadRequest(options, environment));
  FixFileOptions& where = o.where;
  where.out = options.fix.out;
  where.print = mode == Mode::kPrint;
  WECAN_RETURN_IF_ERROR(CheckOut(where.out, environment));
  if (mode != Mode::kPrint && where.out.empty())
    where.fallback = FallbackFile(options, environment);
  AddContext(where.out.empty() ? where.fallback : where.out, environment, request);
  o.loaded = Load(request, *environment.files, *environment.in);
  WECAN_ASSIGN_OR_RETURN(o.analyze, MakeAnalyzeOptions(options, o.loaded, environment));
  const AnalysisInput& input = o.loaded.input;
  o.unread = UnreadInput(input);
  if (options.fix.prune) WECAN_RETURN_IF_ERROR(CheckPrune(options, o));
  WECAN_RETURN_IF_ERROR(CheckWrap(options.fix, input));
  o.analyze.suppress = TakeConfigSuppressions(options, environment, o.loaded.input);
  o.requirements = DeriveRequirements(input, o.analyze.derive);
  LeaveOutSuppressed(input, o.analyze, o.requirements);
  WECAN_ASSIGN_OR_RETURN(o.plan, PlanFix(input, o.requirements, o.analyze, o.fix));

  where.wrap = options.fix.wrap == "manifestwork"    ? GrantWrap::kManifestWork
               : options.fix.wrap == "bindingpolicy" ? GrantWrap::kBindingPolicy
                                                     : GrantWrap::kNone;
  where.mailbox = Mailbox(input);
  WECAN_ASSIGN_OR_RETURN(
      o.files, MakeFixFiles(o.plan, input, o.requirements, o.analyze, where, *environment.files));
  const bool homeless =
      std::any_of(o.files.begin(), o.files.end(), [](const FixFile& f) { return f.path.empty(); });
  if (homeless && (mode == Mode::kDiff || mode == Mode::kWrite)) {
    return absl::InvalidArgumentError(
        absl::StrCat("fix --", ModeName(mode), ": name the file for the grant with --out FILE"));
  }
  const RbacPolicy written = ReadBack(o.plan, o.files, o.analyze.derive.default_namespace);
  o.proof =
      ProveFix(input, o.requirements, o.analyze, o.fix.needs, written, o.plan.RefusedObjects());
  return absl::OkStatus();
}

bool InSync(const Outcome& o) {
  return std::none_of(o.files.begin(), o.files.end(), [](const FixFile& f) { return f.changed(); });
}

// `check`: whether a difference is a finding even where it is done away with.
ExitCode ExitCodeOf(const Outcome& o, Mode mode, bool check) {
  if (!o.proof.closed || !o.proof.minimal) return ExitCode::kInternal;
  if (!o.unread.empty()) return UnreadExitCode(o.unread, o.loaded.input);
  if (!o.plan.refused.empty() || !o.plan.not_rbac.empty()) return ExitCode::kFindings;
  const bool compares = check || mode == Mode::kDiff;
  return compares && !InSync(o) ? ExitCode::kFindings : ExitCode::kOk;
}

// What is read, and what is written: no report belongs there.
std::vector<std::string> FilesOf(const Outcome& o) {
  std::vector<std::string> paths = ManifestPaths(o.loaded.input);
  for (const FixFile& f : o.files) paths.push_back(f.path);
  return paths;
}

// All or, as far as that can be told before, nothing.
absl::Status WriteFiles(const std::vector<FixFile>& files, Environment& environment) {
  for (const FixFile& f : files) {
    if (!f.changed()) continue;
    const absl::StatusOr<std::string> now =
        environment.files->Read(f.path, f.before ? f.before->size() : 0);
    const bool same = f.before ? now.ok() && *now == *f.before : absl::IsNotFound(now.status());
    if (!same)
      return absl::AbortedError(absl::StrCat(f.path, ": changed since it was read; run again"));
  }
  std::vector<std::string> written;
  for (const FixFile& f : files) {
    if (!f.changed()) continue;
    const absl::Status status = environment.files->Replace(f.path, f.before, f.after);
    if (!status.ok() && !written.empty()) {
      return absl::Status(
          status.code(),
          absl::StrCat(status.message(), " (written already: ", absl::StrJoin(written, ", "), ")"));
    }
    WECAN_RETURN_IF_ERROR(status);
    written.push_back(f.path);
  }
  return absl::OkStatus();
}

std::string TextOf(const std::vector<FixFile>& printed) {
  return printed.empty() ? "" : printed[0].after;
}

// The grants alone and whole, whatever else stands in the files that they are for; "" when no
// output is to hold them.
absl::StatusOr<std::string> GrantsYaml(const Outcome& o, const std::vector<Output>& outputs,
                                       const Environment& environment) {
  if (o.where.print) return TextOf(o.files);
  const bool wanted = std::any_of(outputs.begin(), outputs.end(),
                                  [](const Output& output) { return output.format == "yaml"; });
  if (!wanted) return std::string();
  FixFileOptions where = o.where;
  where.print = true;
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<FixFile> printed,
      MakeFixFiles(o.plan, o.loaded.input, o.requirements, o.analyze, where, *environment.files));
  return TextOf(printed);
}

// A grant that does not hold what it promises is never printed.
void PrintFaults(const Proof& proof, Environment& environment) {
  *environment.err
      << "wecan: the grant is not proved, so it is not given; this is a bug of wecan\n";
  for (const std::string& fault : proof.faults)
    *environment.err << "  " << Printable(fault) << "\n";
}

absl::StatusOr<ExitCode> Fix(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const Mode mode, ParseMode(options.fix));
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs,
                         MakeOutputs(options.output, {kFixFormats.begin(), kFixFormats.end()}));
  WECAN_ASSIGN_OR_RETURN(const bool color, UseColor(options.global.color, environment));
  Outcome o;
  WECAN_RETURN_IF_ERROR(Work(options, mode, environment, o));
  PrintDiagnostics(o.unread, o.loaded.input, environment);
  const ExitCode exit_code = ExitCodeOf(o, mode, options.fix.check);
  if (exit_code == ExitCode::kInternal) {
    PrintFaults(o.proof, environment);
    return exit_code;
  }
  WECAN_ASSIGN_OR_RETURN(std::string grants, GrantsYaml(o, outputs, environment));
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, FilesOf(o), *environment.files));
  if (mode == Mode::kWrite) WECAN_RETURN_IF_ERROR(WriteFiles(o.files, environment));
  if (mode == Mode::kCheck && options.output.outputs.empty()) return exit_code;

  const Style style{.color = color, .columns = environment.columns};
  const FixContext context{o.loaded.input,
                           o.requirements,
                           o.analyze,
                           o.plan,
                           o.proof,
                           o.files,
                           o.where.wrap,
                           o.where.mailbox,
                           ModeName(mode),
                           options.fix_command,
                           options.role_binding_command,
                           static_cast<int>(exit_code)};
  std::string summary = FixSummary(context, style, options.global.verbose > 0);
  const auto render = [&](const Output& output) -> std::string {
    if (output.format == "json") return FixJson(context);
    if (output.format == "junit") return FixJunit(context);
    if (output.format == "markdown") return FixMarkdown(context);
    if (output.format == "yaml" || mode == Mode::kPrint) return grants;
    if (mode == Mode::kWrite) return summary;
    Style diff_style = style;
    diff_style.color = color && output.file.empty();
    return DiffOf(o.files, diff_style);
  };
  WECAN_RETURN_IF_ERROR(WriteOutputs(outputs, options.global.quiet, render, environment));
  const bool text = outputs[0].format == "text" && outputs[0].file.empty();
  if (text && mode != Mode::kWrite && !options.global.quiet) *environment.err << summary;
  return exit_code;
}

}  // namespace

ExitCode RunFix(const Options& options, Environment& environment) {
  return Finish(Fix(options, environment), environment);
}

}  // namespace wecan
