// SPDX-License-Identifier: Apache-2.0
#include "src/input/contents.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "analyzer/base/utf8.h"

namespace wecan {
namespace {

// Line and column of each character that takes two UTF-16 code units.
std::vector<std::pair<uint32_t, uint32_t>> WideCharacters(absl::string_view text) {
  std::vector<std::pair<uint32_t, uint32_t>> places;
  const bool any = std::any_of(text.begin(), text.end(),
                               [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
  if (!any) return places;
  uint32_t line = 0, column = 0;
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (c.code >= 0x10000) places.emplace_back(line, column);
    ++column;
    if (c.code == '\n') {
      ++line;
      column = 0;
    }
    text.remove_prefix(c.length);
  }
  return places;
}

}  // namespace

uint32_t Extraction::SurrogatePairs(uint32_t line, uint32_t columns) const {
  if (!wide_) wide_ = WideCharacters(text_);
  const auto begin = std::lower_bound(wide_->begin(), wide_->end(), std::make_pair(line, 0u));
  const auto end = std::lower_bound(begin, wide_->end(), std::make_pair(line, columns));
  return static_cast<uint32_t>(end - begin);
}

SourceLocation Extraction::Locate(const Span& span) const {
  SourceLocation l{.file = 0,
                   .document = contents_.documents,
                   .line = first_line_ + span.line + 1,
                   .column = span.column + 1,
                   .end_line = first_line_ + span.end_line + 1,
                   .end_column = span.end_column + 1};
  // Almost every place we report starts a line; only behind other text on the line can the two
  // columns differ.
  const uint32_t before = span.column == 0 ? 0 : SurrogatePairs(span.line, span.column);
  const bool wide = before > 0 || span.end_column > 64;
  l.utf16_column = l.column + before;
  l.utf16_end_column = l.end_column + (wide ? SurrogatePairs(span.end_line, span.end_column) : 0);
  return l;
}

SourceLocation Extraction::Locate(const Value& key, const Value& value) const {
  Span span = key.span();
  span.end_line = value.span().end_line;
  span.end_column = value.span().end_column;
  return Locate(span);
}

bool Extraction::IsCutByComment(const Value& value) const {
  if (line_starts_.empty()) {
    line_starts_.push_back(0);
    for (size_t at = text_.find('\n'); at != absl::string_view::npos; at = text_.find('\n', at + 1))
      line_starts_.push_back(at + 1);
  }
  const Span span = value.span();
  if (span.end_line >= line_starts_.size()) return false;
  absl::string_view rest = text_.substr(line_starts_[span.end_line]);
  for (uint32_t i = 0; i < span.end_column && !rest.empty(); ++i)
    rest.remove_prefix(DecodeUtf8(rest).length);
  const size_t blanks = std::min(rest.find_first_not_of(" \t"), rest.size());
  return blanks > 0 && blanks < rest.size() && rest[blanks] == '#';
}

void Extraction::Report(absl::string_view rule, Level level, std::string message,
                        const SourceLocation& location) {
  input().diagnostics.push_back({std::string(rule), level, std::move(message), location});
}

void Extraction::Error(const Value& value, std::string message) {
  Report("WEC901", Level::kError, std::move(message), Locate(value));
}

std::optional<std::string> Extraction::String(const Value& object, absl::string_view key,
                                              absl::string_view what) {
  const Value value = object[key];
  if (!value || value.IsNull()) return "";
  if (const auto text = value.AsString()) return std::string(*text);
  Error(value, absl::StrCat(what, " is ", TypeInWords(value), ", not a string",
                            value.IsScalar() ? "; put it in quotes" : ""));
  return std::nullopt;
}

std::vector<std::string> Extraction::Strings(const Value& object, absl::string_view key,
                                             absl::string_view what) {
  std::vector<std::string> strings;
  const Value list = object[key];
  if (!list || list.IsNull()) return strings;
  if (!list.IsSequence()) {
    Error(list, absl::StrCat(what, " is ", TypeInWords(list), ", not a list of strings"));
    return strings;
  }
  list.ForEachItem([&](const Value& item) {
    if (const auto text = item.AsString()) {
      strings.emplace_back(*text);
    } else {
      Error(item, absl::StrCat("an entry of ", what, " is ", TypeInWords(item), ", not a string"));
    }
  });
  return strings;
}

Labels Extraction::StringMap(const Value& map, absl::string_view what) {
  Labels labels;
  if (!map || map.IsNull()) return labels;
  if (!map.IsMapping()) {
    Error(map, absl::StrCat(what, " is ", TypeInWords(map), ", not a mapping"));
    return labels;
  }
  map.ForEachEntry([&](const Value& key, const Value& value) {
    if (const auto text = value.AsString()) {
      labels.emplace_back(key.text(), *text);
    } else {
      Report("", Level::kWarning,
             absl::StrCat(what, " \"", key.text(), "\" is ", TypeInWords(value),
                          ", not a string: kubectl refuses it, and it counts for nothing here. Put "
                          "the value in quotes"),
             Locate(key, value));
    }
  });
  return labels;
}

}  // namespace wecan
