// SPDX-License-Identifier: Apache-2.0
// Whole runs against a WDS, an ITS and WECs that answer from tables.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "src/input/file_system.h"
#include "tests/testing/cluster.h"
#include "tests/testing/http_server.h"
#include "tests/testing/run.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

const std::string kControl = "/apis/control.kubestellar.io/v1alpha1/";
const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1/";

ClusterReplies Wds() {
  ClusterReplies replies = {
      {"/api", RecordedReply("wds/api.json")},
      {"/apis", RecordedReply("wds/apis.json")},
      {kControl + "bindings", RecordedReply("wds/bindings.json")},
      {kControl + "bindingpolicies", RecordedReply("wds/bindingpolicies.json")},
      {kRbac + "clusterroles", RecordedReply("wds/clusterroles.json")},
      {"/api/v1/secrets", RecordedReply("wds/secrets-whole.json")},
      {"/api/v1/namespaces", RecordedReply("wds/namespaces.json")},
      {"/apis/apps/v1/deployments", RecordedReply("wds/deployments.json")},
      {"/apis/storage.k8s.io/v1/storageclasses", RecordedReply("wds/storageclasses.json")},
      {"/apis/example.com/v1/widgetz", RecordedReply("wds/widgets.json")}};
  for (const std::string& path : {std::string("/api/v1/configmaps"), kRbac + "clusterrolebindings",
                                  kRbac + "rolebindings", kRbac + "roles"})
    replies[path] = RecordedReply("wds/none.json");
  return replies;
}

ClusterReplies WdsWithoutBindings() {
  ClusterReplies replies = Wds();
  replies[kControl + "bindings"] = RecordedReply("wds/none.json");
  return replies;
}

ClusterReplies TheIts() {
  return {{"/apis/cluster.open-cluster-management.io/v1/managedclusters",
           RecordedReply("its/managedclusters.json")},
          {"/api/v1/namespaces/customization-properties/configmaps",
           RecordedReply("its/configmaps.json")}};
}

ClusterReplies Wec() {
  return {{"/api", RecordedReply("wds/api.json")}, {"/apis", RecordedReply("wds/apis.json")}};
}

// What a WEC was asked, as "verb resource.group namespace", by the name of its context.
using Questions = std::map<std::string, std::set<std::string>>;

// Contexts by their names, one server each, and a kubeconfig for them. WECs answer each review with
// yes, but for what is about storageclasses.
class World {
 public:
  explicit World(std::vector<std::pair<std::string, ClusterReplies>> contexts)
      : contexts_(std::move(contexts)),
        server_([this](const TestHttpRequest& request) { return Answer(request); },
                contexts_.size()) {
    std::string config = "apiVersion: v1\nkind: Config\nusers: [{name: u, user: {}}]\nclusters:\n";
    std::string names = "contexts:\n";
    for (size_t i = 0; i < contexts_.size(); ++i) {
      const std::string& name = contexts_[i].first;
      absl::StrAppend(&config, "- {name: ", name, ", cluster: {server: '", server_.Url(i), "'}}\n");
      absl::StrAppend(&names, "- {name: ", name, ", context: {cluster: ", name, ", user: u}}\n");
    }
    files_["config"] = config + names;
  }

  RunResult Run(std::vector<std::string> args, const std::map<std::string, std::string>& files = {},
                FileSystem** kept = nullptr) {
    std::map<std::string, std::string> all = files_;
    all.insert(files.begin(), files.end());
    memory_ = std::make_unique<MemoryFileSystem>(all);
    if (kept != nullptr) *kept = memory_.get();
    args.insert(args.end(), {"--kubeconfig", "config"});
    return wecan::Run(args, RunOptions{.files = memory_.get(), .in_is_terminal = true});
  }

  Questions AskedAt() const {
    Questions questions;
    for (const TestHttpRequest& request : server_.requests()) {
      if (!absl::StrContains(request.target, "accessreviews")) continue;
      const json a = json::parse(request.body)["spec"]["resourceAttributes"];
      questions[contexts_[request.listener].first].insert(
          absl::StrCat(a.value("verb", ""), " ", a.value("resource", ""), ".", a.value("group", ""),
                       " ", a.value("namespace", "")));
    }
    return questions;
  }

 private:
  TestHttpReply Answer(const TestHttpRequest& request) const {
    if (request.method == "POST") {
      if (absl::EndsWith(request.target, "/subjectaccessreviews")) {
        const bool yes = !absl::StrContains(request.body, "storageclasses");
        return {.status = 201,
                .body = absl::StrCat(R"({"kind": "SubjectAccessReview", "status": {"allowed": )",
                                     yes ? "true" : "false", "}}")};
      }
      return StatusReply(403, "may not");
    }
    const ClusterReplies& replies = contexts_[request.listener].second;
    const auto found = replies.find(request.target.substr(0, request.target.find('?')));
    return found == replies.end() ? StatusReply(404, "no such page") : found->second;
  }

