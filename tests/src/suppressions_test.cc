// SPDX-License-Identifier: Apache-2.0
// Suppressions in the whole program: which finding of which object they keep from being reported,
// and what is said of those that do not.
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/testing/run.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Words = std::vector<std::string>;

// A kind that lacks get, create, update and delete, and one that lacks delete alone.
constexpr char kClass[] = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\n";

struct Outcome {
  int exit_code = 0;
  Words reported;    // "WEC101 StorageClass/fast", sorted
  Words suppressed;  // "WEC101 StorageClass/fast: reason"
  Words remarks;     // WEC903: "LINE: message"
  json report;
};

std::string NameOf(const json& object) {
  const std::string ns = object["namespace"];
  return absl::StrCat(object["kind"].get<std::string>(), "/", ns, ns.empty() ? "" : "/",
                      object["name"].get<std::string>());
}

Outcome Read(const RunResult& run) {
  Outcome outcome{.exit_code = run.exit_code};
  outcome.report = json::parse(run.out, nullptr, false);
  if (outcome.report.is_discarded()) {
    ADD_FAILURE() << "no report: " << run.err;
    return outcome;
  }
  for (const json& f : outcome.report["findings"]) {
    const std::string rule = f["rule"];
    for (const json& object : f["objects"]) {
      const std::string what = absl::StrCat(rule, " ", NameOf(object));
      if (f["suppression"].is_null()) {
        outcome.reported.push_back(what);
      } else {
        outcome.suppressed.push_back(
            absl::StrCat(what, ": ", f["suppression"]["reason"].get<std::string>()));
      }
    }
    for (const json& place : f["locations"]) {
      if (rule == "WEC903")
        outcome.remarks.push_back(
            absl::StrCat(place["line"].get<int>(), ": ", f["message"].get<std::string>()));
      if (rule == "WEC906" && !f["suppression"].is_null()) outcome.suppressed.push_back("WEC906");
    }
  }
  std::sort(outcome.reported.begin(), outcome.reported.end());
  std::sort(outcome.suppressed.begin(), outcome.suppressed.end());
  return outcome;
}

Outcome Check(const std::map<std::string, std::string>& contents, Words more = {},
              const std::string& today = "2026-11-21") {
  MemoryFileSystem files(contents);
  Words args = {"check", "-o", "json"};
  args.insert(args.end(), more.begin(), more.end());
  if (more.empty()) args.emplace_back("in");
  return Read(wecan::Run(args, RunOptions{.files = &files, .today = today}));
}

Outcome CheckText(const std::string& text) { return Check({{"in/a.yaml", text}}); }

// ---- where a suppression counts
// -----------------------------------------------------------------

struct PlaceCase {
  std::string name;
  std::string text;
  Words suppressed;
  Words reported;

  friend void PrintTo(const PlaceCase& c, std::ostream* out) { *out << c.name; }
};

