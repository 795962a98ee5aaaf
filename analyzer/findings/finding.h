// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/base/source_location.h"
#include "analyzer/grants/escalation.h"
#include "analyzer/model/finding_rule.h"
#include "analyzer/model/suppression.h"
#include "analyzer/model/verb_set.h"
#include "analyzer/requirements/derive.h"

namespace wecan {

// The Permissions that one finding is about. needed = granted + missing.
struct PermissionGap {
  std::string group;
  std::string resource;
  ScopeKind scope = ScopeKind::kCluster;
  std::string namespace_;
  VerbSet needed, granted, missing;
  std::vector<std::string>
      via;  // the Grants behind `granted`: "ClusterRole/admin via ClusterRoleBinding/x", sorted
  bool guessed = false;  // the resource name is a guess
};

// One cause with all its objects.
struct Finding {
  std::string
      id;  // 16 hex digits; the same as long as the cause is the same, wherever the files are
  const FindingRule* rule = nullptr;
  Level level = Level::kError;  // the rule's, unless the user changed it
  std::string message;
  std::string hint;  // one line for people, may be empty
  std::optional<PermissionGap> permission;
  std::string account;  // user name of who lacks something; "" when it is not about one account
  std::optional<EscalationResult> escalation;  // WEC105
  std::vector<int> objects;                    // indices into AnalysisInput::objects, ascending
  std::vector<SourceLocation> locations;       // of findings without objects
  // Why it is not reported: who wished so (of AnalysisInput::suppressions), or that the baseline
  // knows it.
  const Suppression* suppression = nullptr;
  bool baselined = false;
};

// What an object lacks, before anything is known of what it needs or holds.
PermissionGap GapOn(const ResourceType& type, const ObjectRequirements& need, VerbSet missing);

// "storageclasses.storage.k8s.io", or "pods" in the core group.
std::string QualifiedResource(const PermissionGap& gap);

// "at cluster scope", "in namespace x", "in namespace {{.x}}, which differs per WEC".
std::string DescribeScope(const PermissionGap& gap);

// First 16 hex digits of SHA-256 over `parts`, each ended by NUL.
std::string FindingId(const std::vector<std::string>& parts);

// The parts for a finding about one gap.
std::vector<std::string> IdParts(const FindingRule& rule, const PermissionGap& gap);

}  // namespace wecan
