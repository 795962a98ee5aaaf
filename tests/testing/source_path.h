// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

// The absolute path of a file of the source tree: SourcePath("fixtures/conformance/profiles.yaml").
std::string SourcePath(absl::string_view relative);

// Its bytes. Throws std::runtime_error naming the file when it cannot be read, which fails the
// test.
std::string ReadSource(absl::string_view relative);

}  // namespace wecan
