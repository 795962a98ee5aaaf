// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/source_path.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "absl/strings/str_cat.h"

namespace wecan {

std::string SourcePath(absl::string_view relative) {
  return absl::StrCat(WECAN_SOURCE_DIR, "/", relative);
}

std::string ReadSource(absl::string_view relative) {
  std::ifstream file(SourcePath(relative), std::ios::binary);
  if (!file) throw std::runtime_error(absl::StrCat("cannot read ", relative));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace wecan