  const std::vector<std::pair<std::string, ClusterReplies>> contexts_;
  std::map<std::string, std::string> files_;
  std::unique_ptr<MemoryFileSystem> memory_;
  TestHttpServer server_;
};

// ---- check and fix

TEST(WdsCheck, BindingsAreChecked) {
  World world({{"wds1", Wds()}});
  const RunResult result = world.Run({"check", "--wds", "wds1", "-o", "short"});
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_EQ(result.err, "");
  // The role among the Bindings grants storageclasses as far as createOnly needs them.
  EXPECT_THAT(result.out, AllOf(HasSubstr("wds1: Binding/nginx-bpolicy: error: WEC102 "),
                                HasSubstr("widgetz.example.com in namespace nginx"),
                                HasSubstr("[Widget/nginx/w1]"), Not(HasSubstr("storageclasses")),
                                Not(HasSubstr("not-sent"))));
}

TEST(WdsCheck, OneBindingAlone) {
  World world({{"wds1", Wds()}});
  EXPECT_EQ(world.Run({"check", "--wds", "wds1", "--binding", "storage-bpolicy"}).exit_code, 0);
  const RunResult unknown = world.Run({"check", "--wds", "wds1", "--binding", "nginx-policy"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_EQ(unknown.err,
            "wecan: --binding: wds1 has no Binding \"nginx-policy\"; did you mean "
            "\"nginx-bpolicy\"?\n");
  EXPECT_THAT(world.Run({"check", "a.yaml", "--binding", "x"}).err,
              HasSubstr("give --wds CONTEXT"));
}

TEST(WdsCheck, PoliciesWhereThereAreNoBindings) {
  World world({{"wds1", WdsWithoutBindings()}});
  const RunResult result = world.Run({"check", "--wds", "wds1", "-o", "short"});
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("wds1: widgetz.example.com: error: WEC102 "),
                                Not(HasSubstr("storageclasses")), Not(HasSubstr("hunter2")),
                                Not(HasSubstr("aHVudGVyMg"))));
}

// One list that is refused takes nothing from the rest but the certainty that it is all.
TEST(WdsCheck, WhatMayNotBeListed) {
  ClusterReplies replies = WdsWithoutBindings();
  replies["/api/v1/secrets"] = StatusReply(403, "secrets is forbidden");
  World world({{"wds1", replies}});
  const RunResult result = world.Run({"check", "--wds", "wds1", "-o", "short"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("wds1: secrets: error: WEC901 GET /api/v1/secrets: forbidden (403): "
                              "secrets is forbidden; ask for this permission, or use another user"),
                    HasSubstr("widgetz.example.com in namespace nginx")));
  const json summary =
      json::parse(world.Run({"check", "--wds", "wds1", "-o", "json"}).out)["summary"];
  EXPECT_EQ(summary["incomplete"], true);
  EXPECT_EQ(summary["exitCode"], 3);
  // A file that cannot be read is worse.
  EXPECT_EQ(world.Run({"check", "--wds", "wds1", "gone.yaml"}).exit_code, 2);
}

