// SPDX-License-Identifier: Apache-2.0
#include "src/input/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace wecan {
namespace {

// "PATH: what the system says", under the code that fits.
absl::Status SystemError(const std::string& path, int error) {
  const std::string message = absl::StrCat(path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    default:
      return absl::FailedPreconditionError(message);
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status TooLarge(const std::string& path, uint64_t limit) {
  return absl::OutOfRangeError(absl::StrCat(path, ": larger than ", limit,
                                            " bytes; raise --max-file-size if this is meant"));
}

class RealFileSystem : public FileSystem {
 public:
  absl::StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) const override {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return SystemError(path, errno);
    struct stat info;
    if (fstat(file.get(), &info) != 0) return SystemError(path, errno);
    if (S_ISDIR(info.st_mode)) return SystemError(path, EISDIR);
    if (info.st_size > 0 && static_cast<uint64_t>(info.st_size) > limit_bytes)
      return TooLarge(path, limit_bytes);
    // One byte more than the file has, so that its end is seen in one call; pipes and growing files
    // go on.
    std::string text(static_cast<size_t>(info.st_size) + 1, '\0');
    size_t used = 0;
    while (true) {
      if (used == text.size()) text.resize(text.size() * 2);
      const ssize_t n = read(file.get(), text.data() + used, text.size() - used);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return SystemError(path, errno);
      if (n == 0) break;
      used += static_cast<size_t>(n);
      if (used > limit_bytes) return TooLarge(path, limit_bytes);
    }
    text.resize(used);
    return text;
  }

  absl::StatusOr<bool> IsDirectory(const std::string& path) const override {
    struct stat info;
    if (stat(path.c_str(), &info) != 0) return SystemError(path, errno);
    return S_ISDIR(info.st_mode);
  }

  absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) const override {
    DIR* folder = opendir(path.c_str());
    if (folder == nullptr) return SystemError(path, errno);
    std::vector<DirectoryEntry> entries;
    while (const dirent* entry = readdir(folder)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      // Links are followed to files alone; pipes and devices that happen to lie in a folder are
      // passed over.
      struct stat info;
      const bool plain = entry->d_type == DT_REG || entry->d_type == DT_DIR;
      const bool known = plain || fstatat(dirfd(folder), name.c_str(), &info, 0) == 0;
      const bool is_file = entry->d_type == DT_REG || (!plain && known && S_ISREG(info.st_mode));
      const bool is_directory = entry->d_type == DT_DIR ||
                                (entry->d_type == DT_UNKNOWN && known && S_ISDIR(info.st_mode));
      const bool dangling = entry->d_type == DT_LNK && !known;  // reading it will say so
      if (is_file || is_directory || dangling) entries.push_back({name, is_directory});
    }
    closedir(folder);
    std::sort(entries.begin(), entries.end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    return entries;
  }

  absl::Status Write(const std::string& path, absl::string_view data) override {
    const std::string temporary = absl::StrCat(path, ".tmp", getpid());
    {
      const Descriptor file(
          open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
      if (file.get() < 0) return SystemError(path, errno);
      while (!data.empty()) {
        const ssize_t n = write(file.get(), data.data(), data.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
          absl::Status status = SystemError(path, errno);
          unlink(temporary.c_str());
          return status;
        }
        data.remove_prefix(static_cast<size_t>(n));
      }
    }
    if (rename(temporary.c_str(), path.c_str()) != 0) {
      absl::Status status = SystemError(path, errno);
      unlink(temporary.c_str());
      return status;
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<FileSystem> NewFileSystem() { return std::make_unique<RealFileSystem>(); }

absl::StatusOr<std::string> MemoryFileSystem::Read(const std::string& path,
                                                   uint64_t limit_bytes) const {
  const auto file = files_.find(path);
  if (file == files_.end()) {
    return IsDirectory(path).value_or(false) ? SystemError(path, EISDIR)
                                             : SystemError(path, ENOENT);
  }
  if (file->second.size() > limit_bytes) return TooLarge(path, limit_bytes);
  return file->second;
}

absl::StatusOr<bool> MemoryFileSystem::IsDirectory(const std::string& path) const {
  if (files_.count(path) > 0) return false;
  const std::string prefix = absl::EndsWith(path, "/") ? path : path + "/";
  const auto below = files_.lower_bound(prefix);
  if (below != files_.end() && absl::StartsWith(below->first, prefix)) return true;
  return SystemError(path, ENOENT);
}

absl::StatusOr<std::vector<DirectoryEntry>> MemoryFileSystem::List(const std::string& path) const {
  const std::string prefix = absl::EndsWith(path, "/") ? path : path + "/";
  std::set<std::pair<std::string, bool>> names;
  for (auto it = files_.lower_bound(prefix);
       it != files_.end() && absl::StartsWith(it->first, prefix); ++it) {
    const std::string rest = it->first.substr(prefix.size());
    const size_t slash = rest.find('/');
    names.emplace(rest.substr(0, slash), slash != std::string::npos);
  }
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, is_directory] : names) entries.push_back({name, is_directory});
  return entries;
}

absl::Status MemoryFileSystem::Write(const std::string& path, absl::string_view data) {
  files_[path] = std::string(data);
  return absl::OkStatus();
}

}  // namespace wecan
