// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analyzer/base/source_location.h"

namespace wecan {

enum class Level { kNote, kWarning, kError };

// One remark on the input itself: it says something wrong or odd, and the analysis goes on without
// that part. The other error channel, absl::Status, means that work could not be done at all.
struct Diagnostic {
  std::string rule;  // WEC9xx, or empty for a plain warning that no rule stands for
  Level level = Level::kError;
  std::string message;  // what is wrong and what to do next, without the position
  SourceLocation location;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

}  // namespace wecan
