// SPDX-License-Identifier: Apache-2.0
// Where reports go: several of one run, and the ways in which that is refused.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/file_system.h"
#include "tests/testing/check.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

TEST(Outputs, SeveralFormatsOfOneRun) {
  MemoryFileSystem files({{"in.yaml", std::string(kCleanYaml)}});
  const RunResult run =
      wecan::Run({"check", "in.yaml", "-o", "short", "-o", "sarif=s", "-o", "junit=j", "-o",
                  "gitlab=g", "-o", "github=h", "-o", "markdown=m"},
                 "", &files);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "");
  // Also what has nothing to say is written.
  EXPECT_THAT(files.files(),
              ElementsAre(Key("g"), Key("h"), Key("in.yaml"), Key("j"), Key("m"), Key("s")));
}

TEST(Outputs, AreRefusedBeforeAnythingIsWritten) {
  struct Case {
    std::vector<std::string> flags;
    std::string message;
  };
  const Case cases[] = {
      {{"-o", "sarif", "-o", "junit"}, "two formats for standard output"},
      {{"-o", "sariff"}, "did you mean \"sarif\"?"},
      {{"-o", "sarif=ok", "-o", "junit=folder"}, "folder is a folder"},
      {{"-o", "sarif=ok", "-o", "junit=in.yaml"}, "in.yaml is one of the inputs"},
      {{"-o", "sarif=ok", "-o", "junit=./x/../in.yaml"}, "is one of the inputs"},
      {{"-o", "sarif=ok", "-o", "junit=./ok"}, "two formats for ./ok"},
  };
  for (const Case& c : cases) {
    MemoryFileSystem files({{"in.yaml", StorageClassYaml("a")}, {"folder/x", std::string()}});
    std::vector<std::string> words = {"check", "in.yaml"};
    words.insert(words.end(), c.flags.begin(), c.flags.end());
    const RunResult run = wecan::Run(words, "", &files);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(c.message));
    EXPECT_THAT(files.files(), ElementsAre(Key("folder/x"), Key("in.yaml")));
  }
}

// Reports of the run before lie among the manifests.
TEST(Outputs, AReportMayReplaceTheOneBefore) {
  MemoryFileSystem files({{"app/in.yaml", StorageClassYaml("a")}});
  const std::vector<std::string> words = {"check", "app", "-o", "gitlab=app/quality.json"};
  EXPECT_EQ(wecan::Run(words, "", &files).exit_code, 1);
  const std::string first = files.files().at("app/quality.json");
  const RunResult again = wecan::Run(words, "", &files);
  EXPECT_EQ(again.exit_code, 1) << again.err;
  EXPECT_EQ(files.files().at("app/quality.json"), first);
}

TEST(Outputs, NothingIsPrintedWhenAFileCannotBeWritten) {
  const RunResult run =
      wecan::Run({"check", "-", "-o", "text", "-o", "sarif=/nowhere/at/all/x"}, kCleanYaml);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("/nowhere/at/all/x: "));
}

}  // namespace
}  // namespace wecan
