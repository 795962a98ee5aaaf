// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace wecan {

// Number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
int EditDistance(absl::string_view a, absl::string_view b);

// `; did you mean "X"?` with the nearest of `candidates`, or nothing when none is near (distance at
// most a third of the longer word, at least 1). Of equally near ones the first in `candidates`
// wins.
std::string DidYouMean(absl::string_view word, absl::Span<const absl::string_view> candidates);

}  // namespace wecan
