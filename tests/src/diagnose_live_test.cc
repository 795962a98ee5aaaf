// SPDX-License-Identifier: Apache-2.0
// wecan diagnose of an ITS and of WECs that answer from tables.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "src/input/file_system.h"
#include "tests/testing/cluster.h"
#include "tests/testing/fake_wec.h"
#include "tests/testing/http_server.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kWorks = "/apis/work.open-cluster-management.io/v1/manifestworks";
const std::string kMailbox =
    "/apis/work.open-cluster-management.io/v1/namespaces/wec1/manifestworks";
const std::string kApplied = "/apis/work.open-cluster-management.io/v1/appliedmanifestworks";

constexpr char kRefusal[] =
    R"(Failed to apply manifest: storageclasses.storage.k8s.io \"fast\" is forbidden: User )"
    R"(\"system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa\" cannot get )"
    R"(resource \"storageclasses\" in API group \"storage.k8s.io\" at the cluster scope)";

// A list as the API server gives it: its items do not say what they are.
std::string Works(const std::vector<std::string>& mailboxes) {
  std::string items;
  for (const std::string& mailbox : mailboxes) {
    absl::StrAppend(
        &items, items.empty() ? "" : ",", R"({"metadata":{"name":"w","namespace":")", mailbox,
        R"("},"status":{"resourceStatus":{"manifests":[{"resourceMeta":{"ordinal":0},"conditions":[)",
        R"({"type":"Applied","status":"False","reason":"AppliedManifestFailed","message":")",
        kRefusal, R"("}]}]}}})");
  }
  return absl::StrCat(R"({"kind":"ManifestWorkList","metadata":{},"items":[)", items, "]}");
}

std::string Applied(const std::string& group, const std::string& resource) {
  return absl::StrCat(R"({"kind":"AppliedManifestWorkList","metadata":{},"items":[{"metadata":)",
                      R"({"name":"h-w"},"status":{"appliedResources":[{"group":")", group,
                      R"(","version":"v1","resource":")", resource,
                      R"(","name":"fast","namespace":"","uid":"x"}]}}]})");
}

// An ITS with one failing work in each of two mailboxes, WECs wec1, wec2 ..., a context "dead".
class World {
 public:
  explicit World(std::vector<FakeWec> wecs)
      : wecs_(std::move(wecs)),
        server_([this](const TestHttpRequest& r) { return Answer(r); }, wecs_.size() + 1) {
    Add("its1", server_.Url(0));
    for (size_t i = 0; i < wecs_.size(); ++i) Add(absl::StrCat("wec", i + 1), server_.Url(i + 1));
    Add("dead", TestHttpServer::DeadUrl());
  }

  RunResult Run(std::vector<std::string> args, const std::string& in = "") {
    MemoryFileSystem files(
        {{"kube", absl::StrCat("apiVersion: v1\nkind: Config\nusers: [{name: u, user: {}}]\n",
                               "clusters:\n", clusters_, "contexts:\n", contexts_)}});
    args.insert(args.begin(), "diagnose");
    args.insert(args.end(), {"--kubeconfig", "kube", "--no-config"});
    return wecan::Run(args, RunOptions{.in = in, .files = &files});
  }

  json Report(std::vector<std::string> args, const std::string& in = "") {
    args.insert(args.end(), {"-o", "json"});
    return json::parse(Run(std::move(args), in).out, nullptr, false);
  }

  // Requests that change something.
  std::vector<std::string> Writes() const {
    std::vector<std::string> writes;
    for (const TestHttpRequest& r : server_.requests()) {
      const bool review = r.method == "POST" && absl::StrContains(r.target, "reviews");
      if (r.method != "GET" && !review) writes.push_back(r.method + " " + r.target);
    }
    return writes;
  }

 private:
  void Add(const std::string& name, const std::string& url) {
    absl::StrAppend(&clusters_, "- {name: ", name, ", cluster: {server: '", url, "'}}\n");
    absl::StrAppend(&contexts_, "- {name: ", name, ", context: {cluster: ", name, ", user: u}}\n");
  }

  TestHttpReply Answer(const TestHttpRequest& request) const {
    if (request.listener > 0) return wecs_[request.listener - 1].Answer(request);
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == kWorks) return JsonReply(Works({"wec1", "wec2"}));
    if (path == kMailbox) return JsonReply(Works({"wec1"}));
    return StatusReply(404, "no such page");
  }

  const std::vector<FakeWec> wecs_;
  TestHttpServer server_;
  std::string clusters_, contexts_;
};

