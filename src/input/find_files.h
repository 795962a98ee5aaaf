// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"

#include "src/input/file_system.h"

namespace wecan {

struct LoadRequest;

// What a file is read for. kContext is kLoad, but for documents that cannot matter there: these are
// not even parsed.
enum class Purpose { kCheck, kLoad, kContext, kCrds, kPolicies };

// One file to read. "-" is standard input.
struct Source {
  std::string path;
  Purpose purpose = Purpose::kCheck;

  auto Key() const { return std::tie(path, purpose); }
};

// The files that the paths of `request` name, sorted by path, each once. Folders are searched
// recursively for .yaml, .yml and .json; hidden ones and links to folders are passed over. A path
// that does not exist is in the result, too: reading it tells why it cannot be read.
std::vector<Source> FindFiles(const LoadRequest& request, const FileSystem& files);

// `path` without needless dots, for comparisons: "a/./b/../c" is "a/c".
std::string NormalPath(const std::string& path);

// Whether `path` matches `glob`: * for any text within a name, ? for one character, ** for any
// folders.
bool GlobMatches(absl::string_view glob, absl::string_view path);

}  // namespace wecan
