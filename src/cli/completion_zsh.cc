// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "src/cli/completion.h"

namespace wecan {
namespace {

using Kind = ValueHelp::Kind;

// `text` inside single quotes of the shell.
std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// `text` where _arguments takes colons and brackets for its own.
std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {":", "\\:"}, {"[", "\\["}, {"]", "\\]"}});
}

// An action of _arguments. A blank in front keeps it from adding words of its own.
std::string Action(const FlagHelp& flag) {
  const std::string choices = absl::StrJoin(flag.value.choices, " ");
  switch (flag.value.kind) {
    case Kind::kFile:
      return "_files";
    case Kind::kFolder:
      return "_files -/";
    case Kind::kText:
    case Kind::kNone:
      return "";
    case Kind::kChoice:
      break;
  }
  if (flag.behind_equals.kind == Kind::kFile) return absl::StrCat(" _wecan_formats ", choices);
  if (flag.behind_equals.kind == Kind::kChoice) {
    return absl::StrCat(" _wecan_pairs \"", absl::StrJoin(flag.behind_equals.choices, " "), "\" ",
                        choices);
  }
  return flag.comma_list ? absl::StrCat(" _wecan_list ", choices) : absl::StrCat("(", choices, ")");
}

// One spec of _arguments: '(-o --output)'{-o+,--output=}'[help]:VALUE:action'. A flag that is not
// repeatable excludes itself under each of its names.
std::string FlagSpecText(const FlagHelp& flag) {
  std::vector<std::string> names;
  for (const std::string& name : flag.names) {
    const char* takes = flag.value.kind == Kind::kNone ? "" : name[1] == '-' ? "=" : "+";
    names.push_back(name + takes);
  }
  const std::string before =
      flag.repeatable ? "'*'" : absl::StrCat("'(", absl::StrJoin(flag.names, " "), ")'");
  std::string rest = absl::StrCat("[", Escaped(flag.help), "]");
  if (flag.value.kind != Kind::kNone)
    absl::StrAppend(&rest, ":", Escaped(flag.value_name), ":", Action(flag));
  return absl::StrCat(
      before, names.size() == 1 ? names[0] : absl::StrCat("{", absl::StrJoin(names, ","), "}"),
      Quoted(rest));
}

std::string PositionalSpec(const FlagHelp& positional) {
  return Quoted(absl::StrCat(positional.repeatable ? "*" : "1", ":", Escaped(positional.value_name),
                             ":", Action(positional)));
}

std::string CommandCase(const CommandHelp& command) {
  std::string text = absl::StrCat("    ", command.name, ")\n      _arguments -s -S");
  for (const FlagHelp& flag : command.flags)
    absl::StrAppend(&text, " \\\n        ", FlagSpecText(flag));
  for (const FlagHelp& positional : command.positionals)
    absl::StrAppend(&text, " \\\n        ", PositionalSpec(positional));
  return text + "\n      ;;\n";
}

std::string CommandNames(const std::vector<CommandHelp>& commands) {
  std::string lines;
  for (const CommandHelp& command : commands) {
    absl::StrAppend(&lines, "    ",
                    Quoted(absl::StrCat(command.name, ":", Escaped(command.summary))), "\n");
  }
  return lines;
}

constexpr char kScript[] = R"script(#compdef wecan
# zsh completion for wecan, written by: wecan completion zsh

# Words, behind those that stand before a comma.
_wecan_list() {
  compset -P '*,'
  compadd -- "$@"
}

# FORMAT or FORMAT=FILE
_wecan_formats() {
  if compset -P '*='; then _files; else _wecan_list "$@"; fi
}

# _wecan_pairs "Y..." X...: X=Y
_wecan_pairs() {
  local behind="$1"
  shift
  compset -P '*,'
  if compset -P '*='; then compadd -- ${=behind}; else compadd -S '=' -- "$@"; fi
}

_wecan_commands() {
  local -a commands=(
COMMAND_NAMES    'help:help of a command'
  )
  _describe command commands
}

_wecan() {
  local context state state_descr line curcontext="$curcontext"
  local -A opt_args
  _arguments -C '(- *)'{-h,--help}'[show this help]' '(- *)--version[the version of wecan]' \
    '1:command:_wecan_commands' '*::argument:->argument' && return
  [[ $state == argument ]] || return
  curcontext="${curcontext%:*:*}:wecan-$words[1]:"
  case $words[1] in
COMMAND_CASES    help) _arguments '1:command:_wecan_commands' ;;
  esac
}

# Loaded from a folder of fpath this file is the function itself; sourced, it registers it.
if [[ $funcstack[1] == _wecan ]]; then _wecan "$@"; else compdef _wecan wecan; fi
)script";

}  // namespace

std::string ZshCompletion(const std::vector<CommandHelp>& commands) {
  std::string cases;
  for (const CommandHelp& command : commands) cases += CommandCase(command);
  return absl::StrReplaceAll(kScript,
                             {{"COMMAND_NAMES", CommandNames(commands)}, {"COMMAND_CASES", cases}});
}

}  // namespace wecan
