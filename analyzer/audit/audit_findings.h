// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analyzer/audit/audit.h"

namespace wecan {

// What is to be said of the grants of an agent, at the user's levels: unused and over-broad ones,
// deprecated forms, grants that do not reach a WEC, and bindings that grant nothing.
std::vector<AuditFinding> CollectAuditFindings(const AuditSubject& subject,
                                               const std::vector<AuditedGrant>& grants);

}  // namespace wecan
