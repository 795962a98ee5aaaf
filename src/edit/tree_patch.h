// SPDX-License-Identifier: Apache-2.0
// What is to change in a document, by node, and what the document then is.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

#include "src/input/document.h"
#include "src/output/json.h"

namespace wecan {

// Keys that a mapping does not have yet, with their values.
using NewEntries = std::vector<std::pair<std::string, Json>>;

// By index into Document::nodes().
struct TreePatch {
  absl::flat_hash_set<uint32_t> dropped;                   // items of sequences
  absl::flat_hash_map<uint32_t, Json> replaced;            // by this value
  absl::flat_hash_map<uint32_t, std::vector<Json>> items;  // behind those of a sequence
  absl::flat_hash_map<uint32_t, NewEntries> entries;       // behind those of a mapping
};

// Appends all that `document` says, once `patch` is made, in a form that is equal for equal
// documents: every key and value with its type, in order, and what aliases point at; no style, no
// comments.
void AppendContent(const Document& document, const TreePatch& patch, std::string& content);
void AppendContent(const Json& json, std::string& content);

}  // namespace wecan
