// SPDX-License-Identifier: Apache-2.0
#include "src/cli/print.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/setup.h"

namespace wecan {

absl::StatusOr<std::vector<Output>> MakeOutputs(const OutputOptions& options,
                                                const std::vector<std::string>& formats) {
  std::vector<Output> outputs;
  int on_stdout = 0;
  for (const std::string& text : options.outputs) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    const bool known = std::find(formats.begin(), formats.end(), parts.first) != formats.end();
    if (!known && options.source != "--output") continue;
    WECAN_RETURN_IF_ERROR(CheckOneOf("--output", parts.first, {formats.begin(), formats.end()}));
    outputs.push_back({parts.first, parts.second});
    on_stdout += parts.second.empty();
  }
  if (on_stdout > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.source,
                     ": two formats for standard output; give all but one a file, for example "
                     "json=report.json"));
  }
  if (outputs.empty()) outputs.push_back({formats[0], ""});
  return outputs;
}

absl::Status WriteOutputs(const std::vector<Output>& outputs, bool quiet,
                          absl::FunctionRef<std::string(const Output&)> render,
                          Environment& environment) {
  for (const Output& output : outputs) {
    if (output.file.empty()) continue;
    WECAN_RETURN_IF_ERROR(environment.files->Write(output.file, render(output)));
  }
  for (const Output& output : outputs) {
    if (output.file.empty() && !quiet) *environment.out << render(output);
  }
  return absl::OkStatus();
}

absl::Status PrintResult(const Options& options, const std::vector<std::string>& formats,
                         const std::string& text, const Json& json, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs, MakeOutputs(options.output, formats));
  const auto render = [&](const Output& output) {
    return output.format == "json"   ? DumpJson(json)
           : output.format == "yaml" ? DumpYaml(json)
                                     : text;
  };
  return WriteOutputs(outputs, options.global.quiet, render, environment);
}

}  // namespace wecan
