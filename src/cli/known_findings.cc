// SPDX-License-Identifier: Apache-2.0
#include "src/cli/known_findings.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/baseline/baseline.h"
#include "src/input/find_files.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

constexpr uint64_t kMaxBaselineBytes = uint64_t{256} << 20;

// A file that is named in findings, though nothing in it is checked.
int AddContextFile(const std::string& path, AnalysisInput& input) {
  input.files.push_back({.path = path, .status = FileStatus::kSkipped, .requested = false});
  return static_cast<int>(input.files.size()) - 1;
}

// Single files, and not all that the configuration is about: a hook on what is staged.
bool IsPartial(const InputOptions& input, const FileSystem& files) {
  if (input.paths.empty()) return false;
  return !input.config_paths.empty() ||
         std::none_of(input.paths.begin(), input.paths.end(), [&](const std::string& path) {
           return path == "-" || files.IsDirectory(path).value_or(false);
         });
}

// Paths as a baseline has them: from its folder, whatever folder the program runs in.
class BaselinePaths {
 public:
  BaselinePaths(const std::string& baseline, const FileSystem& files) : here_(files.Absolute(".")) {
    const std::string folder = std::filesystem::path(baseline).parent_path().string();
    root_ = files.Absolute(folder.empty() ? "." : folder);
  }

  std::string From(const InputFile& file) const { return file.live ? file.path : From(file.path); }

  std::string From(const std::string& path) const {
    if (path == "-") return "stdin";
    const std::filesystem::path full =
        (std::filesystem::path(here_) / NormalPath(path)).lexically_normal();
    std::string relative = full.lexically_relative(root_).generic_string();
    if (absl::EndsWith(relative, "/")) relative.pop_back();
    return relative;
  }

 private:
  std::string here_, root_;
};

// What of the repository this run looked at.
class Sight {
 public:
  Sight(const Options& options, const AnalysisInput& input, const BaselinePaths& paths) {
    for (const InputFile& f : input.files) {
      if (f.requested) files_.insert(paths.From(f));
      // All of a cluster, where it is not asked for one Binding.
      if (f.live && options.cluster.binding.empty())
        folders_.push_back(f.path.substr(0, f.path.find(": ")));
    }
    for (const std::string& path : options.input.paths) folders_.push_back(paths.From(path));
    if (options.input.paths.empty()) folders_.push_back("stdin");
  }

  bool Has(const std::string& path) const {
    return files_.contains(path) ||
           std::any_of(folders_.begin(), folders_.end(), [&](const std::string& folder) {
             return folder == "." || path == folder || absl::StartsWith(path, folder + "/") ||
                    absl::StartsWith(path, folder + ": ");
           });
  }

 private:
  absl::flat_hash_set<std::string> files_;
  std::vector<std::string> folders_;
};

// The entries in sight, and the others.
std::pair<Baseline, Baseline> PartBySight(const Baseline& baseline, const Sight& sight) {
  std::pair<Baseline, Baseline> parts;
  for (const BaselineEntry& e : baseline)
    (sight.Has(e.path) ? parts.first : parts.second).push_back(e);
  return parts;
}

// A baseline, and the text of its file.
struct BaselineText {
  Baseline baseline;
  std::string text;
};

absl::StatusOr<BaselineText> ReadBaselineFile(const std::string& path, const FileSystem& files) {
  const absl::StatusOr<std::string> text = files.Read(path, kMaxBaselineBytes);
  if (absl::IsNotFound(text.status())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--baseline: ", path, ": no such file; write it first, with --write-baseline ", path));
  }
  if (!text.ok())
    return absl::Status(text.status().code(),
                        absl::StrCat("--baseline: ", text.status().message()));
  const absl::StatusOr<Baseline> baseline = ReadBaseline(*text);
  if (baseline.ok()) return BaselineText{*baseline, *text};
  return absl::InvalidArgumentError(
      absl::StrCat("--baseline: ", path, ": ", baseline.status().message()));
}

void AddStale(const Baseline& stale, int file, Report& report) {
  const FindingRule* rule = FindRule("WEC904");
  for (const BaselineEntry& e : stale) {
    report.findings.push_back(
        {.id = FindingId({"WEC904", e.id, e.path, e.object}),
         .rule = rule,
         .level = rule->level,
         .message = absl::StrCat("found no more: ", e.rule, " ", e.object.empty() ? "" : "of ",
                                 e.object, e.object.empty() ? "" : " ", "in ", e.path,
                                 e.count > 1 ? absl::StrCat(" (", e.count, " times)") : ""),
         .hint = "write the baseline again with --write-baseline",
         .locations = {{.file = file}}});
  }
}

