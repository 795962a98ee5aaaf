// SPDX-License-Identifier: Apache-2.0
// Baselines in the whole program: what is known is not reported, what is new is, and what is gone
// is told.
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/testing/run.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using Words = std::vector<std::string>;

std::string Class(const std::string& name) {
  return absl::StrCat("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: ", name,
                      "}\n");
}
std::string Quota(const std::string& name) {
  return absl::StrCat("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: ", name,
                      ", namespace: x}\n");
}

// A repository with two findings in two files.
struct KnownRepository {
  MemoryFileSystem files{{{"in/a.yaml", Class("a")}, {"in/b.yaml", Quota("b")}}};

  RunResult Check(const Words& more) {
    Words args = {"check"};
    args.insert(args.end(), more.begin(), more.end());
    return wecan::Run(args, "", &files);
  }
  RunResult Known(const std::string& path = "in") { return Check({path, "--baseline", "b.json"}); }
  RunResult Write(const Words& more = {}) {
    Words args = {"in", "--write-baseline", "b.json"};
    args.insert(args.end(), more.begin(), more.end());
    return Check(args);
  }
  json Entries() { return json::parse(files.Read("b.json", 1 << 20).value())["entries"]; }
  void Put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(files.Write(path, text).ok());
  }
};

TEST(BaselineCommand, AFirstOneKnowsAll) {
  KnownRepository repository;
  EXPECT_EQ(repository.Check({"in"}).exit_code, 1);
  const RunResult written = repository.Write();
  EXPECT_EQ(written.exit_code, 0) << written.err;
  EXPECT_EQ(written.err, "");
  EXPECT_THAT(written.out, HasSubstr("2 in the baseline."));
  const json entries = repository.Entries();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0]["rule"], "WEC101");
  EXPECT_EQ(entries[0]["path"], "in/a.yaml");
  EXPECT_EQ(entries[0]["object"], "StorageClass/a");
  EXPECT_EQ(entries[0]["count"], 1);
  EXPECT_EQ(entries[1]["object"], "ResourceQuota/x/b");

  const RunResult known = repository.Known();
  EXPECT_EQ(known.exit_code, 0);
  EXPECT_THAT(known.out, StartsWith("Nothing else is missing: 2 objects checked"));
}

TEST(BaselineCommand, NewFindingsAreReported) {
  KnownRepository repository;
  repository.Write();
  repository.Put("in/c.yaml", Class("c"));
  const RunResult known = repository.Known();
  EXPECT_EQ(known.exit_code, 1);
  EXPECT_THAT(known.out, AllOf(HasSubstr("StorageClass/c"), HasSubstr("1 error: 1 of 3 objects")));
}

// Neither an edit above nor another name of file or object makes a finding new.
TEST(BaselineCommand, LinesAndNamesDoNotMatter) {
  KnownRepository repository;
  repository.Write();
  repository.Put("in/a.yaml", absl::StrCat("# one\n# two\n---\n", Class("a")));
  EXPECT_EQ(repository.Known().exit_code, 0);
  KnownRepository renamed;
  renamed.Write();
  renamed.files = MemoryFileSystem({{"in/moved.yaml", Class("other")},
                                    {"in/b.yaml", Quota("b")},
                                    {"b.json", renamed.files.Read("b.json", 1 << 20).value()}});
  const RunResult known = renamed.Known();
  EXPECT_EQ(known.exit_code, 0) << known.out;
  EXPECT_THAT(known.out, StartsWith("Nothing else is missing"));
}

TEST(BaselineCommand, EqualObjectsAreCounted) {
  KnownRepository repository;
  repository.Put("in/a.yaml", absl::StrCat(Class("a"), "---\n", Class("a")));
  repository.Write();
  EXPECT_EQ(repository.Entries()[0]["count"], 2);
  EXPECT_EQ(repository.Known().exit_code, 0);
  repository.Put("in/a.yaml", absl::StrCat(Class("a"), "---\n", Class("a"), "---\n", Class("a")));
  EXPECT_EQ(repository.Known().exit_code, 1);
}

