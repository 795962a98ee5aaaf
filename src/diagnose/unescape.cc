// SPDX-License-Identifier: Apache-2.0
#include "src/diagnose/unescape.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

#include "analyzer/base/utf8.h"

namespace wecan {
namespace {

// The number that `digits` hexadecimal digits at `at` give, or -1.
int32_t Hex(absl::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return -1;
  int32_t value = 0;
  for (const char c : text.substr(at, digits)) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return -1;
    const int digit = absl::ascii_isdigit(static_cast<unsigned char>(c))
                          ? c - '0'
                          : absl::ascii_tolower(static_cast<unsigned char>(c)) - 'a' + 10;
    value = value * 16 + digit;
  }
  return value;
}

// Appends the character that the escape \uXXXX at `at` (its backslash) stands for, both halves of a
// surrogate pair; gives its length, 0 if there is none.
size_t AppendUnicode(absl::string_view text, size_t at, std::string* out) {
  const int32_t unit = Hex(text, at + 2, 4);
  if (unit < 0) return 0;
  const bool high = unit >= 0xD800 && unit < 0xDC00;
  if (high && text.substr(at + 6, 2) == "\\u") {
    const int32_t low = Hex(text, at + 8, 4);
    if (low >= 0xDC00 && low < 0xE000) {
      AppendUtf8(0x10000 + ((static_cast<uint32_t>(unit) - 0xD800) << 10) +
                     (static_cast<uint32_t>(low) - 0xDC00),
                 out);
      return 12;
    }
  }
  const bool half = unit >= 0xD800 && unit < 0xE000;
  AppendUtf8(half ? 0xFFFD : static_cast<uint32_t>(unit), out);
  return 6;
}

// The length of a terminal's escape sequence at the start of `text`: colours (CSI), titles (OSC),
// or two characters.
size_t TerminalEscape(absl::string_view text) {
  if (text.size() < 2) return 1;
  size_t i = 2;
  if (text[1] == '[') {
    while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7E) && text[i] != '\n') ++i;
    return i < text.size() && text[i] != '\n' ? i + 1 : i;
  }
  if (text[1] == ']') {
    while (i < text.size() && text[i] != '\a' && text[i] != '\n' && text[i] != '\x1b') ++i;
    return i < text.size() && text[i] == '\a' ? i + 1 : i;
  }
  return text[1] == '\n' ? 1 : 2;
}

// Whether a byte is neither a part of a longer character nor one that is left out.
bool IsPlain(char c) { return c > 0x1b || (c != 0x1b && c != '\r' && c > 0); }

// Characters that take no place: zero-width blanks and joiners, marks and overrides of direction,
// byte order marks, soft hyphens.
bool TakesNoPlace(uint32_t code) {
  return (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x2069) || code == 0xFEFF || code == 0x00AD || code == 0x061C ||
         code == 0x180E;
}

}  // namespace

std::string UnescapeOnce(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[i + 1]) {
      case '"':
      case '\\':
      case '/':
        out += text[++i];
        continue;
      case 'n':
      case 'r':
        out += '\n';
        ++i;
        continue;
      case 't':
        out += ' ';
        ++i;
        continue;
      case 'u':
        if (const size_t length = AppendUnicode(text, i, &out); length > 0) {
          i += length - 1;
          continue;
        }
        break;
      case 'x':
        if (const int32_t byte = Hex(text, i + 2, 2); byte > 0) {
          out += static_cast<char>(byte);
          i += 3;
          continue;
        }
        break;
      default:
        break;
    }
    out += text[i];
  }
  return out;
}

std::string DecodeHtml(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&lt;", "<"},
                                    {"&gt;", ">"},
                                    {"&amp;", "&"},
                                    {"&quot;", "\""},
                                    {"&#34;", "\""},
                                    {"&#39;", "'"}});
}

bool HasInvisible(absl::string_view text) {
  // Bytes that all of them start with, each found at the speed of memory.
  for (const char c : {'\x1b', '\r', '\0', '\xE2', '\xEF', '\xC2', '\xD8', '\xE1'}) {
    if (std::memchr(text.data(), c, text.size()) != nullptr) return true;
  }
  return false;
}

std::string StripInvisible(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text[0]);
    if (c == 0x1b) {
      text.remove_prefix(TerminalEscape(text));
    } else if (c == '\r' || c == '\0') {
      text.remove_prefix(1);
    } else if (c < 0x80) {
      size_t plain = 1;
      while (plain < text.size() && IsPlain(text[plain])) ++plain;
      out.append(text.data(), plain);
      text.remove_prefix(plain);
    } else {
      const Utf8Char u = DecodeUtf8(text);
      if (u.valid && u.code == 0x00A0) {
        out += ' ';
      } else if (!u.valid || !TakesNoPlace(u.code)) {
        out.append(text.data(), u.length);
      }
      text.remove_prefix(u.length);
    }
  }
  return out;
}

}  // namespace wecan