const PlaceCase kPlaces[] = {
    {"InFront",
     absl::StrCat("# wecan:ignore WEC101 -- because\n", kClass, "metadata: {name: a}\n"),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"OtherRule",
     absl::StrCat("# wecan:ignore WEC102 -- because\n", kClass, "metadata: {name: a}\n"),
     {},
     {"WEC101 StorageClass/a"}},
    {"InFrontOfTheFirstMark",
     absl::StrCat("# Copyright\n\n# wecan:ignore WEC101 -- because\n---\n", kClass,
                  "metadata: {name: a}\n---\n", kClass, "metadata: {name: b}\n"),
     {"WEC101 StorageClass/a: because"},
     {"WEC101 StorageClass/b"}},
    {"BehindTheMark",
     absl::StrCat(kClass, "metadata: {name: a}\n--- # wecan:ignore WEC101 -- because\n", kClass,
                  "metadata: {name: b}\n"),
     {"WEC101 StorageClass/b: because"},
     {"WEC101 StorageClass/a"}},
    {"BehindHelmsSource",
     absl::StrCat("---\n# Source: c/templates/a.yaml\n# wecan:ignore WEC101 -- because\n", kClass,
                  "metadata: {name: a}\n"),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"OnTheKindLine",
     "apiVersion: storage.k8s.io/v1\nkind: StorageClass # wecan:ignore WEC101 -- because\n"
     "metadata: {name: a}\n",
     {"WEC101 StorageClass/a: because"},
     {}},
    {"ByName",
     absl::StrCat("#wecan:ignore missing-permission -- because\n", kClass, "metadata: {name: a}\n"),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"All",
     absl::StrCat("# wecan:ignore all -- because\n", kClass, "metadata: {name: a}\n"),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"CarriageReturns",
     absl::StrReplaceAll(
         absl::StrCat("# wecan:ignore WEC101 -- because\n", kClass, "metadata: {name: a}\n"),
         {{"\n", "\r\n"}}),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"ByteOrderMark",
     absl::StrCat("\xef\xbb\xbf# wecan:ignore WEC101 -- because\n", kClass,
                  "metadata: {name: a}\n"),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"AList",
     "# wecan:ignore WEC101 -- because\napiVersion: v1\nkind: List\nitems:\n"
     "- {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}}\n"
     "- {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: b}}\n",
     {"WEC101 StorageClass/a: because", "WEC101 StorageClass/b: because"},
     {}},
    {"TheKindLineOfAList",
     "apiVersion: v1\nkind: List # wecan:ignore WEC101 -- because\nitems:\n"
     "- {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}}\n",
     {"WEC101 StorageClass/a: because"},
     {}},
    {"TheKindLineOfAnItem",
     "apiVersion: v1\nkind: List\nitems:\n"
     "- apiVersion: storage.k8s.io/v1\n  kind: StorageClass # wecan:ignore WEC101 -- because\n"
     "  metadata: {name: a}\n"
     "- {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: b}}\n",
     {"WEC101 StorageClass/a: because"},
     {"WEC101 StorageClass/b"}},
    {"AManifestWork",
     "# wecan:ignore WEC101 -- because\napiVersion: work.open-cluster-management.io/v1\n"
     "kind: ManifestWork\nmetadata: {name: w, namespace: c}\nspec:\n  workload:\n    manifests:\n"
     "    - {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a},\n"
     "       reclaimPolicy: Delete, volumeBindingMode: Immediate}\n",
     {"WEC101 StorageClass/a: because"},
     {}},
    {"AnAnnotation",
     absl::StrCat(kClass, "metadata:\n  name: a\n  annotations: {ignore.wecan/WEC101: because}\n"),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"AnAnnotationForAll",
     absl::StrCat(kClass, "metadata:\n  name: a\n  annotations: {ignore.wecan/all: because}\n"),
     {"WEC101 StorageClass/a: because"},
     {}},
    {"AnAnnotationOfAManifestWork",
     "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\n"
     "metadata: {name: w, namespace: c, annotations: {ignore.wecan/WEC101: because}}\n"
     "spec:\n  workload:\n    manifests:\n"
     "    - {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a},\n"
     "       reclaimPolicy: Delete, volumeBindingMode: Immediate}\n",
     {"WEC101 StorageClass/a: because"},
     {}},
    {"AnAnnotationOfThePodsAlone",
     "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\n"
     "template: {metadata: {annotations: {ignore.wecan/WEC101: because}}}\n",
     {},
     {"WEC101 StorageClass/a"}},
    {"TextInAScalar",
     absl::StrCat(kClass, "metadata: {name: a}\nx: |\n  # wecan:ignore WEC101 -- because\n"),
     {},
     {"WEC101 StorageClass/a"}},
    {"SomebodyElsesWord",
     absl::StrCat("# see wecan:ignore WEC101 -- because\n", kClass, "metadata: {name: a}\n"),
     {},
     {"WEC101 StorageClass/a"}},
    {"AFinding OfTheFile",
     "# wecan:ignore WEC906 -- because\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
     "data: {x: y}\ndata: {x: z}\n",
     {"WEC906"},
     {}},
};

class SuppressionPlaces : public testing::TestWithParam<PlaceCase> {};

TEST_P(SuppressionPlaces, CountThere) {
  const PlaceCase& c = GetParam();
  const Outcome outcome = CheckText(c.text);
  EXPECT_EQ(outcome.suppressed, c.suppressed);
  EXPECT_EQ(outcome.reported, c.reported);
  EXPECT_EQ(outcome.exit_code, c.reported.empty() ? 0 : 1);
}

