// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "src/cli/completion.h"

namespace wecan {
namespace {

using Kind = ValueHelp::Kind;

// Cobra's ShellCompDirectives.
constexpr int kFiles = 0, kNoSpace = 2, kNoFiles = 4, kFolders = 16;

class Answer {
 public:
  explicit Answer(std::string part) : part_(std::move(part)) {}

  void Offer(const std::string& word, const std::string& description = "") {
    if (!absl::StartsWith(word, part_)) return;
    absl::StrAppend(&lines_, word, description.empty() ? "" : "\t", description, "\n");
  }
  // `left` stands in the same word before what the value is completed to.
  void OfferValue(const ValueHelp& value, const std::string& left, const std::string& suffix) {
    for (const std::string& choice : value.choices) Offer(absl::StrCat(left, choice, suffix));
    directive_ = value.kind == Kind::kFile     ? kFiles
                 : value.kind == Kind::kFolder ? kFolders
                 : suffix.empty()              ? kNoFiles
                                               : kNoFiles + kNoSpace;
  }
  std::string Take() { return absl::StrCat(lines_, ":", directive_, "\n"); }

 private:
  const std::string part_;
  std::string lines_;
  int directive_ = kNoFiles;
};

std::string CompleteCommand(const std::vector<CommandHelp>& commands, const std::string& part,
                            bool help) {
  Answer answer(part);
  for (const CommandHelp& command : commands) answer.Offer(command.name, command.summary);
  if (help) answer.Offer("help", "help of a command");
  return answer.Take();
}

std::string CompleteValue(const FlagHelp& flag, const std::string& part) {
  const bool choice = flag.value.kind == Kind::kChoice;
  const size_t comma = choice && flag.comma_list ? part.rfind(',') : std::string::npos;
  size_t start = comma == std::string::npos ? 0 : comma + 1;
  const size_t equals = part.find('=', start);
  const bool behind = equals != std::string::npos && flag.behind_equals.kind != Kind::kNone;
  if (behind) start = equals + 1;
  Answer answer(part);
  answer.OfferValue(behind ? flag.behind_equals : flag.value, part.substr(0, start),
                    !behind && flag.behind_equals.kind == Kind::kChoice ? "=" : "");
  return answer.Take();
}

std::string CompleteFlag(const CommandHelp& command, const std::string& part) {
  Answer answer(part);
  for (const FlagHelp& flag : command.flags) {
    for (const std::string& name : flag.names) answer.Offer(name, flag.help);
  }
  return answer.Take();
}

std::string CompletePositional(const CommandHelp& command, size_t index, const std::string& part) {
  Answer answer(part);
  if (!command.positionals.empty() && (index == 0 || command.positionals[0].repeatable))
    answer.OfferValue(command.positionals[0].value, "", "");
  return answer.Take();
}

// Where the last word stands.
struct Place {
  const FlagHelp* flag = nullptr;  // it is the value of this one
  bool options_ended = false;      // by --
  size_t positionals = 0;          // before it
};

Place PlaceOfLast(const CommandHelp& command, const std::vector<std::string>& words) {
  Place place;
  for (size_t i = 1; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (place.flag != nullptr) {
      place.flag = nullptr;
    } else if (place.options_ended || word.size() < 2 || word[0] != '-') {
      ++place.positionals;
    } else if (word == "--") {
      place.options_ended = true;
    } else if (const FlagHelp* flag = FindFlag(command, word);
               flag != nullptr && flag->value.kind != Kind::kNone) {
      place.flag = flag;
    }
  }
  return place;
}

std::string CompleteIn(const CommandHelp& command, const std::vector<std::string>& words) {
  const std::string& part = words.back();
  const Place place = PlaceOfLast(command, words);
  if (place.flag != nullptr) return CompleteValue(*place.flag, part);
  if (place.options_ended || !absl::StartsWith(part, "-"))
    return CompletePositional(command, place.positionals, part);
  const size_t equals = part.find('=');
  if (equals == std::string::npos) return CompleteFlag(command, part);
  const FlagHelp* flag = FindFlag(command, part.substr(0, equals));
  return flag == nullptr ? Answer("").Take() : CompleteValue(*flag, part.substr(equals + 1));
}

}  // namespace

std::string KubectlCompletion(const std::vector<CommandHelp>& commands,
                              const std::vector<std::string>& words) {
  if (words.size() < 2) return CompleteCommand(commands, words.empty() ? "" : words[0], true);
  if (words[0] == "help") return CompleteCommand(commands, words.back(), false);
  for (const CommandHelp& command : commands) {
    if (command.name == words[0]) return CompleteIn(command, words);
  }
  return Answer("").Take();
}

}  // namespace wecan
