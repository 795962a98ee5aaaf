// SPDX-License-Identifier: Apache-2.0
#include "src/input/find_files.h"

#include <algorithm>
#include <filesystem>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

#include "src/input/load.h"

namespace wecan {
namespace {

std::string Join(const std::string& folder, const std::string& name) {
  return absl::EndsWith(folder, "/") ? folder + name : folder + "/" + name;
}

class Finder {
 public:
  Finder(const LoadRequest& request, const FileSystem& files) : request_(request), files_(files) {}

  std::vector<Source> Run() {
    for (const std::string& path : request_.paths) Add(path, Purpose::kCheck);
    for (const std::string& path : request_.load) Add(path, Purpose::kLoad);
    AddNotChecked();
    for (const std::string& path : request_.crds) Add(path, Purpose::kCrds);
    for (const std::string& path : request_.policies) Add(path, Purpose::kPolicies);
    std::sort(sources_.begin(), sources_.end(),
              [](const Source& a, const Source& b) { return a.Key() < b.Key(); });
    const auto same = [](const Source& a, const Source& b) { return a.Key() == b.Key(); };
    sources_.erase(std::unique(sources_.begin(), sources_.end(), same), sources_.end());
    return std::move(sources_);
  }

 private:
  void Add(const std::string& path, Purpose purpose) {
    if (path != "-" && files_.IsDirectory(path).value_or(false)) {
      Walk(path, purpose);
    } else {
      sources_.push_back({path, purpose});  // a missing one fails when it is read
    }
  }

  // A file that is checked or loaded is not read as context a second time, whatever its name there.
  void AddNotChecked() {
    if (request_.load_if_not_checked.empty()) return;
    absl::flat_hash_set<std::string> checked;
    for (const Source& s : sources_) checked.insert(files_.Absolute(s.path));
    const auto first = static_cast<std::ptrdiff_t>(sources_.size());
    for (const std::string& path : request_.load_if_not_checked) Add(path, Purpose::kContext);
    const auto is_checked = [&](const Source& s) {
      return !checked.insert(files_.Absolute(s.path)).second;
    };
    sources_.erase(std::remove_if(sources_.begin() + first, sources_.end(), is_checked),
                   sources_.end());
  }

  void Walk(const std::string& root, Purpose purpose) {
    std::vector<std::string> folders = {root};
    while (!folders.empty()) {
      const std::string folder = std::move(folders.back());
      folders.pop_back();
      const auto entries = files_.List(folder);
      if (!entries.ok()) {
        sources_.push_back({folder, purpose});  // reading it reports why
        continue;
      }
      for (const DirectoryEntry& entry : *entries) {
        if (absl::StartsWith(entry.name, ".")) continue;
        std::string path = Join(folder, entry.name);
        if (Excluded(path)) continue;
        if (entry.is_directory) {
          folders.push_back(std::move(path));
        } else if (IsManifest(entry.name)) {
          sources_.push_back({std::move(path), purpose});
        }
      }
    }
  }

  static bool IsManifest(absl::string_view name) {
    return absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml") ||
           absl::EndsWith(name, ".json");
  }
  bool Excluded(const std::string& path) const {
    return std::any_of(request_.exclude.begin(), request_.exclude.end(),
                       [&](const std::string& glob) { return GlobMatches(glob, path); });
  }

  const LoadRequest& request_;
  const FileSystem& files_;
  std::vector<Source> sources_;
};

bool GlobFrom(absl::string_view glob, absl::string_view path) {
  while (!glob.empty()) {
    if (absl::ConsumePrefix(&glob, "**/") || glob == "**") {
      if (glob == "**") return true;
      for (size_t at = 0;; ++at) {
        if (GlobFrom(glob, path.substr(at))) return true;
        at = path.find('/', at);
        if (at == absl::string_view::npos) return false;
      }
    }
    if (glob[0] == '*') {
      glob.remove_prefix(1);
      for (size_t taken = 0;; ++taken) {
        if (GlobFrom(glob, path.substr(taken))) return true;
        if (taken >= path.size() || path[taken] == '/') return false;
      }
    }
    if (path.empty() || (glob[0] != '?' && glob[0] != path[0])) return false;
    glob.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

}  // namespace

bool GlobMatches(absl::string_view glob, absl::string_view path) {
  absl::ConsumePrefix(&path, "./");
  absl::ConsumePrefix(&glob, "./");
  return GlobFrom(glob, path);
}

std::string NormalPath(const std::string& path) {
  const bool normal = !path.empty() && path[0] != '.' && path.find("/.") == std::string::npos &&
                      path.find("//") == std::string::npos;
  if (normal) return path;  // nearly always
  return std::filesystem::path(path).lexically_normal().string();
}

std::vector<Source> FindFiles(const LoadRequest& request, const FileSystem& files) {
  return Finder(request, files).Run();
}

}  // namespace wecan
