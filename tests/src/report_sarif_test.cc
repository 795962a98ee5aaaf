// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/output/json.h"
#include "tests/testing/check.h"

namespace wecan {
namespace {

using testing::StartsWith;

Json Sarif(const std::map<std::string, std::string>& files, std::vector<std::string> flags = {}) {
  flags.insert(flags.end(), {"-o", "sarif"});
  return Json::parse(CheckFiles(files, flags))["runs"][0];
}

std::string UriOf(const Json& result) {
  return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
}

TEST(ReportSarif, OneResultForEachFindingAndObject) {
  const Json run = Sarif({{"in.yaml", StorageClassYaml("a") + StorageClassYaml("b")}});
  ASSERT_EQ(run["results"].size(), 2u);
  const Json& second = run["results"][1];
  EXPECT_EQ(second["ruleId"], "WEC101");
  EXPECT_EQ(second["ruleIndex"], 0);
  EXPECT_EQ(second["level"], "error");
  EXPECT_EQ(second["message"]["text"],
            "StorageClass/b: klusterlet-work-sa cannot create, delete, get, update "
            "storageclasses.storage.k8s.io at cluster scope.");
  EXPECT_EQ(second["locations"][0]["physicalLocation"]["region"],
            (Json{{"startLine", 8}, {"startColumn", 1}, {"endLine", 8}, {"endColumn", 19}}));
  EXPECT_EQ(second["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "StorageClass/b");
  EXPECT_EQ(second["partialFingerprints"], run["results"][0]["partialFingerprints"]);
  EXPECT_FALSE(second.contains("fixes"));
}

TEST(ReportSarif, RulesCarryWhatCodeScanningSorts) {
  const Json wide =
      Sarif({{"in.yaml",
              "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: x\n"
              "  labels: {open-cluster-management.io/aggregate-to-work: \"true\"}\n"
              "rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]\n"}});
  const Json& rule = wide["tool"]["driver"]["rules"][0];
  EXPECT_EQ(rule["id"], "WEC302");
  EXPECT_EQ(rule["properties"]["security-severity"], "8.8");
  const Json missing = Sarif({{"in.yaml", StorageClassYaml("a")}});
  const Json properties = missing["tool"]["driver"]["rules"][0]["properties"];
  EXPECT_EQ(properties["precision"], "very-high");
  EXPECT_FALSE(properties.contains("security-severity"));
}

TEST(ReportSarif, PathsAreUrisFromTheRoot) {
  EXPECT_EQ(UriOf(Sarif({{"./a b/../%x/\xc3\xa4:.yaml", StorageClassYaml("a")}})["results"][0]),
            "%25x/%C3%A4%3A.yaml");
  const Json outside = Sarif({{"/x/in.yaml", StorageClassYaml("a")}})["results"][0];
  EXPECT_EQ(UriOf(outside), "file:///x/in.yaml");
  EXPECT_FALSE(
      outside["locations"][0]["physicalLocation"]["artifactLocation"].contains("uriBaseId"));
}

TEST(ReportSarif, ATemplateThatIsThereIsThePlace) {
  const std::string rendered =
      "# Source: chart/templates/s.yaml\n" + StorageClassYaml("a").substr(0, 90);
  EXPECT_EQ(UriOf(Sarif({{"in.yaml", rendered}})["results"][0]), "in.yaml");
  const Json there =
      Sarif({{"in.yaml", rendered}, {"chart/templates/s.yaml", "{{ .Values.x }}\n"}});
  EXPECT_EQ(UriOf(there["results"][0]), "chart/templates/s.yaml");
  EXPECT_EQ(there["results"][0]["locations"][0]["physicalLocation"]["region"],
            (Json{{"startLine", 1}}));
}

TEST(ReportSarif, ATemplateOutsideIsNoPlace) {
  for (const char* source : {"../x.yaml", "/x.yaml", "a/../../x.yaml"}) {
    const std::string rendered = absl::StrCat("# Source: ", source, "\n", StorageClassYaml("a"));
    const Json run = Sarif({{"in.yaml", rendered}, {source, "{{ .Values.x }}\n"}});
    EXPECT_EQ(UriOf(run["results"][0]), "in.yaml") << source;
  }
}

TEST(ReportSarif, ForeignWordsFollowASentenceOfOurs) {
  const std::string role =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"
      "metadata: {name: r, namespace: shop}\n"
      "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]\n";
  const Json run = Sarif({{"in.yaml", role}, {"agent.yaml", kCleanYaml}},
                         {"--profile", "file:agent.yaml", "--select", "WEC105"});
  ASSERT_EQ(run["results"].size(), 1u);
  EXPECT_THAT(run["results"][0]["message"]["text"].get<std::string>(),
              StartsWith("Role/shop/r: An RBAC object grants more than the applying account "
                         "holds.\nroles.rbac.authorization.k8s.io \"r\" is forbidden"));
}

TEST(ReportSarif, CleanAndBrokenRuns) {
  const Json clean = Sarif({{"in.yaml", kCleanYaml}});
  EXPECT_EQ(clean["results"], Json::array());
  EXPECT_EQ(clean["invocations"], Json::array({{{"executionSuccessful", true}, {"exitCode", 0}}}));
  const Json broken = Sarif({{"in.yaml", "kind: [\n"}});
  EXPECT_EQ(broken["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(broken["invocations"][0]["toolExecutionNotifications"].size(), 1u);
  EXPECT_EQ(broken["results"][0]["ruleId"], "WEC901");
}

}  // namespace
}  // namespace wecan
