// SPDX-License-Identifier: Apache-2.0
// A document together with its text: where each node begins and ends, and what stands around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "src/input/document.h"

namespace wecan {

enum class Language { kYaml, kJson };

// The text of a file, which ends with a line break or is empty, and the way from lines and columns
// to bytes.
class SourceText {
 public:
  SourceText(absl::string_view path, absl::string_view text, Language language);

  absl::string_view path() const { return path_; }
  absl::string_view text() const { return text_; }
  Language language() const { return language_; }
  char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  // The byte at a 0-based line and column, in constant time.
  size_t Offset(uint32_t line, uint32_t column) const;
  // "PATH:LINE:COL: why" at a byte.
  absl::Status RefuseAt(size_t at, absl::string_view why) const;

  size_t LineStart(size_t at) const;
  // The start of the next line.
  size_t AfterLine(size_t at) const;
  // The line break of the line that ends before `line_start`.
  absl::string_view EolBefore(size_t line_start) const;
  size_t SkipBlanks(size_t at) const;
  // Blanks, line breaks and comments.
  size_t SkipTrivia(size_t at) const;
  bool OnlyBlanksBefore(size_t at) const;  // on its line
  bool OnlyTriviaBehind(size_t at) const;  // blanks or a comment, until the end of its line
  bool HasLineBreak(size_t begin, size_t end) const;

 private:
  absl::string_view path_, text_;
  Language language_;
  std::vector<size_t> lines_;  // where each starts
  // Of each line the number of characters before it, and of each kStep-th character its byte.
  std::vector<size_t> characters_before_, steps_;
};

// One entry of a mapping as it stands in the text.
struct SourceEntry {
  uint32_t key = 0, value = 0;
  size_t colon = 0;
};

class SourceTree {
 public:
  SourceTree(const Document& document, const SourceText& source)
      : nodes_(document.nodes()), source_(source) {}

  const Node& node(uint32_t index) const { return nodes_[index]; }
  const SourceText& source() const { return source_; }

  size_t Begin(uint32_t index) const;
  // Behind the last character of a node. Of a literal or folded scalar, and of what ends with one:
  // the start of the line behind it.
  size_t End(uint32_t index) const;
  // The start of the line behind the node, in block style.
  size_t LineBehind(uint32_t index) const;

  std::vector<uint32_t> Children(uint32_t index) const;
  // Refuses mappings in which a key does not simply stand for itself.
  absl::StatusOr<std::vector<SourceEntry>> Entries(uint32_t mapping) const;

  bool IsNull(uint32_t index) const;
  bool IsBlockScalar(uint32_t index) const;
  // Refuses a node that is an alias or has an anchor or a tag; any such node below it; and any
  // above it, which is where a node that is used twice shows.
  absl::Status CheckPlain(uint32_t index) const;
  absl::Status CheckSubtreePlain(uint32_t index) const;
  absl::Status CheckPathPlain(uint32_t index) const;
  absl::Status Refuse(uint32_t index, absl::string_view why) const;

 private:
  const std::vector<Node>& nodes_;
  const SourceText& source_;
};

// Replace the bytes from begin to end.
struct TextEdit {
  size_t begin = 0, end = 0;
  std::string text;
};

// Makes all edits at once. Those at one place keep their order; what two delete is gone once.
std::string ApplyTextEdits(absl::string_view text, std::vector<TextEdit> edits);

}  // namespace wecan
