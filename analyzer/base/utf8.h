// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

struct Utf8Char {
  uint32_t code = 0xFFFD;  // U+FFFD when invalid
  uint8_t length = 1;      // bytes taken; 1 when invalid
  bool valid = false;
};

// The first character of `text`, which must not be empty. Overlong forms, surrogates and truncated
// sequences are invalid.
Utf8Char DecodeUtf8(absl::string_view text);

// Appends `code` to `out` as UTF-8.
void AppendUtf8(uint32_t code, std::string* out);

bool IsValidUtf8(absl::string_view text);

// Number of code points of `text`; an invalid byte counts as one.
size_t CountCodePoints(absl::string_view text);

}  // namespace wecan
