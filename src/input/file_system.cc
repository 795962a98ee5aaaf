// SPDX-License-Identifier: Apache-2.0
#include "src/input/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/functional/function_ref.h"
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

absl::Status Changed(const std::string& path) {
  return absl::AbortedError(absl::StrCat(path, ": changed since it was read; run again"));
}

// What the system says, and what to do about it.
absl::Status WriteError(const std::string& path, int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": cannot be written: ", std::strerror(error),
                       "; the old file is untouched, make room and run again"));
    case ELOOP:
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": is a link that leads back to itself; remove it"));
    case EROFS:
      return absl::PermissionDeniedError(
          absl::StrCat(path, ": lies on a read-only file system; write elsewhere"));
    default:
      return SystemError(path, error);
  }
}

class RealFileSystem : public FileSystem {
 public:
  explicit RealFileSystem(std::function<void()> before_rename)
      : before_rename_(std::move(before_rename)) {}

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

  absl::StatusOr<std::unique_ptr<std::istream>> Open(const std::string& path) const override {
    struct stat info;
    if (stat(path.c_str(), &info) != 0) return SystemError(path, errno);
    if (S_ISDIR(info.st_mode)) return SystemError(path, EISDIR);
    errno = 0;
    auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!file->is_open()) return SystemError(path, errno);
    return file;
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

  std::string Absolute(const std::string& path) const override {
    const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), free);
    if (real != nullptr) return real.get();
    std::error_code error;
    return std::filesystem::absolute(path, error).lexically_normal().string();
  }

  absl::Status Write(const std::string& path, absl::string_view data) override {
    return Put(path, data, Durability::kNone, [] { return absl::OkStatus(); });
  }

  absl::Status Replace(const std::string& path, const std::optional<std::string>& expected,
                       absl::string_view data) override {
    return Put(path, data, Durability::kPowerCut, [&] { return CheckUnchanged(path, expected); });
  }

 private:
  absl::Status CheckUnchanged(const std::string& path,
                              const std::optional<std::string>& expected) const {
    const absl::StatusOr<std::string> now =
        Read(path, expected ? expected->size() : std::numeric_limits<uint64_t>::max());
    if (absl::IsOutOfRange(now.status())) return Changed(path);
    if (!now.ok() && !absl::IsNotFound(now.status())) return now.status();
    const bool same = expected ? now.ok() && *now == *expected : !now.ok();
    return same ? absl::OkStatus() : Changed(path);
  }

  enum class Durability { kNone, kPowerCut };

  // `check` is asked at the last moment, when only the rename is left. What somebody writes between
  // the two is lost: no call of the system compares and renames at once.
  absl::Status Put(const std::string& path, absl::string_view data, Durability durability,
                   absl::FunctionRef<absl::Status()> check) {
    const absl::StatusOr<Target> target = FindTarget(path);
    if (!target.ok()) return target.status();
    if (absl::Status status = check(); !status.ok()) return status;
    absl::StatusOr<std::string> temporary = WriteBeside(path, *target, data, durability);
    if (!temporary.ok()) return temporary.status();
    if (before_rename_) before_rename_();
    absl::Status status = check();
    if (status.ok() && rename(temporary->c_str(), target->file.c_str()) != 0)
      status = WriteError(path, errno);
    if (!status.ok()) {
      unlink(temporary->c_str());
      return status;
    }
    if (durability == Durability::kPowerCut) SyncFolder(target->folder);
    return absl::OkStatus();
  }

  // The file behind all links.
  struct Target {
    std::string file, folder;
    std::optional<struct stat> info;  // nothing: there is no such file yet
  };

  static absl::StatusOr<Target> FindTarget(const std::string& path) {
    Target target{.file = path};
    struct stat info;
    if (stat(path.c_str(), &info) == 0) {
      const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), free);
      if (real == nullptr) return WriteError(path, errno);
      target.file = real.get();
      target.info = info;
    } else if (errno != ENOENT) {
      return WriteError(path, errno);
    } else if (lstat(path.c_str(), &info) == 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, ": is a link to a file that does not exist; create the file or remove the link"));
    }
    const size_t slash = target.file.rfind('/');
    target.folder = slash == std::string::npos ? "." : target.file.substr(0, slash + 1);
    if (!target.info && access(target.folder.c_str(), F_OK) != 0 && errno == ENOENT) {
      return absl::NotFoundError(absl::StrCat(path, ": there is no folder ", target.folder,
                                              "; create it: mkdir -p ", target.folder));
    }
    return CheckWritable(path, std::move(target));
  }

  // A rename would replace a read-only file, which is not what its owner meant.
  static absl::StatusOr<Target> CheckWritable(const std::string& path, Target target) {
    if (target.info && S_ISDIR(target.info->st_mode)) return WriteError(path, EISDIR);
    if (target.info && !S_ISREG(target.info->st_mode)) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": is no regular file, so it cannot be replaced"));
    }
    constexpr mode_t kAnyWrite = S_IWUSR | S_IWGRP | S_IWOTH;  // of root, too
    if (target.info && ((target.info->st_mode & kAnyWrite) == 0 ||
                        faccessat(AT_FDCWD, target.file.c_str(), W_OK, AT_EACCESS) != 0)) {
      return absl::PermissionDeniedError(
          absl::StrCat(path, ": the file is read-only; make it writable: chmod u+w ", path));
    }
    if (faccessat(AT_FDCWD, target.folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
      if (errno != EACCES) return WriteError(path, errno);
      return absl::PermissionDeniedError(
          absl::StrCat(path, ": its folder ", target.folder,
                       " is read-only; make it writable or write elsewhere"));
    }
    return target;
  }

  // A complete copy of `data` on disk in the folder of the target, under a name of its own.
  static absl::StatusOr<std::string> WriteBeside(const std::string& path, const Target& target,
                                                 absl::string_view data, Durability durability) {
    // Short, so that it fits where the name of the file did; what a killed run has left has another
    // one.
    static std::atomic<int> number = 0;
    const std::string prefix = absl::StrCat(
        target.folder, absl::EndsWith(target.folder, "/") ? "" : "/", ".wecan-", getpid(), "-");
    std::string name;
    int fd = -1;
    do {
      name = absl::StrCat(prefix, number++);
      fd = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, target.info ? 0600 : 0666);
    } while (fd < 0 && errno == EEXIST);
    const Descriptor file(fd);
    if (file.get() < 0) return WriteError(path, errno);
    absl::Status status = Fill(path, file.get(), data);
    if (status.ok() && target.info) status = TakeOver(path, file.get(), *target.info);
    if (status.ok() && durability == Durability::kPowerCut && fsync(file.get()) != 0)
      status = WriteError(path, errno);
    if (status.ok()) return name;
    unlink(name.c_str());
    return status;
  }

  static absl::Status Fill(const std::string& path, int file, absl::string_view data) {
    while (!data.empty()) {
      const ssize_t n = write(file, data.data(), data.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return WriteError(path, errno);
      data.remove_prefix(static_cast<size_t>(n));
    }
    return absl::OkStatus();
  }

  // Owner before mode: giving a file away clears bits of its mode. Only root may give files away;
  // else the file belongs to who runs us.
  static absl::Status TakeOver(const std::string& path, int file, const struct stat& old) {
    const bool given = fchown(file, old.st_uid, old.st_gid) == 0 ||
                       fchown(file, static_cast<uid_t>(-1), old.st_gid) == 0;
    const mode_t mode = old.st_mode & (given ? 07777 : 0777);
    return fchmod(file, mode) == 0 ? absl::OkStatus() : WriteError(path, errno);
  }

  // The new name is on disk, too. Some file systems cannot sync a folder; the file is whole
  // nevertheless.
  static void SyncFolder(const std::string& folder) {
    const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() >= 0) (void)fsync(descriptor.get());
  }

  const std::function<void()> before_rename_;
};

}  // namespace

