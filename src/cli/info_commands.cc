// SPDX-License-Identifier: Apache-2.0
// rules, explain, version: what the program knows, printed.
#include <ostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/model/finding_rule.h"
#include "src/cli/commands.h"
#include "src/cli/print.h"
#include "src/cli/setup.h"
#include "src/output/json.h"
#include "src/output/version.h"

namespace wecan {
namespace {

std::string Indented(absl::string_view text) {
  std::string out;
  for (absl::string_view line : absl::StrSplit(absl::StripTrailingAsciiWhitespace(text), '\n')) {
    absl::StrAppend(&out, line.empty() ? "" : "  ", line, "\n");
  }
  return out;
}

std::string RuleText(const FindingRule& rule) {
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

absl::StatusOr<ExitCode> Explain(const Options& options, Environment& environment) {
  const FindingRule* rule = FindRule(options.topic);
  if (rule == nullptr) {
    std::vector<absl::string_view> ids;
    for (const FindingRule& r : FindingRules()) ids.push_back(r.id);
    for (const FindingRule& r : FindingRules()) ids.push_back(r.name);
    return absl::InvalidArgumentError(
        absl::StrCat("explain: this version explains rules, and there is no rule \"", options.topic,
                     "\"", DidYouMean(options.topic, ids), " (wecan rules lists them)"));
  }
  Json json = Envelope("ExplainReport");
  json["rule"] = FindingRuleJson(*rule);
  return PrintResult(options, RuleText(*rule), json, environment);
}

absl::StatusOr<ExitCode> Rules(const Options& options, Environment& environment) {
  std::string text;
  Json json = Envelope("RuleList");
  json["rules"] = Json::array();
  for (const FindingRule& rule : FindingRules()) {
    absl::StrAppendFormat(&text, "%s  %-36s %-8s %s%s\n", rule.id, rule.name, LevelName(rule.level),
                          rule.title, rule.implemented ? "" : " (not reported yet)");
    json["rules"].push_back(FindingRuleJson(rule));
  }
  return PrintResult(options, text, json, environment);
}

}  // namespace

ExitCode RunExplain(const Options& options, Environment& environment) {
  return Finish(Explain(options, environment), environment);
}

ExitCode RunRules(const Options& options, Environment& environment) {
  return Finish(Rules(options, environment), environment);
}

ExitCode RunVersion(const Options& options, Environment& environment) {
  Json json = Envelope("Version");
  return Finish(PrintResult(options, absl::StrCat("wecan ", kVersion, "\n"), json, environment),
                environment);
}

}  // namespace wecan
