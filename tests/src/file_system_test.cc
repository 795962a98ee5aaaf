// SPDX-License-Identifier: Apache-2.0
#include "src/input/file_system.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/status.h"

namespace wecan {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> Show(const std::vector<DirectoryEntry>& entries) {
  std::vector<std::string> shown;
  for (const DirectoryEntry& e : entries) shown.push_back(e.name + (e.is_directory ? "/" : ""));
  return shown;
}

class FileSystemTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "wecan_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string Path(const std::string& name) const { return root_ / name; }
  void Put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << text;
  }

  const std::unique_ptr<FileSystem> files_ = NewFileSystem();
  fs::path root_;
};

TEST_F(FileSystemTest, ReadsBytesUpToTheLimit) {
  const std::string bytes("a\0\r\n\xff", 5);
  Put("x", bytes);
  Put("empty", "");
  EXPECT_EQ(files_->Read(Path("x"), 5).value(), bytes);
  EXPECT_EQ(files_->Read(Path("empty"), 5).value(), "");
  EXPECT_THAT(files_->Read(Path("x"), 4),
              StatusIs(absl::StatusCode::kOutOfRange, StartsWith(Path("x"))));
}

std::string ReadAll(std::istream& in) { return {std::istreambuf_iterator<char>(in), {}}; }

TEST_F(FileSystemTest, OpensStreamsOfBytes) {
  const std::string bytes("a\0\r\n\xff", 5);
  Put("x", bytes);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<std::istream> real, files_->Open(Path("x")));
  EXPECT_EQ(ReadAll(*real), bytes);
  EXPECT_THAT(files_->Open(Path("none")),
              StatusIs(absl::StatusCode::kNotFound, StartsWith(Path("none") + ": ")));
  EXPECT_THAT(files_->Open(root_),
              StatusIs(absl::StatusCode::kFailedPrecondition, StartsWith(root_.string() + ": ")));
  const MemoryFileSystem memory(std::map<std::string, std::string>{{"d/x", bytes}});
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<std::istream> kept, memory.Open("d/x"));
  EXPECT_EQ(ReadAll(*kept), bytes);
  EXPECT_THAT(memory.Open("none"), StatusIs(absl::StatusCode::kNotFound, StartsWith("none")));
}

TEST_F(FileSystemTest, ErrorsStartWithThePath) {
  Put("file", "x");
  fs::create_directory(root_ / "folder");
  EXPECT_THAT(files_->Read(Path("none"), 5),
              StatusIs(absl::StatusCode::kNotFound, StartsWith(Path("none") + ": ")));
  EXPECT_THAT(files_->Read(Path("file/below"), 5),
              StatusIs(absl::StatusCode::kNotFound, StartsWith(Path("file/below") + ": ")));
  EXPECT_THAT(files_->Read(Path("folder"), 5),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("directory")));
  EXPECT_THAT(files_->List(Path("none")),
              StatusIs(absl::StatusCode::kNotFound, StartsWith(Path("none"))));
  EXPECT_THAT(files_->IsDirectory(Path("none")),
              StatusIs(absl::StatusCode::kNotFound, StartsWith(Path("none"))));
}

TEST_F(FileSystemTest, FilesWithoutASizeAreReadToTheirEnd) {
  // Files of /proc say that they have no bytes.
  const absl::StatusOr<std::string> text = files_->Read("/proc/self/status", 1 << 20);
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(*text, HasSubstr("Pid:"));
  EXPECT_THAT(files_->Read("/proc/self/status", 10),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("larger than 10 bytes")));
}

TEST_F(FileSystemTest, ListsSortedAndPassesOverWhatIsNoFile) {
  Put("b.yaml", "");
  Put("a.yaml", "");
  Put("sub/c.yaml", "");
  Put("B", "");
  fs::create_symlink("a.yaml", root_ / "to-file");
  fs::create_directory_symlink("sub", root_ / "to-folder");
  fs::create_symlink("nowhere", root_ / "to-nothing");
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  // A link to nothing is listed: reading it tells. One to a folder is not followed.
  EXPECT_THAT(Show(files_->List(root_).value()),
              ElementsAre("B", "a.yaml", "b.yaml", "sub/", "to-file", "to-nothing"));
}

TEST_F(FileSystemTest, IsDirectoryFollowsLinks) {
  Put("sub/x", "");
  fs::create_directory_symlink("sub", root_ / "link");
  EXPECT_TRUE(files_->IsDirectory(Path("sub")).value());
  EXPECT_TRUE(files_->IsDirectory(Path("link")).value());
  EXPECT_FALSE(files_->IsDirectory(Path("sub/x")).value());
}

