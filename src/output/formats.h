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

// Those of `can-i`; --reviews begins with json, and --list has no junit, for it asks nothing.
inline constexpr std::array<absl::string_view, 7> kCanIFormats = {
    "text", "wide", "name", "json", "yaml", "junit", "markdown"};
inline constexpr std::array<absl::string_view, 5> kReviewFormats = {"json", "yaml", "text", "junit",
                                                                    "markdown"};
inline constexpr std::array<absl::string_view, 4> kRuleListFormats = {"text", "json", "yaml",
                                                                      "markdown"};

// Those of `fix`.
inline constexpr std::array<absl::string_view, 5> kFixFormats = {"text", "json", "yaml", "junit",
                                                                 "markdown"};

}  // namespace wecan