TEST(WdsCheck, FilesBesideIt) {
  World world({{"wds1", Wds()}});
  const RunResult result = world.Run(
      {"check", "--wds", "wds1", "a.yaml", "-o", "short"},
      {{"a.yaml",
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w2, namespace: shop}\n"}});
  EXPECT_THAT(result.out, AllOf(HasSubstr("a.yaml:2:1: error: WEC102"), HasSubstr("widgetz"),
                                HasSubstr("[Widget/nginx/w1]")));
}

TEST(WdsCheck, TheConfigurationsPathsAreLeftToTheWds) {
  World world({{"wds1", Wds()}});
  const std::map<std::string, std::string> files = {
      {".wecan.yaml", "version: 1\npaths: [deploy]\n"},
      {"deploy/a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: from-a-file}\n"}};
  EXPECT_THAT(world.Run({"check", "--wds", "wds1", "-o", "json"}, files).out,
              Not(HasSubstr("deploy/a.yaml")));
  EXPECT_THAT(world.Run({"check", "-o", "json"}, files).out, HasSubstr("deploy/a.yaml"));
}

TEST(WdsCheck, MachineFormats) {
  World world({{"wds1", Wds()}});
  const auto check = [&](const char* format) {
    return world.Run({"check", "--wds", "wds1", "-o", format}).out;
  };
  const json report = json::parse(check("json"));
  const json object = report["findings"][0]["objects"][0];
  EXPECT_EQ(object["location"]["path"], "wds1: Binding/nginx-bpolicy");
  EXPECT_EQ(object["location"]["line"], 0);
  EXPECT_EQ(object["kind"], "Widget");

  const json sarif = json::parse(check("sarif"));
  const json place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "wds1/Binding/nginx-bpolicy");
  EXPECT_EQ(place["region"]["startLine"], 1);

  EXPECT_THAT(check("github"), AllOf(StartsWith("::error title=WEC102"), Not(HasSubstr("file="))));
  EXPECT_EQ(json::parse(check("gitlab"))[0]["location"]["path"], "wds1/Binding/nginx-bpolicy");
  EXPECT_THAT(check("junit"), HasSubstr("wds1"));
}

TEST(WdsCheck, TheSameBytesEachTime) {
  World world({{"wds1", WdsWithoutBindings()}});
  const std::string once = world.Run({"check", "--wds", "wds1", "-o", "json"}).out;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(world.Run({"check", "--wds", "wds1", "-o", "json"}).out, once);
}

TEST(WdsCheck, ABaselineKnowsWhatIsInIt) {
  World world({{"wds1", Wds()}});
  FileSystem* files = nullptr;
  EXPECT_EQ(
      world
          .Run({"check", "--wds", "wds1", "--write-baseline", "b/base.json"}, {{"b/x", ""}}, &files)
          .exit_code,
      0);
  const auto baseline = files->Read("b/base.json", 1 << 20);
  ASSERT_THAT(baseline, IsOk());
  EXPECT_THAT(*baseline, HasSubstr("\"wds1: Binding/nginx-bpolicy\""));
  EXPECT_EQ(world
                .Run({"check", "--wds", "wds1", "--baseline", "b/base.json"},
                     {{"b/base.json", *baseline}})
                .exit_code,
            0);
}

TEST(WdsCheck, NoWds) {
  World world({{"wds1", ClusterReplies()}});
  const RunResult result = world.Run({"check", "--wds", "wds2"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("wds2"));
  EXPECT_THAT(world.Run({"check", "--wds", "wds1"}).err, HasSubstr("wds1"));
}

TEST(WdsFix, GrantsWhatIsMissing) {
  World world({{"wds1", Wds()}});
  const RunResult result = world.Run({"fix", "--wds", "wds1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("widgetz"), Not(HasSubstr("storageclasses"))));
  EXPECT_THAT(world.Run({"fix", "--wds", "wds1", "--write"}).err, HasSubstr("--out FILE"));
  FileSystem* files = nullptr;
  EXPECT_EQ(
      world.Run({"fix", "--wds", "wds1", "--write", "--out", "rbac.yaml"}, {}, &files).exit_code,
      0);
  EXPECT_THAT(files->Read("rbac.yaml", 1 << 20), IsOk());
}

// A role of an earlier fix that came back from the WDS is written as a whole.
TEST(WdsFix, ItsOwnRoleInTheWds) {
  ClusterReplies replies = Wds();
  replies[kRbac + "clusterroles"] = JsonReply(
      R"({"items": [{"metadata": {"name": "storage-for-the-agent", "labels":
          {"open-cluster-management.io/aggregate-to-work": "true",
           "app.kubernetes.io/managed-by": "wecan"}}, "rules": [{"verbs": ["get"],
          "apiGroups": ["storage.k8s.io"], "resources": ["storageclasses"]}]}]})");
  World world({{"wds1", replies}});
  FileSystem* files = nullptr;
  const RunResult result = world.Run(
      {"fix", "--wds", "wds1", "--write", "--out", "rbac.yaml", "--name", "storage-for-the-agent"},
      {}, &files);
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  const auto written = files->Read("rbac.yaml", 1 << 20);
  ASSERT_THAT(written, IsOk());
  EXPECT_THAT(*written, AllOf(HasSubstr("widgetz"), HasSubstr("storageclasses")));
}

// ---- can-i

World LiveWorld(ClusterReplies wds) {
  return World({{"wds1", std::move(wds)},
                {"its1", TheIts()},
                {"cluster1", Wec()},
                {"cluster2", Wec()},
                {"kind-three", Wec()}});
}

RunResult CanI(World& world, std::vector<std::string> args,
               const std::map<std::string, std::string>& files = {}) {
  args.insert(args.begin(), "can-i");
  args.insert(args.end(), {"--method", "sar", "-o", "json"});
  return world.Run(args, files);
}

std::vector<std::string> Messages(const RunResult& result, const std::string& rule) {
  std::vector<std::string> messages;
  const json report = json::parse(result.out);
  for (const json& f : report["findings"]) {
    if (f["rule"] == rule) messages.push_back(f["message"]);
  }
  return messages;
}

