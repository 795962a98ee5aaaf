// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/base/diagnostic.h"

namespace wecan {

// One file of rules/findings: a frozen id with its texts.
struct FindingRule {
  absl::string_view id;  // WEC101
  absl::string_view name;
  Level level;
  bool blocks;       // an object with such a finding is not applied on a WEC
  bool implemented;  // false: reserved for a command that does not find it yet
  // For code scanning: how rarely it is wrong (very-high, high, medium, low), how bad it is for
  // security (0.1 to 10.0, "" for what is no vulnerability), and sorted tags.
  absl::string_view precision;
  absl::string_view security_severity;
  absl::Span<const absl::string_view> tags;
  absl::string_view title;
  absl::string_view summary;
  absl::string_view help;
  absl::string_view fix;
  absl::string_view source;
  absl::string_view command;  // the command that reports it
  absl::string_view flags;    // flags of `wecan check` that the examples need, separated by blanks
  absl::string_view bad_example;
  absl::string_view good_example;
};

absl::Span<const FindingRule> FindingRules();  // sorted by id

// The rule with this id or name (any case), or nullptr.
const FindingRule* FindRule(absl::string_view id);

// "error", "warning" or "note".
absl::string_view LevelName(Level level);

}  // namespace wecan
