// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/command_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/status_macros.h"

namespace wecan {
namespace {

using Clock = std::chrono::steady_clock;

absl::Status SystemFailure(absl::string_view what, int error) {
  const std::string message = absl::StrCat(what, ": ", std::strerror(error));
  return error == ENOENT || error == ENOTDIR ? absl::NotFoundError(message)
                                             : absl::FailedPreconditionError(message);
}

bool IsProgram(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

// The variables of this process with those of `added` in place of theirs, as NAME=VALUE.
std::vector<std::string> EnvironmentWith(const std::vector<std::pair<std::string, Secret>>& added) {
  std::vector<std::string> all;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    all.emplace_back(*variable);
  for (const auto& [name, value] : added) {
    const std::string prefix = absl::StrCat(name, "=");
    all.erase(
        std::remove_if(all.begin(), all.end(),
                       [&](const std::string& other) { return absl::StartsWith(other, prefix); }),
        all.end());
    all.push_back(absl::StrCat(prefix, value.Reveal()));
  }
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// The ends of a pipe, closed with it.
class Pipe {
 public:
  Pipe() : ok_(pipe2(ends_.data(), O_CLOEXEC) == 0) {}
  ~Pipe() {
    CloseWriteEnd();
    if (ok_) close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  bool ok() const { return ok_; }
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void CloseWriteEnd() {
    if (ok_ && ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
  bool ok_;
};

// How the child starts: standard output into the pipe, standard input shared or empty, signals as
// usual, and unless interactive in a process group of its own, so that all of it can be killed. An
// interactive one stays in ours, because only that may read from the terminal.
class SpawnSetup {
 public:
  SpawnSetup(const Pipe& out, bool interactive) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    if (!interactive)
      posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, out.write_end(), STDOUT_FILENO);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setpgroup(&attributes_, 0);
    const int group = interactive ? 0 : POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(
        &attributes_, static_cast<int16_t>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// A child until it is waited for; killed when nobody did.
class Child {
 public:
  Child(pid_t pid, bool own_group, Clock::time_point deadline)
      : pid_(pid), own_group_(own_group), deadline_(deadline) {}
  ~Child() {
    if (!waited_) Kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Until the child and all it started have closed their standard output.
  absl::StatusOr<std::string> ReadAll(int fd, uint64_t limit) const {
    std::string output;
    std::array<char, 8192> buffer;
    while (true) {
      pollfd ready{.fd = fd, .events = POLLIN};
      const int n = poll(&ready, 1, static_cast<int>(Left().count()));
      if (n < 0 && errno != EINTR) return SystemFailure("poll", errno);
      if (n == 0) return Late();
      if (n < 0) continue;
      const ssize_t got = read(fd, buffer.data(), buffer.size());
      if (got < 0 && errno != EINTR) return SystemFailure("read", errno);
      if (got == 0) return output;
      if (got > 0) output.append(buffer.data(), static_cast<size_t>(got));
      if (output.size() > limit)
        return absl::ResourceExhaustedError(absl::StrCat("it printed more than ", limit, " bytes"));
    }
  }

  // Its exit code.
  absl::StatusOr<int> Wait() {
    constexpr std::chrono::milliseconds kLongestNap{20};
    std::chrono::milliseconds nap{0};
    int status = 0;
    while (true) {
      const pid_t pid = waitpid(pid_, &status, WNOHANG);
      if (pid == pid_) break;
      if (pid < 0 && errno != EINTR) return SystemFailure("waitpid", errno);
      if (Left().count() == 0) return Late();
      poll(nullptr, 0, static_cast<int>(std::min(nap, Left()).count()));
      nap = std::min(nap * 2 + std::chrono::milliseconds{1}, kLongestNap);
    }
    waited_ = true;
    if (WIFSIGNALED(status))
      return absl::AbortedError(absl::StrCat("signal ", WTERMSIG(status), " ended it"));
    return WEXITSTATUS(status);
  }

 private:
  std::chrono::milliseconds Left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    constexpr std::chrono::milliseconds kLongest{1'000'000'000};  // poll takes an int
    return std::clamp(left, std::chrono::milliseconds{0}, kLongest);
  }
  static absl::Status Late() { return absl::DeadlineExceededError("it did not end in time"); }

  void Kill() const {
    kill(own_group_ ? -pid_ : pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  const pid_t pid_;
  const bool own_group_;
  const Clock::time_point deadline_;
  bool waited_ = false;
};

class SpawningRunner : public CommandRunner {
 public:
  absl::StatusOr<std::string> Find(const std::string& command) const override {
    const absl::Status missing = absl::NotFoundError("not found, or no program");
    if (absl::StrContains(command, '/'))
      return IsProgram(command) ? absl::StatusOr<std::string>(command) : missing;
    const char* path = std::getenv("PATH");
    if (path == nullptr) return missing;
    for (const absl::string_view folder : absl::StrSplit(path, ':', absl::SkipEmpty())) {
      std::string program = absl::StrCat(folder, "/", command);
      if (absl::StartsWith(folder, "/") && IsProgram(program)) return program;
    }
    return missing;
  }

  absl::StatusOr<CommandResult> Run(const CommandRequest& request) override {
    std::vector<std::string> words = request.words, env = EnvironmentWith(request.env);
    Pipe out;
    if (!out.ok()) return SystemFailure("pipe", errno);
    const SpawnSetup setup(out, request.interactive);
    const Clock::time_point deadline = Clock::now() + request.timeout;
    pid_t pid = 0;
    const int error = posix_spawn(&pid, request.path.c_str(), setup.actions(), setup.attributes(),
                                  Pointers(words).data(), Pointers(env).data());
    if (error != 0) return SystemFailure("it cannot be run", error);
    Child child(pid, !request.interactive, deadline);
    out.CloseWriteEnd();
    WECAN_ASSIGN_OR_RETURN(std::string output,
                           child.ReadAll(out.read_end(), request.max_output_bytes));
    WECAN_ASSIGN_OR_RETURN(const int exit_code, child.Wait());
    return CommandResult{.exit_code = exit_code, .output = Secret(std::move(output))};
  }
};

}  // namespace

std::unique_ptr<CommandRunner> NewCommandRunner() { return std::make_unique<SpawningRunner>(); }

}  // namespace wecan
