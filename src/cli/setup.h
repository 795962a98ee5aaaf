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

absl::StatusOr<Agent> MakeAgent(const AgentOptions& options);

// A built-in profile, or with "file:PATH" the RBAC objects of that dump.
absl::StatusOr<Profile> MakeProfile(const AgentOptions& options, const Agent& agent,
                                    const Environment& environment);

// Everything but the levels of rules. `loaded` must outlive the result: its policies are referred
// to.
absl::StatusOr<AnalyzeOptions> MakeAnalyzeOptions(const Options& options, const Loaded& loaded,
                                                  const Environment& environment);

// One -o: a format and the file it goes to, "" for standard output.
struct Output {
  std::string format;
  std::string file;
};

// InvalidArgument for an unknown format, or two of them on standard output. The default is
// `formats[0]` on standard output.
absl::StatusOr<std::vector<Output>> MakeOutputs(const OutputOptions& options,
                                                const std::vector<std::string>& formats);

// Writes `text` where `output` says.
absl::Status WriteOutput(const Output& output, const std::string& text, Environment& environment);

// "wecan: MESSAGE" on standard error; gives kUsage.
ExitCode Fail(const absl::Status& status, Environment& environment);

// Whether colours are to be used on standard output. --color > NO_COLOR > FORCE_COLOR and
// CLICOLOR_FORCE > CLICOLOR=0 > terminal and TERM other than dumb.
absl::StatusOr<bool> UseColor(const std::string& when, const Environment& environment);

// "256Mi", "1Gi", "1000": bytes.
absl::StatusOr<uint64_t> ParseSize(const std::string& text);

// The RBAC objects of a dump, as they are; what else it holds is passed over. Diagnostics go to
// standard error.
absl::StatusOr<RbacPolicy> ReadRbacDump(const std::vector<std::string>& paths,
                                        const Environment& environment);

}  // namespace wecan
