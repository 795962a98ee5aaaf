// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

struct GuessedResource {
  std::string plural;
  std::string singular;
};

// The resource name a kind usually has. Wrong for irregular plurals, so whoever prints it says that
// it is a guess. Source: apimachinery v0.36 pkg/api/meta/restmapper.go, UnsafeGuessKindToResource.
GuessedResource GuessPlural(absl::string_view kind);

}  // namespace wecan