INSTANTIATE_TEST_SUITE_P(SuppressionPlaces, SuppressionPlaces, testing::ValuesIn(kPlaces),
                         [](const testing::TestParamInfo<PlaceCase>& info) {
                           return absl::StrReplaceAll(info.param.name, {{" ", ""}});
                         });

TEST(Suppressions, InJson) {
  const Outcome outcome = Check(
      {{"in/a.json",
        R"({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "a",
            "annotations": {"ignore.wecan/WEC101": "because"}}, "x": "# wecan:ignore WEC9 -- b"})"}});
  EXPECT_THAT(outcome.suppressed, ElementsAre("WEC101 StorageClass/a: because"));
  EXPECT_THAT(outcome.remarks, IsEmpty());
}

// ---- what is no good
// -----------------------------------------------------------------------------

struct BadCase {
  std::string name;
  std::string text;
  std::string remark;

  friend void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }
};

std::string Annotated(const std::string& annotation) {
  return absl::StrCat(kClass, "metadata:\n  name: a\n  annotations:\n    ", annotation, "\n");
}

std::string Commented(const std::string& comment) {
  return absl::StrCat(comment, "\n", kClass, "metadata: {name: a}\n");
}

const BadCase kBad[] = {
    {"NoReason", Commented("# wecan:ignore WEC101"), "1: no reason in this suppression"},
    {"NoReasonBehindTheDashes", Commented("# wecan:ignore WEC101 --  "), "1: no reason in this"},
    {"NoRule", Commented("# wecan:ignore -- because"), "1: no rule in this suppression"},
    {"NothingAtAll", Commented("# wecan:ignore"), "1: no rule in this suppression"},
    {"NoBlank", Commented("# wecan:ignored WEC101 -- because"), "1: this does not read as a"},
    {"UnknownRule", Commented("# wecan:ignore WEC100 -- because"),
     "1: no rule \"WEC100\"; did you mean"},
    {"NotOfReading", Commented("# wecan:ignore WEC901 -- because"), "1: WEC901 cannot be"},
    {"NotOfSuppressions", Commented("# wecan:ignore WEC903 -- because"), "1: WEC903 cannot be"},
    {"Twice", Commented("# wecan:ignore WEC101,WEC101 -- because"), "1: WEC101 is suppressed here"},
    {"NothingToSuppress", Commented("# wecan:ignore WEC101,WEC103 -- because"),
     "1: WEC103 finds nothing in the object"},
    {"NothingAtAllToSuppress",
     "# wecan:ignore all -- because\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
     "1: any rule finds nothing in the object"},
    {"InTheMiddle",
     absl::StrCat(kClass, "metadata:\n  # wecan:ignore WEC101 -- because\n  name: a"),
     "4: a comment wecan:ignore counts only in front"},
    {"AtTheEnd", absl::StrCat(kClass, "metadata: {name: a}\n# wecan:ignore WEC101 -- because\n"),
     "4: a comment wecan:ignore counts only in front"},
    {"AnnotationWithoutReason", Annotated("ignore.wecan/WEC101: ''"), "6: no reason for not"},
    {"AnnotationOfNull", Annotated("ignore.wecan/WEC101:"),
     "6: no reason for not reporting WEC101"},
    {"AnnotationOfBlanks", Annotated("ignore.wecan/WEC101: '  '"), "6: no reason for not"},
    {"AnnotationOfANumber", Annotated("ignore.wecan/WEC101: 12"),
     "6: the reason of ignore.wecan/WEC101 is no string"},
    {"AnnotationOfAMapping", Annotated("ignore.wecan/WEC101: {a: b}"),
     "6: the reason of ignore.wecan/WEC101 is no string"},
    {"AnnotationWithUnknownRule", Annotated("ignore.wecan/WEC1: because"), "6: no rule \"WEC1\""},
    {"AnnotationThatYamlCuts", Annotated("ignore.wecan/WEC101: deferred to #3202 for now"),
     "6: YAML ends the reason of ignore.wecan/WEC101 at \" #\""},
    {"AnnotationThatYamlCutsToNothing", Annotated("ignore.wecan/WEC101: #3202"),
     "6: no reason for not reporting WEC101"},
};

class BadSuppressions : public testing::TestWithParam<BadCase> {};

