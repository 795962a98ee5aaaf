// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "src/cli/options.h"

namespace wecan {

// "wecan fix deploy/ --profile ocm-0.11": the command with which a user gets the grant for what was
// just analysed, with all flags that matter to the result, as words of a shell. Not with --diff,
// --write, --check and what concerns output alone.
std::string FixCommand(const Options& options);

// "... | wecan diagnose --profile ocm-0.11": the command that was run, as FixCommand() has its own;
// the dots stand for what was pasted or piped.
std::string DiagnoseCommand(const Options& options);

}  // namespace wecan
