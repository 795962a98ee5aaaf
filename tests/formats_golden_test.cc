// SPDX-License-Identifier: Apache-2.0
// The machine formats of a few telling cases, byte by byte, in fixtures/CASE/formats.
// UPDATE_GOLDENS=1 writes them instead.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

#include "tests/testing/golden.h"
#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

struct Format {
  const char* name;
  const char* file;
};

constexpr Format kFormats[] = {{"sarif", "report.sarif"},
                               {"junit", "report.xml"},
                               {"gitlab", "gitlab.json"},
                               {"github", "github.txt"},
                               {"markdown", "report.md"}};

class GoldenFormats : public testing::TestWithParam<std::string> {};

TEST_P(GoldenFormats, PrintWhatIsExpected) {
  const std::string& name = GetParam();
  for (const Format& format : kFormats) {
    std::vector<std::string> words = GoldenCommand(name);
    words.insert(words.begin() + 1, {"-C", SourcePath(absl::StrCat("fixtures/", name))});
    words.insert(words.end(), {"-o", format.name});
    const RunResult one = wecan::Run(words, RunOptions{.threads = 1});
    EXPECT_EQ(one.err, "");
    EXPECT_EQ(one.out, wecan::Run(words, RunOptions{.threads = 4}).out);
    CheckGoldenAt(absl::StrCat("fixtures/", name, "/formats/", format.file),
                  WithoutVersion(one.out));
  }
}

// Causes in several files; another account and words of the API server; places without objects; a
// role of ours to extend; what is suppressed, and in the baseline.
INSTANTIATE_TEST_SUITE_P(Golden, GoldenFormats,
                         testing::Values("kubestellar", "escalation", "executor", "templates",
                                         "grant-to-extend", "suppressions", "baseline"),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return absl::StrReplaceAll(info.param, {{"-", "_"}});
                         });

}  // namespace
}  // namespace wecan
