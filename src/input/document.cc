// SPDX-License-Identifier: Apache-2.0
// No function here recurses over the shape of the input: depth and the number of nodes after
// aliases are counted while the nodes arrive, and a document beyond its budget never becomes one.
#include "src/input/document.h"

#include <algorithm>
#include <cstring>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

bool OneOf(absl::string_view text, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool AllDigits(absl::string_view text, absl::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == absl::string_view::npos;
}

bool IsInt(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
  if (absl::ConsumePrefix(&text, "0x") || absl::ConsumePrefix(&text, "0X")) {
    return AllDigits(text, "0123456789abcdefABCDEF_");
  }
  if (absl::ConsumePrefix(&text, "0b") || absl::ConsumePrefix(&text, "0B"))
    return AllDigits(text, "01_");
  if (absl::ConsumePrefix(&text, "0o") || absl::ConsumePrefix(&text, "0O"))
    return AllDigits(text, "01234567_");
  return AllDigits(text, "0123456789_") && text[0] != '_';
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool IsFloat(absl::string_view text) {
  if (OneOf(text, {".nan", ".NaN", ".NAN"})) return true;
  if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
  if (OneOf(text, {".inf", ".Inf", ".INF"})) return true;
  const auto take_digits = [&] {
    size_t n = 0;
    while (n < text.size() && absl::ascii_isdigit(text[n])) ++n;
    text.remove_prefix(n);
    return n > 0;
  };
  const bool whole = take_digits();
  const bool point = absl::ConsumePrefix(&text, ".");
  const bool fraction = point && take_digits();
  if (!whole && !fraction) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
  return take_digits() && text.empty();
}

ScalarType TypeOf(absl::string_view text, bool plain, absl::string_view tag) {
  if (tag.empty() || tag == "!")
    return plain && tag.empty() ? ResolvePlain(text) : ScalarType::kString;
  if (tag == "tag:yaml.org,2002:int") return ScalarType::kInt;
  if (tag == "tag:yaml.org,2002:float") return ScalarType::kFloat;
  if (tag == "tag:yaml.org,2002:bool") return ScalarType::kBool;
  if (tag == "tag:yaml.org,2002:null") return ScalarType::kNull;
  return ScalarType::kString;
}

}  // namespace

ScalarType ResolvePlain(absl::string_view text) {
  if (text.empty()) return ScalarType::kNull;
  // Most scalars of a manifest start with a letter that no special word starts with.
  if (!absl::StrContains("~nNyYtTfFoO+-.0123456789", text[0])) return ScalarType::kString;
  if (OneOf(text, {"~", "null", "Null", "NULL"})) return ScalarType::kNull;
  if (OneOf(text,
            {"y", "Y", "yes", "Yes", "YES", "on",  "On",  "ON",  "true",  "True",  "TRUE",
             "n", "N", "no",  "No",  "NO",  "off", "Off", "OFF", "false", "False", "FALSE"})) {
    return ScalarType::kBool;
  }
  if (IsInt(text)) return ScalarType::kInt;
  if (IsFloat(text)) return ScalarType::kFloat;
  return ScalarType::kString;
}

// ---- Value

Value::Value(const Document* document, uint32_t index)
    : document_(document), raw_(index), index_(index) {
  if (document->nodes_[index].kind == NodeKind::kAlias) index_ = document->nodes_[index].target;
}

const Node& Value::node() const { return document_->nodes_[index_]; }

bool Value::IsMapping() const { return document_ != nullptr && node().kind == NodeKind::kMapping; }
bool Value::IsSequence() const {
  return document_ != nullptr && node().kind == NodeKind::kSequence;
}
bool Value::IsScalar() const { return document_ != nullptr && node().kind == NodeKind::kScalar; }
bool Value::IsNull() const { return IsScalar() && node().type == ScalarType::kNull; }
bool Value::IsString() const { return IsScalar() && node().type == ScalarType::kString; }
ScalarType Value::type() const { return node().type; }
bool Value::flow() const { return node().flow; }
bool Value::plain() const { return IsScalar() && node().plain; }
absl::string_view Value::text() const { return IsScalar() ? node().text : absl::string_view(); }
Span Value::span() const { return document_->nodes_[raw_].span; }

std::optional<absl::string_view> Value::AsString() const {
  if (!IsString()) return std::nullopt;
  return node().text;
}

bool Value::IsTrue() const {
  return IsScalar() && node().type == ScalarType::kBool &&
         OneOf(node().text,
               {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"});
}

Value Value::First() const {
  return node().next > index_ + 1 ? Value(document_, index_ + 1) : Value();
}

Value Value::Next(const Value& parent) const {
  if (document_ == nullptr) return Value();
  const uint32_t next = document_->nodes_[raw_].next;
  return next < parent.node().next ? Value(document_, next) : Value();
}

namespace {
bool IsMergeKey(const Value& key) { return key.plain() && key.text() == "<<"; }
}  // namespace

Value Value::operator[](absl::string_view key) const { return Find(key, nullptr); }

Value Value::Find(absl::string_view wanted, Value* key_node) const {
  if (!IsMapping()) return Value();
  Value found;
  for (Value key = First(); key;) {
    const Value value = key.Next(*this);
    if (IsMergeKey(key)) {
      // Applied where it stands: it overrides what came before it. In a list of maps the earlier
      // ones win.
      Value merged;
      if (value.IsMapping()) {
        merged = value.Find(wanted, key_node);
      } else if (value.IsSequence()) {
        for (Value item = value.First(); item && !merged; item = item.Next(value))
          merged = item.Find(wanted, key_node);
      }
      if (merged) found = merged;
    } else if (key.text() == wanted) {
      found = value;
      if (key_node != nullptr) *key_node = key;
    }
    key = value.Next(*this);
  }
  return found;
}

std::vector<std::pair<Value, Value>> Value::Entries() const {
  std::vector<std::pair<Value, Value>> entries;
  absl::flat_hash_map<absl::string_view, size_t> index;
  if (IsMapping()) CollectEntries(entries, index);
  return entries;
}

void Value::CollectEntries(std::vector<std::pair<Value, Value>>& entries,
                           absl::flat_hash_map<absl::string_view, size_t>& index) const {
  const auto put = [&](const Value& key, const Value& value) {
    const auto [it, inserted] = index.try_emplace(key.text(), entries.size());
    if (inserted) {
      entries.emplace_back(key, value);
    } else {
      entries[it->second].second = value;
    }
  };
  for (Value key = First(); key;) {
    const Value value = key.Next(*this);
    if (!IsMergeKey(key)) {
      put(key, value);
    } else if (value.IsMapping()) {
      // Bounded: a merged map is shallower than the document's depth budget after aliases.
      for (const auto& [k, v] : value.Entries()) put(k, v);
    } else if (value.IsSequence()) {
      std::vector<Value> maps;
      value.ForEachItem([&](const Value& item) { maps.push_back(item); });
      for (auto item = maps.rbegin(); item != maps.rend(); ++item) {
        for (const auto& [k, v] : item->Entries()) put(k, v);
      }
    }
    key = value.Next(*this);
  }
}

const char* TypeInWords(const Value& value) {
  if (value.IsMapping()) return "a mapping";
  if (value.IsSequence()) return "a list";
  switch (value.type()) {
    case ScalarType::kNull:
      return "null";
    case ScalarType::kBool:
      return "a boolean";
    case ScalarType::kInt:
    case ScalarType::kFloat:
      return "a number";
    case ScalarType::kString:
      return "a string";
  }
  return "";
}

// ---- Document

void Document::Clear() {
  nodes_.clear();
  open_.clear();
  anchors_.clear();
  extents_.clear();
  // One block stays for the next document.
  if (blocks_.size() > 1) {
    blocks_.clear();
    block_size_ = 0;
  }
  block_used_ = 0;
  duplicates_.clear();
  flow_mapping_key_.reset();
  complex_key_.reset();
  bad_merge_.reset();
  error_ = SyntaxError();
}

absl::string_view Document::Keep(absl::string_view text) {
  constexpr size_t kBlock = size_t{64} << 10;
  if (block_used_ + text.size() > block_size_ || blocks_.empty()) {
    block_size_ = std::max(kBlock, text.size());
    blocks_.push_back(std::make_unique<char[]>(block_size_));
    block_used_ = 0;
  }
  char* place = blocks_.back().get() + block_used_;
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  block_used_ += text.size();
  return {place, text.size()};
}

bool Document::Fail(std::string message, const Span& span) {
  error_ = {std::move(message), span.line + 1, span.column + 1};
  return false;
}

bool Document::TooManyNodes(const Span& span) {
  Fail(absl::StrCat("more than ", budgets_.nodes,
                    " nodes after aliases; split the document or raise --max-nodes"),
       span);
  error_.budget = true;
  return false;
}

bool Document::TooDeep(const Span& span) {
  Fail(absl::StrCat("nested deeper than ", budgets_.depth,
                    " levels; raise --max-depth if this is meant"),
       span);
  error_.budget = true;
  return false;
}

bool Document::Add(Node node, absl::string_view anchor, const Extent& extent) {
  const uint32_t index = static_cast<uint32_t>(nodes_.size());
  if (!open_.empty()) {
    Open& parent = open_.back();
    ++parent.children;
    parent.expanded += extent.expanded;
    parent.depth = std::max(parent.depth, extent.depth + 1);
    if (parent.expanded > budgets_.nodes) return TooManyNodes(node.span);
    if (open_.size() + extent.depth > budgets_.depth) return TooDeep(node.span);
  }
  node.next = index + 1;
  if (!anchor.empty()) {
    anchors_[anchor] = index;
    if (node.kind == NodeKind::kScalar) extents_[index] = extent;
  }
  nodes_.push_back(node);
  return true;
}

bool Document::Scalar(absl::string_view text, bool plain, absl::string_view tag,
                      absl::string_view anchor, const Span& span) {
  return Add({.kind = NodeKind::kScalar,
              .type = TypeOf(text, plain, tag),
              .plain = plain,
              .span = span,
              .text = text},
             anchor, {});
}

bool Document::Begin(NodeKind kind, bool flow, absl::string_view anchor, const Span& span) {
  if (open_.size() >= budgets_.depth) return TooDeep(span);
  // Its extent is not known before its end; End() adds it to the parent.
  if (!Add({.kind = kind, .flow = flow, .span = span}, anchor, {.expanded = 0})) return false;
  open_.push_back({.node = static_cast<uint32_t>(nodes_.size()) - 1, .anchored = !anchor.empty()});
  return true;
}

bool Document::End(uint32_t line, uint32_t column) {
  const Open open = open_.back();
  open_.pop_back();
  Node& node = nodes_[open.node];
  node.next = static_cast<uint32_t>(nodes_.size());
  node.span.end_line = line;
  node.span.end_column = column;
  if (node.kind == NodeKind::kMapping) CheckKeys(open);
  if (open.anchored) extents_[open.node] = {open.expanded, open.depth};
  if (open_.empty()) return true;
  Open& parent = open_.back();
  parent.expanded += open.expanded;
  parent.depth = std::max(parent.depth, open.depth + 1);
  return parent.expanded <= budgets_.nodes || TooManyNodes(node.span);
}

bool Document::Alias(absl::string_view anchor, const Span& span) {
  const auto target = anchors_.find(anchor);
  if (target == anchors_.end()) return Fail(absl::StrCat("unknown anchor \"", anchor, "\""), span);
  const auto extent = extents_.find(target->second);
  if (extent == extents_.end())
    return Fail(absl::StrCat("anchor \"", anchor, "\" contains itself"), span);
  return Add({.kind = NodeKind::kAlias, .target = target->second, .span = span}, "",
             extent->second);
}

namespace {
bool IsMergeable(const Value& value) {
  if (!value.IsSequence()) return value.IsMapping();
  bool maps = true;
  value.ForEachItem([&](const Value& item) { maps &= item.IsMapping(); });
  return maps;
}
}  // namespace

// Looks for equal keys and for keys that are no scalars.
void Document::CheckKeys(const Open& open) {
  constexpr uint32_t kSmall = 16;  // up to here comparing all pairs beats hashing
  absl::flat_hash_set<absl::string_view> seen;
  const uint32_t keys = open.children / 2;
  absl::InlinedVector<absl::string_view, kSmall> small;
  for (uint32_t i = open.node + 1; i < nodes_[open.node].next;) {
    const Value key(this, i);
    if (!key.IsScalar()) {
      std::optional<Span>& place = key.IsMapping() && key.flow() ? flow_mapping_key_ : complex_key_;
      if (!place) place = nodes_[i].span;
    }
    const absl::string_view text = key.text();
    const bool merge = IsMergeKey(key);
    if (key.IsScalar() && !merge) {
      const bool again = keys <= kSmall ? std::find(small.begin(), small.end(), text) != small.end()
                                        : !seen.insert(text).second;
      if (again) duplicates_.push_back({std::string(text), nodes_[i].span});
      if (keys <= kSmall) small.push_back(text);
    }
    if (merge && !IsMergeable(Value(this, nodes_[i].next))) bad_merge_ = nodes_[i].span;
    i = nodes_[nodes_[i].next].next;
  }
}

}  // namespace wecan
