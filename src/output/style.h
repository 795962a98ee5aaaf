// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "analyzer/base/diagnostic.h"

namespace wecan {

// How text is drawn. Only colour and width may depend on the terminal, never content.
struct Style {
  bool color = false;
  int columns = 100;

  std::string Bold(absl::string_view text) const { return Paint("1", text); }
  std::string Dim(absl::string_view text) const { return Paint("2", text); }
  std::string Red(absl::string_view text) const { return Paint("31", text); }
  std::string Green(absl::string_view text) const { return Paint("32", text); }
  std::string Cyan(absl::string_view text) const { return Paint("36", text); }
  std::string ForLevel(Level level, absl::string_view text) const {
    return Paint(level == Level::kError ? "1;31" : level == Level::kWarning ? "33" : "36", text);
  }

 private:
  std::string Paint(const char* code, absl::string_view text) const;
};

// `text` with control characters (terminal escapes, line breaks) replaced, so that no name can draw
// on the screen.
std::string Printable(absl::string_view text);

// `text` as one word of a shell, quoted where that is needed.
std::string ShellWord(absl::string_view text);

// `text` padded with blanks to `width` code points; longer text stays.
std::string Pad(absl::string_view text, size_t width);

}  // namespace wecan
