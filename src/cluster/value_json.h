// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

#include "src/input/document.h"

namespace wecan {

// `value` as JSON on one line, numbers as written. InvalidArgument, holding none of the text, for
// more than `max_bytes` and for numbers that JSON cannot write. Recursion: at most the depth that
// the budget of the document allows.
absl::StatusOr<std::string> ValueJson(const Value& value, size_t max_bytes);

}  // namespace wecan
