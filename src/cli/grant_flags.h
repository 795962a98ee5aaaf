// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"

#include "analyzer/fixes/fix.h"
#include "src/cli/options.h"

namespace wecan {

// What flags say of the form of a grant. InvalidArgument names the flag at fault.
absl::StatusOr<FixOptions> MakeFixOptions(const FixFlags& flags);

}  // namespace wecan
