// SPDX-License-Identifier: Apache-2.0
// One function per command. Each prints its result on standard output and gives the exit code.
#pragma once

#include "absl/status/statusor.h"

#include "src/cli/options.h"
#include "src/cli/program.h"

namespace wecan {

ExitCode RunCheck(const Options& options, Environment& environment);
ExitCode RunFix(const Options& options, Environment& environment);
ExitCode RunCanI(const Options& options, Environment& environment);
absl::StatusOr<ExitCode> AskLive(const Options& options,
                                 Environment& environment);              // can-i of live clusters
ExitCode RunReviews(const Options& options, Environment& environment);   // can-i --reviews
ExitCode RunRuleList(const Options& options, Environment& environment);  // can-i --list
ExitCode RunDiagnose(const Options& options, Environment& environment);
ExitCode RunAudit(const Options& options, Environment& environment);
ExitCode RunWhoCan(const Options& options, Environment& environment);
ExitCode RunMerge(const Options& options, Environment& environment);
ExitCode RunExplain(const Options& options, Environment& environment);
ExitCode RunRules(const Options& options, Environment& environment);
ExitCode RunProfiles(const Options& options, Environment& environment);
ExitCode RunConfig(const Options& options, Environment& environment);
ExitCode RunVersion(const Options& options, Environment& environment);
ExitCode RunCompletion(const Options& options, Environment& environment);
ExitCode RunMan(const Options& options, Environment& environment);

}  // namespace wecan
