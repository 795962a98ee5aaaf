// SPDX-License-Identifier: Apache-2.0
// The formats of a check's report, through the program.
#include "src/output/report.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/file_system.h"
#include "src/output/json.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string Quota(const std::string& ns, const std::string& name = "quota") {
  return absl::StrCat("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: ", name,
                      ", namespace: ", ns, "}\n---\n");
}
std::string StorageClass(const std::string& name) {
  return absl::StrCat("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: ", name,
                      "}\n---\n");
}

std::string Check(const std::string& manifests, std::vector<std::string> more = {}) {
  MemoryFileSystem files({{"in.yaml", manifests}, {"other.yaml", std::string()}});
  more.insert(more.begin(), {"check", "in.yaml"});
  return wecan::Run(more, "", &files).out;
}

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

// ---- text ---------------------------------------------------------------------------------------

TEST(ReportText, FoldsFindingsThatDifferInTheirNamespace) {
  std::string manifests;
  for (int i = 0; i < 300; ++i) manifests += Quota(absl::StrCat("team-", i));
  const std::string text = Check(manifests);
  EXPECT_THAT(text, HasSubstr("ns team-0 +299 more"));
  EXPECT_THAT(text, HasSubstr("+299 more, -v lists them"));
  EXPECT_THAT(text, HasSubstr("300 errors: 300 of 300 objects blocked on a WEC"));
  EXPECT_LT(Lines(text).size(), 8u);
}

TEST(ReportText, OneNamespaceIsNotFolded) {
  const std::string text = Check(Quota("team-a"));
  EXPECT_THAT(text, HasSubstr("ns team-a  get y  create n  update n  delete n\n"));
  EXPECT_THAT(text, Not(HasSubstr("more")));
}

TEST(ReportText, DifferentVerbsAreDifferentBlocks) {
  const std::string role =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"
      "metadata: {name: r, namespace: team-b}\n"
      "rules: [{apiGroups: [''], resources: [resourcequotas], verbs: [create]}]\n---\n"
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
      "metadata: {name: r, namespace: team-b}\n"
      "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\n"
      "subjects: [{kind: ServiceAccount, name: klusterlet-work-sa, "
      "namespace: open-cluster-management-agent}]\n---\n";
  const std::string text = Check(role + Quota("team-a") + Quota("team-b"));
  EXPECT_THAT(text, HasSubstr("ns team-a  get y  create n  update n  delete n\n"));
  EXPECT_THAT(text, HasSubstr("ns team-b  get y  create y  update n  delete n\n"));
}

TEST(ReportText, VerboseListsEveryObject) {
  const std::string manifests = StorageClass("a") + StorageClass("b") + StorageClass("c");
  const std::string brief = Check(manifests);
  EXPECT_THAT(brief, HasSubstr("StorageClass/a   +2 more, -v lists them"));
  EXPECT_THAT(brief, Not(HasSubstr("StorageClass/b")));
  for (const char* flag : {"-v", "-owide"}) {
    const std::string full = Check(manifests, {flag});
    for (const char* name : {"StorageClass/a", "StorageClass/b", "StorageClass/c"})
      EXPECT_THAT(full, HasSubstr(name));
    EXPECT_THAT(full, Not(HasSubstr("-v lists them")));
  }
}

TEST(ReportText, NothingForObjectsThatPass) {
  const std::string text = Check("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
  EXPECT_THAT(Lines(text), ElementsAre("Nothing is missing: 1 object checked, none blocked on a "
                                       "WEC (profile ocm-1.3, klusterlet-work-sa)."));
}

TEST(ReportText, NoHeadersLeavesOutTheSummary) {
  const std::string text = Check(StorageClass("a"), {"--no-headers"});
  EXPECT_THAT(text, testing::StartsWith("error WEC101  storageclasses.storage.k8s.io"));
  EXPECT_THAT(text, Not(HasSubstr("blocked")));
  EXPECT_THAT(text, Not(HasSubstr("Next:")));
}

TEST(ReportText, NamesCannotDrawOnTheScreen) {
  const std::string text = Check(StorageClass("\"a\\e[2Jb\""), {"-v"});
  EXPECT_THAT(text, HasSubstr("StorageClass/a\xef\xbf\xbd[2Jb"));
}

// ---- short, name --------------------------------------------------------------------------------

TEST(ReportShort, IsOneLinePerFindingAndObject) {
  EXPECT_THAT(
      Lines(Check(StorageClass("a") + Quota("demo") + StorageClass("b"), {"-o", "short"})),
      ElementsAre(
          "in.yaml:2:1: error: WEC101 klusterlet-work-sa cannot create, delete, get, update "
          "storageclasses.storage.k8s.io at cluster scope [StorageClass/a]",
          "in.yaml:10:1: error: WEC101 klusterlet-work-sa cannot create, delete, get, "
          "update storageclasses.storage.k8s.io at cluster scope [StorageClass/b]",
          "in.yaml:6:1: error: WEC101 klusterlet-work-sa cannot create, delete, update "
          "resourcequotas in namespace demo [ResourceQuota/demo/quota]"));
}

TEST(ReportShort, IsEmptyWhenNothingIsFound) {
  EXPECT_EQ(Check("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", {"-o", "short"}), "");
}

TEST(ReportNames, BlockedObjectsAsKubectlNamesThem) {
  const std::string webhook =
      "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
      "metadata: {name: hook}\n---\n";  // WEC103: applied all the same
  EXPECT_THAT(Lines(Check(StorageClass("a") + webhook + Quota("demo"), {"-o", "name"})),
              ElementsAre("storageclass.storage.k8s.io/a", "resourcequota/quota"));
}

// ---- json, yaml ---------------------------------------------------------------------------------

TEST(ReportJsonFormat, CountsAndIds) {
  const Json json = Json::parse(Check(StorageClass("a") + Quota("demo"), {"-o", "json"}));
  EXPECT_EQ(json["summary"]["objects"], 2);
  EXPECT_EQ(json["summary"]["blocked"], 2);
  EXPECT_EQ(json["summary"]["error"], 2);
  EXPECT_EQ(json["summary"]["exitCode"], 1);
  const Json moved = Json::parse(
      Check("# a comment\n---\n" + Quota("demo", "other") + StorageClass("b"), {"-o", "json"}));
  // An id says the cause: it stays when names, lines and order change.
  EXPECT_EQ(json["findings"][0]["id"], moved["findings"][1]["id"]);
  EXPECT_EQ(json["findings"][1]["id"], moved["findings"][0]["id"]);
  EXPECT_NE(json["findings"][0]["id"], json["findings"][1]["id"]);
  const Json other = Json::parse(Check(Quota("prod"), {"-o", "json"}));
  EXPECT_NE(json["findings"][1]["id"], other["findings"][0]["id"]);
}

TEST(ReportJsonFormat, FixGrantsExactlyWhatIsMissing) {
  const Json json = Json::parse(Check(Quota("demo"), {"-o", "json"}));
  EXPECT_EQ(json["findings"][0]["fix"],
            Json::parse(R"({"strategy": "aggregate", "rules": [{"apiGroups": [""],
                "resources": ["resourcequotas"], "verbs": ["create", "delete", "update"]}]})"));
}

