// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/labels.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace wecan {
namespace {

bool RequirementMatches(const LabelSelectorRequirement& requirement, const Labels& labels) {
  const std::string* value = FindLabel(labels, requirement.key);
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), *value) !=
           requirement.values.end();
  };
  if (requirement.op == "In") return value != nullptr && listed();
  if (requirement.op == "NotIn") return value == nullptr || !listed();
  if (requirement.op == "Exists") return value != nullptr;
  if (requirement.op == "DoesNotExist") return value == nullptr;
  return false;
}

}  // namespace

const std::string* FindLabel(const Labels& labels, absl::string_view key) {
  for (const auto& [k, v] : labels) {
    if (k == key) return &v;
  }
  return nullptr;
}

absl::Status ValidateSelector(const LabelSelector& selector) {
  for (const LabelSelectorRequirement& r : selector.match_expressions) {
    const bool takes_values = r.op == "In" || r.op == "NotIn";
    if (!takes_values && r.op != "Exists" && r.op != "DoesNotExist") {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", r.op, "\" is not a valid label selector operator"));
    }
    if (takes_values == r.values.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("label selector on \"", r.key, "\": operator ", r.op,
                       takes_values ? " needs at least one value" : " takes no values"));
    }
  }
  return absl::OkStatus();
}

bool SelectorMatches(const LabelSelector& selector, const Labels& labels) {
  for (const auto& [key, want] : selector.match_labels) {
    const std::string* value = FindLabel(labels, key);
    if (value == nullptr || *value != want) return false;
  }
  return std::all_of(
      selector.match_expressions.begin(), selector.match_expressions.end(),
      [&](const LabelSelectorRequirement& r) { return RequirementMatches(r, labels); });
}

}  // namespace wecan
