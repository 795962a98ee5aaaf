// SPDX-License-Identifier: Apache-2.0
// The command line as plain values, read from the parsers themselves. Completions and the man page
// are made of it, so they cannot name a flag that the program does not take.
#pragma once

#include <string>
#include <vector>

namespace wecan {

// What may stand in a place of the command line.
struct ValueHelp {
  enum class Kind { kNone, kText, kFile, kFolder, kChoice };
  Kind kind = Kind::kNone;
  std::vector<std::string> choices;  // of kChoice

  friend bool operator==(const ValueHelp&, const ValueHelp&) = default;
};

struct FlagHelp {
  std::vector<std::string> names;  // "-o", "--output"; of a positional its name, "PATH"
  std::string value_name;          // "FORMAT[=FILE]"; "" for a switch
  std::string help;
  bool repeatable = false;
  bool required = false;
  bool comma_list = false;  // one word may hold several, separated by commas
  ValueHelp value;          // kNone: a switch
  ValueHelp behind_equals;  // of a value that is X=Y, what Y may be
};

struct CommandHelp {
  std::string name, summary, example;
  std::vector<FlagHelp> flags;
  std::vector<FlagHelp> positionals;
};

// All commands, in the order of --help.
std::vector<CommandHelp> DescribeCommands();

// The flag with this name, or nullptr.
const FlagHelp* FindFlag(const CommandHelp& command, const std::string& name);

}  // namespace wecan
