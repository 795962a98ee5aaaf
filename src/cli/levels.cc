// SPDX-License-Identifier: Apache-2.0
#include "src/cli/levels.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/model/finding_rule.h"

namespace wecan {
namespace {

absl::StatusOr<const FindingRule*> LookUpRule(absl::string_view flag, const std::string& id) {
  if (const FindingRule* rule = FindRule(id)) return rule;
  std::vector<absl::string_view> ids;
  for (const FindingRule& rule : FindingRules()) ids.push_back(rule.id);
  for (const FindingRule& rule : FindingRules()) ids.push_back(rule.name);
  return absl::InvalidArgumentError(absl::StrCat(flag, ": no rule \"", id, "\"",
                                                 DidYouMean(id, ids), " (wecan rules lists them)"));
}

}  // namespace

absl::StatusOr<std::optional<Level>> ParseLevel(const std::string& flag, const std::string& name,
                                                absl::string_view none) {
  if (name == none) return std::optional<Level>();
  for (Level level : {Level::kError, Level::kWarning, Level::kNote}) {
    if (LevelName(level) == name) return std::optional<Level>(level);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": \"", name, "\" is none of error, warning, note, ", none));
}

namespace {

// ID=LEVEL.
absl::Status SetLevel(const std::string& text, AnalyzeOptions& analyze) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (parts.size() != 2)
    return absl::InvalidArgumentError(
        absl::StrCat("--rule: \"", text, "\" is not ID=LEVEL, for example WEC103=error"));
  WECAN_ASSIGN_OR_RETURN(const FindingRule* rule, LookUpRule("--rule", parts[0]));
  WECAN_ASSIGN_OR_RETURN(analyze.levels[std::string(rule->id)],
                         ParseLevel("--rule", parts[1], "off"));
  return absl::OkStatus();
}

// All other rules are off; those named are on, at the level that they have by now.
absl::Status Select(const std::vector<std::string>& ids, AnalyzeOptions& analyze) {
  if (ids.empty()) return absl::OkStatus();
  // A file that cannot be read stays an error: what was selected may stand in it.
  std::set<absl::string_view> selected = {"WEC901"};
  for (const std::string& id : ids) {
    WECAN_ASSIGN_OR_RETURN(const FindingRule* rule, LookUpRule("--select", id));
    selected.insert(rule->id);
  }
  for (const FindingRule& rule : FindingRules()) {
    const auto level = analyze.levels.find(std::string(rule.id));
    if (selected.count(rule.id) == 0) {
      analyze.levels[std::string(rule.id)] = std::nullopt;
    } else if (level != analyze.levels.end() && !level->second) {
      analyze.levels.erase(level);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SetLevels(const PolicyOptions& policy, AnalyzeOptions& analyze) {
  for (const std::string& text : policy.config_rules)
    WECAN_RETURN_IF_ERROR(SetLevel(text, analyze));
  WECAN_RETURN_IF_ERROR(Select(policy.select, analyze));
  for (const std::string& text : policy.rules) WECAN_RETURN_IF_ERROR(SetLevel(text, analyze));
  for (const std::string& id : policy.ignore) {
    WECAN_ASSIGN_OR_RETURN(const FindingRule* rule, LookUpRule("--ignore", id));
    analyze.levels[std::string(rule->id)] = std::nullopt;
  }
  return absl::OkStatus();
}

}  // namespace wecan
