// SPDX-License-Identifier: Apache-2.0
// Wishes not to be told of a finding, as they were written beside the objects or in the
// configuration.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

#include "analyzer/base/source_location.h"

namespace wecan {

enum class SuppressionSource { kComment, kAnnotation, kConfig };

// "comment", "annotation" or "config".
absl::string_view SuppressionSourceName(SuppressionSource source);

// Which objects an entry of the configuration is about. `*` and `?` stand for any text and any one
// character; nothing: any.
struct ObjectPattern {
  std::optional<std::string> group;  // "" is the core group
  std::string kind, namespace_, name;
};

// One rule that is not to be reported, and where.
struct Suppression {
  SuppressionSource source = SuppressionSource::kComment;
  std::string rule;         // an id or a name of a rule as written, or "all"
  std::string reason;       // "" when there is none
  std::string expires;      // the last day on which it holds, YYYY-MM-DD, or ""
  SourceLocation location;  // where it stands
  // Of comments and annotations: these of AnalysisInput::objects, the end exclusive.
  int begin_object = 0, end_object = 0;
  ObjectPattern pattern;  // of the configuration
};

}  // namespace wecan
