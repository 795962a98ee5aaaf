// SPDX-License-Identifier: Apache-2.0
#include "src/edit/tree_patch.h"

#include "absl/strings/str_cat.h"

namespace wecan {
namespace {

// Recursion is bounded: what was read is within the depth budget, what is added is ours.
class ContentWriter {
 public:
  explicit ContentWriter(std::string& out) : out_(out) {}

  void WriteDocument(const Document& document, const TreePatch& patch) {
    nodes_ = &document.nodes();
    patch_ = &patch;
    if (!document.empty()) Write(0);
    EndDocument();
  }

  void WriteDocument(const Json& json) {
    Write(json);
    EndDocument();
  }

 private:
  void EndDocument() { out_ += "---\n"; }

  void Begin(char bracket) {
    ++written_;
    absl::StrAppend(&out_, absl::string_view(&bracket, 1), "\n");
  }
  void End() { out_ += ".\n"; }
  void Scalar(ScalarType type, absl::string_view text) {
    ++written_;
    absl::StrAppend(&out_, static_cast<int>(type), ":", text.size(), ":", text, "\n");
  }

  void Write(uint32_t index) {
    const Node& node = (*nodes_)[index];
    place_[index] = written_;
    if (const auto replaced = patch_->replaced.find(index); replaced != patch_->replaced.end()) {
      Write(replaced->second);
    } else if (node.kind == NodeKind::kScalar) {
      Scalar(node.type, node.text);
    } else if (node.kind == NodeKind::kAlias) {
      // By where the anchor stands in what is written, which is what the reader sees, too.
      ++written_;
      absl::StrAppend(&out_, "*", place_[node.target], "\n");
    } else {
      WriteCollection(index, node);
    }
  }

  void WriteCollection(uint32_t index, const Node& node) {
    Begin(node.kind == NodeKind::kMapping ? '{' : '[');
    for (uint32_t child = index + 1; child < node.next; child = (*nodes_)[child].next) {
      if (!patch_->dropped.contains(child)) Write(child);
    }
    if (const auto items = patch_->items.find(index); items != patch_->items.end()) {
      for (const Json& item : items->second) Write(item);
    }
    if (const auto entries = patch_->entries.find(index); entries != patch_->entries.end()) {
      for (const auto& [key, value] : entries->second) WriteEntry(key, value);
    }
    End();
  }

  void WriteEntry(absl::string_view key, const Json& value) {
    Scalar(ScalarType::kString, key);
    Write(value);
  }

  void Write(const Json& json) {
    if (json.is_object()) {
      Begin('{');
      for (const auto& [key, value] : json.items()) WriteEntry(key, value);
      End();
    } else if (json.is_array()) {
      Begin('[');
      for (const Json& item : json) Write(item);
      End();
    } else if (json.is_string()) {
      Scalar(ScalarType::kString, json.get_ref<const std::string&>());
    } else {
      const std::string text = json.dump();
      Scalar(ResolvePlain(text), text);
    }
  }

  std::string& out_;
  const std::vector<Node>* nodes_ = nullptr;
  const TreePatch* patch_ = nullptr;
  uint32_t written_ = 0;                           // nodes
  absl::flat_hash_map<uint32_t, uint32_t> place_;  // of nodes, in what is written
};

}  // namespace

void AppendContent(const Document& document, const TreePatch& patch, std::string& content) {
  ContentWriter(content).WriteDocument(document, patch);
}

void AppendContent(const Json& json, std::string& content) {
  ContentWriter(content).WriteDocument(json);
}

}  // namespace wecan
