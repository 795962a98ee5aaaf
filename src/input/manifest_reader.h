// SPDX-License-Identifier: Apache-2.0
// Text of manifests to objects. Only what decides about permissions is kept: apiVersion, kind,
// metadata, positions, and the bodies of the few kinds that say more. A faster reader can take this
// one's place behind the same function.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "src/input/contents.h"
#include "src/input/document.h"

namespace wecan {

// A stretch of a YAML stream: one document, from its `---` line to before the next one.
struct Stretch {
  absl::string_view text;
  uint32_t first_line = 0;  // 0-based, in the file
};

// Splits at lines that start with `---` and a blank or nothing. Byte order mark already removed.
std::vector<Stretch> SplitDocuments(absl::string_view text);

// Whether a document can hold what counts though it is not checked: RBAC objects, kinds, owners,
// the labels of Namespaces. True for some that do not, never false for one that does: their names
// stand in the text as they are, unless something is escaped.
bool MayMatterAsContext(absl::string_view text);

// Why `text` cannot be read as text at all (UTF-16, binary), or "".
std::string NotText(absl::string_view text);

// Whether the text is to be tried as JSON first: its first character is { or [.
bool LooksLikeJson(absl::string_view text);

// Reads the stretches into `contents`. A broken document is a diagnostic, and the others are still
// read.
void ReadYaml(const std::vector<Stretch>& stretches, bool file_has_braces, const Budgets& budgets,
              Contents& contents);

// Reads JSON values; what is no JSON but YAML in flow style is read as that. `is_json_file`: errors
// are JSON's.
void ReadJson(absl::string_view text, bool is_json_file, const Budgets& budgets,
              Contents& contents);

}  // namespace wecan
