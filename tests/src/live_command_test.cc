// SPDX-License-Identifier: Apache-2.0
// can-i of live clusters, and merge: the whole program against WECs on loopback.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "src/input/file_system.h"
#include "tests/testing/check.h"
#include "tests/testing/fake_wec.h"
#include "tests/testing/http_server.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using json = nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr char kToken[] = "s3cr3t-t0k3n";
constexpr char kStorage[] = "storage.k8s.io";

FakeWec Granting() {
  return {.policy = AgentMay(kStorage, {"storageclasses"}), .replies = SmallDiscovery()};
}
FakeWec Lacking() {
  return {.policy = AgentMay("apps", {"deployments"}), .replies = SmallDiscovery()};
}

// WECs wec1, wec2 ..., a context "dead" that nothing listens for, and a kubeconfig.
class Fleet {
 public:
  explicit Fleet(std::vector<FakeWec> wecs)
      : wecs_(std::move(wecs)),
        server_([this](const TestHttpRequest& r) { return wecs_[r.listener].Answer(r); },
                wecs_.size()) {
    for (size_t i = 0; i < wecs_.size(); ++i) Add(absl::StrCat("wec", i + 1), server_.Url(i));
    Add("dead", TestHttpServer::DeadUrl());
  }

  RunResult Run(std::vector<std::string> args) {
    std::map<std::string, std::string> files = files_;
    files["kube"] =
        absl::StrCat("apiVersion: v1\nkind: Config\nusers: [{name: u, user: {token: ", kToken,
                     "}}]\nclusters:\n", clusters_, "contexts:\n", contexts_);
    memory_ = std::make_unique<MemoryFileSystem>(files);
    args.insert(args.end(), {"--kubeconfig", "kube", "--no-config"});
    return wecan::Run(args, RunOptions{.files = memory_.get(), .in_is_terminal = true});
  }

  json Report(std::vector<std::string> args) {
    args.insert(args.end(), {"-o", "json"});
    return json::parse(Run(std::move(args)).out, nullptr, false);
  }

  void Keep(const std::string& path, const std::string& text) { files_[path] = text; }
  const std::map<std::string, std::string>& kept() const { return files_; }
  const TestHttpServer& server() const { return server_; }

 private:
  void Add(const std::string& name, const std::string& url) {
    absl::StrAppend(&clusters_, "- {name: ", name, ", cluster: {server: '", url, "'}}\n");
    absl::StrAppend(&contexts_, "- {name: ", name, ", context: {cluster: ", name, ", user: u}}\n");
  }

  const std::vector<FakeWec> wecs_;
  TestHttpServer server_;
  std::string clusters_, contexts_;
  std::map<std::string, std::string> files_ = {{"sc.yaml", StorageClassYaml("fast")}};
  std::unique_ptr<MemoryFileSystem> memory_;
};

const std::vector<std::string> kQuestion = {"can-i", "create", "storageclasses.storage.k8s.io"};
const std::vector<std::string> kManifests = {"can-i", "-f", "sc.yaml"};

