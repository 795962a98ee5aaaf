// SPDX-License-Identifier: Apache-2.0
// Whole runs over fixtures/: what `wecan` prints for each case, byte by byte, against
// fixtures/CASE/expected. UPDATE_GOLDENS=1 writes what it prints instead; read the diff then.
#include "tests/testing/golden.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> Cases() { return GoldenCases({"check", "can-i", "audit", "diagnose"}); }

// The command line of a case, run inside its folder.
std::vector<std::string> CommandOf(const std::string& name) {
  const std::string folder = absl::StrCat("fixtures/", name);
  std::vector<std::string> words = GoldenCommand(name);
  words.insert(words.begin() + 1, {"-C", SourcePath(folder)});
  return words;
}

RunResult RunCase(const std::string& name, const std::vector<std::string>& more, int threads) {
  std::vector<std::string> words = CommandOf(name);
  words.insert(words.end(), more.begin(), more.end());
  return Run(words, RunOptions{.threads = threads});
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, PrintsWhatIsExpected) {
  const std::string& name = GetParam();
  const RunResult text = RunCase(name, {"-v"}, 1);
  EXPECT_EQ(text.err, "");
  CheckGolden(name, "report.txt", text.out);
  CheckGolden(name, "exit-code", absl::StrCat(text.exit_code, "\n"));

  const RunResult json = RunCase(name, {"-o", "json"}, 1);
  EXPECT_EQ(json.err, "");
  EXPECT_EQ(json.exit_code, text.exit_code);
  CheckGolden(name, "report.json", WithoutVersion(json.out));
}

TEST_P(Golden, ThreadsChangeNothing) {
  for (const std::vector<std::string>& format :
       {std::vector<std::string>{"-v"}, {"-o", "json"}, {"-o", "short"}, {"-o", "name"}}) {
    const RunResult one = RunCase(GetParam(), format, 1);
    const RunResult four = RunCase(GetParam(), format, 4);
    EXPECT_EQ(one.out, four.out);
    EXPECT_EQ(one.exit_code, four.exit_code);
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Golden, testing::ValuesIn(Cases()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return absl::StrReplaceAll(info.param, {{"-", "_"}, {".", "_"}});
                         });

TEST(GoldenFiles, EveryFolderOfFixturesIsACase) {
  std::vector<std::string> strays;
  const std::vector<std::string> cases =
      GoldenCases({"check", "can-i", "audit", "diagnose", "fix"});
  for (const fs::directory_entry& entry : fs::directory_iterator(SourcePath("fixtures"))) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory() || name == "malformed" || name == "conformance" ||
        name == "cluster" || name == "denials")
      continue;
    if (!std::binary_search(cases.begin(), cases.end(), name)) strays.push_back(name);
  }
  EXPECT_THAT(strays, IsEmpty());
}

TEST(GoldenFiles, ExpectedHoldsNothingElse) {
  if (UpdatingGoldens()) GTEST_SKIP() << "goldens are being written";
  for (const std::string& name : Cases()) {
    std::vector<std::string> files;
    for (const fs::directory_entry& entry :
         fs::directory_iterator(SourcePath(absl::StrCat("fixtures/", name, "/expected")))) {
      files.push_back(entry.path().filename());
    }
    EXPECT_THAT(files, UnorderedElementsAre("exit-code", "report.json", "report.txt")) << name;
  }
}

// The first thing a user tries is `wecan check fixtures/kubestellar`; the goldens below it are no
// manifests.
TEST(GoldenFiles, AreNotReadAsManifests) {
  if (UpdatingGoldens()) GTEST_SKIP() << "goldens are being written";
  const std::vector<std::string> base = {"check", "-C", SourcePath("fixtures"), "kubestellar"};
  std::vector<std::string> excluding = base;
  excluding.insert(excluding.end(), {"--exclude", "**/expected/**"});
  const RunResult all = wecan::Run(base);
  const RunResult without = wecan::Run(excluding);
  const auto findings = [](const RunResult& run) {
    return run.out.substr(0, run.out.find("Fix:"));
  };
  EXPECT_EQ(findings(all), findings(without));
  EXPECT_EQ(all.exit_code, 1);

  std::vector<std::string> as_json = base;
  as_json.insert(as_json.end(), {"-o", "json"});
  const nlohmann::json report = nlohmann::json::parse(wecan::Run(as_json).out);
  const nlohmann::json expected =
      nlohmann::json::parse(ReadSource("fixtures/kubestellar/expected/report.json"));
  ASSERT_EQ(report["findings"].size(), expected["findings"].size());
  for (size_t i = 0; i < report["findings"].size(); ++i) {
    EXPECT_EQ(report["findings"][i]["id"], expected["findings"][i]["id"]);
  }
  EXPECT_EQ(report["summary"]["objects"], expected["summary"]["objects"]);
  EXPECT_THAT(report["errors"], IsEmpty());
}

TEST(GoldenFiles, CommandsAreSplitLikeAShellDoes) {
  EXPECT_THAT(SplitWords("check  input\n"), ElementsAre("check", "input"));
  EXPECT_THAT(SplitWords("check -l 'a in (b, c)' \"x y\"\n"),
              ElementsAre("check", "-l", "a in (b, c)", "x y"));
  EXPECT_THAT(SplitWords("can-i ''\n"), ElementsAre("can-i", ""));
}

}  // namespace
}  // namespace wecan
