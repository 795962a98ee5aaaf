// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over files, without a fuzzer: replay [--max-bytes N] PATH... Folders are
// walked in the order of their names; in them, files with an extension other than .yaml, .yml and
// .json, files above the limit and folders named "expected" are passed over. No file is run twice.
// Each is named before it is run, so that the last one named is the one that failed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

bool IsInput(const fs::path& path, uintmax_t max_bytes) {
  const std::string extension = path.extension().string();
  const bool known =
      extension.empty() || extension == ".yaml" || extension == ".yml" || extension == ".json";
  return known && fs::file_size(path) <= max_bytes;
}

std::vector<std::string> Inputs(const fs::path& path, uintmax_t max_bytes) {
  if (!fs::is_directory(path)) return {path.string()};
  std::vector<std::string> found;
  for (auto it = fs::recursive_directory_iterator(path); it != fs::end(it); ++it) {
    if (it->is_directory() && it->path().filename() == "expected") {
      it.disable_recursion_pending();
    } else if (it->is_regular_file() && IsInput(it->path(), max_bytes)) {
      found.push_back(it->path().string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  uintmax_t max_bytes = UINTMAX_MAX;
  std::set<std::string> seen;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--max-bytes") == 0 && i + 1 < argc) {
      max_bytes = std::strtoull(argv[++i], nullptr, 10);
      continue;
    }
    for (const std::string& path : Inputs(argv[i], max_bytes)) {
      if (!seen.insert(path).second) continue;
      std::fprintf(stderr, "%s\n", path.c_str());
      std::ifstream file(path, std::ios::binary);
      const std::string text(std::istreambuf_iterator<char>(file), {});
      if (!file.is_open()) {
        std::fprintf(stderr, "cannot be read\n");
        return 1;
      }
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    }
  }
  std::fprintf(stderr, "%zu inputs\n", seen.size());
  return seen.empty() ? 1 : 0;
}
