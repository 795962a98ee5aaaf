// SPDX-License-Identifier: Apache-2.0
// Changes of one document as edits of its text, and at the same time as a TreePatch, by which the
// result is checked. Knows YAML and JSON, and nothing of RBAC.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "src/edit/source_tree.h"
#include "src/edit/tree_patch.h"
#include "src/output/json.h"

namespace wecan {

// How values are written in flow style.
struct FlowStyle {
  Language language = Language::kYaml;
  std::string comma = ", ", colon = ": ";
  char quote = 0, key_quote = 0;  // 0: plain where that is safe
};

// The nodes that are passed must have no anchor, tag or alias: the caller has checked that. Values
// that are added hold strings, lists of strings, and mappings of these.
class Splicer {
 public:
  // `house` is the node, such as a whole role, whose style new text takes where its neighbours have
  // none to copy.
  Splicer(const SourceTree& tree, uint32_t house, std::vector<TextEdit>& edits, TreePatch& patch);

  // Takes items away and appends others. The sequence is the value of `entry`.
  absl::Status EditSequence(const SourceEntry& entry, const absl::flat_hash_set<uint32_t>& drop,
                            const std::vector<Json>& add);
  // Adds keys that the mapping does not have; once for each mapping, and after all changes below
  // it.
  absl::Status AddEntries(uint32_t mapping, const NewEntries& entries);
  // Gives a null or empty value of `mapping` a list or mapping that is not empty.
  absl::Status Fill(uint32_t mapping, const SourceEntry& entry, const Json& value);
  // Replaces a scalar.
  void SetText(const SourceEntry& entry, const std::string& text);

 private:
  struct Extent {
    size_t begin, end;
  };

  void Insert(size_t at, std::string text) { edits_.push_back({at, at, std::move(text)}); }
  void Delete(size_t begin, size_t end) { edits_.push_back({begin, end, ""}); }

  absl::Status EditBlock(const SourceEntry& entry, const absl::flat_hash_set<uint32_t>& drop,
                         const std::vector<Json>& add);
  // A sequence or mapping in brackets: drops some of `members`, adds others behind the rest.
  absl::Status EditFlow(uint32_t container, const std::vector<Extent>& members,
                        const std::vector<bool>& drop, const std::vector<std::string>& add,
                        absl::string_view comma);
  void EmptyFlow(uint32_t container, const std::vector<Extent>& members,
                 const std::vector<std::string>& add, absl::string_view comma);
  void DropFlow(const std::vector<Extent>& members, const std::vector<bool>& drop);
  size_t CommaBehind(const Extent& member) const;  // npos if there is none
  bool HasOwnLine(const Extent& member) const;
  std::string IndentOfLine(size_t at) const;

  char QuoteOf(uint32_t scalar) const;  // 0 if there is none
  // The first of everything that shows a style in a subtree, and that of the house for the rest.
  FlowStyle StyleLike(uint32_t node) const;
  // `value` as a further member of a flow collection whose last member is `sibling` (0: none).
  std::string FlowMember(const Json& value, uint32_t sibling, const FlowStyle& style) const;
  // "- ..." with its line ends.
  std::string BlockItem(const Json& value, uint32_t sequence, uint32_t sibling, size_t dash,
                        absl::string_view eol) const;
  // A key and its value, or only the lines below the key, in block style.
  std::string BlockEntry(const std::string& indent, absl::string_view key, const Json& value,
                         absl::string_view eol) const;
  std::string BlockLines(const std::string& indent, const Json& value, absl::string_view eol) const;
  // Spaces between the columns of a multi-line mapping and of its entries.
  size_t StepOf(uint32_t mapping) const;

  const SourceTree& tree_;
  const SourceText& source_;
  uint32_t house_;
  FlowStyle house_style_;
  std::vector<TextEdit>& edits_;
  TreePatch& patch_;
};

}  // namespace wecan
