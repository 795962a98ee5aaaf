// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <istream>
#include <optional>
#include <ostream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/commands.h"
#include "src/cli/known_findings.h"
#include "src/cli/levels.h"
#include "src/cli/print.h"
#include "src/cli/setup.h"
#include "src/fix/finding_edits.h"
#include "src/input/find_files.h"
#include "src/output/formats.h"
#include "src/output/report.h"

namespace wecan {
namespace {

ExitCode ExitCodeOf(const AnalysisInput& input, const Report& report, const PolicyOptions& policy,
                    std::optional<Level> fail_on) {
  if (!report.errors.empty()) return UnreadExitCode(report.errors, input);
  const bool fails = fail_on && std::any_of(report.findings.begin(), report.findings.end(),
                                            [&](const Finding& f) { return f.level >= *fail_on; });
  return fails && !policy.exit_zero ? ExitCode::kFindings : ExitCode::kOk;
}

std::string Render(const std::string& format, const ReportContext& context,
                   const TextOptions& text) {
  if (format == "json") return ReportJson(context);
  if (format == "yaml") return ReportYaml(context);
  if (format == "short") return ReportShort(context);
  if (format == "name") return ReportNames(context);
  if (format == "sarif") return ReportSarif(context);
  if (format == "junit") return ReportJunit(context);
  if (format == "gitlab") return ReportGitlab(context);
  if (format == "github") return ReportGithub(context);
  if (format == "markdown") return ReportMarkdown(context);
  TextOptions options = text;
  options.wide = format == "wide";
  return ReportText(context, options);
}

bool Uses(const std::vector<Output>& outputs, absl::string_view format) {
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const Output& output) { return output.format == format; });
}

// All that the command writes: its reports, and the baseline.
std::vector<Output> Written(std::vector<Output> outputs, const PolicyOptions& policy) {
  if (!policy.write_baseline.empty()) outputs.push_back({"baseline", policy.write_baseline});
  return outputs;
}

absl::Status OfStepSummary(const absl::Status& status) {
  return status.ok()
             ? status
             : absl::Status(status.code(), absl::StrCat("GITHUB_STEP_SUMMARY: ", status.message()));
}

// GitHub shows what stands in this file on the page of the job. It is of the step, and what the
// step wrote into it before stays.
absl::Status AppendStepSummary(const ReportContext& context, Environment& environment) {
  const std::optional<std::string> path = environment.variable("GITHUB_STEP_SUMMARY");
  if (!path) return absl::OkStatus();
  const absl::StatusOr<std::string> before = environment.files->Read(*path, kMaxStepSummary);
  if (absl::IsOutOfRange(before.status())) return absl::OkStatus();  // full
  if (!before.ok() && !absl::IsNotFound(before.status())) return OfStepSummary(before.status());
  const std::string old = before.ok() ? *before : "";
  const bool line_open = !old.empty() && old.back() != '\n';
  const std::string summary = ReportMarkdown(context, kMaxStepSummary - old.size() - line_open);
  if (summary.empty()) return absl::OkStatus();
  return OfStepSummary(
      environment.files->Replace(*path, before.ok() ? std::optional(old) : std::nullopt,
                                 absl::StrCat(old, line_open ? "\n" : "", summary)));
}

// Errors that no format on standard output shows.
void PrintErrors(const std::vector<Output>& outputs, const AnalysisInput& input,
                 const Report& report, Environment& environment) {
  const bool shown = std::any_of(outputs.begin(), outputs.end(), [](const Output& o) {
    return o.file.empty() && o.format != "name";
  });
  if (shown) return;
  PrintDiagnostics(report.errors, input, environment);
}

// The command that grants what is missing, or "".
std::string FixCommandFor(const Options& options, const Report& report) {
  const bool grants =
      std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& f) {
        return f.escalation || (f.permission && !f.permission->missing.empty());
      });
  return grants ? options.fix_command : "";
}

