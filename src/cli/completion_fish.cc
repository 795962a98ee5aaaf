// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "src/cli/completion.h"

namespace wecan {
namespace {

using Kind = ValueHelp::Kind;

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// The flags of fish's `complete` for what may stand in a place: -f no files, -F files, -r a value
// must follow, -x both -f and -r.
std::string Arguments(const FlagHelp& flag, bool positional) {
  switch (flag.value.kind) {
    case Kind::kNone:
      return "";
    case Kind::kFile:
      return positional ? " -F" : " -r -F";
    case Kind::kFolder:
      return " -x -a '(__fish_complete_directories)'";
    case Kind::kText:
      return positional ? "" : " -x";
    case Kind::kChoice:
      break;
  }
  const std::string choices = absl::StrJoin(flag.value.choices, " ");
  if (positional) return absl::StrCat(" -a ", Quoted(choices));
  return flag.comma_list ? absl::StrCat(" -x -a '(__wecan_list ", choices, ")'")
                         : absl::StrCat(" -x -a ", Quoted(choices));
}

std::string FlagLine(const std::string& condition, const FlagHelp& flag) {
  std::string line = absl::StrCat("complete -c wecan -n '", condition, "'");
  for (const std::string& name : flag.names) {
    const bool is_long = absl::StartsWith(name, "--");
    absl::StrAppend(&line, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
  }
  absl::StrAppend(&line, Arguments(flag, false), " -d ", Quoted(flag.help), "\n");
  return line;
}

std::string CommandLines(const CommandHelp& command) {
  const std::string condition = absl::StrCat("__wecan_in ", command.name);
  std::string lines = absl::StrCat("\ncomplete -c wecan -n __wecan_first -a ", command.name, " -d ",
                                   Quoted(command.summary), "\n");
  for (const FlagHelp& flag : command.flags) lines += FlagLine(condition, flag);
  for (const FlagHelp& positional : command.positionals) {
    const std::string arguments = Arguments(positional, true);
    if (!arguments.empty())
      absl::StrAppend(&lines, "complete -c wecan -n '", condition, "'", arguments, "\n");
  }
  return lines;
}

constexpr char kHead[] = R"script(# fish completion for wecan, written by: wecan completion fish

function __wecan_first
    test (count (commandline -opc)) -eq 1
end

function __wecan_in
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test $words[2] = $argv[1]
end

# The words, behind those that stand before a comma.
function __wecan_list
    set -l left (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '^.*,')
    set -q left[1]; or set left ''
    printf '%s\n' $left$argv
end

complete -c wecan -f
complete -c wecan -n __wecan_first -l help -s h -d 'show this help'
complete -c wecan -n __wecan_first -l version -d 'the version of wecan'
)script";

}  // namespace

std::string FishCompletion(const std::vector<CommandHelp>& commands) {
  std::string script = kHead;
  std::vector<std::string> names;
  for (const CommandHelp& command : commands) {
    script += CommandLines(command);
    names.push_back(command.name);
  }
  absl::StrAppend(&script, "\ncomplete -c wecan -n __wecan_first -a help -d 'help of a command'\n",
                  "complete -c wecan -n '__wecan_in help' -a '", absl::StrJoin(names, " "), "'\n");
  return script;
}

}  // namespace wecan
