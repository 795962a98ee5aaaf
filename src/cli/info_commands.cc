// SPDX-License-Identifier: Apache-2.0
// rules, version: what the program knows, printed.
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/model/finding_rule.h"
#include "src/cli/commands.h"
#include "src/cli/print.h"
#include "src/cli/rule_topic.h"
#include "src/cli/setup.h"
#include "src/output/json.h"
#include "src/output/version.h"

namespace wecan {
namespace {

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

ExitCode RunRules(const Options& options, Environment& environment) {
  return Finish(Rules(options, environment), environment);
}

ExitCode RunVersion(const Options& options, Environment& environment) {
  Json json = Envelope("Version");
  return Finish(PrintResult(options, absl::StrCat("wecan ", kVersion, "\n"), json, environment),
                environment);
}

}  // namespace wecan
