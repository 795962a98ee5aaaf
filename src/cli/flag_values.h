// SPDX-License-Identifier: Apache-2.0
// The values of flags that take one of a few. What checks them and what completes them read the
// same table.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"

namespace wecan {

// In the order in which messages name them; empty for a flag that takes any text.
// FlagValues("--mode") is {"default", "singleton"}.
std::vector<absl::string_view> FlagValues(absl::string_view flag);

}  // namespace wecan
