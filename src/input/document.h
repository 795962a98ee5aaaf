// SPDX-License-Identifier: Apache-2.0
// One YAML or JSON document as a flat array of nodes in document order. Children follow their
// parent; `next` skips a whole subtree, so what nobody asks for costs nothing but the array entry.
// Scalars are views into the input or into the document's arena; both must outlive it. Reused from
// document to document to keep memory constant.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace wecan {

enum class NodeKind : uint8_t { kScalar, kMapping, kSequence, kAlias };

// What a scalar is, by the rules of kubectl's YAML parser (YAML 1.1: `on`, `yes` and `0x1F` are no
// strings).
enum class ScalarType : uint8_t { kNull, kBool, kInt, kFloat, kString };

// How a plain (unquoted, untagged) scalar resolves. Source: go.yaml.in/yaml/v2 resolve.go.
ScalarType ResolvePlain(absl::string_view text);

// Position of a node: 0-based, columns in code points, end exclusive.
struct Span {
  uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
};

struct Node {
  NodeKind kind = NodeKind::kScalar;
  ScalarType type = ScalarType::kNull;  // of scalars
  bool flow = false;                    // a mapping or sequence in flow style
  bool plain = false;                   // a scalar without quotes
  uint32_t next = 0;                    // index of the node behind this subtree
  uint32_t target = 0;                  // of an alias
  Span span;
  absl::string_view text;  // of scalars
};

// What does not parse, or goes beyond a budget. Position 1-based in the text given; line 0 for the
// whole.
struct SyntaxError {
  std::string message;
  uint32_t line = 0;
  uint32_t column = 0;
  bool budget = false;  // well-formed as far as it was read, but too large
};

// Two equal keys in one mapping: where the second stands (1-based).
struct DuplicateKey {
  std::string key;
  Span span;
};

struct Budgets {
  uint64_t file_bytes = uint64_t{256} << 20;
  uint64_t document_bytes = uint64_t{64} << 20;
  uint32_t depth = 512;
  uint64_t nodes = 10'000'000;  // after aliases
};

class Document;

// A node of a document, with aliases followed and merge keys resolved. Cheap to copy; invalid
// (false) where there is none.
class Value {
 public:
  Value() = default;
  Value(const Document* document, uint32_t index);

  explicit operator bool() const { return document_ != nullptr; }
  bool IsMapping() const;
  bool IsSequence() const;
  bool IsNull() const;  // a null scalar; not an absent one
  bool IsString() const;
  bool IsScalar() const;
  ScalarType type() const;
  bool flow() const;   // a mapping or sequence in flow style
  bool plain() const;  // a scalar without quotes

  // The text of a scalar of any type, "" of everything else.
  absl::string_view text() const;
  // The text if this is a string.
  std::optional<absl::string_view> AsString() const;
  bool IsTrue() const;  // the boolean true

  Span span() const;
  // The node as it stands in the parent, before an alias is followed.
  uint32_t index() const { return raw_; }

  // The value of `key` in a mapping as kubectl sees it: merge keys (`<<`) resolved in order, the
  // last of equal keys wins.
  Value operator[](absl::string_view key) const;
  // Like [], also giving the key's own node.
  Value Find(absl::string_view key, Value* key_node) const;

  // Calls f(key, value) for each effective entry of a mapping, in order of first appearance.
  template <typename F>
  void ForEachEntry(F f) const {
    for (const auto& [key, value] : Entries()) f(key, value);
  }
  // Calls f(item) for each item of a sequence.
  template <typename F>
  void ForEachItem(F f) const {
    if (!IsSequence()) return;
    for (Value item = First(); item; item = item.Next(*this)) f(item);
  }

 private:
  std::vector<std::pair<Value, Value>> Entries() const;
  void CollectEntries(std::vector<std::pair<Value, Value>>& entries,
                      absl::flat_hash_map<absl::string_view, size_t>& index) const;
  const Node& node() const;
  Value First() const;                    // the first child
  Value Next(const Value& parent) const;  // the sibling behind this child of `parent`

  const Document* document_ = nullptr;
  uint32_t raw_ = 0;    // the node as it stands in the parent
  uint32_t index_ = 0;  // the node after following aliases
};

// "a mapping", "a number", "null": what a message calls the value.
const char* TypeInWords(const Value& value);

// Builds itself from parser events.
class Document {
 public:
  explicit Document(const Budgets& budgets) : budgets_(budgets) {}
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  void Clear();
  bool empty() const { return nodes_.empty(); }
  Value root() const { return nodes_.empty() ? Value() : Value(this, 0); }
  // The nodes as they stand in the text: aliases not followed, merge keys not resolved.
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<DuplicateKey>& duplicates() const { return duplicates_; }
  // A key that is no scalar, which kubectl refuses: a flow mapping, as in `{{ .Values.x }}` read as
  // YAML, or another one.
  const std::optional<Span>& flow_mapping_key() const { return flow_mapping_key_; }
  const std::optional<Span>& complex_key() const { return complex_key_; }
  // A merge key whose value is neither a mapping nor a list of them.
  const std::optional<Span>& bad_merge() const { return bad_merge_; }

  // --- events, called by a parser; false ends the parse, error() says why ---
  bool Scalar(absl::string_view text, bool plain, absl::string_view tag, absl::string_view anchor,
              const Span& span);
  bool Begin(NodeKind kind, bool flow, absl::string_view anchor, const Span& span);
  bool End(uint32_t line, uint32_t column);
  bool Alias(absl::string_view anchor, const Span& span);
  const SyntaxError& error() const { return error_; }

  // Keeps a copy of `text` as long as the document.
  absl::string_view Keep(absl::string_view text);

 private:
  friend class Value;
  struct Open {
    uint32_t node;
    bool anchored = false;
    uint32_t children = 0;
    uint64_t expanded = 1;  // nodes of the subtree after aliases
    uint32_t depth = 0;     // levels below
  };
  struct Extent {
    uint64_t expanded = 1;
    uint32_t depth = 0;
  };

  bool Add(Node node, absl::string_view anchor, const Extent& extent);
  bool Fail(std::string message, const Span& span);
  bool TooManyNodes(const Span& span);
  bool TooDeep(const Span& span);
  void CheckKeys(const Open& open);

  Budgets budgets_;
  std::vector<Node> nodes_;
  std::vector<Open> open_;
  absl::flat_hash_map<std::string, uint32_t> anchors_;
  absl::flat_hash_map<uint32_t, Extent> extents_;  // of anchored nodes that are complete
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_used_ = 0, block_size_ = 0;
  std::vector<DuplicateKey> duplicates_;
  std::optional<Span> flow_mapping_key_, complex_key_, bad_merge_;
  SyntaxError error_;
};

}  // namespace wecan
