// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/check.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ReportGithub, OneCommandForEachCause) {
  EXPECT_EQ(
      CheckFiles({{"in.yaml", StorageClassYaml("a") + StorageClassYaml("b") + QuotaYaml("n1") +
                                  QuotaYaml("n2")}},
                 {"-o", "github"}),
      "::error file=in.yaml,line=2,endLine=2,col=1,endColumn=19,title=WEC101 missing-permission::"
      "StorageClass/a and 1 more: klusterlet-work-sa cannot create, delete, get, update "
      "storageclasses.storage.k8s.io at cluster scope\n"
      "::error file=in.yaml,line=14,endLine=14,col=1,endColumn=20,title=WEC101 "
      "missing-permission::ResourceQuota/n1/quota and 1 more: klusterlet-work-sa cannot create, "
      "delete, update resourcequotas in namespace n1\n");
}

TEST(ReportGithub, NothingInTheInputIsACommand) {
  EXPECT_EQ(
      CheckFiles({{"a,b:%.yaml", StorageClassYaml("\"x%0A\\n::error::y\"")}}, {"-o", "github"}),
      "::error file=a%2Cb%3A%25.yaml,line=2,endLine=2,col=1,endColumn=19,title=WEC101 "
      "missing-permission::StorageClass/x%250A ::error::y: klusterlet-work-sa cannot create, "
      "delete, get, update storageclasses.storage.k8s.io at cluster scope\n");
}

TEST(ReportGithub, TheStepSummaryIsAppended) {
  MemoryFileSystem files({{"in.yaml", StorageClassYaml("a")}, {"/summary", "before"}});
  const RunOptions options{.files = &files, .variables = {{"GITHUB_STEP_SUMMARY", "/summary"}}};
  wecan::Run({"check", "in.yaml", "-o", "github"}, options);
  EXPECT_THAT(files.files().at("/summary"),
              StartsWith("before\n<!-- wecan -->\n### wecan: 1 of 1 object blocked on a WEC\n"));
  wecan::Run({"check", "in.yaml", "-o", "json"}, options);
  const size_t size = files.files().at("/summary").size();
  wecan::Run({"check", "in.yaml", "-o", "github"}, options);
  EXPECT_GT(files.files().at("/summary").size(), size);
}

TEST(ReportGithub, TheStepSummaryStaysBelowItsLimit) {
  std::string manifests;
  for (int i = 0; i < 30000; ++i) manifests += StorageClassYaml("a" + std::to_string(i));
  MemoryFileSystem files({{"in.yaml", manifests}, {"/summary", std::string(9000, 'x')}});
  const RunOptions options{.files = &files, .variables = {{"GITHUB_STEP_SUMMARY", "/summary"}}};
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(wecan::Run({"check", "in.yaml", "-o", "github"}, options).exit_code, 1);
    EXPECT_GT(files.files().at("/summary").size(), 1'000'000u);
    EXPECT_LE(files.files().at("/summary").size(), size_t{1} << 20);
  }
  EXPECT_THAT(files.files().at("/summary"), HasSubstr(" more.\n"));
}

}  // namespace
}  // namespace wecan
