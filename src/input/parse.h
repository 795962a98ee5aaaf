// SPDX-License-Identifier: Apache-2.0
// Text to documents. Both parsers feed the same Document, so YAML and JSON mean the same thing to
// everything behind.
#pragma once

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "src/input/document.h"

namespace wecan {

// Called with each complete document, which is cleared afterwards.
using DocumentCallback = absl::FunctionRef<void(const Document&)>;

// The YAML documents of `text` (UTF-8 without byte order mark), one after the other. Returns what
// stops the parse; the documents before it were delivered. Refuses what kubectl's parser refuses:
// both follow libyaml.
std::optional<SyntaxError> ParseYaml(absl::string_view text, Document& document,
                                     DocumentCallback on_document);

// The JSON values of `text`, separated by blanks or by `---` lines.
std::optional<SyntaxError> ParseJson(absl::string_view text, Document& document,
                                     DocumentCallback on_document);

}  // namespace wecan
