// SPDX-License-Identifier: Apache-2.0
// The names of the formats that reports have.
#pragma once

#include <array>

#include "absl/strings/string_view.h"

namespace wecan {

// The formats of `check`; the first is the default.
inline constexpr std::array<absl::string_view, 11> kReportFormats = {
    "text",  "wide",  "short",  "json",   "yaml",    "name",
    "sarif", "junit", "gitlab", "github", "markdown"};

}  // namespace wecan
