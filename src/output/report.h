// SPDX-License-Identifier: Apache-2.0
// A check's report in each of its formats. Printers read results and decide nothing.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "analyzer/analyze.h"
#include "src/output/style.h"

namespace wecan {

struct ReportContext {
  const AnalysisInput& input;
  const Report& report;
  const AnalyzeOptions& options;
  int exit_code = 0;
  std::string next_command;  // what the last line of text names, or ""
  std::string fix_command;   // "wecan fix PATHS", or "" when no grant would help
  std::optional<Level> fail_on = Level::kError;
  std::set<std::string> chart_files;  // those of Object::source that are there
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

// "Kind/namespace/name" or "Kind/name" of an object in its effective namespace.
std::string ObjectName(const Object& object, absl::string_view ns);

// The place as "path:line:col", "path:line" without column, or "path".
std::string PlaceName(const AnalysisInput& input, const SourceLocation& location, bool with_column);

}  // namespace wecan