std::vector<std::string> With(std::vector<std::string> words, std::vector<std::string> more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// ---- exit codes

TEST(LiveCanI, ExitCodes) {
  Fleet fleet({Granting(), Lacking()});
  const auto code = [&](const std::vector<std::string>& words, const char* context) {
    return fleet.Run(With(words, {"--context", context})).exit_code;
  };
  for (const auto& words : {kQuestion, kManifests}) {
    EXPECT_EQ(code(words, "wec1"), 0);
    EXPECT_EQ(code(words, "wec2"), 1);
    EXPECT_EQ(code(words, "wec*"), 1);
    EXPECT_EQ(code(words, "dead"), 3);
    EXPECT_EQ(code(words, "*"), 3);
    EXPECT_EQ(code(words, "wec9"), 2);
  }
  EXPECT_EQ(fleet.Run(With(kQuestion, {"--all-contexts"})).exit_code, 3);
  EXPECT_EQ(fleet.Run(With(kQuestion, {"--context", "wec1", "--rbac", "x"})).exit_code, 2);
  EXPECT_EQ(fleet.Run(With(kQuestion, {"--context", "wec1", "--method", "ask"})).exit_code, 2);
  EXPECT_EQ(fleet.Run(With(kQuestion, {"--context", "wec1", "-j", "0"})).exit_code, 2);
  EXPECT_EQ(fleet.Run(With(kQuestion, {"--context", "wec1", "--shard", "5/4"})).exit_code, 2);
}

// ---- text

TEST(LiveCanI, Matrix) {
  Fleet fleet({Granting(), Lacking(), Granting()});
  const RunResult result = fleet.Run(With(kManifests, {"--context", "*"}));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(
      result.out,
      AllOf(HasSubstr("as system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa"),
            HasSubstr("RESOURCE                       NAMESPACE  wec1 +1 (impersonate)  wec2 (imp"),
            HasSubstr("storageclasses.storage.k8s.io  *          gcud                   ----\n"),
            HasSubstr("warn  WEC402  wec1, wec3: get, create, update, delete storageclasses"),
            HasSubstr("error WEC403  dead: cannot connect"),
            HasSubstr("4 of 12 checks not allowed on 1 WEC, 1 WEC not fully asked."),
            HasSubstr(
                "Fix: wecan fix sc.yaml --no-config --kubeconfig kube --profile context:wec2")));
}

TEST(LiveCanI, Question) {
  Fleet fleet({Granting(), Lacking()});
  const RunResult result = fleet.Run(With(kQuestion, {"--context", "wec*"}));
  EXPECT_THAT(result.out, AllOf(HasSubstr("yes             wec1 (impersonate)  RBAC: allowed by"),
                                HasSubstr("no              wec2 (impersonate)\n")));
  EXPECT_THAT(fleet.Run({"can-i", "get", "sc", "--context", "wec1", "-o", "wide"}).out,
              HasSubstr("get storageclasses.storage.k8s.io at cluster scope"));
  EXPECT_THAT(fleet.Run({"can-i", "get", "widgets", "--context", "wec1", "-o", "wide"}).out,
              HasSubstr("not-applicable"));
  EXPECT_EQ(fleet.Run(With(kManifests, {"--context", "wec*", "-o", "name"})).out,
            "wec2\t*\tstorageclasses.storage.k8s.io\tcreate,delete,get,update\n");
}

// ---- json and merge

TEST(LiveCanI, Json) {
  Fleet fleet({Granting(), Lacking()});
  const json report = fleet.Report(With(kManifests, {"--context", "*"}));
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report["summary"],
            json({{"checks", 8}, {"denied", 4}, {"incomplete", true}, {"exitCode", 3}}));
  std::vector<std::string> contexts, rules;
  for (const json& c : report["clusters"]) contexts.push_back(c["context"]);
  for (const json& f : report["findings"]) rules.push_back(f["rule"]);
  EXPECT_THAT(contexts, ElementsAre("dead", "wec1", "wec2"));
  EXPECT_THAT(rules, ElementsAre("WEC401", "WEC402", "WEC403"));
  EXPECT_EQ(report["clusters"][1]["results"][0]["state"], "yes");
  EXPECT_EQ(report["clusters"][2]["results"][0]["state"], "no");
}

TEST(Merge, ShardsAreTheWhole) {
  Fleet fleet({Granting(), Lacking(), Granting(), Lacking()});
  const RunResult whole = fleet.Run(With(kManifests, {"--context", "*", "-o", "json"}));
  std::vector<std::string> merge = {"merge"};
  for (const std::string part : {"1", "2", "3"}) {
    const std::string path = absl::StrCat("part-", part, ".json");
    const std::vector<std::string> words = {"--context", "*", "--shard", part + "/3", "-o", "json"};
    fleet.Keep(path, fleet.Run(With(kManifests, words)).out);
    merge.push_back(path);
  }
  MemoryFileSystem all(fleet.kept());
  const RunResult merged = wecan::Run(With(merge, {"-o", "json"}), "", &all);
  EXPECT_EQ(merged.exit_code, whole.exit_code);
  EXPECT_EQ(merged.out, whole.out);
  EXPECT_THAT(wecan::Run(merge, "", &all).out, HasSubstr("WEC403  dead"));

  const RunResult twice = wecan::Run({"merge", "part-1.json", "part-1.json"}, "", &all);
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("is in part-1.json already"));
}

TEST(Merge, Shards) {
  // 0 of N, as an Indexed Job counts, is N of N.
  Fleet fleet({Granting(), Granting(), Granting()});
  EXPECT_EQ(fleet.Report(With(kQuestion, {"--all-contexts", "--shard", "0/2"})),
            fleet.Report(With(kQuestion, {"--all-contexts", "--shard", "2/2"})));
}

