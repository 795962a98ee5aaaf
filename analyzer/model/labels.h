// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wecan {

// metadata.labels in document order. Small, so a vector beats a map.
using Labels = std::vector<std::pair<std::string, std::string>>;

// The value of `key`, or nullptr.
const std::string* FindLabel(const Labels& labels, absl::string_view key);

struct LabelSelectorRequirement {
  std::string key;
  std::string op;  // In, NotIn, Exists, DoesNotExist
  std::vector<std::string> values;

  friend bool operator==(const LabelSelectorRequirement&,
                         const LabelSelectorRequirement&) = default;
};

// metav1.LabelSelector: all of match_labels and match_expressions must hold; an empty selector
// matches everything.
struct LabelSelector {
  Labels match_labels;
  std::vector<LabelSelectorRequirement> match_expressions;

  bool empty() const { return match_labels.empty() && match_expressions.empty(); }
  friend bool operator==(const LabelSelector&, const LabelSelector&) = default;
};

// OK, or InvalidArgument naming the operator or the value list at fault: In and NotIn need values,
// Exists and DoesNotExist forbid them. Source: apimachinery v0.36 pkg/apis/meta/v1/helpers.go,
// LabelSelectorAsSelector.
absl::Status ValidateSelector(const LabelSelector& selector);

// A selector as kubectl -l takes it: "app=web,tier!=db,env in (a,b),!legacy,canary".
// InvalidArgument says what does not parse. Comparisons (x>1) parse and match nothing. Source:
// apimachinery v0.36 pkg/labels/selector.go, Parse.
absl::StatusOr<LabelSelector> ParseLabelSelector(absl::string_view text);

// Whether a valid `selector` matches. NotIn also matches when the key is absent.
bool SelectorMatches(const LabelSelector& selector, const Labels& labels);

}  // namespace wecan
