// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "analyzer/model/object.h"
#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/output/json.h"

namespace wecan {

// One -o: a format and the file it goes to, "" for standard output.
struct Output {
  std::string format;
  std::string file;
};

// InvalidArgument for an unknown format, or two of them on standard output. The default is
// `formats[0]` on standard output.
absl::StatusOr<std::vector<Output>> MakeOutputs(const OutputOptions& options,
                                                const std::vector<std::string>& formats);

// The files that manifests were found in. What was passed over as none may well be the report of
// the run before.
std::vector<std::string> ManifestPaths(const AnalysisInput& input);

// The files that the command line names for can-i to answer from.
std::vector<std::string> DumpPaths(const ReviewOptions& options);

// A report is no folder, no two go to one file, and none replaces one of `inputs`.
absl::Status CheckOutputFiles(const std::vector<Output>& outputs,
                              const std::vector<std::string>& inputs, const FileSystem& files);

// Writes what `render` makes of each output to where it says, files first, so that
// nothing is printed when one cannot be written; with `quiet` only to files.
absl::Status WriteOutputs(const std::vector<Output>& outputs, bool quiet,
                          absl::FunctionRef<std::string(const Output&)> render,
                          Environment& environment);

// Prints a result that is `text` for people and `json` for machines, in those of the formats text,
// json and yaml that `options` asks for. Gives kOk.
absl::StatusOr<ExitCode> PrintResult(const Options& options, const std::string& text,
                                     const Json& json, Environment& environment);

// How the JSON of such a result begins: schemaVersion, kind, tool.
Json Envelope(const char* kind);

}  // namespace wecan
