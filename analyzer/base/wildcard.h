// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

namespace wecan {

// Whether all of `text` matches `pattern`: `*` for any text, `?` for any one byte. Time: at most
// the product of both lengths.
bool WildcardMatches(absl::string_view pattern, absl::string_view text);

}  // namespace wecan
