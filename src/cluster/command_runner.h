// SPDX-License-Identifier: Apache-2.0
// The only way to run a program, so that tests answer in its place.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cluster/secret.h"

namespace wecan {

struct CommandRequest {
  std::string path;                // of the program, as Find gives it
  std::vector<std::string> words;  // argv, with the program's name in front
  // Beside what this process has in its environment, and in place of it; the last of equals counts.
  std::vector<std::pair<std::string, Secret>> env;
  bool interactive = false;  // the program gets standard input, and its place at the terminal
  std::chrono::milliseconds timeout{60'000};
  uint64_t max_output_bytes = uint64_t{1} << 20;
};

struct CommandResult {
  int exit_code = 0;
  Secret output;
};

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;

  // Where a program is: itself if it holds a slash, else in the absolute folders of PATH. NotFound
  // if it is nowhere or may not be run.
  virtual absl::StatusOr<std::string> Find(const std::string& command) const = 0;

  // Runs it without a shell, until it has ended and closed its standard output, which is kept. Its
  // standard error is that of this process. DeadlineExceeded and ResourceExhausted after it was
  // killed, with its process group unless interactive; Aborted when a signal ended it; the messages
  // hold neither words nor output.
  virtual absl::StatusOr<CommandResult> Run(const CommandRequest& request) = 0;
};

// By posix_spawn. Safe to call from several threads.
std::unique_ptr<CommandRunner> NewCommandRunner();

}  // namespace wecan
