// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cli/can_i_report.h"
#include "src/cli/options.h"
#include "src/cli/program.h"

namespace wecan {

// InvalidArgument for formats that can-i does not have: better before clusters are asked.
absl::Status CheckCanIFormats(const Options& options);

// Prints the report, which is to end the program with `code`, in the formats that flags ask for;
// none of them replaces one of `inputs`. Gives `code`.
absl::StatusOr<ExitCode> FinishCanI(const Options& options, const std::vector<std::string>& inputs,
                                    CanIReport report, ExitCode code, Environment& environment);

}  // namespace wecan