// What the file is to hold: of what it knew all but what was looked for and not found, and what is
// new if that is wanted or the file is.
absl::Status Rewrite(const PolicyOptions& policy, const std::optional<BaselineText>& before,
                     const Baseline& gone, const Baseline& fresh, FileSystem& files) {
  Baseline after = before ? SubtractBaseline(before->baseline, gone) : fresh;
  if (before && policy.accept_new) after = AddBaselines(after, fresh);
  if (before && after == before->baseline) return absl::OkStatus();
  return files.Replace(policy.write_baseline, before ? std::optional(before->text) : std::nullopt,
                       WriteBaseline(after));
}

// Brings the file up to date, and hides what it knows then.
absl::Status WriteAnew(const Options& options, const std::optional<BaselineText>& before,
                       const Baseline& gone, const std::vector<std::string>& paths,
                       Environment& environment, const AnalysisInput& input, Report& report) {
  const PolicyOptions& policy = options.policy;
  const Baseline fresh = BaselineOf(input, report, paths);
  WECAN_RETURN_IF_ERROR(Rewrite(policy, before, gone, fresh, *environment.files));
  if (!before || policy.accept_new) {
    HideKnown(input, fresh, paths, report);
  } else if (!fresh.empty() && !options.global.quiet) {
    *environment.err << "wecan: " << Count(static_cast<int>(fresh.size()), "new finding")
                     << " not added to " << Printable(policy.write_baseline)
                     << "; --accept-new adds them\n";
  }
  return absl::OkStatus();
}

}  // namespace

SuppressOptions TakeConfigSuppressions(const Options& options, const Environment& environment,
                                       AnalysisInput& input) {
  const IgnoreRules& ignores = options.policy.ignores;
  const int file = ignores.rules.empty() ? -1 : AddContextFile(ignores.path, input);
  for (const IgnoreRule& rule : ignores.rules) {
    Suppression s{.source = SuppressionSource::kConfig,
                  .rule = rule.rule,
                  .reason = rule.reason,
                  .expires = rule.expires,
                  .location = {.file = file,
                               .line = rule.line,
                               .column = rule.column,
                               .end_line = rule.line,
                               .end_column = rule.column,
                               .utf16_column = rule.column,
                               .utf16_end_column = rule.column},
                  .pattern = {.kind = rule.kind, .namespace_ = rule.namespace_, .name = rule.name}};
    if (rule.has_group) s.pattern.group = rule.group;
    input.suppressions.push_back(std::move(s));
  }
  return {
      .enabled = !options.policy.no_ignores,
      .today = environment.today,
      .partial = !options.cluster.binding.empty() || IsPartial(options.input, *environment.files)};
}

std::string BaselineFile(const PolicyOptions& options) {
  return options.write_baseline.empty() ? options.baseline : options.write_baseline;
}

absl::Status CheckBaselineFlags(const Options& options) {
  const PolicyOptions& policy = options.policy;
  if (!policy.write_baseline.empty() && options.given.count("--baseline") > 0)
    return absl::InvalidArgumentError("give either --baseline or --write-baseline, not both");
  if (policy.accept_new && policy.write_baseline.empty())
    return absl::InvalidArgumentError("--accept-new: only together with --write-baseline FILE");
  return absl::OkStatus();
}

absl::Status ApplyBaseline(const Options& options, const AnalyzeOptions& analyze,
                           Environment& environment, AnalysisInput& input, Report& report) {
  const PolicyOptions& policy = options.policy;
  const std::string path = BaselineFile(policy);
  if (path.empty()) return absl::OkStatus();
  const bool write = !policy.write_baseline.empty() && report.errors.empty();
  std::optional<BaselineText> before;
  if (policy.write_baseline.empty() || environment.files->IsDirectory(path).ok()) {
    WECAN_ASSIGN_OR_RETURN(before, ReadBaselineFile(path, *environment.files));
  }

  const BaselinePaths paths(path, *environment.files);
  const Sight sight(options, input, paths);
  std::vector<std::string> files;
  for (const InputFile& f : input.files) files.push_back(paths.From(f));
  const Baseline left = HideKnown(input, before ? before->baseline : Baseline(), files, report);
  const auto [gone, unseen] = PartBySight(left, sight);
  if (write) {
    WECAN_RETURN_IF_ERROR(WriteAnew(options, before, gone, files, environment, input, report));
  } else {
    AddStale(gone, AddContextFile(path, input), report);
  }
  ArrangeFindings(input, analyze, report);
  return absl::OkStatus();
}

}  // namespace wecan
