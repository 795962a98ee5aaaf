// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/kubeconfig.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/base/wildcard.h"

namespace wecan {
namespace {

// The absolute folder that holds the file; links are not followed, as in Go.
std::string FolderOf(const std::string& path, const FileSystem& files) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.is_absolute()) return folder.lexically_normal().string();
  return (std::filesystem::path(files.Absolute(".")) / folder).lexically_normal().string();
}

absl::StatusOr<Kubeconfig> LoadFile(const std::string& path, const FileSystem& files) {
  const absl::StatusOr<std::string> text = files.Read(path, kMaxKubeconfigBytes);
  if (absl::IsOutOfRange(text.status())) {
    return absl::OutOfRangeError(absl::StrCat(path, ": larger than ", kMaxKubeconfigBytes,
                                              " bytes: too much for a kubeconfig"));
  }
  WECAN_RETURN_IF_ERROR(text.status());
  return ReadKubeconfig(path, FolderOf(path, files), *text);
}

// What `merged` has not yet: entries count as a whole.
void Merge(Kubeconfig&& from, Kubeconfig& merged) {
  merged.files.insert(merged.files.end(), from.files.begin(), from.files.end());
  merged.clusters.merge(std::move(from.clusters));
  merged.users.merge(std::move(from.users));
  merged.contexts.merge(std::move(from.contexts));
  if (merged.current_context.empty()) merged.current_context = from.current_context;
}

std::vector<std::string> DefaultPaths(const Variables& variable) {
  std::vector<std::string> paths;
  if (const auto list = variable("KUBECONFIG")) {
    for (const absl::string_view path : absl::StrSplit(*list, ':', absl::SkipEmpty())) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.emplace_back(path);
    }
  } else if (const auto home = variable("HOME")) {
    paths.push_back(absl::StrCat(*home, "/.kube/config"));
  }
  return paths;
}

// "a, b, c", and how many more.
std::string ListOf(const std::vector<absl::string_view>& names) {
  constexpr size_t kShown = 20;
  const size_t shown = std::min(names.size(), kShown);
  const std::string list = absl::StrJoin(absl::MakeConstSpan(names).first(shown), ", ");
  return names.size() > shown ? absl::StrCat(list, " and ", names.size() - shown, " more") : list;
}

absl::Status NoSuchContext(const Kubeconfig& kubeconfig, const std::string& pattern) {
  if (kubeconfig.files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--context: no context \"", pattern,
                     "\": there is no kubeconfig; give --kubeconfig FILE or set KUBECONFIG"));
  }
  const std::string files = absl::StrJoin(kubeconfig.files, ", ");
  std::vector<absl::string_view> names;
  for (const auto& [name, context] : kubeconfig.contexts) names.push_back(name);
  if (names.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--context: no context \"", pattern, "\" in ", files, ", which has none"));
  }
  return absl::InvalidArgumentError(absl::StrCat("--context: no context \"", pattern, "\" in ",
                                                 files, DidYouMean(pattern, names),
                                                 " (contexts: ", ListOf(names), ")"));
}

}  // namespace

absl::StatusOr<Kubeconfig> LoadKubeconfig(const std::string& file, const Variables& variable,
                                          const FileSystem& files) {
  if (!file.empty()) {
    absl::StatusOr<Kubeconfig> kubeconfig = LoadFile(file, files);
    if (absl::IsNotFound(kubeconfig.status()))
      return absl::NotFoundError(absl::StrCat("--kubeconfig: ", kubeconfig.status().message()));
    return kubeconfig;
  }
  Kubeconfig merged;
  for (const std::string& path : DefaultPaths(variable)) {
    absl::StatusOr<Kubeconfig> kubeconfig = LoadFile(path, files);
    if (absl::IsNotFound(kubeconfig.status())) continue;
    WECAN_RETURN_IF_ERROR(kubeconfig.status());
    Merge(*std::move(kubeconfig), merged);
  }
  return merged;
}

absl::StatusOr<std::vector<std::string>> MatchContexts(const Kubeconfig& kubeconfig,
                                                       const std::vector<std::string>& patterns) {
  std::set<std::string> matched;
  for (const std::string& pattern : patterns) {
    // Names may hold stars themselves.
    if (kubeconfig.contexts.count(pattern) > 0) {
      matched.insert(pattern);
      continue;
    }
    bool any = false;
    for (const auto& [name, context] : kubeconfig.contexts) {
      if (!WildcardMatches(pattern, name)) continue;
      matched.insert(name);
      any = true;
    }
    if (!any) return NoSuchContext(kubeconfig, pattern);
  }
  return std::vector<std::string>(matched.begin(), matched.end());
}

}  // namespace wecan
