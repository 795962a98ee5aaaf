// SPDX-License-Identifier: Apache-2.0
// Whole runs of `wecan fix` over fixtures/, on a copy in memory: the grant or the diff on standard
// output, the summary, the report, and every file that --write changes, byte by byte. And what any
// fix must hold: a check together with its grant finds nothing, and a second fix changes nothing.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/testing/golden.h"
#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

using Words = std::vector<std::string>;

Words Without(Words words, const Words& drop) {
  std::erase_if(words, [&](const std::string& w) {
    return std::find(drop.begin(), drop.end(), w) != drop.end();
  });
  return words;
}

Words With(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class FixGolden : public testing::TestWithParam<std::string> {
 protected:
  Words words_ = GoldenCommand(GetParam());
  bool Writes() const { return std::find(words_.begin(), words_.end(), "--write") != words_.end(); }
};

TEST_P(FixGolden, GivesWhatIsExpected) {
  const std::string& name = GetParam();
  MemoryFileSystem files(GoldenInput(name));
  const std::map<std::string, std::string> before = files.files();
  const RunResult run = wecan::Run(words_, "", &files);
  std::vector<std::string> expected = {"exit-code", "report.json"};
  const auto check = [&](const std::string& file, const std::string& got) {
    if (got.empty()) return;
    CheckGolden(name, file, got);
    expected.push_back(file);
  };
  CheckGolden(name, "exit-code", absl::StrCat(run.exit_code, "\n"));
  check(Writes() ? "summary.txt" : "output.yaml", run.out);
  check(Writes() ? "messages.txt" : "summary.txt", run.err);
  for (const auto& [path, text] : files.files()) {
    const auto old = before.find(path);
    if (old != before.end() && old->second == text) continue;
    EXPECT_TRUE(Writes()) << path << " was written";
    check(absl::StrReplaceAll(path, {{"/", "_"}}), text);
  }
  MemoryFileSystem again(GoldenInput(name));
  const RunResult json = wecan::Run(With(words_, {"-o", "json"}), "", &again);
  EXPECT_EQ(json.exit_code, run.exit_code);
  if (json.out.empty()) {
    expected.erase(expected.begin() + 1);  // a refusal has no report
  } else {
    CheckGolden(name, "report.json", WithoutVersion(json.out));
  }
  if (UpdatingGoldens()) return;
  Words found;
  for (const auto& entry :
       fs::directory_iterator(SourcePath(absl::StrCat("fixtures/", name, "/expected"))))
    found.push_back(entry.path().filename());
  EXPECT_THAT(found, UnorderedElementsAreArray(expected));
}

// Whatever the mode of the case: its grant, written to a file, closes every gap, is not found
// over-broad or needless, and stays as it is.
TEST_P(FixGolden, ClosesTheLoop) {
  MemoryFileSystem files(GoldenInput(GetParam()));
  const Words words = Without(words_, {"--diff", "--check", "--write"});
  const RunResult written = wecan::Run(With(words, {"--write", "-q"}), "", &files);
  if (written.exit_code > 1) GTEST_SKIP() << "refused: " << written.err;
  const std::map<std::string, std::string> after = files.files();

  const RunResult again = wecan::Run(With(words, {"--write", "-q"}), "", &files);
  EXPECT_EQ(again.exit_code, written.exit_code) << again.err;
  EXPECT_EQ(files.files(), after);
  const RunResult in_sync = wecan::Run(With(words, {"--check"}), "", &files);
  EXPECT_EQ(in_sync.exit_code, written.exit_code);
  EXPECT_EQ(in_sync.out, "");

  const nlohmann::json report =
      nlohmann::json::parse(wecan::Run(With(words, {"-o", "json"}), "", &files).out);
  EXPECT_THAT(report["missing"], IsEmpty());
}

// The same for what check has cases of: with the grant in the input, no finding for lack of
// permissions is left.
class FixEveryFixture : public testing::TestWithParam<std::string> {};

TEST_P(FixEveryFixture, LeavesNoGap) {
  Words words = GoldenCommand(GetParam());
  MemoryFileSystem files(GoldenInput(GetParam()));
  words[0] = "fix";
  const RunResult fix = wecan::Run(
      With(words, {"--write", "-q", "--out", "grant.yaml", "--name", "gap"}), "", &files);
  ASSERT_NE(fix.exit_code, 4) << fix.err;
  words[0] = "check";
  Words with = words;
  if (files.files().count("grant.yaml") > 0) with = With(words, {"--load", "grant.yaml"});
  const nlohmann::json report =
      nlohmann::json::parse(wecan::Run(With(with, {"-o", "json"}), "", &files).out);
  for (const auto& finding : report["findings"]) {
    if (finding["permission"].is_null() || !finding["suppression"].is_null()) continue;
    EXPECT_THAT(finding["permission"]["missing"], IsEmpty()) << finding["message"];
  }
}

INSTANTIATE_TEST_SUITE_P(FixEveryFixture, FixEveryFixture,
                         testing::ValuesIn(GoldenCases({"check"})),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return absl::StrReplaceAll(info.param, {{"-", "_"}, {".", "_"}});
                         });

INSTANTIATE_TEST_SUITE_P(FixGolden, FixGolden, testing::ValuesIn(GoldenCases({"fix"})),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return absl::StrReplaceAll(info.param, {{"-", "_"}, {".", "_"}});
                         });

}  // namespace
}  // namespace wecan
