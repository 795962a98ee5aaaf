// SPDX-License-Identifier: Apache-2.0
#include "src/input/find_files.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/load.h"

namespace wecan {
namespace {

std::string PurposeName(Purpose purpose) {
  switch (purpose) {
    case Purpose::kCheck:
      return "check";
    case Purpose::kLoad:
      return "load";
    case Purpose::kContext:
      return "context";
    case Purpose::kCrds:
      return "crds";
    case Purpose::kPolicies:
      return "policies";
  }
  return "";
}

std::vector<std::string> Find(const LoadRequest& request) {
  const MemoryFileSystem files({{"in/a.yaml", ""}, {"in/sub/b.yaml", ""}, {"other/c.yaml", ""}});
  std::vector<std::string> found;
  for (const Source& s : FindFiles(request, files))
    found.push_back(absl::StrCat(s.path, " ", PurposeName(s.purpose)));
  return found;
}

struct ContextCase {
  std::string label;
  LoadRequest request;
  std::vector<std::string> found;
};

// The file of a fix counts once, wherever it lies; what --load names counts as context in any case.
TEST(FindFiles, ContextThatIsCheckedIsNotLoaded) {
  const std::vector<ContextCase> cases = {
      {"the same",
       {.paths = {"in/a.yaml"}, .load_if_not_checked = {"in/a.yaml"}},
       {"in/a.yaml check"}},
      {"written otherwise",
       {.paths = {"./in/a.yaml"}, .load_if_not_checked = {"in/sub/../a.yaml"}},
       {"./in/a.yaml check"}},
      {"another",
       {.paths = {"in/a.yaml"}, .load_if_not_checked = {"other/c.yaml"}},
       {"in/a.yaml check", "other/c.yaml context"}},
      {"in the folder that is checked",
       {.paths = {"in"}, .load_if_not_checked = {"in/sub/b.yaml"}},
       {"in/a.yaml check", "in/sub/b.yaml check"}},
      {"excluded from checking",
       {.paths = {"in"}, .load_if_not_checked = {"in/sub/b.yaml"}, .exclude = {"in/sub/**"}},
       {"in/a.yaml check", "in/sub/b.yaml context"}},
      {"in a folder of context",
       {.paths = {"./in/a.yaml"}, .load_if_not_checked = {"in/"}},
       {"./in/a.yaml check", "in/sub/b.yaml context"}},
      {"named twice as context",
       {.paths = {"other"}, .load_if_not_checked = {"in", "in/sub/b.yaml"}},
       {"in/a.yaml context", "in/sub/b.yaml context", "other/c.yaml check"}},
      {"loaded as well",
       {.paths = {"in/a.yaml"}, .load = {"in/a.yaml"}, .load_if_not_checked = {"in/a.yaml"}},
       {"in/a.yaml check", "in/a.yaml load"}},
      {"loaded alone", {.load = {"in/a.yaml", "in/a.yaml"}}, {"in/a.yaml load"}},
  };
  for (const ContextCase& c : cases) EXPECT_EQ(Find(c.request), c.found) << c.label;
}

TEST(FindFiles, NormalPath) {
  const std::map<std::string, std::string> cases = {
      {"a", "a"},      {"./a", "a"},     {"a/./b", "a/b"},  {"a/../b", "b"},
      {"a//b", "a/b"}, {"../a", "../a"}, {"/a/../b", "/b"}, {"-", "-"},
      {"", ""},        {"a/b/..", "a/"}, {".a/b", ".a/b"},
  };
  for (const auto& [path, normal] : cases) EXPECT_EQ(NormalPath(path), normal) << path;
}

}  // namespace
}  // namespace wecan
