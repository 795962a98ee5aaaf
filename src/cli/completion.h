// SPDX-License-Identifier: Apache-2.0
// Completion scripts for shells. Each stands alone: it needs neither wecan on the PATH nor a helper
// that the shell does not bring.
#pragma once

#include <string>
#include <vector>

#include "src/cli/command_help.h"

namespace wecan {

std::string BashCompletion(const std::vector<CommandHelp>& commands);
std::string ZshCompletion(const std::vector<CommandHelp>& commands);
std::string FishCompletion(const std::vector<CommandHelp>& commands);

// What kubectl asks the executable kubectl_complete-wecan: `words` are those behind "kubectl
// wecan", the last of them the one to complete. One candidate per line, with a tab and its
// description where it has one, then ":N", N being a sum of cobra's ShellCompDirectives.
// Source: cobra v1.8 completions.go; kubectl 1.26 pkg/cmd/plugin_completion.go.
std::string KubectlCompletion(const std::vector<CommandHelp>& commands,
                              const std::vector<std::string>& words);

}  // namespace wecan
