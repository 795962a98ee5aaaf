// SPDX-License-Identifier: Apache-2.0
#include "src/output/style.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "analyzer/base/utf8.h"

namespace wecan {

std::string Style::Paint(const char* code, absl::string_view text) const {
  if (!color) return std::string(text);
  return absl::StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

std::string Printable(absl::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (plain) return std::string(text);  // nearly always
  std::string out;
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    const bool control = c.code < 0x20 || (c.code >= 0x7f && c.code < 0xa0) ||
                         (c.code >= 0x200e && c.code <= 0x200f) ||
                         (c.code >= 0x202a && c.code <= 0x202e) ||
                         (c.code >= 0x2066 && c.code <= 0x2069);
    AppendUtf8(control ? 0xFFFD : c.code, &out);
    text.remove_prefix(c.length);
  }
  return out;
}

std::string ShellWord(absl::string_view text) {
  const auto plain = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_./-:=,@+%", c);
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string Pad(absl::string_view text, size_t width) {
  std::string out(text);
  const size_t length = CountCodePoints(text);
  if (length < width) out.append(width - length, ' ');
  return out;
}

}  // namespace wecan
