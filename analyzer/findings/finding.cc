// SPDX-License-Identifier: Apache-2.0
#include "analyzer/findings/finding.h"

#include "absl/strings/str_cat.h"

#include "analyzer/base/sha256.h"

namespace wecan {

PermissionGap GapOn(const ResourceType& type, const ObjectRequirements& need, VerbSet missing) {
  return {.group = type.group,
          .resource = type.resource,
          .scope = need.scope,
          .namespace_ = need.namespace_,
          .missing = missing,
          .guessed = type.source == ResourceSource::kGuess};
}

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

std::vector<std::string> IdParts(const FindingRule& rule, const PermissionGap& gap) {
  return {std::string(rule.id), gap.group,
          gap.resource,         gap.scope == ScopeKind::kCluster ? "Cluster" : "Namespace",
          gap.namespace_,       gap.missing.Join(",")};
}

}  // namespace wecan
