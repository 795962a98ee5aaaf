// SPDX-License-Identifier: Apache-2.0
// Real programs: small shell scripts in a folder of their own. None of them waits: what hangs is
// killed.
#include "src/cluster/command_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandRunnerTest : public testing::Test {
 protected:
  CommandRunnerTest() {
    std::string name = testing::TempDir() + "wecan_XXXXXX";
    if (mkdtemp(name.data()) != nullptr) folder_ = name;
  }
  ~CommandRunnerTest() override { std::filesystem::remove_all(folder_); }

  // The path of a shell script.
  std::string Script(const std::string& text) {
    std::string path = absl::StrCat(folder_, "/plugin");
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    chmod(path.c_str(), 0700);
    return path;
  }

  absl::StatusOr<CommandResult> Run(const std::string& script, CommandRequest request = {}) {
    request.path = Script(script);
    request.words.insert(request.words.begin(), "plugin");
    return runner_->Run(request);
  }

  std::string folder_;
  const std::unique_ptr<CommandRunner> runner_ = NewCommandRunner();
};

TEST_F(CommandRunnerTest, KeepsWhatItPrints) {
  ASSERT_OK_AND_ASSIGN(const CommandResult result,
                       Run("echo \"$#:$1:$2\"; exit 3", {.words = {"a b", "*"}}));
  EXPECT_EQ(result.output.Reveal(), "2:a b:*\n");
  EXPECT_EQ(result.exit_code, 3);
}

TEST_F(CommandRunnerTest, VariablesAreAddedToThoseOfThisProcess) {
  ASSERT_OK_AND_ASSIGN(
      const CommandResult result,
      Run("echo \"$X:$HOME:${PATH:+path}\"; env | grep -c ^X=",
          {.env = {{"X", Secret("1")}, {"HOME", Secret("/nowhere")}, {"X", Secret("2=3")}}}));
  EXPECT_EQ(result.output.Reveal(), "2=3:/nowhere:path\n1\n");
}

TEST_F(CommandRunnerTest, StandardInputIsEmpty) {
  ASSERT_OK_AND_ASSIGN(const CommandResult result, Run("cat; echo end"));
  EXPECT_EQ(result.output.Reveal(), "end\n");
}

TEST_F(CommandRunnerTest, AnInteractiveOneSharesStandardInput) {
  const std::string path = absl::StrCat(folder_, "/input");
  std::ofstream(path) << "typed\n";
  const int saved = dup(STDIN_FILENO);
  ASSERT_NE(freopen(path.c_str(), "r", stdin), nullptr);
  const auto result = Run("cat", {.interactive = true});
  dup2(saved, STDIN_FILENO);
  close(saved);
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->output.Reveal(), "typed\n");
}

// What `fd` gives until all that hold its other end are gone; nothing if they live on.
std::optional<std::string> ReadToEnd(int fd) {
  std::string all;
  char c = 0;
  while (true) {
    pollfd ready{.fd = fd, .events = POLLIN};
    const ssize_t got = read(fd, &c, 1);
    if (got == 0) return all;
    if (got > 0)
      all += c;
    else if (errno != EAGAIN || poll(&ready, 1, 60'000) <= 0)
      return std::nullopt;
  }
}

TEST_F(CommandRunnerTest, WhatHangsIsKilledWithAllItStarted) {
  const std::string fifo = absl::StrCat(folder_, "/fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int fd = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  std::optional<std::string> said;
  // A busy machine may need longer to get that far.
  for (const int timeout : {50, 500, 5'000, 50'000}) {
    EXPECT_THAT(
        Run(absl::StrCat("exec 3> ", fifo, "; sleep 600 & echo up >&3; wait"),
            {.timeout = std::chrono::milliseconds(timeout)}),
        StatusIs(absl::StatusCode::kDeadlineExceeded, std::string("it did not end in time")));
    said = ReadToEnd(fd);
    if (said != "") break;
  }
  EXPECT_EQ(said, "up\n");
  close(fd);
}

TEST_F(CommandRunnerTest, ClosingItsOutputDoesNotMakeItEnd) {
  EXPECT_THAT(Run("exec >&-; exec sleep 600", {.timeout = std::chrono::milliseconds(50)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded, std::string("it did not end in time")));
}

TEST_F(CommandRunnerTest, OutputIsBounded) {
  EXPECT_THAT(Run("exec cat /dev/zero", {.max_output_bytes = 100'000}),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       std::string("it printed more than 100000 bytes")));
  ASSERT_OK_AND_ASSIGN(const CommandResult result,
                       Run("head -c 100000 /dev/zero", {.max_output_bytes = 100'000}));
  EXPECT_EQ(result.output.Reveal().size(), 100'000u);
}

TEST_F(CommandRunnerTest, ASignalIsNoExitCode) {
  EXPECT_THAT(Run("echo hunter2; kill -TERM $$"),
              StatusIs(absl::StatusCode::kAborted, std::string("signal 15 ended it")));
}

TEST_F(CommandRunnerTest, WhatCannotBeRun) {
  EXPECT_THAT(runner_->Run({.path = absl::StrCat(folder_, "/nosuch"), .words = {"hunter2"}}),
              StatusIs(absl::StatusCode::kNotFound,
                       std::string("it cannot be run: No such file or directory")));
  const std::string path = absl::StrCat(folder_, "/text");
  std::ofstream(path) << "hunter2";
  chmod(path.c_str(), 0700);
  EXPECT_THAT(runner_->Run({.path = path, .words = {"text"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       std::string("it cannot be run: Exec format error")));
}

TEST_F(CommandRunnerTest, FindsPrograms) {
  EXPECT_EQ(runner_->Find("sh")->back(), 'h');
  EXPECT_THAT(*runner_->Find("sh"), StartsWith("/"));
  const std::string script = Script("");
  EXPECT_EQ(*runner_->Find(script), script);
  EXPECT_THAT(runner_->Find("plugin"), Not(IsOk()));
  chmod(script.c_str(), 0600);
  EXPECT_THAT(runner_->Find(script),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no program")));
  EXPECT_THAT(runner_->Find(folder_), Not(IsOk()));
}

}  // namespace
}  // namespace wecan
