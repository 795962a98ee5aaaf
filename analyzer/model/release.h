// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

// A release number X.Y.Z, ordered by its parts. Z is -1 where only X.Y was given.
struct Release {
  int major = 0;
  int minor = 0;
  int patch = -1;

  // NOLINTNEXTLINE(modernize-use-nullptr): a false alarm of clang-tidy 14 on defaulted comparisons
  friend auto operator<=>(const Release&, const Release&) = default;
};

// "v1.3.1", "1.3.1" or "1.3"; nothing for any other text.
std::optional<Release> ParseRelease(absl::string_view text);

// "1.3.1" or "1.3".
std::string ReleaseName(const Release& release);

}  // namespace wecan