TEST_P(BadSuppressions, AreToldOfOnce) {
  const Outcome outcome = CheckText(GetParam().text);
  ASSERT_THAT(outcome.remarks, SizeIs(1));
  EXPECT_THAT(outcome.remarks[0], testing::StartsWith(GetParam().remark));
}

INSTANTIATE_TEST_SUITE_P(BadSuppressions, BadSuppressions, testing::ValuesIn(kBad),
                         [](const testing::TestParamInfo<BadCase>& info) {
                           return info.param.name;
                         });

TEST(Suppressions, AQuotedReasonMayHoldAHash) {
  const Outcome outcome = CheckText(Annotated("ignore.wecan/WEC101: \"deferred to #3202\""));
  EXPECT_THAT(outcome.remarks, IsEmpty());
  EXPECT_THAT(outcome.suppressed, ElementsAre("WEC101 StorageClass/a: deferred to #3202"));
}

TEST(Suppressions, ACutReasonStillCounts) {
  EXPECT_THAT(CheckText(Annotated("ignore.wecan/WEC101: deferred to #3202")).suppressed,
              ElementsAre("WEC101 StorageClass/a: deferred to"));
}

// What is off, not selected or context finds nothing, and that is nobody's mistake.
TEST(Suppressions, WhatWasNotLookedForIsNotMissed) {
  const std::string text = Commented("# wecan:ignore WEC101 -- because");
  for (const Words& more : {Words{"in", "--rule", "WEC101=off"},
                            {"in", "-l", "app=x"},
                            {"other.yaml", "--load", "in"}}) {
    const Outcome outcome =
        Check({{"in/a.yaml", text},
               {"other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"}},
              more);
    EXPECT_THAT(outcome.remarks, IsEmpty()) << testing::PrintToString(more);
  }
}

TEST(Suppressions, OthersKeepTheFinding) {
  const Outcome outcome = CheckText(absl::StrCat(Commented("# wecan:ignore WEC101 -- because"),
                                                 "---\n", kClass, "metadata: {name: b}\n"));
  ASSERT_THAT(outcome.report["findings"], SizeIs(2));
  EXPECT_EQ(outcome.report["findings"][0]["id"], outcome.report["findings"][1]["id"]);
  EXPECT_EQ(outcome.report["summary"]["suppressed"], 1);
  EXPECT_EQ(outcome.report["summary"]["error"], 1);
  EXPECT_EQ(outcome.report["summary"]["blocked"], 1);
}

TEST(Suppressions, NoIgnoresTurnsAllOff) {
  const std::string text = Commented("# wecan:ignore WEC101,WEC999 -- because");
  const Outcome outcome = Check(
      {{"in/a.yaml", text}, {".wecan.yaml", "ignore: [{rule: WEC102, kind: Foo, reason: x}]"}},
      {"in", "--no-ignores"});
  EXPECT_THAT(outcome.reported, ElementsAre("WEC101 StorageClass/a"));
  EXPECT_THAT(outcome.remarks, IsEmpty());
  EXPECT_EQ(outcome.exit_code, 1);
}

// ---- by the configuration
// ------------------------------------------------------------------------

struct ConfigCase {
  std::string name;
  std::string ignore;  // flow mapping
  bool suppresses;
  std::string remark = "";  // what it starts with, without the line

  friend void PrintTo(const ConfigCase& c, std::ostream* out) { *out << c.name; }
};