std::unique_ptr<FileSystem> NewFileSystem(std::function<void()> before_rename) {
  return std::make_unique<RealFileSystem>(std::move(before_rename));
}

// "a/../b" is "b": no links in memory.
std::string MemoryFileSystem::Place(const std::string& path) const {
  if (files_.count(path) > 0) return path;
  const std::string normal = std::filesystem::path(path).lexically_normal().string();
  return normal == "." || normal == "./" ? "" : normal;
}

std::string MemoryFileSystem::Absolute(const std::string& path) const {
  return std::filesystem::path("/" + Place(path)).lexically_normal().string();
}

absl::StatusOr<std::string> MemoryFileSystem::Read(const std::string& path,
                                                   uint64_t limit_bytes) const {
  const auto file = files_.find(Place(path));
  if (file == files_.end()) {
    return IsDirectory(path).value_or(false) ? SystemError(path, EISDIR)
                                             : SystemError(path, ENOENT);
  }
  if (file->second.size() > limit_bytes) return TooLarge(path, limit_bytes);
  return file->second;
}

// What the paths of all that stands below the folder `path` start with.
std::string MemoryFileSystem::FolderPrefix(const std::string& path) const {
  const std::string place = Place(path);
  return place.empty() || absl::EndsWith(place, "/") ? place : place + "/";
}

absl::StatusOr<std::unique_ptr<std::istream>> MemoryFileSystem::Open(
    const std::string& path) const {
  absl::StatusOr<std::string> text = Read(path, std::numeric_limits<uint64_t>::max());
  if (!text.ok()) return text.status();
  return std::make_unique<std::istringstream>(*std::move(text), std::ios::in | std::ios::binary);
}

absl::StatusOr<bool> MemoryFileSystem::IsDirectory(const std::string& path) const {
  if (path.empty()) return SystemError(path, ENOENT);
  if (files_.count(Place(path)) > 0) return false;
  const std::string prefix = FolderPrefix(path);
  const auto below = files_.lower_bound(prefix);
  if (below != files_.end() && absl::StartsWith(below->first, prefix)) return true;
  return SystemError(path, ENOENT);
}

absl::StatusOr<std::vector<DirectoryEntry>> MemoryFileSystem::List(const std::string& path) const {
  const std::string prefix = FolderPrefix(path);
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
  if (IsDirectory(path).value_or(false)) return SystemError(path, EISDIR);
  files_[Place(path)] = std::string(data);
  return absl::OkStatus();
}

absl::Status MemoryFileSystem::Replace(const std::string& path,
                                       const std::optional<std::string>& expected,
                                       absl::string_view data) {
  const auto file = files_.find(Place(path));
  const bool same =
      expected ? file != files_.end() && file->second == *expected : file == files_.end();
  return same || IsDirectory(path).value_or(false) ? Write(path, data) : Changed(path);
}

}  // namespace wecan