TEST(BaselineCommand, WhatIsGoneIsTold) {
  KnownRepository repository;
  repository.Write();
  repository.Put("in/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  const RunResult known = repository.Known();
  EXPECT_EQ(known.exit_code, 0);
  EXPECT_THAT(
      known.out,
      HasSubstr("note  WEC904  b.json  found no more: WEC101 of StorageClass/a in in/a.yaml"));
  EXPECT_EQ(repository.Check({"in", "--baseline", "b.json", "--fail-on", "note"}).exit_code, 1);
  EXPECT_EQ(
      repository.Check({"in", "--baseline", "b.json", "--fail-on", "note", "--rule", "WEC904=off"})
          .exit_code,
      0);
}

// A hook sees only what is staged.
TEST(BaselineCommand, WhatIsOutOfSightIsNotGone) {
  KnownRepository repository;
  repository.Write();
  repository.Put("in/sub/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
  EXPECT_EQ(repository.Known("in/a.yaml").out.find("WEC904"), std::string::npos);
  EXPECT_EQ(repository.Known("in/sub").out.find("WEC904"), std::string::npos);
}

TEST(BaselineCommand, WritingAgainDropsWhatIsGoneAndAddsNothing) {
  KnownRepository repository;
  repository.Write();
  repository.Put("in/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  repository.Put("in/c.yaml", "apiVersion: v1\nkind: LimitRange\nmetadata: {name: c}\n");
  const RunResult refused = repository.Write();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.err, "wecan: 1 new finding not added to b.json; --accept-new adds them\n");
  EXPECT_THAT(repository.Entries(), SizeIs(1));
  const RunResult accepted = repository.Write({"--accept-new"});
  EXPECT_EQ(accepted.exit_code, 0);
  EXPECT_THAT(repository.Entries(), SizeIs(2));
  const std::map<std::string, std::string> before = repository.files.files();
  EXPECT_EQ(repository.Write({"--accept-new"}).exit_code, 0);
  EXPECT_EQ(repository.files.files(), before);
}

TEST(BaselineCommand, WritingKeepsWhatIsOutOfSight) {
  KnownRepository repository;
  repository.Write();
  EXPECT_EQ(repository.Check({"in/b.yaml", "--write-baseline", "b.json"}).exit_code, 0);
  EXPECT_THAT(repository.Entries(), SizeIs(2));
}

TEST(BaselineCommand, NothingIsWrittenFromBrokenInput) {
  KnownRepository repository;
  repository.Put("in/broken.yaml", "apiVersion: v1\nkind: [\n");
  EXPECT_EQ(repository.Write().exit_code, 2);
  EXPECT_EQ(repository.files.files().count("b.json"), 0u);
}

TEST(BaselineCommand, SuppressedIsNotWritten) {
  KnownRepository repository;
  repository.Put("in/a.yaml", "# wecan:ignore WEC101 -- by hand\n" + Class("a"));
  const RunResult written = repository.Write();
  EXPECT_THAT(written.out, HasSubstr("1 suppressed, 1 in the baseline."));
  EXPECT_THAT(repository.Entries(), SizeIs(1));
}

TEST(BaselineCommand, ByTheConfiguration) {
  KnownRepository repository;
  repository.Write();
  repository.Put(".wecan.yaml", "paths: [in]\nbaseline: b.json\n");
  EXPECT_EQ(repository.Check({}).exit_code, 0);
  EXPECT_EQ(repository.Check({"--no-config", "in"}).exit_code, 1);
}

// The paths in a baseline start at its folder, wherever the program runs.
TEST(BaselineCommand, FromAFolderBelow) {
  KnownRepository repository;
  repository.Write();
  const RunResult below =
      wecan::Run({"check", "-C", "in", ".", "--baseline", "../b.json"}, "", &repository.files);
  EXPECT_EQ(below.exit_code, 0) << below.err;
  EXPECT_THAT(below.out, StartsWith("Nothing else is missing"));
}

TEST(BaselineCommand, InReports) {
  KnownRepository repository;
  repository.Write();
  repository.Put("in/c.yaml", Class("c"));
  const json report =
      json::parse(repository.Check({"in", "--baseline", "b.json", "-o", "json"}).out);
  EXPECT_EQ(report["summary"]["baselined"], 2);
  EXPECT_EQ(report["summary"]["error"], 1);
  ASSERT_THAT(report["findings"], SizeIs(3));
  EXPECT_EQ(report["findings"][0]["baselined"], false);
  EXPECT_EQ(report["findings"][1]["baselined"], true);
  const json plain =
      json::parse(repository.Check({"in", "--baseline", "b.json", "-o", "sarif"}).out);
  ASSERT_THAT(plain["runs"][0]["results"], SizeIs(1));
  EXPECT_EQ(plain["runs"][0]["results"][0]["baselineState"], "new");
  const json all = json::parse(
      repository.Check({"in", "--baseline", "b.json", "-o", "sarif", "--sarif-suppressed"}).out);
  ASSERT_THAT(all["runs"][0]["results"], SizeIs(3));
  EXPECT_EQ(all["runs"][0]["results"][2]["baselineState"], "unchanged");
  EXPECT_THAT(repository.Check({"in", "--baseline", "b.json", "-o", "junit"}).out,
              HasSubstr("<skipped message=\"WEC101: known to the baseline\"/>"));
}

// ---- what cannot be used
// -------------------------------------------------------------------------

struct BadBaseline {
  std::string name;
  std::string text;
  std::string message;

  friend void PrintTo(const BadBaseline& c, std::ostream* out) { *out << c.name; }
};

std::string WithEntry(const std::string& entry) {
  return absl::StrCat(R"({"schemaVersion": "1.0", "kind": "Baseline", "entries": [)", entry, "]}");
}

const BadBaseline kBadBaselines[] = {
    {"Empty", "", "this is not JSON"},
    {"Cut", R"({"schemaVersion": "1.0", "kind": "Base)", "this is not JSON"},
    {"NotUtf8", "{\"kind\": \"\xff\"}", "this is not JSON"},
    {"Yaml", "kind: Baseline\n", "this is not JSON"},
    {"AList", "[]", "this is no baseline of wecan"},
    {"ANumber", "1", "this is no baseline of wecan"},
    {"AReport", R"({"schemaVersion": "1.0", "kind": "CheckReport", "findings": []})",
     "this is no baseline of wecan"},
    {"OfAnotherTool", R"({"version": 1, "entries": []})", "this is no baseline of wecan"},
    {"OfTheFuture", R"({"schemaVersion": "2.0", "kind": "Baseline", "entries": []})",
     "schemaVersion is not 1.x"},
    {"WithoutVersion", R"({"kind": "Baseline", "entries": []})", "schemaVersion is not 1.x"},
    {"WithoutEntries", R"({"schemaVersion": "1.0", "kind": "Baseline"})", "entries is no list"},
    {"EntryOfText", WithEntry("\"x\""), "entries[0] is no object"},
    {"EntryWithoutId",
     WithEntry(R"({"rule": "a", "path": "b", "object": "", "count": 1, "message": ""})"),
     "entries[0].id is no string"},
    {"CountOfNone",
     WithEntry(R"({"id": "x", "rule": "a", "path": "b", "object": "", "count": 0, "message": ""})"),
     "entries[0].count is no number of 1 or more"},
    {"CountOfHalf",
     WithEntry(
         R"({"id": "x", "rule": "a", "path": "b", "object": "", "count": 1.5, "message": ""})"),
     "entries[0].count is no number of 1 or more"},
    {"EntriesTwice",
     WithEntry(R"({"id": "x", "rule": "a", "path": "b", "object": "", "count": 1, "message": ""},
                  {"id": "x", "rule": "a", "path": "b", "object": "", "count": 1, "message": ""})"),
     "two entries are about the same"},
    {"CountOfTooMany",
     WithEntry(R"({"id": "x", "rule": "a", "path": "b", "object": "", "count": 99999999999,
                   "message": ""})"),
     "entries[0].count is no number of 1 or more"},
};

class BadBaselines : public testing::TestWithParam<BadBaseline> {};

TEST_P(BadBaselines, AreRefusedAndNotReplaced) {
  KnownRepository repository;
  repository.Put("b.json", GetParam().text);
  for (const RunResult& run :
       {repository.Known(), repository.Write(), repository.Write({"--accept-new"})}) {
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, StartsWith("wecan: --baseline: b.json: " + GetParam().message));
  }
  EXPECT_EQ(repository.files.files().at("b.json"), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(BadBaselines, BadBaselines, testing::ValuesIn(kBadBaselines),
                         [](const testing::TestParamInfo<BadBaseline>& info) {
                           return info.param.name;
                         });

TEST(BaselineCommand, BadFlags) {
  KnownRepository repository;
  EXPECT_EQ(repository.Known().err,
            "wecan: --baseline: b.json: no such file; write it first, with --write-baseline "
            "b.json\n");
  EXPECT_EQ(repository.Check({"in", "--baseline", "in"}).exit_code, 2);
  EXPECT_THAT(repository.Check({"in", "--write-baseline", "in"}).err,
              StartsWith("wecan: --write-baseline: in is a folder"));
  EXPECT_THAT(repository.Check({"in", "--write-baseline", "in/a.yaml"}).err,
              StartsWith("wecan: --write-baseline: in/a.yaml is one of the inputs"));
  EXPECT_THAT(repository.Check({"in", "--write-baseline", "b.json", "-o", "json=./b.json"}).err,
              HasSubstr("two formats for b.json"));
  EXPECT_THAT(repository.Check({"in", "--baseline", "a.json", "--write-baseline", "b.json"}).err,
              StartsWith("wecan: give either --baseline or --write-baseline"));
  EXPECT_THAT(repository.Check({"in", "--accept-new"}).err,
              StartsWith("wecan: --accept-new: only"));
  EXPECT_EQ(repository.files.files().at("in/a.yaml"), Class("a"));
}

// The examples of WEC904 in the rule's own file.
TEST(BaselineCommand, ExamplesOfTheRule) {
  KnownRepository repository;
  repository.Write();
  repository.Put("in/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  EXPECT_THAT(repository.Known().out, HasSubstr("WEC904"));
  repository.Write();
  EXPECT_EQ(repository.Known().out.find("WEC904"), std::string::npos);
}

}  // namespace
}  // namespace wecan
