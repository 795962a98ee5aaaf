// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "src/cli/completion.h"

namespace wecan {
namespace {

using Kind = ValueHelp::Kind;

// The words that _wecan_offer takes for a value.
std::string Offer(const ValueHelp& value) {
  switch (value.kind) {
    case Kind::kFile:
      return "@file";
    case Kind::kFolder:
      return "@folder";
    case Kind::kChoice:
      return absl::StrJoin(value.choices, " ");
    case Kind::kText:
    case Kind::kNone:
      break;
  }
  return "@text";
}

std::string Names(const std::vector<CommandHelp>& commands) {
  return absl::StrJoin(
      commands, " ", [](std::string* out, const CommandHelp& c) { absl::StrAppend(out, c.name); });
}

std::string FlagLines(const std::vector<CommandHelp>& commands) {
  std::string lines;
  for (const CommandHelp& command : commands) {
    std::vector<std::string> names;
    for (const FlagHelp& flag : command.flags)
      names.insert(names.end(), flag.names.begin(), flag.names.end());
    absl::StrAppend(&lines, "    ", command.name, ") echo \"", absl::StrJoin(names, " "),
                    "\" ;;\n");
  }
  return lines;
}

// A line of a case: ("check -o" | "check --output") echo "text json" ;;
std::string CaseLine(const CommandHelp& command, const FlagHelp& flag, const ValueHelp& value) {
  const std::string between = absl::StrCat("\" | \"", command.name, " ");
  return absl::StrCat("    \"", command.name, " ", absl::StrJoin(flag.names, between),
                      "\") echo \"", Offer(value), "\" ;;\n");
}

std::string ValueLines(const std::vector<CommandHelp>& commands) {
  std::string lines;
  for (const CommandHelp& command : commands) {
    for (const FlagHelp& flag : command.flags) {
      if (flag.value.kind != Kind::kNone) lines += CaseLine(command, flag, flag.value);
    }
  }
  return lines;
}

std::string BehindLines(const std::vector<CommandHelp>& commands) {
  std::string lines;
  for (const CommandHelp& command : commands) {
    for (const FlagHelp& flag : command.flags) {
      if (flag.behind_equals.kind != Kind::kNone)
        lines += CaseLine(command, flag, flag.behind_equals);
    }
  }
  return lines;
}

std::string PositionalLines(const std::vector<CommandHelp>& commands) {
  std::string lines = absl::StrCat("    \"help 1\") echo \"", Names(commands), "\" ;;\n");
  for (const CommandHelp& command : commands) {
    for (const FlagHelp& positional : command.positionals) {
      const std::string place =
          absl::StrCat("\"", command.name, positional.repeatable ? " \"*" : " 1\"");
      absl::StrAppend(&lines, "    ", place, ") echo \"", Offer(positional.value), "\" ;;\n");
    }
  }
  return lines;
}

constexpr char kScript[] = R"script(# bash completion for wecan, written by: wecan completion bash

_wecan_flags() {
  case "$1" in
FLAG_LINES    *) echo "--help" ;;
  esac
}

# What a flag of a command takes: words, @file, @folder, @text; nothing if it is a switch.
_wecan_value() {
  case "$1 $2" in
VALUE_LINES  esac
}

# The same for what stands behind = in such a value.
_wecan_behind_equals() {
  case "$1 $2" in
BEHIND_LINES  esac
}

# The same for the Nth word that is no flag.
_wecan_positional() {
  case "$1 $2" in
POSITIONAL_LINES  esac
}

# _wecan_offer WHAT LEFT PART [SUFFIX]: completes PART, behind LEFT in the same word.
_wecan_offer() {
  local line suffix="${4-}"
  local -a how
  case "$1" in
    @text | '') return ;;
    @file) how=(-f) ;;
    @folder) how=(-d) ;;
    *) how=(-S "$suffix" -W "$1") ;;
  esac
  if [[ $1 == @* ]]; then compopt -o filenames 2>/dev/null; fi
  if [[ -n $suffix ]]; then compopt -o nospace 2>/dev/null; fi
  while IFS= read -r line; do
    COMPREPLY+=("$2$line")
  done < <(compgen "${how[@]}" -- "$3")
}

# _wecan_complete_value COMMAND FLAG LEFT VALUE
_wecan_complete_value() {
  local behind what left="$3" value="$4" suffix=
  what=$(_wecan_value "$1" "$2")
  behind=$(_wecan_behind_equals "$1" "$2")
  if [[ $what != @* && $value == *,* ]]; then
    left+="${value%,*}," value="${value##*,}"
  fi
  if [[ -n $behind && $value == *=* ]]; then
    left+="${value%%=*}=" value="${value#*=}" what="$behind"
  elif [[ -n $behind && $behind != @* ]]; then
    suffix="="
  elif [[ $2 == --profile && $value == file:* ]]; then
    left+="file:" value="${value#file:}" what=@file
  fi
  _wecan_offer "$what" "$left" "$value" "$suffix"
}

_wecan_complete_words() {
  local last=$((${#words[@]} - 1)) command="${words[1]}" flag= only_paths= n=1 i word
  local current="${words[last]}"
  if ((last == 1)); then
    _wecan_offer "COMMANDS help --help --version" "" "$current"
    return
  fi
  for ((i = 2; i < last; i++)); do
    word="${words[i]}"
    if [[ -n $flag ]]; then
      flag=
    elif [[ -z $only_paths && $word == -- ]]; then
      only_paths=1
    elif [[ -z $only_paths && $word == -?* ]]; then
      if [[ $word != *=* && -n $(_wecan_value "$command" "$word") ]]; then flag="$word"; fi
    else
      n=$((n + 1))
    fi
  done
  if [[ -n $flag ]]; then
    _wecan_complete_value "$command" "$flag" "" "$current"
  elif [[ -z $only_paths && $current == --*=* ]]; then
    _wecan_complete_value "$command" "${current%%=*}" "${current%%=*}=" "${current#*=}"
  elif [[ -z $only_paths && $current == -* ]]; then
    _wecan_offer "$(_wecan_flags "$command")" "" "$current"
  else
    _wecan_offer "$(_wecan_positional "$command" "$n")" "" "$current"
  fi
}

_wecan() {
  local i last word glue=1
  local -a words=()
  COMPREPLY=()
  # Readline splits words at = and : as well; put them together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if ((i > 1)) && [[ $word == [=:]* || -z $glue ]]; then
      last=$((${#words[@]} - 1))
      words[last]+="$word"
    else
      words+=("$word")
    fi
    glue=1
    if [[ $word == *[=:] ]]; then glue=; fi
  done
  _wecan_complete_words
  # Readline wants only what stands behind the last place where it split.
  local whole="${words[${#words[@]} - 1]}" piece="${COMP_WORDS[COMP_CWORD]}"
  if [[ $piece == [=:]* ]]; then piece=; fi
  local before="${whole%"$piece"}"
  for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]="${COMPREPLY[i]#"$before"}"; done
}

complete -F _wecan wecan
)script";

}  // namespace

std::string BashCompletion(const std::vector<CommandHelp>& commands) {
  return absl::StrReplaceAll(kScript, {{"FLAG_LINES", FlagLines(commands)},
                                       {"VALUE_LINES", ValueLines(commands)},
                                       {"BEHIND_LINES", BehindLines(commands)},
                                       {"POSITIONAL_LINES", PositionalLines(commands)},
                                       {"COMMANDS", Names(commands)}});
}

}  // namespace wecan