TEST(ReportYamlFormat, IsTheSameDocument) {
  const std::string manifests = StorageClass("a") + Quota("demo");
  const Json json = Json::parse(Check(manifests, {"-o", "json"}));
  const YAML::Node yaml = YAML::Load(Check(manifests, {"-o", "yaml"}));
  EXPECT_EQ(yaml["findings"].size(), json["findings"].size());
  EXPECT_EQ(yaml["findings"][0]["id"].Scalar(), json["findings"][0]["id"].get<std::string>());
  EXPECT_EQ(yaml["summary"]["exitCode"].as<int>(), 1);
  EXPECT_EQ(yaml["schemaVersion"].Scalar(), "1.0");
}

// ---- levels -------------------------------------------------------------------------------------

TEST(ReportLevels, FailOnAndRules) {
  struct Case {
    std::vector<std::string> flags;
    int exit_code;
  };
  const std::string webhook =
      "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
      "metadata: {name: hook}\n";
  MemoryFileSystem files({{"error.yaml", StorageClass("a")}, {"warning.yaml", webhook}});
  const auto check = [&](const char* file, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"check", file});
    return wecan::Run(flags, "", &files).exit_code;
  };
  for (const Case& c : std::vector<Case>{{{}, 0},
                                         {{"--fail-on", "warning"}, 1},
                                         {{"--fail-on", "note"}, 1},
                                         {{"--fail-on", "warning", "--exit-zero"}, 0},
                                         {{"--rule", "WEC103=error"}, 1},
                                         {{"--rule", "cannot-delete=error"}, 1},
                                         {{"--rule", "WEC103=off", "--fail-on", "note"}, 0},
                                         {{"--ignore", "WEC103", "--fail-on", "note"}, 0},
                                         {{"--select", "WEC101", "--fail-on", "note"}, 0},
                                         {{"--select", "WEC103", "--fail-on", "note"}, 1}}) {
    EXPECT_EQ(check("warning.yaml", c.flags), c.exit_code) << testing::PrintToString(c.flags);
  }
  for (const Case& c : std::vector<Case>{{{}, 1},
                                         {{"--fail-on", "never"}, 0},
                                         {{"--exit-zero"}, 0},
                                         {{"--rule", "WEC101=warning"}, 0},
                                         {{"--ignore", "WEC101"}, 0},
                                         {{"--ignore", "WEC102"}, 1}}) {
    EXPECT_EQ(check("error.yaml", c.flags), c.exit_code) << testing::PrintToString(c.flags);
  }
}

// ---- names --------------------------------------------------------------------------------------

TEST(ReportNamesOf, ObjectsAndPlaces) {
  EXPECT_EQ(ObjectName({.kind = "Pod", .name = "b"}, "a"), "Pod/a/b");
  EXPECT_EQ(ObjectName({.kind = "Node", .name = "b"}, ""), "Node/b");
  EXPECT_EQ(ObjectName({.kind = "Pod"}, ""), "Pod/(no name)");
  AnalysisInput input;
  input.files.push_back({.path = "a.yaml"});
  EXPECT_EQ(PlaceName(input, {.file = 0, .line = 3, .column = 5}, true), "a.yaml:3:5");
  EXPECT_EQ(PlaceName(input, {.file = 0, .line = 3, .column = 5}, false), "a.yaml:3");
  EXPECT_EQ(PlaceName(input, {.file = 0, .line = 3}, true), "a.yaml:3");
  EXPECT_EQ(PlaceName(input, {.file = 0}, true), "a.yaml");
  EXPECT_EQ(PlaceName(input, {}, true), "");
}

}  // namespace
}  // namespace wecan
