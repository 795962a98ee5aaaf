// SPDX-License-Identifier: Apache-2.0
// The whole program inside the test: arguments and files in; exit code, output and messages out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/cli/program.h"
#include "src/input/file_system.h"

namespace wecan {

struct RunResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

struct RunOptions {
  std::string in;                                // standard input
  FileSystem* files = nullptr;                   // not owned; nullptr: the real file system
  std::map<std::string, std::string> variables;  // the whole environment: nothing else is seen
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  int columns = 100;
  int threads = 2;
  std::string program = "wecan";  // called as
  std::string today = "2026-11-21";
};

// Run({"check", SourcePath("fixtures/x")})
RunResult Run(const std::vector<std::string>& args, const RunOptions& options);
RunResult Run(const std::vector<std::string>& args, const std::string& in = "",
              FileSystem* files = nullptr);

}  // namespace wecan
