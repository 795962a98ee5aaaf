// SPDX-License-Identifier: Apache-2.0
// The smallest grant for a workload: from what is missing to roles and bindings, new ones or
// changes of those that an earlier fix wrote. Plans only; proof.h checks the outcome.
#pragma once

#include "absl/status/statusor.h"

#include "analyzer/analyze.h"
#include "analyzer/fixes/fix.h"

namespace wecan {

// `requirements` are those of `input` under `options`. FailedPrecondition says what stands in the
// way and which flag helps: a role of the same name that is not ours, a strategy that the release
// does not know, a label that a grant needs otherwise.
absl::StatusOr<FixPlan> PlanFix(const AnalysisInput& input, const Requirements& requirements,
                                const AnalyzeOptions& options, const FixOptions& fix);

}  // namespace wecan
