// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "src/cli/command_help.h"

namespace wecan {

// The manual page wecan(1) as troff with man(7) macros. No date: the same program, the same bytes.
std::string ManPage(const std::vector<CommandHelp>& commands);

}  // namespace wecan
