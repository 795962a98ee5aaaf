// SPDX-License-Identifier: Apache-2.0
// Two claims about a grant, checked by asking every Requirement again: it is enough, and nothing in
// it is too much. Knows nothing of how the grant was planned.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/fixes/needs.h"

namespace wecan {

struct Proof {
  bool closed = false;   // with the grant nothing is missing, but for the objects left out
  bool minimal = false;  // without any single verb of it something is
  int verbs = 0;         // granted anew: verbs on single resources, and names, in single scopes
  int objects = 0;       // whose Requirements were asked again
  std::vector<std::string> faults;  // what speaks against the claims
};

// `written` holds the roles and bindings as they are to be, read back from the text that is
// printed or written; what roles of the input with the same name hold of it was there before.
// `left_out` (ascending): objects for which a guardrail refused a grant.
Proof ProveFix(const AnalysisInput& input, const Requirements& requirements,
               const AnalyzeOptions& options, const NeedOptions& needs, const RbacPolicy& written,
               const std::vector<int>& left_out);

}  // namespace wecan
