// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "src/output/style.h"

namespace wecan {

// What changed, in the unified format of GNU diff with three lines of context; "" if nothing did.
// An empty `old_name` means a new file. Without colour the lines are the bytes of the texts, so
// that `patch` takes them; with colour it is for eyes, and control characters are replaced.
std::string UnifiedDiff(absl::string_view old_name, absl::string_view new_name,
                        absl::string_view before, absl::string_view after, const Style& style);

}  // namespace wecan
