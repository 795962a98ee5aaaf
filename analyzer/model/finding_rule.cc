// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/finding_rule.h"

#include "absl/strings/match.h"

namespace wecan {

const FindingRule* FindRule(absl::string_view id) {
  for (const FindingRule& rule : FindingRules()) {
    if (absl::EqualsIgnoreCase(rule.id, id) || absl::EqualsIgnoreCase(rule.name, id)) return &rule;
  }
  return nullptr;
}

absl::string_view LevelName(Level level) {
  switch (level) {
    case Level::kError:
      return "error";
    case Level::kWarning:
      return "warning";
    case Level::kNote:
      return "note";
  }
  return "";
}

}  // namespace wecan