TEST_F(FileSystemTest, WriteReplacesAndLeavesNothingBehind) {
  ASSERT_THAT(files_->Write(Path("out"), "first"), IsOk());
  ASSERT_THAT(files_->Write(Path("out"), "2"), IsOk());
  EXPECT_EQ(files_->Read(Path("out"), 100).value(), "2");
  EXPECT_THAT(Show(files_->List(root_).value()), ElementsAre("out"));
}

TEST_F(FileSystemTest, WriteThatFailsLeavesNothingBehind) {
  EXPECT_THAT(files_->Write(Path("none/out"), "x"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(Path("none/out"))));
  fs::create_directory(root_ / "folder");
  EXPECT_FALSE(files_->Write(Path("folder"), "x").ok());
  EXPECT_THAT(Show(files_->List(root_).value()), ElementsAre("folder/"));
}

TEST_F(FileSystemTest, ReplaceWantsTheFileAsItWasRead) {
  Put("x", "old");
  ASSERT_THAT(files_->Replace(Path("x"), "old", "new"), IsOk());
  EXPECT_THAT(files_->Replace(Path("x"), "old", "other"),
              StatusIs(absl::StatusCode::kAborted, StartsWith(Path("x") + ": changed since")));
  EXPECT_THAT(files_->Replace(Path("x"), std::nullopt, "other"),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("run again")));
  EXPECT_THAT(files_->Replace(Path("none"), "", "other"),
              StatusIs(absl::StatusCode::kAborted, testing::_));
  ASSERT_THAT(files_->Replace(Path("y"), std::nullopt, "first"), IsOk());
  EXPECT_EQ(files_->Read(Path("x"), 9).value(), "new");
  EXPECT_EQ(files_->Read(Path("y"), 9).value(), "first");
  EXPECT_THAT(Show(files_->List(root_).value()), ElementsAre("x", "y"));
}

TEST_F(FileSystemTest, WhatChangesWhileWritingIsSeen) {
  Put("x", "old");
  const auto files = NewFileSystem([&] { Put("x", "theirs"); });
  EXPECT_THAT(files->Replace(Path("x"), "old", "ours"),
              StatusIs(absl::StatusCode::kAborted, testing::_));
  EXPECT_EQ(files_->Read(Path("x"), 9).value(), "theirs");
  EXPECT_THAT(Show(files_->List(root_).value()), ElementsAre("x"));
}

TEST_F(FileSystemTest, WriteKeepsLinksAndModes) {
  Put("sub/real", "old");
  fs::permissions(Path("sub/real"), fs::perms(0640));
  fs::create_symlink("sub/real", root_ / "link");
  fs::create_symlink("link", root_ / "link2");
  ASSERT_THAT(files_->Replace(Path("link2"), "old", "new"), IsOk());
  EXPECT_TRUE(fs::is_symlink(root_ / "link2"));
  EXPECT_TRUE(fs::is_symlink(root_ / "link"));
  EXPECT_EQ(files_->Read(Path("sub/real"), 9).value(), "new");
  EXPECT_EQ(fs::status(Path("sub/real")).permissions(), fs::perms(0640));
  EXPECT_THAT(Show(files_->List(Path("sub")).value()), ElementsAre("real"));
}

TEST_F(FileSystemTest, NewFilesObeyTheUmask) {
  const mode_t old = umask(027);
  ASSERT_THAT(files_->Write(Path("x"), "x"), IsOk());
  umask(old);
  EXPECT_EQ(fs::status(Path("x")).permissions(), fs::perms(0640));
}

TEST_F(FileSystemTest, LinksThatLeadNowhereAreNotWritten) {
  fs::create_symlink("nowhere", root_ / "dangling");
  fs::create_symlink("loop", root_ / "loop");
  EXPECT_THAT(files_->Write(Path("dangling"), "x"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("does not exist")));
  EXPECT_THAT(files_->Replace(Path("loop"), std::nullopt, "x"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("back to itself")));
  EXPECT_FALSE(fs::exists(root_ / "nowhere"));
}