const ConfigCase kConfig[] = {
    {"Kind", "rule: WEC101, kind: StorageClass, reason: r", true},
    {"KindByWildcard", "rule: WEC101, kind: Storage*, reason: r", true},
    {"Name", "rule: WEC101, name: local-?, reason: r", true},
    {"Group", "rule: WEC101, group: storage.k8s.io, reason: r", true},
    {"AllRules", "rule: all, kind: StorageClass, reason: r", true},
    {"RuleByName", "rule: missing-permission, kind: StorageClass, reason: r", true},
    {"OtherKind", "rule: WEC101, kind: storageclass, reason: r", false, "WEC101 finds no object"},
    {"OtherName", "rule: WEC101, name: local, reason: r", false, "WEC101 finds no object"},
    {"CoreGroup", "rule: WEC101, group: '', reason: r", false, "WEC101 finds no object"},
    {"OtherNamespace", "rule: WEC101, namespace: x, reason: r", false, "WEC101 finds no object"},
    {"OtherRule", "rule: WEC102, kind: StorageClass, reason: r", false, "WEC102 finds no object"},
    {"UnknownRule", "rule: WEC1, kind: StorageClass, reason: r", false, "no rule \"WEC1\""},
    {"NoReason", "rule: WEC101, kind: StorageClass", false, "no reason for not reporting WEC101"},
    {"EmptyReason", "rule: WEC101, kind: StorageClass, reason: ''", false, "no reason for not"},
    {"LastDay", "rule: WEC101, kind: StorageClass, reason: r, expires: 2026-11-21", true},
    {"DayAfter", "rule: WEC101, kind: StorageClass, reason: r, expires: 2026-11-20", false,
     "the suppression of WEC101 expired on 2026-11-20"},
};

class ConfigSuppressions : public testing::TestWithParam<ConfigCase> {};

TEST_P(ConfigSuppressions, CountAsWritten) {
  const ConfigCase& c = GetParam();
  const Outcome outcome = Check({{"in/a.yaml", absl::StrCat(kClass, "metadata: {name: local-a}\n")},
                                 {".wecan.yaml", absl::StrCat("ignore:\n- {", c.ignore, "}\n")}});
  EXPECT_EQ(outcome.suppressed.size(), c.suppresses ? 1 : 0);
  EXPECT_EQ(outcome.reported.size(), c.suppresses ? 0 : 1);
  EXPECT_EQ(outcome.exit_code, c.suppresses ? 0 : 1);
  if (c.remark.empty()) {
    EXPECT_THAT(outcome.remarks, IsEmpty());
  } else {
    ASSERT_THAT(outcome.remarks, SizeIs(1));
    EXPECT_THAT(outcome.remarks[0], testing::StartsWith("2: " + c.remark));
  }
}

INSTANTIATE_TEST_SUITE_P(ConfigSuppressions, ConfigSuppressions, testing::ValuesIn(kConfig),
                         [](const testing::TestParamInfo<ConfigCase>& info) {
                           return info.param.name;
                         });

// A hook is given what is staged: what an entry is about may be in another file.
TEST(Suppressions, PartOfTheRepositoryMissesNothing) {
  const std::map<std::string, std::string> files = {
      {"in/a.yaml", absl::StrCat(kClass, "metadata: {name: a}\n")},
      {"in/b.yaml", absl::StrCat(kClass, "metadata: {name: b}\n")},
      {".wecan.yaml", "ignore: [{rule: WEC101, name: b, reason: r}]"}};
  EXPECT_THAT(Check(files, {"in/a.yaml"}).remarks, IsEmpty());
  EXPECT_THAT(Check(files, {"in/b.yaml"}).suppressed, SizeIs(1));
  std::map<std::string, std::string> with_paths = files;
  with_paths[".wecan.yaml"] = "paths: [in]\nignore: [{rule: WEC101, name: c, reason: r}]";
  EXPECT_THAT(Check(with_paths, {"in"}).remarks, IsEmpty());
  MemoryFileSystem all(with_paths);
  EXPECT_THAT(Read(wecan::Run({"check", "-o", "json"}, "", &all)).remarks, SizeIs(1));
}

// ---- formats
// -------------------------------------------------------------------------------------

std::string Format(const std::string& format, const Words& more = {}) {
  MemoryFileSystem files({{"a.yaml", Commented("# wecan:ignore WEC101 -- by hand ]]> <x>")}});
  Words args = {"check", "a.yaml", "-o", format};
  args.insert(args.end(), more.begin(), more.end());
  const RunResult run = Run(args, "", &files);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.out;
}

TEST(Suppressions, MachineFormatsLeaveThemOut) {
  EXPECT_EQ(Format("gitlab"), "[]\n");
  EXPECT_EQ(Format("github"), "");
  EXPECT_EQ(Format("short"), "");
  EXPECT_EQ(Format("name"), "");
  EXPECT_THAT(json::parse(Format("sarif"))["runs"][0]["results"], IsEmpty());
  EXPECT_THAT(Format("junit"),
              AllOf(HasSubstr("skipped=\"1\""),
                    HasSubstr("<skipped message=\"WEC101: by hand ]]&gt; &lt;x&gt;"),
                    Not(HasSubstr("<failure"))));
  EXPECT_THAT(Format("markdown"), HasSubstr("1 suppressed."));
}

