// SPDX-License-Identifier: Apache-2.0
// From flags to what the analysis takes; the steps that several commands share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "analyzer/analyze.h"
#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/input/load.h"

namespace wecan {

// InvalidArgument naming the flag at fault.
absl::StatusOr<LoadRequest> MakeLoadRequest(const InputOptions& options,
                                            const Environment& environment);

// The same with what --wds says is to be applied; beside it no PATH is needed. Errors are those of
// Clusters and ReadWdsOf, too.
absl::StatusOr<LoadRequest> MakeLoadRequest(const Options& options, const Environment& environment);

// What could not be read (WEC901), in the order of the input.
std::vector<Diagnostic> UnreadInput(const AnalysisInput& input);

// The exit code that it leads to: kIncomplete if all of it is in clusters.
ExitCode UnreadExitCode(const std::vector<Diagnostic>& unread, const AnalysisInput& input);

// "wecan: PATH:LINE:COLUMN: MESSAGE" for each on standard error.
void PrintDiagnostics(const std::vector<Diagnostic>& diagnostics, const AnalysisInput& input,
                      const Environment& environment);

absl::StatusOr<Agent> MakeAgent(const AgentOptions& options);

// A built-in profile; with "file:PATH" the RBAC objects of that dump, with "context:NAME" those of
// that context's cluster (errors of ReadContextRbac).
absl::StatusOr<Profile> MakeProfile(const AgentOptions& options, const ClusterOptions& cluster,
                                    const Agent& agent, const Environment& environment);

// Everything but the levels of rules. `loaded` must outlive the result: its policies are referred
// to.
absl::StatusOr<AnalyzeOptions> MakeAnalyzeOptions(const Options& options, const Loaded& loaded,
                                                  const Environment& environment);

// OK if `value` is one of `allowed`; else InvalidArgument that names `flag` and the nearest.
absl::Status CheckOneOf(absl::string_view flag, const std::string& value,
                        std::vector<absl::string_view> allowed);

// "wecan: MESSAGE" on standard error; gives kIncomplete for Unavailable, which says that a cluster
// could not be asked, else kUsage.
ExitCode Fail(const absl::Status& status, Environment& environment);

// How a command ends: its code, or Fail().
ExitCode Finish(const absl::StatusOr<ExitCode>& code, Environment& environment);

// Whether colours are to be used on standard output. --color > NO_COLOR > FORCE_COLOR and
// CLICOLOR_FORCE > CLICOLOR=0 > terminal and TERM other than dumb.
absl::StatusOr<bool> UseColor(const std::string& when, const Environment& environment);

// "256Mi", "1Gi", "1000": bytes. InvalidArgument names `flag`.
absl::StatusOr<uint64_t> ParseSize(absl::string_view flag, const std::string& text);

// The RBAC objects of a dump, as they are; what else it holds is passed over. Diagnostics go to
// standard error.
absl::StatusOr<RbacPolicy> ReadRbacDump(const std::vector<std::string>& paths,
                                        const Environment& environment);

}  // namespace wecan
