// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "src/cli/options.h"

namespace wecan {

// One command of the program. Help, suggestions and dispatch read the same table.
struct Command {
  absl::string_view name;
  absl::string_view summary;
  absl::string_view needs;  // "offline" or "live"
  absl::string_view example;
  bool main;        // shown in full by --help
  bool configured;  // .wecan.yaml has a say in it
};
absl::Span<const Command> Commands();

// One flag or positional of a command, as its parser takes it.
struct FlagSpec {
  std::vector<std::string> names;  // "-o", "--output"; of a positional its one name, "PATH"
  std::string value_name;          // "" for a switch; of a positional its name
  std::string help;
  bool repeatable = false;  // a list: given again, it grows
  bool positional = false;
  bool required = false;
};
std::vector<FlagSpec> FlagsOf(const Command& command);

// What the words ask for. `text` is set when the answer is just text (--help, --version).
struct ParsedCommandLine {
  Options options;
  std::string text;
};

// InvalidArgument with one line that names the flag or word at fault, and a suggestion where one is
// near. Usage texts call the program `program`.
absl::StatusOr<ParsedCommandLine> ParseCommandLine(std::vector<std::string> args,
                                                   const std::string& program = "wecan");

}  // namespace wecan
