// SPDX-License-Identifier: Apache-2.0
// What the tests of recorded access reviews read out of them.
#pragma once

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "analyzer/model/request.h"

namespace wecan {

// The request of a SubjectAccessReview's spec; `Json` is either of nlohmann's two types.
template <typename Json>
RequestAttributes RequestOf(const Json& spec) {
  const auto text = [](const Json& o, const char* key) { return o.value(key, std::string()); };
  if (spec.contains("nonResourceAttributes")) {
    const Json& a = spec["nonResourceAttributes"];
    return {.resource_request = false, .verb = text(a, "verb"), .path = text(a, "path")};
  }
  const Json& a = spec["resourceAttributes"];
  return {.verb = text(a, "verb"),
          .api_group = text(a, "group"),
          .resource = text(a, "resource"),
          .subresource = text(a, "subresource"),
          .namespace_ = text(a, "namespace"),
          .name = text(a, "name")};
}

// The errors of `RBAC: e`, `RBAC: [e1, e2]`, or of an evaluationError without the prefix.
inline std::set<std::string> ErrorsOf(absl::string_view text) {
  std::set<std::string> errors;
  absl::ConsumePrefix(&text, "RBAC: ");
  if (absl::ConsumePrefix(&text, "[")) absl::ConsumeSuffix(&text, "]");
  while (!text.empty()) {
    size_t end = text.size();
    for (absl::string_view next : {", role.", ", clusterrole.", ", unsupported "})
      end = std::min(end, text.find(next));
    errors.emplace(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 2));
  }
  return errors;
}

}  // namespace wecan
