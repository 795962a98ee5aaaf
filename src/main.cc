// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "src/cli/program.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  std::signal(SIGPIPE, SIG_DFL);  // a closed pipe ends the program quietly
  const std::unique_ptr<wecan::FileSystem> files = wecan::NewFileSystem();
  const std::unique_ptr<wecan::CommandRunner> runner = wecan::NewCommandRunner();
  wecan::Environment environment{
      .files = files.get(),
      .in = &std::cin,
      .out = &std::cout,
      .err = &std::cerr,
      .runner = runner.get(),
      .variable = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr || *value == '\0') return std::nullopt;
        return value;
      },
      .in_is_terminal = isatty(STDIN_FILENO) != 0,
      .out_is_terminal = isatty(STDOUT_FILENO) != 0,
      .err_is_terminal = isatty(STDERR_FILENO) != 0,
      .today = absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone()),
  };
  if (argc > 0) environment.program = std::filesystem::path(argv[0]).filename().string();
  winsize size{};
  if (environment.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0) {
    environment.columns = size.ws_col;
  }
  const wecan::ExitCode code =
      wecan::RunProgram({argv + (argc > 0 ? 1 : 0), argv + argc}, environment);
  std::cout.flush();
  return std::cout.good() ? static_cast<int>(code) : static_cast<int>(wecan::ExitCode::kUsage);
}
