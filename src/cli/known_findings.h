// SPDX-License-Identifier: Apache-2.0
// What the user knows already: suppressions of the configuration, and the baseline.
#pragma once

#include "absl/status/status.h"

#include "analyzer/analyze.h"
#include "src/cli/options.h"
#include "src/cli/program.h"

namespace wecan {

// Makes `ignore` of the configuration suppressions of the input, beside those that stand in it, and
// gives how all of them are to be judged.
SuppressOptions TakeConfigSuppressions(const Options& options, const Environment& environment,
                                       AnalysisInput& input);

// InvalidArgument for flags of baselines that do not go together.
absl::Status CheckBaselineFlags(const Options& options);

// --baseline and --write-baseline: hides what the file knows, and adds WEC904 for what it knows in
// vain. InvalidArgument for a file that is no baseline; nothing is written when `report` has
// errors.
absl::Status ApplyBaseline(const Options& options, const AnalyzeOptions& analyze,
                           Environment& environment, AnalysisInput& input, Report& report);

// The file of --baseline or --write-baseline, "" without.
std::string BaselineFile(const PolicyOptions& options);

}  // namespace wecan