TEST(WdsCanI, EachDestinationOnlyForWhatGoesThere) {
  World world = LiveWorld(Wds());
  const RunResult result = CanI(world, {"--wds", "wds1"});
  EXPECT_EQ(result.exit_code, 1) << result.err << result.out;
  const Questions asked = world.AskedAt();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_THAT(asked.at("cluster1"), testing::Contains("create deployments.apps nginx"));
  EXPECT_THAT(asked.at("cluster1"), testing::Each(Not(HasSubstr("storageclasses"))));
  EXPECT_THAT(asked.at("cluster2"), testing::Contains("create deployments.apps nginx"));
  EXPECT_THAT(asked.at("cluster2"), testing::Contains("create storageclasses.storage.k8s.io "));
  // createOnly
  EXPECT_THAT(asked.at("cluster2"),
              Not(testing::Contains("update storageclasses.storage.k8s.io ")));
}

TEST(WdsCanI, ClustersOfTheItsAreNeverSkipped) {
  World world = LiveWorld(Wds());
  const RunResult result = CanI(world, {"--wds", "wds1", "--its", "its1"});
  EXPECT_EQ(result.exit_code, 3) << result.err << result.out;
  EXPECT_THAT(Messages(result, "WEC403"),
              UnorderedElementsAre(HasSubstr("cluster cluster3: no context maps to it"),
                                   HasSubstr("cluster cluster3: it is not available"),
                                   HasSubstr("cluster cluster4: no context maps to it"),
                                   HasSubstr("cluster cluster4: the hub has not accepted it")));
  EXPECT_THAT(world.AskedAt(), SizeIs(2));
}

TEST(WdsCanI, MappedByFlagAndConfiguration) {
  World world = LiveWorld(Wds());
  CanI(world, {"--wds", "wds1", "--map", "cluster1=kind-three"});
  EXPECT_THAT(world.AskedAt(),
              UnorderedElementsAre(testing::Key("kind-three"), testing::Key("cluster2")));
  World configured = LiveWorld(Wds());
  CanI(configured, {"--wds", "wds1"},
       {{".wecan.yaml", "version: 1\nwecs: {map: {cluster2: kind-three}}\n"}});
  EXPECT_THAT(configured.AskedAt(),
              UnorderedElementsAre(testing::Key("cluster1"), testing::Key("kind-three")));
  EXPECT_THAT(CanI(world, {"--wds", "wds1", "--map", "cluster1"}).err,
              HasSubstr("CLUSTER=CONTEXT"));
}

TEST(WdsCanI, OneBinding) {
  World world = LiveWorld(Wds());
  CanI(world, {"--wds", "wds1", "--binding", "storage-bpolicy"});
  EXPECT_THAT(world.AskedAt(), ElementsAre(testing::Key("cluster2")));
}

TEST(WdsCanI, WithoutBindingsTheItsSaysWhere) {
  World world = LiveWorld(WdsWithoutBindings());
  const RunResult alone = CanI(world, {"--wds", "wds1"});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(alone.err, HasSubstr("give --its CONTEXT as well"));
  const RunResult result = CanI(world, {"--wds", "wds1", "--its", "its1"});
  EXPECT_EQ(result.exit_code, 3) << result.err << result.out;
  const Questions asked = world.AskedAt();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_THAT(asked.at("cluster1"), testing::Each(Not(HasSubstr("storageclasses"))));
  EXPECT_THAT(asked.at("cluster2"), testing::Contains("create storageclasses.storage.k8s.io "));
}

TEST(WdsCanI, OneQuestionToAllDestinations) {
  World world = LiveWorld(Wds());
  const RunResult result = CanI(world, {"get", "secrets", "-n", "shop", "--wds", "wds1"});
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_THAT(world.AskedAt(),
              ElementsAre(testing::Pair("cluster1", ElementsAre("get secrets. shop")),
                          testing::Pair("cluster2", ElementsAre("get secrets. shop"))));
}

// KubeStellar expands templates with the properties of each destination.
TEST(WdsCanI, NamespacesFromProperties) {
  constexpr char kTemplate[] =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: 'shop-{{.zone}}'\n"
      "  annotations: {control.kubestellar.io/expand-templates: 'true'}\n";
  World world = LiveWorld(Wds());
  CanI(world, {"-f", "a.yaml", "--its", "its1", "--context", "cluster*"}, {{"a.yaml", kTemplate}});
  const Questions asked = world.AskedAt();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_THAT(asked.at("cluster1"), testing::Contains("create configmaps. shop-a"));
  // cluster2 has no such property, so nothing less than all namespaces will do.
  EXPECT_THAT(asked.at("cluster2"), testing::Contains("create configmaps. "));
}

TEST(WdsCanI, ChosenContextsAreNoDestinations) {
  World world = LiveWorld(Wds());
  const RunResult result = CanI(world, {"--wds", "wds1", "--context", "cluster1"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("leave out --context"));
}

}  // namespace
}  // namespace wecan
