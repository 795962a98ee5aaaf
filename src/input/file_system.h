// SPDX-License-Identifier: Apache-2.0
// The only way to files, so that tests and fuzzers run the whole program in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wecan {

struct DirectoryEntry {
  std::string name;
  bool is_directory =
      false;  // false for a link to a directory: folders behind links are not followed
};

// All paths are as the user writes them; relative ones start at the working directory of the
// process.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // The bytes of a file. NotFound, PermissionDenied, FailedPrecondition (a directory, a device), or
  // OutOfRange when it is larger than `limit_bytes`; the message starts with the path. Safe to call
  // from several threads.
  virtual absl::StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) const = 0;

  // A binary stream of a file's bytes, for files that need not fit into memory. Errors as of Read,
  // but for OutOfRange.
  virtual absl::StatusOr<std::unique_ptr<std::istream>> Open(const std::string& path) const = 0;

  // Whether the path names a directory (links followed); NotFound if it names nothing.
  virtual absl::StatusOr<bool> IsDirectory(const std::string& path) const = 0;

  // The entries of a directory, sorted by name.
  virtual absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) const = 0;

  // The absolute path of what `path` names, links followed, so that two names of one file compare
  // equal; without them where it names nothing.
  virtual std::string Absolute(const std::string& path) const = 0;

  // Replaces the file: written beside it, then renamed, so that nobody ever sees it half-written. A
  // link stays one: the file behind it is replaced, with its mode and
  // where allowed its owner. NotFound without the folder (none is made), PermissionDenied when file
  // or folder is read-only, FailedPrecondition for links to nothing, directories and full disks;
  // the message starts with the path and says what to do. The old file is whole after any error.
  virtual absl::Status Write(const std::string& path, absl::string_view data) = 0;

  // Like Write, for a file of the user's that was read before and must still be `expected`;
  // nothing: the file must not exist. Aborted if it changed meanwhile. Even a power cut leaves the
  // old file or the new one; that takes a hundred times as long, which reports are not worth.
  virtual absl::Status Replace(const std::string& path, const std::optional<std::string>& expected,
                               absl::string_view data) = 0;
};

// The real one. Tests pass `before_rename`, which is called when the new content lies complete
// beside the old one.
std::unique_ptr<FileSystem> NewFileSystem(std::function<void()> before_rename = nullptr);

// Files by path, without needless dots; directories are the prefixes of their paths. For tests and
// fuzzers.
class MemoryFileSystem : public FileSystem {
 public:
  explicit MemoryFileSystem(std::map<std::string, std::string> files = {})
      : files_(std::move(files)) {}

  absl::StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) const override;
  absl::StatusOr<std::unique_ptr<std::istream>> Open(const std::string& path) const override;
  absl::StatusOr<bool> IsDirectory(const std::string& path) const override;
  absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) const override;
  std::string Absolute(const std::string& path) const override;
  absl::Status Write(const std::string& path, absl::string_view data) override;
  absl::Status Replace(const std::string& path, const std::optional<std::string>& expected,
                       absl::string_view data) override;

  const std::map<std::string, std::string>& files() const { return files_; }

 private:
  std::string Place(const std::string& path) const;
  std::string FolderPrefix(const std::string& path) const;

  std::map<std::string, std::string> files_;
};

}  // namespace wecan
