// SPDX-License-Identifier: Apache-2.0
#include "src/cli/can_i_print.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/print.h"
#include "src/output/formats.h"

namespace wecan {

absl::Status CheckCanIFormats(const Options& options) {
  return MakeOutputs(options.output, {kCanIFormats.begin(), kCanIFormats.end()}).status();
}

absl::StatusOr<ExitCode> FinishCanI(const Options& options, const std::vector<std::string>& inputs,
                                    CanIReport report, ExitCode code, Environment& environment) {
  report.exit_code = static_cast<int>(code);
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs,
                         MakeOutputs(options.output, {kCanIFormats.begin(), kCanIFormats.end()}));
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, inputs, *environment.files));
  const bool headers = !options.output.no_headers;
  const auto render = [&](const Output& output) -> std::string {
    if (output.format == "wide") return CanIWide(report, headers);
    if (output.format == "name") return CanIName(report);
    if (output.format == "json") return DumpCanIJson(report);
    if (output.format == "yaml") return DumpYaml(CanIJson(report));
    if (output.format == "junit") return CanIJunit(report);
    if (output.format == "markdown") return CanIMarkdown(report);
    return CanIText(report, headers, environment.columns);
  };
  WECAN_RETURN_IF_ERROR(WriteOutputs(outputs, options.global.quiet, render, environment));
  return code;
}

}  // namespace wecan
