// SPDX-License-Identifier: Apache-2.0
// A rule of rules/findings as `rules` and `explain` print it.
#pragma once

#include <string>

#include "analyzer/model/finding_rule.h"
#include "src/output/json.h"

namespace wecan {

std::string FindingRuleText(const FindingRule& rule);
Json FindingRuleJson(const FindingRule& rule);

}  // namespace wecan
