// SPDX-License-Identifier: Apache-2.0
#include "src/edit/source_tree.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/base/utf8.h"

namespace wecan {
namespace {

constexpr size_t kStep = 64;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }
bool IsBreak(char c) { return c == '\n' || c == '\r'; }

}  // namespace

SourceText::SourceText(absl::string_view path, absl::string_view text, Language language)
    : path_(path), text_(text), language_(language) {
  lines_.push_back(0);
  characters_before_.push_back(0);
  size_t characters = 0;
  for (size_t at = 0; at < text.size(); ++characters) {
    if (characters % kStep == 0) steps_.push_back(at);
    const bool ends_line = text[at] == '\n';
    at += static_cast<unsigned char>(text[at]) < 0x80 ? 1 : DecodeUtf8(text.substr(at)).length;
    if (!ends_line) continue;
    lines_.push_back(at);
    characters_before_.push_back(characters + 1);
  }
}

size_t SourceText::Offset(uint32_t line, uint32_t column) const {
  if (line >= lines_.size()) return text_.size();
  const size_t character = characters_before_[line] + column;
  if (character / kStep >= steps_.size()) return text_.size();
  size_t at = steps_[character / kStep];
  for (size_t i = 0; i < character % kStep && at < text_.size(); ++i)
    at += DecodeUtf8(text_.substr(at)).length;
  return at;
}

absl::Status SourceText::RefuseAt(size_t at, absl::string_view why) const {
  const auto line = std::upper_bound(lines_.begin(), lines_.end(), at) - 1;
  return absl::FailedPreconditionError(
      absl::StrCat(path_, ":", line - lines_.begin() + 1, ":",
                   CountCodePoints(text_.substr(*line, at - *line)) + 1, ": ", why));
}

size_t SourceText::LineStart(size_t at) const {
  return *(std::upper_bound(lines_.begin(), lines_.end(), at) - 1);
}

size_t SourceText::AfterLine(size_t at) const {
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), at);
  return next == lines_.end() ? text_.size() : *next;
}

absl::string_view SourceText::EolBefore(size_t line_start) const {
  return line_start >= 2 && text_[line_start - 2] == '\r' ? "\r\n" : "\n";
}

size_t SourceText::SkipBlanks(size_t at) const {
  while (IsBlank(At(at))) ++at;
  return at;
}

size_t SourceText::SkipTrivia(size_t at) const {
  while (at < text_.size()) {
    if (text_[at] == '#') {
      at = AfterLine(at);
    } else if (IsBlank(text_[at]) || IsBreak(text_[at])) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

bool SourceText::OnlyBlanksBefore(size_t at) const {
  while (at > 0 && IsBlank(text_[at - 1])) --at;
  return at == 0 || text_[at - 1] == '\n';
}

bool SourceText::OnlyTriviaBehind(size_t at) const {
  const char c = At(SkipBlanks(at));
  return c == '#' || c == '\0' || IsBreak(c);
}

bool SourceText::HasLineBreak(size_t begin, size_t end) const { return AfterLine(begin) <= end; }

size_t SourceTree::Begin(uint32_t index) const {
  const Span& span = nodes_[index].span;
  return source_.Offset(span.line, span.column);
}

// The parser sees the end of a block collection only at what follows, so its last leaf tells. Goes
// down by one level each time round.
size_t SourceTree::End(uint32_t index) const {
  while (nodes_[index].next > index + 1 && !nodes_[index].flow) {
    uint32_t child = index + 1;
    while (nodes_[child].next < nodes_[index].next) child = nodes_[child].next;
    index = child;
  }
  const Span& span = nodes_[index].span;
  return source_.Offset(span.end_line, span.end_column);
}

size_t SourceTree::LineBehind(uint32_t index) const {
  const size_t end = End(index);
  return end > 0 && source_.text()[end - 1] == '\n' ? end : source_.AfterLine(end);
}

std::vector<uint32_t> SourceTree::Children(uint32_t index) const {
  std::vector<uint32_t> children;
  for (uint32_t child = index + 1; child < nodes_[index].next; child = nodes_[child].next)
    children.push_back(child);
  return children;
}

absl::StatusOr<std::vector<SourceEntry>> SourceTree::Entries(uint32_t mapping) const {
  std::vector<SourceEntry> entries;
  absl::flat_hash_set<absl::string_view> seen;
  const std::vector<uint32_t> children = Children(mapping);
  for (size_t i = 0; i + 1 < children.size(); i += 2) {
    const uint32_t key = children[i];
    WECAN_RETURN_IF_ERROR(CheckPlain(key));
    const Node& node = nodes_[key];
    if (node.kind != NodeKind::kScalar) return Refuse(key, "this key is no text; write it as one");
    if (node.plain && node.text == "<<") {
      return Refuse(key, "a merge key (<<) brings in what stands elsewhere; write it out here");
    }
    if (!seen.insert(node.text).second) {
      return Refuse(key, absl::StrCat("key \"", node.text,
                                      "\" stands twice in one mapping; keep one of them"));
    }
    const size_t end = End(key);
    const size_t colon = nodes_[mapping].flow ? source_.SkipTrivia(end) : source_.SkipBlanks(end);
    if (source_.At(colon) != ':')
      return Refuse(key, "no colon follows this key; write it as `key: value`");
    entries.push_back({key, children[i + 1], colon});
  }
  return entries;
}

bool SourceTree::IsNull(uint32_t index) const {
  return nodes_[index].kind == NodeKind::kScalar && nodes_[index].type == ScalarType::kNull;
}

bool SourceTree::IsBlockScalar(uint32_t index) const {
  const Node& node = nodes_[index];
  const char first = source_.At(Begin(index));
  return node.kind == NodeKind::kScalar && !node.plain && (first == '|' || first == '>');
}

// A node with an anchor or a tag begins there, and nothing else may begin with these characters.
absl::Status SourceTree::CheckPlain(uint32_t index) const {
  const char first = source_.At(Begin(index));
  if (nodes_[index].kind == NodeKind::kAlias)
    return Refuse(index, "an alias (*) stands for text elsewhere; write it out here");
  if (first == '&') return Refuse(index, "an anchor (&) may be used elsewhere; take it away");
  if (first == '!') return Refuse(index, "a tag (!) stands here; take it away");
  return absl::OkStatus();
}

absl::Status SourceTree::CheckSubtreePlain(uint32_t index) const {
  for (uint32_t i = index; i < nodes_[index].next; ++i) {
    WECAN_RETURN_IF_ERROR(CheckPlain(i));
  }
  return absl::OkStatus();
}

absl::Status SourceTree::CheckPathPlain(uint32_t index) const {
  uint32_t at = 0;
  while (true) {
    WECAN_RETURN_IF_ERROR(CheckPlain(at));
    if (at == index) return absl::OkStatus();
    for (++at; nodes_[at].next <= index;) at = nodes_[at].next;
  }
}

absl::Status SourceTree::Refuse(uint32_t index, absl::string_view why) const {
  return source_.RefuseAt(Begin(index), why);
}

std::string ApplyTextEdits(absl::string_view text, std::vector<TextEdit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::string out;
  size_t at = 0;
  for (const TextEdit& edit : edits) {
    if (edit.begin > at) out.append(text.data() + at, edit.begin - at);
    out += edit.text;
    at = std::max(at, edit.end);
  }
  return out.append(text.data() + at, text.size() - at);
}

}  // namespace wecan
