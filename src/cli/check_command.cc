// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <istream>
#include <optional>
#include <ostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "src/cli/commands.h"
#include "src/cli/print.h"
#include "src/cli/setup.h"
#include "src/output/report.h"

namespace wecan {
namespace {

const std::vector<std::string> kFormats = {"text", "wide", "short", "json", "yaml", "name"};

absl::StatusOr<const FindingRule*> LookUpRule(absl::string_view flag, const std::string& id) {
  if (const FindingRule* rule = FindRule(id)) return rule;
  std::vector<absl::string_view> ids;
  for (const FindingRule& rule : FindingRules()) ids.push_back(rule.id);
  for (const FindingRule& rule : FindingRules()) ids.push_back(rule.name);
  return absl::InvalidArgumentError(absl::StrCat(flag, ": no rule \"", id, "\"",
                                                 DidYouMean(id, ids), " (wecan rules lists them)"));
}

// The level with this name; nothing for "off".
absl::StatusOr<std::optional<Level>> ParseLevel(const std::string& flag, const std::string& name,
                                                absl::string_view none) {
  if (name == none) return std::optional<Level>();
  for (Level level : {Level::kError, Level::kWarning, Level::kNote}) {
    if (LevelName(level) == name) return std::optional<Level>(level);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": \"", name, "\" is none of error, warning, note, ", none));
}

// ID=LEVEL.
absl::Status SetLevel(const std::string& text, AnalyzeOptions& analyze) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (parts.size() != 2)
    return absl::InvalidArgumentError(
        absl::StrCat("--rule: \"", text, "\" is not ID=LEVEL, for example WEC103=error"));
  WECAN_ASSIGN_OR_RETURN(const FindingRule* rule, LookUpRule("--rule", parts[0]));
  WECAN_ASSIGN_OR_RETURN(analyze.levels[std::string(rule->id)],
                         ParseLevel("--rule", parts[1], "off"));
  return absl::OkStatus();
}

// All other rules are off; those named are on, at the level that they have by now.
absl::Status Select(const std::vector<std::string>& ids, AnalyzeOptions& analyze) {
  if (ids.empty()) return absl::OkStatus();
  // A file that cannot be read stays an error: what was selected may stand in it.
  std::set<absl::string_view> selected = {"WEC901"};
  for (const std::string& id : ids) {
    WECAN_ASSIGN_OR_RETURN(const FindingRule* rule, LookUpRule("--select", id));
    selected.insert(rule->id);
  }
  for (const FindingRule& rule : FindingRules()) {
    const auto level = analyze.levels.find(std::string(rule.id));
    if (selected.count(rule.id) == 0) {
      analyze.levels[std::string(rule.id)] = std::nullopt;
    } else if (level != analyze.levels.end() && !level->second) {
      analyze.levels.erase(level);
    }
  }
  return absl::OkStatus();
}

// The configuration, --select, --rule and --ignore, from weak to strong.
absl::Status SetLevels(const PolicyOptions& policy, AnalyzeOptions& analyze) {
  for (const std::string& text : policy.config_rules)
    WECAN_RETURN_IF_ERROR(SetLevel(text, analyze));
  WECAN_RETURN_IF_ERROR(Select(policy.select, analyze));
  for (const std::string& text : policy.rules) WECAN_RETURN_IF_ERROR(SetLevel(text, analyze));
  for (const std::string& id : policy.ignore) {
    WECAN_ASSIGN_OR_RETURN(const FindingRule* rule, LookUpRule("--ignore", id));
    analyze.levels[std::string(rule->id)] = std::nullopt;
  }
  return absl::OkStatus();
}

ExitCode ExitCodeOf(const Report& report, const PolicyOptions& policy,
                    std::optional<Level> fail_on) {
  if (!report.errors.empty()) return ExitCode::kUsage;
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
  TextOptions options = text;
  options.wide = format == "wide";
  return ReportText(context, options);
}

// The report must not replace what it is about.
absl::Status CheckOutputFiles(const std::vector<Output>& outputs, const AnalysisInput& input) {
  for (const Output& output : outputs) {
    const bool is_input = std::any_of(
        input.files.begin(), input.files.end(),
        [&](const InputFile& f) { return f.path == output.file && !output.file.empty(); });
    if (is_input) {
      return absl::InvalidArgumentError(
          absl::StrCat("--output: ", output.file, " is one of the inputs; name another file"));
    }
  }
  return absl::OkStatus();
}

// Errors that no format on standard output shows.
void PrintErrors(const std::vector<Output>& outputs, const AnalysisInput& input,
                 const Report& report, Environment& environment) {
  const bool shown = std::any_of(outputs.begin(), outputs.end(), [](const Output& o) {
    return o.file.empty() && o.format != "name";
  });
  if (shown) return;
  for (const Diagnostic& d : report.errors) {
    *environment.err << "wecan: " << PlaceName(input, d.location, true) << ": "
                     << Printable(d.message) << "\n";
  }
}

// What to do next: a grant for what is missing, or reading about the first finding.
std::string NextCommand(const Options& options, const Report& report) {
  if (report.findings.empty()) return "";
  const bool grants =
      std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& f) {
        return f.escalation || (f.permission && !f.permission->missing.empty());
      });
  return grants ? absl::StrCat("Fix: ", options.fix_command, " --diff")
                : absl::StrCat("Next: wecan explain ", report.findings[0].rule->id);
}

absl::StatusOr<ExitCode> Check(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs, MakeOutputs(options.output, kFormats));
  WECAN_ASSIGN_OR_RETURN(const bool color, UseColor(options.global.color, environment));
  WECAN_ASSIGN_OR_RETURN(const std::optional<Level> fail_on,
                         ParseLevel("--fail-on", options.policy.fail_on, "never"));
  WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options.input, environment));
  const Loaded loaded = Load(request, *environment.files, *environment.in);
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, loaded.input));
  WECAN_ASSIGN_OR_RETURN(AnalyzeOptions analyze, MakeAnalyzeOptions(options, loaded, environment));
  WECAN_RETURN_IF_ERROR(SetLevels(options.policy, analyze));

  const Report report = Analyze(loaded.input, analyze);
  const ExitCode exit_code = ExitCodeOf(report, options.policy, fail_on);
  const ReportContext context{loaded.input, report, analyze, static_cast<int>(exit_code),
                              NextCommand(options, report)};
  const auto render = [&](const Output& output) {
    return Render(output.format, context,
                  {.style = {.color = color && output.file.empty(), .columns = environment.columns},
                   .all_objects = options.global.verbose > 0,
                   .summary = !options.output.no_headers});
  };
  WECAN_RETURN_IF_ERROR(WriteOutputs(outputs, options.global.quiet, render, environment));
  if (!options.global.quiet) PrintErrors(outputs, loaded.input, report, environment);
  return exit_code;
}

}  // namespace

ExitCode RunCheck(const Options& options, Environment& environment) {
  const absl::StatusOr<ExitCode> exit_code = Check(options, environment);
  return exit_code.ok() ? *exit_code : Fail(exit_code.status(), environment);
}

}  // namespace wecan
