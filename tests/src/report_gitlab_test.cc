// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gtest/gtest.h"

#include "src/output/json.h"
#include "tests/testing/check.h"

namespace wecan {
namespace {

Json Gitlab(const std::string& path, const std::string& manifests) {
  return Json::parse(CheckFiles({{path, manifests}}, {"-o", "gitlab"}));
}

TEST(ReportGitlab, AnIssueForEachFindingAndObject) {
  const Json issues = Gitlab("./deploy//in.yaml", StorageClassYaml("a"));
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0]["description"],
            "StorageClass/a: klusterlet-work-sa cannot create, delete, get, update "
            "storageclasses.storage.k8s.io at cluster scope");
  EXPECT_EQ(issues[0]["check_name"], "wecan/WEC101");
  EXPECT_EQ(issues[0]["severity"], "critical");
  EXPECT_EQ(issues[0]["location"], (Json{{"path", "deploy/in.yaml"}, {"lines", {{"begin", 2}}}}));
}

TEST(ReportGitlab, FingerprintsStayWhenLinesMove) {
  const Json one = Gitlab("in.yaml", StorageClassYaml("a"));
  const Json moved = Gitlab("in.yaml", "# moved\n" + QuotaYaml("n") + StorageClassYaml("a"));
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(one[0]["fingerprint"], moved[1]["fingerprint"]);
  EXPECT_NE(moved[0]["fingerprint"], moved[1]["fingerprint"]);
  EXPECT_NE(one[0]["fingerprint"], Gitlab("other.yaml", StorageClassYaml("a"))[0]["fingerprint"]);
}

TEST(ReportGitlab, EqualObjectsHaveFingerprintsOfTheirOwn) {
  const Json issues = Gitlab("in.yaml", StorageClassYaml("a") + StorageClassYaml("a"));
  ASSERT_EQ(issues.size(), 2u);
  EXPECT_NE(issues[0]["fingerprint"], issues[1]["fingerprint"]);
}

}  // namespace
}  // namespace wecan
