// SPDX-License-Identifier: Apache-2.0
#include "src/cli/command_help.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

#include "analyzer/grants/profile.h"
#include "analyzer/model/finding_rule.h"
#include "src/cli/command_line.h"
#include "src/cli/flag_values.h"

namespace wecan {
namespace {

using Kind = ValueHelp::Kind;

ValueHelp Choice(std::vector<std::string> choices) { return {Kind::kChoice, std::move(choices)}; }

ValueHelp ChoiceOf(absl::string_view flag) {
  const std::vector<absl::string_view> values = FlagValues(flag);
  return Choice({values.begin(), values.end()});
}

ValueHelp RuleIds() {
  std::vector<std::string> ids;
  for (const FindingRule& rule : FindingRules()) ids.emplace_back(rule.id);
  return Choice(std::move(ids));
}

// What may stand behind `wecan profiles`.
std::vector<std::string> ProfileWords() {
  std::vector<std::string> words = {"capture", "diff"};
  for (std::string& name : ProfileNames()) words.push_back(std::move(name));
  return words;
}

// "output format, ...: text, json" ends with the formats, as AddOutputOptions() has it.
ValueHelp Formats(const std::string& help) {
  return Choice(absl::StrSplit(help.substr(help.rfind(": ") + 2), ", "));
}

ValueHelp ValueOf(const FlagHelp& flag) {
  const std::string& name = flag.names.back();
  const std::string& type = flag.value_name;
  if (name == "--output") return Formats(flag.help);
  if (name == "--profile") return Choice(ProfileNames());
  if (name == "NAME") return Choice(ProfileWords());
  if (name == "--kubernetes") return Choice(KubernetesVersions());
  if (name == "TOPIC" || type == "IDS" || type == "ID=LEVEL") return RuleIds();
  if (!FlagValues(name).empty()) return ChoiceOf(name);
  if (type == "DIR") return {Kind::kFolder, {}};
  if (type == "FILE" || type == "PATH") return {Kind::kFile, {}};
  return {type.empty() ? Kind::kNone : Kind::kText, {}};
}

ValueHelp BehindEquals(const FlagHelp& flag) {
  if (absl::EndsWith(flag.value_name, "[=FILE]")) return {Kind::kFile, {}};
  if (flag.value_name == "ID=LEVEL") return ChoiceOf(flag.names.back());
  return {};
}

CommandHelp Describe(const Command& command) {
  CommandHelp help{.name = std::string(command.name),
                   .summary = std::string(command.summary),
                   .example = std::string(command.example)};
  for (FlagSpec& spec : FlagsOf(command)) {
    FlagHelp flag{.names = std::move(spec.names),
                  .value_name = std::move(spec.value_name),
                  .help = std::move(spec.help),
                  .repeatable = spec.repeatable,
                  .required = spec.required,
                  .comma_list = spec.repeatable && !spec.positional};
    flag.value = ValueOf(flag);
    flag.behind_equals = BehindEquals(flag);
    (spec.positional ? help.positionals : help.flags).push_back(std::move(flag));
  }
  return help;
}

}  // namespace

std::vector<CommandHelp> DescribeCommands() {
  std::vector<CommandHelp> commands;
  for (const Command& command : Commands()) commands.push_back(Describe(command));
  return commands;
}

const FlagHelp* FindFlag(const CommandHelp& command, const std::string& name) {
  for (const FlagHelp& flag : command.flags) {
    if (std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end()) return &flag;
  }
  return nullptr;
}

}  // namespace wecan
