// SPDX-License-Identifier: Apache-2.0
#include "analyzer/base/go_quote.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

#include "analyzer/base/utf8.h"

namespace wecan {
namespace {

struct Range {
  uint32_t first, last;
};
constexpr Range kUnprintable[] = {
// clang-format off
#include "analyzer/base/unprintable.inc"
    // clang-format on
};

bool Prints(uint32_t code) {
  if (code < 0x80) return code >= 0x20 && code != 0x7f;
  const Range* range = std::lower_bound(std::begin(kUnprintable), std::end(kUnprintable), code,
                                        [](const Range& r, uint32_t c) { return r.last < c; });
  return range == std::end(kUnprintable) || code < range->first;
}

absl::string_view ShortEscape(char c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '\\':
      return "\\\\";
    case '"':
      return "\\\"";
    default:
      return "";
  }
}

}  // namespace

std::string GoQuote(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    if (absl::string_view escape = ShortEscape(text[0]); !escape.empty()) {
      out.append(escape.data(), escape.size());
      text.remove_prefix(1);
      continue;
    }
    const Utf8Char c = DecodeUtf8(text);
    if (!c.valid || (c.code < 0x80 && !Prints(c.code))) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<uint8_t>(text[0]));
    } else if (Prints(c.code)) {
      out.append(text.data(), c.length);
    } else if (c.code < 0x10000) {
      absl::StrAppendFormat(&out, "\\u%04x", c.code);
    } else {
      absl::StrAppendFormat(&out, "\\U%08x", c.code);
    }
    text.remove_prefix(c.length);
  }
  out += '"';
  return out;
}

std::string GoQuoteList(absl::Span<const std::string> list) {
  std::string out = "[";
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ' ';
    out += GoQuote(list[i]);
  }
  return out + "]";
}

}  // namespace wecan
