// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/run.h"

#include <memory>
#include <optional>
#include <sstream>

namespace wecan {

RunResult Run(const std::vector<std::string>& args, const RunOptions& options) {
  std::istringstream in(options.in);
  std::ostringstream out, err;
  const std::unique_ptr<FileSystem> real = options.files == nullptr ? NewFileSystem() : nullptr;
  Environment environment;
  environment.files = options.files == nullptr ? real.get() : options.files;
  environment.in = &in;
  environment.out = &out;
  environment.err = &err;
  environment.variable = [&](const std::string& name) -> std::optional<std::string> {
    const auto it = options.variables.find(name);
    if (it == options.variables.end() || it->second.empty()) return std::nullopt;
    return it->second;
  };
  environment.in_is_terminal = options.in_is_terminal;
  environment.out_is_terminal = options.out_is_terminal;
  environment.columns = options.columns;
  environment.program = options.program;
  environment.today = options.today;
  environment.threads = options.threads;
  const ExitCode code = RunProgram(args, environment);
  return {static_cast<int>(code), out.str(), err.str()};
}

RunResult Run(const std::vector<std::string>& args, const std::string& in, FileSystem* files) {
  return Run(args, {.in = in, .files = files});
}

}  // namespace wecan