TEST(Suppressions, SarifShowsThemIfAsked) {
  const json run = json::parse(Format("sarif", {"--sarif-suppressed"}))["runs"][0];
  ASSERT_THAT(run["results"], SizeIs(1));
  const json& suppression = run["results"][0]["suppressions"][0];
  EXPECT_EQ(suppression["kind"], "inSource");
  EXPECT_EQ(suppression["justification"], "by hand ]]> <x>.");
  EXPECT_THAT(run["tool"]["driver"]["rules"], SizeIs(1));
}

TEST(Suppressions, TextTellsHowManyAndWithVWhich) {
  EXPECT_THAT(Format("text"), AllOf(HasSubstr("1 suppressed."), Not(HasSubstr("by hand"))));
  EXPECT_THAT(Format("text", {"-v"}),
              HasSubstr("suppressed WEC101  a.yaml:3  StorageClass/a  by hand"));
}

// ---- fix
// -----------------------------------------------------------------------------------------

TEST(Suppressions, AreNotGranted) {
  const std::string both = absl::StrCat(Commented("# wecan:ignore WEC101 -- because"),
                                        "---\napiVersion: v1\nkind: ResourceQuota\n"
                                        "metadata: {name: q, namespace: x}\n");
  MemoryFileSystem files({{"a.yaml", both}});
  const RunResult fix = wecan::Run({"fix", "a.yaml"}, "", &files);
  EXPECT_EQ(fix.exit_code, 0) << fix.err;
  EXPECT_THAT(fix.out, AllOf(HasSubstr("resourcequotas"), Not(HasSubstr("storageclasses"))));
  EXPECT_THAT(wecan::Run({"fix", "a.yaml", "--no-ignores"}, "", &files).out,
              HasSubstr("storageclasses"));
}

TEST(Suppressions, WhatIsAllSuppressedIsInSync) {
  MemoryFileSystem files({{"a.yaml", Commented("# wecan:ignore WEC101 -- because")}});
  EXPECT_EQ(wecan::Run({"fix", "a.yaml", "--check"}, "", &files).exit_code, 0);
  EXPECT_EQ(wecan::Run({"fix", "a.yaml", "--check", "--no-ignores"}, "", &files).exit_code, 1);
}

TEST(Suppressions, OfEscalationsAreLeftAlone) {
  constexpr char kRole[] =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n"
      "rules: [{apiGroups: [x.example.com], resources: [xs], verbs: [get]}]\n";
  const Words dump = {"--profile", "file:dump.yaml"};
  constexpr char kDump[] =
      "apiVersion: v1\nkind: List\nitems:\n"
      "- apiVersion: rbac.authorization.k8s.io/v1\n  kind: ClusterRole\n  metadata: {name: w}\n"
      "  rules:\n  - {apiGroups: [rbac.authorization.k8s.io], resources: ['*'],\n"
      "     verbs: [get, create, update, delete]}\n"
      "- apiVersion: rbac.authorization.k8s.io/v1\n  kind: ClusterRoleBinding\n"
      "  metadata: {name: w}\n"
      "  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: w}\n"
      "  subjects: [{kind: ServiceAccount, name: klusterlet-work-sa,\n"
      "              namespace: open-cluster-management-agent}]\n";
  for (const bool suppressed : {false, true}) {
    MemoryFileSystem files(
        {{"a.yaml", absl::StrCat(suppressed ? "# wecan:ignore WEC105 -- because\n" : "", kRole)},
         {"dump.yaml", kDump}});
    EXPECT_EQ(wecan::Run({"check", "a.yaml", "--profile", "file:dump.yaml"}, "", &files).exit_code,
              suppressed ? 0 : 1);
    const RunResult fix =
        wecan::Run({"fix", "a.yaml", "--check", "--profile", "file:dump.yaml"}, "", &files);
    EXPECT_EQ(fix.exit_code, suppressed ? 0 : 1) << fix.err;
  }
}

}  // namespace
}  // namespace wecan
