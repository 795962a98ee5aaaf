// SPDX-License-Identifier: Apache-2.0
#include "src/input/file_system.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

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

}  // namespace
}  // namespace wecan
