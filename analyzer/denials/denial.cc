// SPDX-License-Identifier: Apache-2.0
#include "analyzer/denials/denial.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/grants/compact.h"

namespace wecan {

std::string DenialKey(const Denial& d) {
  // No text that was recognised holds a NUL.
  std::string key = absl::StrJoin({std::string(d.refusal->id), d.user, d.verb, d.group, d.resource,
                                   d.subresource, d.namespace_, d.name, d.path, d.kind},
                                  absl::string_view("\0", 1));
  for (const PolicyRule& rule : d.rules) absl::StrAppend(&key, "\n", CompactString(rule));
  return key;
}

std::string ResourceOf(const Denial& d) {
  if (d.resource.empty()) return "";
  return absl::StrCat(d.resource, d.group.empty() ? "" : ".", d.group,
                      d.subresource.empty() ? "" : "/", d.subresource);
}

}  // namespace wecan
