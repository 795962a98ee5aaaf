// SPDX-License-Identifier: Apache-2.0
#include "analyzer/findings/finding.h"

#include "absl/strings/str_cat.h"

#include "analyzer/base/sha256.h"

namespace wecan {

std::string QualifiedResource(const PermissionGap& gap) {
  return gap.group.empty() ? gap.resource : absl::StrCat(gap.resource, ".", gap.group);
}

std::string DescribeScope(const PermissionGap& gap) {
  switch (gap.scope) {
    case ScopeKind::kCluster:
      return "at cluster scope";
    case ScopeKind::kNamespace:
      return absl::StrCat("in namespace ", gap.namespace_);
    case ScopeKind::kEachWec:
      return absl::StrCat("in namespace ", gap.namespace_, ", which differs per WEC");
  }
  return "";
}

std::string FindingId(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += part;
    text += '\0';
  }
  return Sha256Hex(text).substr(0, 16);
}

}  // namespace wecan