FakeWec Wec(const std::string& granted, const std::string& applied) {
  ClusterReplies replies = SmallDiscovery();
  replies[kApplied] = JsonReply(applied);
  return {.policy = AgentMay("storage.k8s.io", {granted}), .replies = std::move(replies)};
}

TEST(DiagnoseIts, ReadsTheWorksOfAllMailboxes) {
  World world({});
  const json report = world.Report({"--its", "its1"});
  ASSERT_EQ(report["denials"].size(), 1);
  const json& denial = report["denials"][0];
  EXPECT_EQ(denial["times"], 2);
  EXPECT_EQ(denial["seenIn"][1],
            json::parse(R"({"source":"context:its1","line":0,"object":"ManifestWork wec2/w",)"
                        R"("manifest":0,"condition":"Applied=False AppliedManifestFailed"})"));
  EXPECT_EQ(report["grants"].size(), 1);
  EXPECT_EQ(report["summary"]["exitCode"], 0);
  EXPECT_THAT(world.Writes(), IsEmpty());
}

TEST(DiagnoseIts, KeepsToAMailbox) {
  World world({});
  const json report = world.Report({"--its", "its1", "-n", "wec1"});
  ASSERT_EQ(report["denials"].size(), 1);
  EXPECT_EQ(report["denials"][0]["times"], 1);
  // A server without ManifestWorks is no ITS.
  EXPECT_EQ(world.Run({"--its", "its1", "-n", "wec9"}).exit_code, 2);
}

TEST(DiagnoseIts, AsksTheWecs) {
  World world({Wec("storageclasses", "{}"), Wec("other", "{}")});
  const json report = world.Report({"--its", "its1", "--context", "wec*"});
  const json& live = report["denials"][0]["live"];
  ASSERT_EQ(live.size(), 2);
  EXPECT_EQ(live[0]["context"], "wec1");
  EXPECT_THAT(live[0]["refused"], IsEmpty());
  EXPECT_EQ(live[1]["refused"], json::parse(R"(["create","delete","get","update"])"));
  const RunResult text = world.Run({"--its", "its1", "--context", "wec*"});
  EXPECT_THAT(text.out, AllOf(HasSubstr("wec1: allowed now"), HasSubstr("wec2: refused create")));
  EXPECT_THAT(world.Writes(), IsEmpty());
}

TEST(DiagnoseIts, SaysWhatDoesNotAnswer) {
  World world({Wec("storageclasses", "{}")});
  EXPECT_EQ(world.Run({"--its", "dead"}).exit_code, 3);
  EXPECT_EQ(world.Run({"--its", "its9"}).exit_code, 2);
  EXPECT_EQ(world.Run({"--context", "wec9"}).exit_code, 2);
  const RunResult result = world.Run({"--its", "its1", "--context", "dead,wec1"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("wecan: dead: "));
  EXPECT_THAT(result.out, HasSubstr("wec1: allowed now"));
}

TEST(DiagnoseWec, AsksAboutWhatIsApplied) {
  World world({Wec("other", Applied("storage.k8s.io", "storageclasses")),
               Wec("storageclasses", Applied("storage.k8s.io", "storageclasses"))});
  const json report = world.Report({"--context", "wec1"});
  ASSERT_EQ(report["denials"].size(), 1);
  EXPECT_EQ(report["denials"][0]["verb"], "get");
  EXPECT_EQ(report["denials"][0]["seenIn"][0]["object"], "AppliedManifestWork h-w");
  EXPECT_EQ(report["denials"][0]["grant"]["verbs"],
            json::parse(R"(["create","delete","get","update"])"));
  const RunResult granted = world.Run({"--context", "wec2"});
  EXPECT_EQ(granted.exit_code, 0);
  EXPECT_EQ(granted.out, "");
  EXPECT_THAT(granted.err, HasSubstr("nothing is refused there"));
  EXPECT_THAT(world.Writes(), IsEmpty());
}

TEST(DiagnoseWec, ChecksATextLive) {
  World world({Wec("storageclasses", "{}")});
  const std::string text = absl::StrReplaceAll(kRefusal, {{"\\\"", "\""}});
  const json report = world.Report({"-", "--context", "wec1"}, text);
  EXPECT_EQ(report["denials"][0]["live"][0]["allowed"].size(), 4);
}

}  // namespace
}  // namespace wecan
