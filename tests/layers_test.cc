// SPDX-License-Identifier: Apache-2.0
// Holds the layers by reading the sources: who may include whom, and the form of every file.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/source_path.h"

namespace wecan {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct SourceFile {
  std::string path;  // from the root of the source tree
  std::string text;
  std::vector<std::string> includes;  // without quotes and brackets, in order
  std::vector<bool> angled;           // parallel to `includes`: <...>
};

SourceFile Parse(const std::string& path) {
  SourceFile file{.path = path, .text = ReadSource(path)};
  for (absl::string_view line : absl::StrSplit(file.text, '\n')) {
    if (!absl::ConsumePrefix(&line, "#include ")) continue;
    const bool angled = absl::StartsWith(line, "<");
    const size_t end = line.find(angled ? '>' : '"', 1);
    if (end == absl::string_view::npos) continue;
    file.includes.emplace_back(line.substr(1, end - 1));
    file.angled.push_back(angled);
  }
  return file;
}

// All C++ files below the folder, sorted by path.
std::vector<SourceFile> Sources(const std::string& folder) {
  std::vector<std::string> paths;
  const fs::path root = SourcePath("");
  for (const auto& entry : fs::recursive_directory_iterator(SourcePath(folder))) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".cc" && extension != ".inc") continue;
    paths.push_back(fs::relative(entry.path(), root).generic_string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (const std::string& path : paths) files.push_back(Parse(path));
  return files;
}

std::vector<SourceFile> AllSources() {
  std::vector<SourceFile> files;
  for (const char* folder : {"analyzer", "src", "tests"}) {
    for (SourceFile& file : Sources(folder)) files.push_back(std::move(file));
  }
  return files;
}

// "FILE includes HEADER" for each include that `forbidden(file, header, angled)` names.
template <typename Forbidden>
std::vector<std::string> Violations(const std::vector<SourceFile>& files, Forbidden forbidden) {
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    for (size_t i = 0; i < file.includes.size(); ++i) {
      if (!forbidden(file, file.includes[i], file.angled[i])) continue;
      found.push_back(absl::StrCat(file.path, " includes ", file.includes[i]));
    }
  }
  return found;
}

bool IsStandardHeader(absl::string_view header) {
  return !absl::StrContains(header, '.') && !absl::StrContains(header, '/');
}

bool IsHeader(const SourceFile& file) { return absl::EndsWith(file.path, ".h"); }

// The files that include a header with one of `prefixes`.
std::vector<std::string> UsersOf(const std::vector<SourceFile>& files,
                                 const std::vector<std::string>& prefixes) {
  std::vector<std::string> users;
  for (const SourceFile& file : files) {
    const bool uses =
        std::any_of(file.includes.begin(), file.includes.end(), [&](const std::string& header) {
          return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
            return absl::StartsWith(header, prefix);
          });
        });
    if (uses) users.push_back(file.path);
  }
  return users;
}

TEST(Layers, TheScanFindsTheSources) {
  EXPECT_GT(Sources("analyzer").size(), 30u);
  EXPECT_GT(Sources("src").size(), 5u);
  const SourceFile file = Parse("analyzer/grants/rule_allows.cc");
  EXPECT_EQ(file.includes.front(), "analyzer/grants/rule_allows.h");
  EXPECT_THAT(file.includes, testing::Contains("algorithm"));
}

TEST(Layers, AnalyzerIncludesOnlyItselfAbseilAndTheStandardLibrary) {
  EXPECT_THAT(Violations(Sources("analyzer"),
                         [](const SourceFile&, const std::string& header, bool angled) {
                           if (angled) return !IsStandardHeader(header);
                           return !absl::StartsWith(header, "analyzer/") &&
                                  !absl::StartsWith(header, "absl/");
                         }),
              IsEmpty());
}

TEST(Layers, AnalyzerTouchesNothingOfTheWorld) {
  const std::vector<std::string> world = {"fstream", "filesystem", "iostream", "cstdio",
                                          "thread",  "chrono",     "ctime",    "random"};
  EXPECT_THAT(Violations(Sources("analyzer"),
                         [&](const SourceFile&, const std::string& header, bool) {
                           return std::find(world.begin(), world.end(), header) != world.end() ||
                                  absl::StartsWith(header, "absl/time/");
                         }),
              IsEmpty());
}

