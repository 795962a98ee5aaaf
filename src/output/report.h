// SPDX-License-Identifier: Apache-2.0
// A check's report in each of its formats. Printers read results and decide nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "analyzer/analyze.h"
#include "src/output/style.h"

namespace wecan {

// Text to put in place of a region of a file; columns count UTF-16 code units, the end is
// exclusive.
struct RegionEdit {
  int file = -1;  // index into AnalysisInput::files
  uint32_t line = 1, column = 1, end_line = 1, end_column = 1;
  std::string text;
};

struct ReportContext {
  const AnalysisInput& input;
  const Report& report;
  const AnalyzeOptions& options;
  int exit_code = 0;
  std::string next_command;  // what the last line of text names, or ""
  std::string fix_command;   // "wecan fix PATHS", or "" when no grant would help
  std::optional<Level> fail_on = Level::kError;
  bool has_baseline = false;
  bool sarif_suppressed = false;            // SARIF has what is hidden, too
  std::set<std::string> chart_files;        // those of Object::source that are there
  std::map<std::string, RegionEdit> edits;  // by the id of the finding that each closes
};

struct TextOptions {
  Style style;
  bool all_objects = false;  // -v
  bool wide = false;
  bool summary = true;
};

std::string ReportText(const ReportContext& context, const TextOptions& options);

// path:line:col: level: ID message [Kind/namespace/name], a line per finding and object.
std::string ReportShort(const ReportContext& context);

// kind.group/name of each object that is not applied, as kubectl -o name.
std::string ReportNames(const ReportContext& context);

// docs/schema/report-v1.json; and the same document as YAML.
std::string ReportJson(const ReportContext& context);
std::string ReportYaml(const ReportContext& context);

// SARIF 2.1.0 as GitHub's code scanning takes it.
std::string ReportSarif(const ReportContext& context);

// JUnit XML: a test suite for each file, a test case for each object; what is below the level to
// fail on does not fail.
std::string ReportJunit(const ReportContext& context);

// GitLab's Code Quality.
std::string ReportGitlab(const ReportContext& context);

// GitHub's workflow commands, one for each cause.
std::string ReportGithub(const ReportContext& context);

// A comment for a pull request, or a summary of a job, of at most `limit` bytes: what does not fit
// is counted.
inline constexpr size_t kMaxComment = 60'000;
inline constexpr size_t kMaxStepSummary = size_t{1} << 20;
std::string ReportMarkdown(const ReportContext& context, size_t limit = kMaxComment);

// "Kind/namespace/name" or "Kind/name" of an object in its effective namespace.
std::string ObjectName(const Object& object, absl::string_view ns);

// The place as "path:line:col", "path:line" without column, or "path".
std::string PlaceName(const AnalysisInput& input, const SourceLocation& location, bool with_column);

}  // namespace wecan