TEST(Merge, WhatIsNoReport) {
  MemoryFileSystem files(
      {{"a.json", "{}"}, {"b.json", "["}, {"c.json", R"({"kind":"CanIReport"})"}});
  for (const char* path : {"a.json", "b.json", "c.json", "missing.json"}) {
    const RunResult result = wecan::Run({"merge", path}, "", &files);
    EXPECT_EQ(result.exit_code, 2) << path;
    EXPECT_THAT(result.err, AllOf(StartsWith("wecan: "), HasSubstr(path)));
  }
  const RunResult offline = wecan::Run({"can-i", "get", "pods", "-o", "json"});
  MemoryFileSystem one({{"offline.json", offline.out}});
  EXPECT_THAT(wecan::Run({"merge", "offline.json"}, "", &one).err, HasSubstr("live clusters"));
}

// ---- reviews

TEST(LiveReviews, StatusOfEachContext) {
  Fleet fleet({Granting(), Lacking()});
  fleet.Keep("reviews.yaml",
             "kind: SelfSubjectAccessReview\n"
             "spec: {resourceAttributes: {verb: get, group: storage.k8s.io, resource: "
             "storageclasses}}\n---\n"
             "kind: SubjectAccessReview\n"
             "spec: {user: ann, resourceAttributes: {verb: get, resource: pods}}\n");
  const RunResult result =
      fleet.Run({"can-i", "--reviews", "reviews.yaml", "--context", "wec*", "-o", "json"});
  EXPECT_EQ(result.exit_code, 1) << result.err;
  std::vector<std::string> answers;
  const json list = json::parse(result.out, nullptr, false);
  for (const json& item : list["items"]) {
    answers.push_back(
        absl::StrCat(std::string(item["metadata"]["annotations"]["can-i.wecan/context"]), " ",
                     item["status"]["allowed"] == true ? "yes" : "no"));
  }
  EXPECT_THAT(answers, ElementsAre("wec1 yes", "wec1 no", "wec2 no", "wec2 no"));
}

TEST(LiveReviews, OneContext) {
  Fleet fleet({Granting()});
  fleet.Keep("reviews.yaml",
             "kind: SelfSubjectAccessReview\nspec: {resourceAttributes: {verb: get, group: "
             "storage.k8s.io, resource: storageclasses}}\n");
  for (const char* method : {"impersonate", "sar", "local"}) {
    const RunResult result = fleet.Run({"can-i", "--reviews", "reviews.yaml", "--context", "wec1",
                                        "--method", method, "-o", "json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("\"allowed\": true"), Not(HasSubstr("annotations"))));
  }
  EXPECT_EQ(fleet.Run({"can-i", "--reviews", "reviews.yaml", "--context", "dead"}).exit_code, 3);
}

// ---- what is never shown, and never sent

TEST(LiveCanI, NoTokenInAnyOutput) {
  FakeWec refusing = Granting();
  refusing.impersonates = refusing.reviews = refusing.lists = false;
  FakeWec echoing = Granting();
  echoing.status = absl::StrCat(R"({"allowed": "no )", kToken, R"("})");
  Fleet fleet({Granting(), refusing, echoing});
  for (const char* format : {"text", "wide", "json", "yaml", "junit", "markdown", "name"}) {
    const RunResult result = fleet.Run(With(kManifests, {"--all-contexts", "-vvv", "-o", format}));
    EXPECT_THAT(result.out + result.err, Not(HasSubstr(kToken))) << format;
  }
}

TEST(LiveCanI, OnlyReadsAndReviews) {
  Fleet fleet({Granting(), Lacking()});
  fleet.Run(With(kManifests, {"--context", "wec*"}));
  for (const TestHttpRequest& r : fleet.server().requests()) {
    EXPECT_TRUE(r.method == "GET" || absl::EndsWith(r.target, "reviews")) << r.method << r.target;
  }
}

TEST(LiveCanI, SharedPartsOfOtherFormats) {
  Fleet fleet({Granting(), Lacking()});
  const auto all = With(kManifests, {"--all-contexts", "-o"});
  EXPECT_THAT(fleet.Run(With(all, {"markdown"})).out,
              AllOf(HasSubstr("| `storageclasses.storage.k8s.io` |"), HasSubstr("WEC403")));
  EXPECT_THAT(fleet.Run(With(all, {"junit"})).out,
              AllOf(HasSubstr("<testsuite name=\"wec2\" tests=\"4\" failures=\"4\""),
                    HasSubstr("<testsuite name=\"dead\" tests=\"1\" failures=\"0\" errors=\"1\"")));
}

}  // namespace
}  // namespace wecan
