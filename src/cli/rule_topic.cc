// SPDX-License-Identifier: Apache-2.0
#include "src/cli/rule_topic.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace wecan {
namespace {

std::string Indented(absl::string_view text) {
  std::string out;
  for (absl::string_view line : absl::StrSplit(absl::StripTrailingAsciiWhitespace(text), '\n')) {
    absl::StrAppend(&out, line.empty() ? "" : "  ", line, "\n");
  }
  return out;
}

}  // namespace

std::string FindingRuleText(const FindingRule& rule) {
  std::string text =
      absl::StrCat(rule.id, " ", rule.name, "  (", LevelName(rule.level), ")\n", rule.title,
                   ".\n\n", absl::StripTrailingAsciiWhitespace(rule.summary), "\n\n",
                   Indented(rule.help), "\nWhat to do:\n", Indented(rule.fix),
                   "\nReported, for example:\n", Indented(rule.bad_example), "\nNot reported:\n",
                   Indented(rule.good_example), "\nSource: ", rule.source, "\n");
  if (!rule.implemented)
    absl::StrAppend(&text, "This version of wecan reserves the id and does not report it yet.\n");
  return text;
}

Json FindingRuleJson(const FindingRule& rule) {
  return {{"id", Text(rule.id)},
          {"name", Text(rule.name)},
          {"level", Text(LevelName(rule.level))},
          {"title", Text(rule.title)},
          {"summary", Text(rule.summary)},
          {"help", Text(rule.help)},
          {"fix", Text(rule.fix)},
          {"source", Text(rule.source)},
          {"command", Text(rule.command)},
          {"implemented", rule.implemented},
          {"examples", {{"bad", Text(rule.bad_example)}, {"good", Text(rule.good_example)}}}};
}

}  // namespace wecan
