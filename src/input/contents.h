// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/model/object.h"
#include "src/input/document.h"

namespace wecan {

// What one stretch of text holds. Indices (Object::work, Origin::object ...) and documents count
// from 0 within it, lines within the file; `file` of every location is 0. Load() puts stretches
// together.
struct Contents {
  AnalysisInput input;  // without files
  uint32_t documents = 0;
  bool is_template = false;  // not rendered: nothing of the file counts
  SourceLocation template_location;
};

// Where the values being read stand, and how to say what is wrong with them.
class Extraction {
 public:
  Extraction(Contents& contents, absl::string_view text, uint32_t first_line,
             std::string helm_source)
      : contents_(contents),
        text_(text),
        first_line_(first_line),
        helm_source_(std::move(helm_source)),
        may_suppress_(text.find("wecan") != absl::string_view::npos) {}

  Contents& contents() { return contents_; }
  absl::string_view text() const { return text_; }
  // Whether a suppression may stand in the text at all.
  bool may_suppress() const { return may_suppress_; }
  AnalysisInput& input() { return contents_.input; }
  const std::string& helm_source() const { return helm_source_; }

  // The 1-based location of `span`, from its start to its end. Takes time of the whole text once,
  // and of its logarithm afterwards.
  SourceLocation Locate(const Span& span) const;
  SourceLocation Locate(const Value& value) const { return Locate(value.span()); }
  // From the start of `key` to the end of `value`: the `kind:` line.
  SourceLocation Locate(const Value& key, const Value& value) const;

  // Whether a comment follows `value` on its line.
  bool IsCutByComment(const Value& value) const;

  void Report(absl::string_view rule, Level level, std::string message,
              const SourceLocation& location);
  // WEC901 at `value`.
  void Error(const Value& value, std::string message);

  // The string at `object[key]`: "" when absent or null. Any other type is an error at its place,
  // and nothing.
  std::optional<std::string> String(const Value& object, absl::string_view key,
                                    absl::string_view what);
  // A list of strings: empty when absent or null. Wrong types are errors; what is right is kept.
  std::vector<std::string> Strings(const Value& object, absl::string_view key,
                                   absl::string_view what);
  // metadata.labels or another map of strings. Values that are no strings are left out with a
  // warning: they grant nothing.
  Labels StringMap(const Value& map, absl::string_view what);

 private:
  // How many characters of the first `columns` of `line` take two UTF-16 code units.
  uint32_t SurrogatePairs(uint32_t line, uint32_t columns) const;

  Contents& contents_;
  absl::string_view text_;  // what the spans count in
  uint32_t first_line_;     // of text_ in the file, 0-based
  std::string helm_source_;
  const bool may_suppress_;
  mutable std::vector<size_t> line_starts_;  // found when first asked for
  // Line and column of each such character, in order; found when first asked for.
  mutable std::optional<std::vector<std::pair<uint32_t, uint32_t>>> wide_;
};

// Each reads one object into the input. `object` indexes input().objects.
void ExtractRbac(Extraction& extraction, const Value& value, int object);
void ExtractCustomResourceDefinition(Extraction& extraction, const Value& value);
void ExtractBindingPolicy(Extraction& extraction, const Value& value, int object);
// A Binding's entries become objects; a ManifestWork's manifests are left to the caller, which gets
// their list.
void ExtractBinding(Extraction& extraction, const Value& value, int object);
Value ExtractManifestWork(Extraction& extraction, const Value& value, int object);

// What is not to be reported, by comments in and by annotations of the manifests just read: those
// from `first_object` on, or that one. What is no good suppression is WEC903.
void ExtractIgnoreComments(Extraction& extraction, const Document& document, int first_object);
void ExtractIgnoreAnnotations(Extraction& extraction, const Value& annotations, int object);

// Whether a resource may be called so: a wildcard or a subresource in its place would become a
// rule. Source: apimachinery v0.36 pkg/util/validation/validation.go, IsDNS1035Label.
bool IsResourceName(absl::string_view text);

LabelSelector ExtractSelector(Extraction& extraction, const Value& value);

}  // namespace wecan
