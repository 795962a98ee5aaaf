// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/findings/finding.h"
#include "analyzer/grants/agent_grants.h"

namespace wecan {

// The Grants that hold any of `gap.granted` in one of `namespaces`, as PermissionGap::via tells
// them: "ClusterRole/admin via ClusterRoleBinding/x", sorted.
std::vector<std::string> GrantsBehind(const PermissionGap& gap,
                                      absl::Span<const absl::string_view> namespaces,
                                      AgentGrants& grants);

// "get, list held by ClusterRole/admin via ClusterRoleBinding/x", or "" when nothing is.
std::string DescribeHeld(const PermissionGap& gap);

}  // namespace wecan
