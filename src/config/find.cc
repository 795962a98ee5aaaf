// SPDX-License-Identifier: Apache-2.0
#include "src/config/find.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace wecan {
namespace {

bool Exists(const FileSystem& files, const std::string& path) {
  return files.IsDirectory(path).ok();
}

// The configuration in `folder` ("" or with a slash at its end), "" if there is none.
absl::StatusOr<std::string> ConfigIn(const std::string& folder, const FileSystem& files) {
  const std::string yaml = absl::StrCat(folder, ".wecan.yaml");
  const std::string yml = absl::StrCat(folder, ".wecan.yml");
  const bool has_yaml = Exists(files, yaml), has_yml = Exists(files, yml);
  if (has_yaml && has_yml) {
    return absl::InvalidArgumentError(
        absl::StrCat(yaml, ": ", yml, " stands beside it; keep one of them"));
  }
  return has_yaml ? yaml : has_yml ? yml : "";
}

// How many levels the root of the repository lies above the working folder; 0 outside of one: what
// lies above the working folder may be anybody's.
std::ptrdiff_t LevelsToRoot(const FileSystem& files) {
  const std::string here = files.Absolute(".");
  const auto levels = std::count(here.begin(), here.end(), '/');
  std::string folder;
  for (std::ptrdiff_t i = 0; i <= levels; ++i, folder += "../") {
    if (Exists(files, folder + ".git")) return i;
  }
  return 0;
}

absl::StatusOr<std::string> SearchUpwards(const FileSystem& files) {
  const std::ptrdiff_t levels = LevelsToRoot(files);
  std::string folder;
  for (std::ptrdiff_t i = 0; i <= levels; ++i, folder += "../") {
    absl::StatusOr<std::string> found = ConfigIn(folder, files);
    if (!found.ok() || !found->empty()) return found;
  }
  return std::string();
}

}  // namespace

absl::StatusOr<std::string> FindProjectConfig(const ConfigRequest& request,
                                              const Variables& variable, const FileSystem& files) {
  if (request.no_config && !request.file.empty())
    return absl::InvalidArgumentError("--no-config: --config is given, too; give one of them");
  if (request.no_config) return std::string();
  if (!request.file.empty()) return request.file;
  if (const auto file = variable("WECAN_CONFIG")) return *file;
  return SearchUpwards(files);
}

std::string FindUserConfig(const ConfigRequest& request, const Variables& variable,
                           const FileSystem& files) {
  if (request.no_config) return "";
  std::string folder = variable("XDG_CONFIG_HOME").value_or("");
  // Relative ones are invalid: XDG Base Directory Specification 0.8.
  if (!absl::StartsWith(folder, "/")) {
    const auto home = variable("HOME");
    if (!home || !absl::StartsWith(*home, "/")) return "";
    folder = absl::StrCat(*home, "/.config");
  }
  const std::string path = absl::StrCat(folder, "/wecan/config.yaml");
  return Exists(files, path) ? path : "";
}

}  // namespace wecan
