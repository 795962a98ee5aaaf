// SPDX-License-Identifier: Apache-2.0
// The whole program as one function: main() and the tests call it alike.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "src/cluster/command_runner.h"
#include "src/input/file_system.h"

namespace wecan {

// cli: 0 done, 1 findings, 2 usage or unreadable input, 3 incomplete, 4 a bug. When several apply:
// 4, 2, 3, 1.
enum class ExitCode { kOk = 0, kFindings = 1, kUsage = 2, kIncomplete = 3, kInternal = 4 };

// Everything the program touches of the world.
struct Environment {
  FileSystem* files = nullptr;
  std::istream* in = nullptr;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  CommandRunner* runner = nullptr;  // for plugins that print credentials
  // The value of an environment variable; nothing when unset or empty.
  std::function<std::optional<std::string>(const std::string&)> variable;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int columns = 100;              // width for text output
  std::string program = "wecan";  // the last part of argv[0]: what the program is called as
  std::string today;              // YYYY-MM-DD in UTC; "": nothing expires
  int threads = 0;                // for reading files; 0: as many as the machine has
};

// `args` are the words after the program's name. Called as kubectl-wecan it is a plugin of kubectl,
// as kubectl_complete-wecan it completes that plugin's words.
ExitCode RunProgram(const std::vector<std::string>& args, Environment& environment);

}  // namespace wecan
