// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"

#include "analyzer/analyze.h"
#include "analyzer/fixes/fix.h"
#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/diagnose/report.h"

namespace wecan {

// Gives each denial of `diagnosis` its verdict, and each account that is to get one its grant.
// `analyze` is that of the agent that flags name; another work agent is compared with the same
// profile, for its own account. FailedPrecondition when a grant cannot be made as `fix` says,
// Internal when one is not proved.
absl::Status JudgeAccounts(const Options& options, const Environment& environment,
                           const AnalyzeOptions& analyze, const FixOptions& fix,
                           Diagnosis& diagnosis);

}  // namespace wecan
