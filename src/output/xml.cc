// SPDX-License-Identifier: Apache-2.0
#include "src/output/xml.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_replace.h"

#include "analyzer/base/utf8.h"

namespace wecan {
namespace {

// Source: XML 1.0, production 2; the control characters that it discourages are left out, too.
bool IsXmlChar(uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return (code < 0x7f || code >= 0xa0) && code != 0xfffe && code != 0xffff;
}

}  // namespace

// A ">" is escaped wherever it stands, so "]]>" cannot arise.
std::string XmlText(absl::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
  });
  if (plain) return std::string(text);  // nearly always
  std::string legal;
  for (; !text.empty();) {
    const Utf8Char c = DecodeUtf8(text);
    AppendUtf8(IsXmlChar(c.code) ? c.code : 0xfffd, &legal);
    text.remove_prefix(c.length);
  }
  return absl::StrReplaceAll(legal, {{"&", "&amp;"},
                                     {"<", "&lt;"},
                                     {">", "&gt;"},
                                     {"\"", "&quot;"},
                                     {"'", "&apos;"},
                                     {"\r", "&#13;"}});
}

// A parser would make blanks of these.
std::string XmlAttribute(absl::string_view text) {
  std::string xml = XmlText(text);
  if (xml.find_first_of("\n\t") == std::string::npos) return xml;
  return absl::StrReplaceAll(xml, {{"\n", "&#10;"}, {"\t", "&#9;"}});
}

}  // namespace wecan