TEST_F(FileSystemTest, ErrorsOfWritingSayWhatToDo) {
  EXPECT_THAT(files_->Write(Path("none/out"), "x"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("mkdir -p " + Path("none"))));
  Put("file", "x");
  EXPECT_THAT(files_->Write(Path("file/out"), "x"),
              StatusIs(absl::StatusCode::kNotFound, StartsWith(Path("file/out"))));
  fs::create_directory(root_ / "folder");
  EXPECT_THAT(files_->Write(Path("folder"), "x"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("directory")));
  EXPECT_THAT(files_->Write("/dev/full", "x"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no regular file")));
}

TEST_F(FileSystemTest, ReadOnlyFilesAreNotReplaced) {
  Put("x", "old");
  fs::permissions(Path("x"), fs::perms(0444));
  EXPECT_THAT(files_->Write(Path("x"), "new"),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("chmod u+w")));
  EXPECT_EQ(files_->Read(Path("x"), 9).value(), "old");
}

// Runs `f` in a child process, which ends with what `f` gives; -1 if it did not end by itself.
int InChild(const std::function<int()>& f) {
  const pid_t child = fork();
  if (child == 0) _exit(f());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(FileSystemTest, ReadOnlyFoldersAreNamed) {
  Put("sub/x", "old");
  fs::permissions(root_, fs::perms(0755));
  fs::permissions(root_ / "sub", fs::perms(0555));
  fs::permissions(root_ / "sub/x", fs::perms(0666));
  const auto write = [&] {
    // Nobody stops root.
    if (geteuid() == 0 && setuid(65534) != 0) return 2;
    const absl::Status status = files_->Write(Path("sub/x"), "new");
    return absl::IsPermissionDenied(status) &&
                   absl::StrContains(status.message(), Path("sub") + "/ is read-only")
               ? 0
               : 1;
  };
  EXPECT_EQ(InChild(write), 0);
  fs::permissions(root_ / "sub", fs::perms(0755));
}

TEST_F(FileSystemTest, AFullDiskLeavesTheOldFile) {
  Put("x", "old");
  const auto write = [&] {
    const rlimit limit{100, 100};
    std::signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    const absl::Status status = files_->Write(Path("x"), std::string(1000, 'x'));
    return absl::StrContains(status.message(), "make room") ? 0 : 1;
  };
  EXPECT_EQ(InChild(write), 0);
  EXPECT_EQ(files_->Read(Path("x"), 9).value(), "old");
  EXPECT_THAT(Show(files_->List(root_).value()), ElementsAre("x"));
}

TEST_F(FileSystemTest, AKilledRunDisturbsNobody) {
  Put("x", "old");
  EXPECT_EQ(InChild([&] {
              (void)NewFileSystem([] { _exit(7); })->Write(Path("x"), "half");
              return 0;
            }),
            7);
  EXPECT_EQ(files_->Read(Path("x"), 9).value(), "old");
  EXPECT_EQ(files_->List(root_).value().size(), 2u);  // what it left
  ASSERT_THAT(files_->Replace(Path("x"), "old", "new"), IsOk());
  EXPECT_EQ(files_->Read(Path("x"), 9).value(), "new");
}

// The one of the tests behaves like the real one.
TEST(MemoryFileSystemTest, FoldersAreThePrefixesOfPaths) {
  const MemoryFileSystem files({{"in/a.yaml", "a"}, {"in/sub/b.yaml", "bb"}, {"inner.yaml", ""}});
  EXPECT_TRUE(files.IsDirectory("in").value());
  EXPECT_TRUE(files.IsDirectory("in/").value());
  EXPECT_FALSE(files.IsDirectory("in/a.yaml").value());
  EXPECT_THAT(files.IsDirectory("i"), StatusIs(absl::StatusCode::kNotFound, StartsWith("i: ")));
  EXPECT_THAT(Show(files.List("in").value()), ElementsAre("a.yaml", "sub/"));
  EXPECT_THAT(Show(files.List("in/sub").value()), ElementsAre("b.yaml"));
  EXPECT_EQ(files.Read("in/sub/b.yaml", 2).value(), "bb");
  EXPECT_THAT(files.Read("in/sub/b.yaml", 1),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("b.yaml")));
  EXPECT_THAT(files.Read("in", 9),
              StatusIs(absl::StatusCode::kFailedPrecondition, StartsWith("in: ")));
  EXPECT_THAT(files.Read("x", 9), StatusIs(absl::StatusCode::kNotFound, StartsWith("x: ")));
}

TEST(MemoryFileSystemTest, Writes) {
  MemoryFileSystem files;
  ASSERT_THAT(files.Write("a", "1"), IsOk());
  ASSERT_THAT(files.Write("a", "2"), IsOk());
  EXPECT_THAT(files.files(), ElementsAre(testing::Pair("a", "2")));
}

TEST(MemoryFileSystemTest, ReplaceWantsTheFileAsItWasRead) {
  MemoryFileSystem files({{"a", "1"}, {"folder/b", ""}});
  ASSERT_THAT(files.Replace("a", "1", "2"), IsOk());
  ASSERT_THAT(files.Replace("new", std::nullopt, "3"), IsOk());
  EXPECT_THAT(files.Replace("a", "1", "4"),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("changed since it was read")));
  EXPECT_THAT(files.Replace("a", std::nullopt, "4"),
              StatusIs(absl::StatusCode::kAborted, testing::_));
  EXPECT_THAT(files.Replace("none", "", "4"), StatusIs(absl::StatusCode::kAborted, testing::_));
  EXPECT_THAT(files.Write("folder", "4"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("directory")));
  EXPECT_THAT(files.Read("a", 9).value(), "2");
}

}  // namespace
}  // namespace wecan