// What to do next: a grant for what is missing, or reading about the first finding.
std::string NextCommand(const Options& options, const std::string& fix, const Report& report) {
  if (report.findings.empty()) return "";
  return fix.empty()
             ? absl::StrCat("Next: ", options.program, " explain ", report.findings[0].rule->id)
             : absl::StrCat("Fix: ", fix, " --diff");
}

// The charts' templates that rendered objects come from, as far as they are there, below the
// working folder, and a format names them.
std::set<std::string> ChartFiles(const std::vector<Output>& outputs, const AnalysisInput& input,
                                 const FileSystem& files) {
  std::set<std::string> sources, found;
  const bool wanted = Uses(outputs, "sarif") || Uses(outputs, "junit") || Uses(outputs, "gitlab") ||
                      Uses(outputs, "github");
  if (!wanted) return found;
  for (const Object& o : input.objects) {
    const std::string path = o.source.empty() ? "" : NormalPath(o.source);
    if (!path.empty() && !absl::StartsWith(path, "/") && !absl::StartsWith(path, ".."))
      sources.insert(o.source);
  }
  for (const std::string& source : sources) {
    const absl::StatusOr<bool> is_directory = files.IsDirectory(source);
    if (is_directory.ok() && !*is_directory) found.insert(source);
  }
  return found;
}

absl::StatusOr<ExitCode> Check(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<Output> outputs,
      MakeOutputs(options.output, {kReportFormats.begin(), kReportFormats.end()}));
  WECAN_ASSIGN_OR_RETURN(const bool color, UseColor(options.global.color, environment));
  WECAN_ASSIGN_OR_RETURN(const std::optional<Level> fail_on,
                         ParseLevel("--fail-on", options.policy.fail_on, "never"));
  WECAN_RETURN_IF_ERROR(CheckBaselineFlags(options));
  WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options, environment));
  Loaded loaded = Load(request, *environment.files, *environment.in);
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(Written(outputs, options.policy),
                                         ManifestPaths(loaded.input), *environment.files));
  WECAN_ASSIGN_OR_RETURN(AnalyzeOptions analyze, MakeAnalyzeOptions(options, loaded, environment));
  WECAN_RETURN_IF_ERROR(SetLevels(options.policy, analyze));
  analyze.suppress = TakeConfigSuppressions(options, environment, loaded.input);

  Report report = Analyze(loaded.input, analyze);
  WECAN_RETURN_IF_ERROR(ApplyBaseline(options, analyze, environment, loaded.input, report));
  const ExitCode exit_code = ExitCodeOf(loaded.input, report, options.policy, fail_on);
  const std::string fix = FixCommandFor(options, report);
  ReportContext context{.input = loaded.input,
                        .report = report,
                        .options = analyze,
                        .exit_code = static_cast<int>(exit_code),
                        .next_command = NextCommand(options, fix, report),
                        .fix_command = fix,
                        .fail_on = fail_on,
                        .has_baseline = !BaselineFile(options.policy).empty(),
                        .sarif_suppressed = options.output.sarif_suppressed,
                        .chart_files = ChartFiles(outputs, loaded.input, *environment.files)};
  if (Uses(outputs, "sarif"))
    context.edits = FindingEdits(loaded.input, report, analyze, *environment.files);
  const auto render = [&](const Output& output) {
    return Render(output.format, context,
                  {.style = {.color = color && output.file.empty(), .columns = environment.columns},
                   .all_objects = options.global.verbose > 0,
                   .summary = !options.output.no_headers});
  };
  WECAN_RETURN_IF_ERROR(WriteOutputs(outputs, options.global.quiet, render, environment));
  if (Uses(outputs, "github")) WECAN_RETURN_IF_ERROR(AppendStepSummary(context, environment));
  if (!options.global.quiet) PrintErrors(outputs, loaded.input, report, environment);
  return exit_code;
}

}  // namespace

ExitCode RunCheck(const Options& options, Environment& environment) {
  return Finish(Check(options, environment), environment);
}

}  // namespace wecan
