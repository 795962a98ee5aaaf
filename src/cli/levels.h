// SPDX-License-Identifier: Apache-2.0
// The levels of rules, as flags and configuration say.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "analyzer/analyze.h"
#include "src/cli/options.h"

namespace wecan {

// The level with this name; nothing for the word `none`. InvalidArgument names `flag`.
absl::StatusOr<std::optional<Level>> ParseLevel(const std::string& flag, const std::string& name,
                                                absl::string_view none);

// The configuration, --select, --rule and --ignore, from weak to strong.
absl::Status SetLevels(const PolicyOptions& policy, AnalyzeOptions& analyze);

}  // namespace wecan