TEST(Layers, FoldersOfTheAnalyzerPointOneWay) {
  struct Layer {
    std::string folder;
    std::vector<std::string> may_include;
  };
  const std::vector<Layer> layers = {
      {"analyzer/base", {"base"}},
      {"analyzer/model", {"base", "model"}},
      {"analyzer/requirements", {"base", "model", "requirements"}},
      {"analyzer/grants", {"base", "model", "grants"}},
  };
  for (const Layer& layer : layers) {
    EXPECT_THAT(Violations(Sources(layer.folder),
                           [&](const SourceFile&, const std::string& header, bool) {
                             return absl::StartsWith(header, "analyzer/") &&
                                    std::none_of(layer.may_include.begin(), layer.may_include.end(),
                                                 [&](const std::string& name) {
                                                   return absl::StartsWith(
                                                       header,
                                                       absl::StrCat("analyzer/", name, "/"));
                                                 });
                           }),
                IsEmpty())
        << layer.folder;
  }
}

// It asks about all that the others find out.
TEST(Layers, TheRestOfTheAnalyzerKnowsNothingOfAudits) {
  EXPECT_THAT(Violations(Sources("analyzer"),
                         [](const SourceFile& file, const std::string& header, bool) {
                           return !absl::StartsWith(file.path, "analyzer/audit/") &&
                                  absl::StartsWith(header, "analyzer/audit/");
                         }),
              IsEmpty());
}

TEST(Layers, NothingIncludesTests) {
  for (const char* folder : {"analyzer", "src"}) {
    EXPECT_THAT(
        Violations(Sources(folder), [](const SourceFile&, const std::string& header,
                                       bool) { return absl::StartsWith(header, "tests/"); }),
        IsEmpty());
  }
}

TEST(Layers, LibyamlStaysInOneFile) {
  const std::vector<std::string> users = UsersOf(Sources("src"), {"yaml.h"});
  ASSERT_THAT(users, SizeIs(1));
  EXPECT_TRUE(absl::StartsWith(users[0], "src/input/") && absl::EndsWith(users[0], ".cc"))
      << users[0];
}

TEST(Layers, YamlCppStaysInTheGenerator) {
  for (const std::string& user : UsersOf(Sources("src"), {"yaml-cpp/"})) {
    EXPECT_TRUE(absl::StartsWith(user, "src/generator/")) << user;
  }
}

TEST(Layers, NlohmannStaysBehindTheReadersAndPrinters) {
  for (const SourceFile& file : Sources("src")) {
    if (UsersOf({file}, {"nlohmann/"}).empty()) continue;
    const bool printer = absl::StartsWith(file.path, "src/output/");
    const bool source =
        absl::EndsWith(file.path, ".cc") &&
        (absl::StartsWith(file.path, "src/cli/") || absl::StartsWith(file.path, "src/input/"));
    EXPECT_TRUE(printer || source) << file.path;
  }
}

TEST(Layers, Cli11StaysWithTheCommandLine) {
  EXPECT_THAT(UsersOf(Sources("src"), {"CLI/"}),
              ElementsAre("src/cli/command_flags.h", "src/cli/command_line.cc"));
}

// All connections are opened by one file, which loads the library when it is asked to.
TEST(Layers, CurlStaysInOneFile) {
  EXPECT_THAT(UsersOf(AllSources(), {"curl/"}), ElementsAre("src/cluster/http_client.cc"));
}

TEST(Layers, OnlyTheClientAndTestsOpenConnections) {
  EXPECT_THAT(UsersOf(Sources("src"), {"sys/socket.h", "netdb.h", "netinet/", "arpa/", "openssl/"}),
              IsEmpty());
}

TEST(Layers, MainIsThin) {
  const std::string text = ReadSource("src/main.cc");
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 50);
}

TEST(Layers, EveryHeaderHasPragmaOnce) {
  for (const SourceFile& file : AllSources()) {
    if (IsHeader(file)) {
      EXPECT_TRUE(absl::StrContains(file.text, "\n#pragma once\n")) << file.path;
    }
  }
}

TEST(Layers, EverySourceStartsWithTheLicence) {
  for (const SourceFile& file : AllSources()) {
    EXPECT_TRUE(absl::StartsWith(file.text, "// SPDX-License-Identifier: Apache-2.0\n"))
        << file.path;
  }
}

TEST(Layers, OwnHeaderComesFirst) {
  for (const SourceFile& file : AllSources()) {
    if (!absl::EndsWith(file.path, ".cc")) continue;
    const std::string own = absl::StrCat(absl::StripSuffix(file.path, ".cc"), ".h");
    if (!fs::exists(SourcePath(own))) continue;
    ASSERT_FALSE(file.includes.empty()) << file.path;
    EXPECT_EQ(file.includes.front(), own) << file.path;
  }
}

}  // namespace
}  // namespace wecan
