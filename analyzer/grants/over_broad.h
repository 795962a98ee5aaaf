// SPDX-License-Identifier: Apache-2.0
// What is over-broad in a grant (WEC302), by policies/guardrails.yaml.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// The ids of guardrails that are hit, each with the first verb on a resource that hits it.
using OverBroad = std::map<absl::string_view, std::string>;

// What `rule`, held in all namespaces at once or in one, hits with what no rule of `base` holds.
OverBroad FindOverBroad(const PolicyRule& rule, bool cluster_wide,
                        const std::vector<PolicyRule>& base);

// "wildcard-verb (* secrets), escalate (escalate roles)".
std::string DescribeOverBroad(const OverBroad& hits);

}  // namespace wecan
