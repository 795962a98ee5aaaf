// SPDX-License-Identifier: Apache-2.0
#include "src/cli/grant_flags.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/dns1123.h"
#include "analyzer/base/status_macros.h"
#include "src/cli/flag_values.h"
#include "src/cli/setup.h"

namespace wecan {
namespace {

// Letters and digits, and -_. between them. Source: apimachinery v0.36
// pkg/api/validate/content/kube.go, IsQualifiedName, and pkg/util/validation, IsValidLabelValue.
bool IsLabelText(absl::string_view text) {
  const auto alnum = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); };
  return !text.empty() && text.size() <= 63 && alnum(text.front()) && alnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alnum(c) || absl::StrContains("-_.", c); });
}

bool IsLabelKey(absl::string_view key) {
  const size_t slash = key.find('/');
  if (slash == absl::string_view::npos) return IsLabelText(key);
  return IsDns1123Subdomain(key.substr(0, slash)) && IsLabelText(key.substr(slash + 1));
}

// The labels by which a grant is found and held are none that a user may give another value.
absl::StatusOr<std::pair<std::string, std::string>> ParseLabel(const std::string& label) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(label, absl::MaxSplits('=', 1));
  const auto& [key, value] = parts;
  if (key.empty() || label.find('=') == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--labels: \"", label, "\" is not KEY=VALUE, for example app.kubernetes.io/part-of=shop"));
  }
  if (key == kManagedByLabel || key == kAggregateToWorkLabel) {
    return absl::InvalidArgumentError(
        absl::StrCat("--labels: wecan sets ", key, " itself; leave it out",
                     key == kManagedByLabel ? "" : ", --strategy tells whether it is there"));
  }
  if (!IsLabelKey(key) || (!value.empty() && !IsLabelText(value))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--labels: \"", label, "\": the API server refuses this ",
        IsLabelKey(key) ? "value" : "key",
        "; letters, digits and -_. between them will do, at most 63, in a key behind a domain and "
        "a slash"));
  }
  return parts;
}

}  // namespace

absl::StatusOr<FixOptions> MakeFixOptions(const FixFlags& flags) {
  FixOptions fix{.name = flags.name,
                 .needs = {.full = flags.verbs == "full", .resource_names = flags.resource_names},
                 .allow_escalation = flags.allow_escalation,
                 .prune = flags.prune,
                 .downsynced = flags.wrap == "none"};
  WECAN_RETURN_IF_ERROR(CheckOneOf("--verbs", flags.verbs, FlagValues("--verbs")));
  WECAN_RETURN_IF_ERROR(CheckOneOf("--wrap", flags.wrap, FlagValues("--wrap")));
  if (!flags.strategy.empty())
    WECAN_RETURN_IF_ERROR(CheckOneOf("--strategy", flags.strategy, FlagValues("--strategy")));
  for (GrantStrategy s :
       {GrantStrategy::kAggregate, GrantStrategy::kClusterBinding, GrantStrategy::kRoleBinding}) {
    if (GrantStrategyName(s) == flags.strategy) fix.strategy = s;
  }
  for (const std::string& label : flags.labels) {
    WECAN_ASSIGN_OR_RETURN(auto parts, ParseLabel(label));
    fix.labels.push_back(std::move(parts));
  }
  return fix;
}

}  // namespace wecan
