// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/audit/evidence.h"
#include "analyzer/requirements/derive.h"

namespace wecan {

// The activities of `evidence` that nothing explains, in its order: no object of `requirements`
// needs the verb on that resource in that namespace (names do not count, verbs of options do), and
// an agent in `agent_namespace` does not ask it for itself. Either the manifests are not all that
// the agent applies, or somebody else uses its account.
std::vector<const Activity*> UnpredictedRequests(const Evidence& evidence,
                                                 const Requirements& requirements,
                                                 absl::string_view agent_namespace);

}  // namespace wecan
