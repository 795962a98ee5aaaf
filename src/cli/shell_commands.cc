// SPDX-License-Identifier: Apache-2.0
// completion and man: what the program tells shells and packages of its command line.
#include <ostream>

#include "src/cli/commands.h"
#include "src/cli/completion.h"
#include "src/cli/flag_values.h"
#include "src/cli/man_page.h"
#include "src/cli/setup.h"

namespace wecan {

ExitCode RunCompletion(const Options& options, Environment& environment) {
  const std::string& shell = options.topic;
  const absl::Status known = CheckOneOf("completion", shell, FlagValues("SHELL"));
  if (!known.ok()) return Fail(known, environment);
  const std::vector<CommandHelp> commands = DescribeCommands();
  *environment.out << (shell == "bash"  ? BashCompletion(commands)
                       : shell == "zsh" ? ZshCompletion(commands)
                                        : FishCompletion(commands));
  return ExitCode::kOk;
}

ExitCode RunMan(const Options&, Environment& environment) {
  *environment.out << ManPage(DescribeCommands());
  return ExitCode::kOk;
}

}  // namespace wecan
