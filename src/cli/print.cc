// SPDX-License-Identifier: Apache-2.0
#include "src/cli/print.h"

#include <algorithm>
#include <future>
#include <ostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/setup.h"
#include "src/input/find_files.h"
#include "src/output/version.h"

namespace wecan {

namespace {

// Parallel to `outputs`. Each in a thread of its own: formats know nothing of each other.
std::vector<std::string> RenderAll(const std::vector<Output>& outputs,
                                   absl::FunctionRef<std::string(const Output&)> render) {
  std::vector<std::future<std::string>> others;
  for (size_t i = 1; i < outputs.size(); ++i)
    others.push_back(std::async(std::launch::async, [&, i] { return render(outputs[i]); }));
  std::vector<std::string> texts;
  if (!outputs.empty()) texts.push_back(render(outputs[0]));
  for (std::future<std::string>& other : others) texts.push_back(other.get());
  return texts;
}

}  // namespace

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

std::vector<std::string> ManifestPaths(const AnalysisInput& input) {
  std::vector<std::string> paths;
  for (const InputFile& f : input.files) {
    if (f.status != FileStatus::kSkipped && !f.live) paths.push_back(f.path);
  }
  return paths;
}

std::vector<std::string> DumpPaths(const ReviewOptions& options) {
  std::vector<std::string> paths = options.rbac;
  if (!options.reviews.empty()) paths.push_back(options.reviews);
  return paths;
}

absl::Status CheckOutputFiles(const std::vector<Output>& outputs,
                              const std::vector<std::string>& inputs, const FileSystem& files) {
  std::set<std::string> taken, reports;
  for (const std::string& path : inputs) taken.insert(NormalPath(path));
  for (const Output& output : outputs) {
    if (output.file.empty()) continue;
    const char* flag = output.format == "baseline" ? "--write-baseline: " : "--output: ";
    if (files.IsDirectory(output.file).value_or(false)) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, output.file, " is a folder; name a file in it, for example ",
                       output.file, "/report.", output.format));
    }
    const std::string path = NormalPath(output.file);
    if (taken.count(path) > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, output.file, " is one of the inputs; name another file"));
    }
    if (!reports.insert(path).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, "two formats for ", output.file, "; give each a file of its own"));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteOutputs(const std::vector<Output>& outputs, bool quiet,
                          absl::FunctionRef<std::string(const Output&)> render,
                          Environment& environment) {
  std::vector<Output> wanted = outputs;
  if (quiet) std::erase_if(wanted, [](const Output& output) { return output.file.empty(); });
  const std::vector<std::string> texts = RenderAll(wanted, render);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].file.empty()) continue;
    WECAN_RETURN_IF_ERROR(environment.files->Write(wanted[i].file, texts[i]));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].file.empty()) *environment.out << texts[i];
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> PrintResult(const Options& options, const std::string& text,
                                     const Json& json, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs,
                         MakeOutputs(options.output, {"text", "json", "yaml"}));
  const auto render = [&](const Output& output) {
    return output.format == "json"   ? DumpJson(json)
           : output.format == "yaml" ? DumpYaml(json)
                                     : text;
  };
  WECAN_RETURN_IF_ERROR(WriteOutputs(outputs, options.global.quiet, render, environment));
  return ExitCode::kOk;
}

Json Envelope(const char* kind) {
  return {{"schemaVersion", "1.0"},
          {"kind", kind},
          {"tool", {{"name", "wecan"}, {"version", kVersion}}}};
}

}  // namespace wecan
