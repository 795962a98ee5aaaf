// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace wecan {

// Where something stands in the input. Lines and columns are 1-based; 0 means unknown.
// `column` and `end_column` count Unicode code points, the utf16 ones UTF-16 code units (what SARIF
// and editors count). The end is exclusive. `file` indexes AnalysisInput::files, -1 means no file;
// `document` is the 0-based YAML document.
struct SourceLocation {
  int32_t file = -1;
  uint32_t document = 0;
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t end_line = 0;
  uint32_t end_column = 0;
  uint32_t utf16_column = 0;
  uint32_t utf16_end_column = 0;

  friend bool operator==(const SourceLocation&, const SourceLocation&) = default;
};

}  // namespace wecan
