// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// One apiGroup, one resource, at most one resourceName and no URL: what CompactRules merges.
bool IsSimpleResourceRule(const PolicyRule& rule);

// Merges simple rules that differ in verbs only; the others stand first, unchanged. Verbs are
// appended in order, not de-duplicated. Merged rules keep the order of their first appearance
// (Kubernetes leaves it to a hash map). Source: kubernetes v1.36
// pkg/registry/rbac/validation/policy_compact.go, CompactRules.
std::vector<PolicyRule> CompactRules(absl::Span<const PolicyRule> rules);

// {APIGroups:["a" "b"], Resources:["r"], NonResourceURLs:["/u"], ResourceNames:["n"],
// Verbs:["get"]}, empty fields left out. Source: kubernetes v1.36
// pkg/apis/rbac/v1/evaluation_helpers.go, CompactString.
std::string CompactString(const PolicyRule& rule);

}  // namespace wecan
