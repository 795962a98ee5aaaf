// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

// The SHA-256 digest of `data` as 64 lower-case hex digits (FIPS 180-4). Here and not from a
// library because linking one would add milliseconds to the start of every run, for 16 digits per
// finding.
std::string Sha256Hex(absl::string_view data);

}  // namespace wecan
