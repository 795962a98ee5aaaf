// SPDX-License-Identifier: Apache-2.0
// profiles capture and diff, and --profile context: of other commands, against recorded lists.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/file_system.h"
#include "src/output/json.h"
#include "tests/testing/cluster.h"
#include "tests/testing/http_server.h"
#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;

const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1/";

ClusterReplies Recorded() {
  return {{kRbac + "clusterroles", RecordedReply("rbac/clusterroles.json")},
          {kRbac + "clusterrolebindings", RecordedReply("rbac/clusterrolebindings.json")},
          {kRbac + "roles", RecordedReply("rbac/roles.json")},
          {kRbac + "rolebindings", RecordedReply("rbac/rolebindings.json")}};
}

// A kubeconfig with the contexts wec1 (that cluster), wec2 (the same) and dead, and `files`.
RunResult RunWith(TestCluster& cluster, const Words& args,
                  std::map<std::string, std::string> files = {}) {
  std::string clusters, contexts;
  for (const auto& [name, url] :
       std::map<std::string, std::string>{{"wec1", cluster.server().Url()},
                                          {"wec2", cluster.server().Url()},
                                          {"dead", TestHttpServer::DeadUrl()}}) {
    absl::StrAppend(&clusters, "- {name: ", name, ", cluster: {server: '", url, "'}}\n");
    absl::StrAppend(&contexts, "- {name: ", name, ", context: {cluster: ", name, ", user: me}}\n");
  }
  files["/kubeconfig"] =
      absl::StrCat("apiVersion: v1\nkind: Config\nclusters:\n", clusters, "contexts:\n", contexts,
                   "users:\n- {name: me, user: {token: very-secret-token}}\n");
  MemoryFileSystem file_system(std::move(files));
  return Run(args, {.files = &file_system, .variables = {{"KUBECONFIG", "/kubeconfig"}}});
}

std::string Capture() {
  TestCluster cluster(Recorded());
  const RunResult result = RunWith(cluster, {"profiles", "capture", "wec1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

TEST(ProfilesCapture, OnlyWhatConcernsTheAgent) {
  const std::string yaml = Capture();
  EXPECT_THAT(yaml, StartsWith("# What decides about the work agent on a WEC; for --profile "
                               "file:PATH\n# context: wec1\n# agent: "
                               "open-cluster-management-agent:klusterlet-work-sa\napiVersion: v1\n"
                               "kind: List\nitems:\n"));
  for (const char* name :
       {"name: admin\n", "name: crontabs-edit\n", "name: edit\n", "name: storage-for-agents\n",
        "name: dangling\n", "name: leases\n", "name: accounts-read-nodes\n", "name: pod-reader\n",
        "system:basic-user"})
    EXPECT_THAT(yaml, HasSubstr(name));
  for (const char* word : {"nobodys", "others", "devs", "cluster-admin", "uid", "managedFields",
                           "resourceVersion", "creationTimestamp", "annotations", "secret-token"})
    EXPECT_THAT(yaml, Not(HasSubstr(word)));
  EXPECT_EQ(yaml, Capture());
}

// The same questions to the cluster and to what was captured of it.
TEST(ProfilesCapture, ReadBackItGivesTheSameVerdicts) {
  const std::string yaml = Capture();
  const std::string manifests = ReadSource("fixtures/default-support/input/unsupported.yaml");
  std::vector<Words> questions = {{"check", "deploy.yaml", "-o", "json"},
                                  {"fix", "deploy.yaml"},
                                  {"can-i", "-f", "deploy.yaml", "-o", "json"},
                                  {"can-i", "--list", "-n", "shop", "-o", "json"},
                                  {"can-i", "--list", "-n", "default", "-o", "json"}};
  for (const char* verb : {"get", "create", "delete", "patch"}) {
    for (const char* resource :
         {"pods", "nodes", "storageclasses.storage.k8s.io", "crontabs.stable.example.com",
          "leases.coordination.k8s.io", "secrets", "priorityclasses.scheduling.k8s.io"})
      questions.push_back({"can-i", verb, resource, "shop-lock", "-n", "shop"});
  }
  for (Words args : questions) {
    SCOPED_TRACE(testing::PrintToString(args));
    const std::map<std::string, std::string> files = {{"deploy.yaml", manifests},
                                                      {"wec1.yaml", yaml}};
    TestCluster cluster(Recorded());
    args.insert(args.end(), {"--profile", "context:wec1"});
    const RunResult live = RunWith(cluster, args, files);
    args.back() = "file:wec1.yaml";
    const RunResult captured = RunWith(cluster, args, files);
    const auto without_names = [](std::string text) {
      return absl::StrReplaceAll(text,
                                 {{"context:wec1", "PROFILE"}, {"file:wec1.yaml", "PROFILE"}});
    };
    EXPECT_LE(live.exit_code, 1) << live.err;
    EXPECT_EQ(live.exit_code, captured.exit_code);
    EXPECT_EQ(without_names(live.out), without_names(captured.out));
  }
}

TEST(ProfilesCapture, AnotherAgent) {
  TestCluster cluster(Recorded());
  const RunResult result =
      RunWith(cluster, {"profiles", "capture", "wec1", "--agent", "shop:builder"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("# agent: shop:builder\n"), HasSubstr("name: others\n"),
                                Not(HasSubstr("crontabs"))));
}

// What could not be read back as it is must not be printed.
TEST(ProfilesCapture, NamesThatNoFileCanHold) {
  ClusterReplies replies = Recorded();
  for (auto& [path, reply] : replies)
    reply.body = absl::StrReplaceAll(reply.body, {{"storage-for-agents", "{{ x }}"}});
  TestCluster cluster(replies);
  const RunResult result = RunWith(cluster, {"profiles", "capture", "wec1"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("cannot hold ({{ marks a template); use --profile context:"));
}

TEST(ProfileOfAContext, LiveErrors) {
  ClusterReplies refused = Recorded();
  refused[kRbac + "roles"] = StatusReply(403, "roles is forbidden: User \"x\" cannot list");
  ClusterReplies broken = Recorded();
  broken[kRbac + "roles"] = JsonReply("{\"items\": [1]}");
  struct Case {
    ClusterReplies replies;
    Words args;
    int exit_code;
    const char* error;
  };
  const std::vector<Case> cases = {
      {refused,
       {"profiles", "capture", "wec1"},
       3,
       "wecan: context:wec1: GET /apis/rbac.authorization.k8s.io/v1/roles: forbidden (403): roles "
       "is forbidden: User \"x\" cannot list; ask for this permission, or use another user\n"},
      {refused, {"profiles", "diff", "ocm-1.0", "context:wec1"}, 3, "forbidden (403)"},
      {refused, {"check", "deploy.yaml", "--profile", "context:wec1"}, 3, "forbidden (403)"},
      {refused, {"fix", "deploy.yaml", "--profile", "context:wec1"}, 3, "forbidden (403)"},
      {refused, {"can-i", "get", "pods", "--profile", "context:wec1"}, 3, "forbidden (403)"},
      {refused, {"profiles", "context:wec1"}, 3, "forbidden (403)"},
      {broken, {"profiles", "capture", "wec1"}, 3, "context:wec1: roles: cannot be read: "},
      {{}, {"profiles", "capture", "wec1"}, 3, "context:wec1: GET /apis/rbac.author"},
      {{}, {"profiles", "capture", "dead"}, 3, "context:dead: "},
      {{}, {"profiles", "capture", "wec3"}, 2, "context:wec3: no context \"wec3\" in /kubeconfig"},
      {{}, {"profiles", "capture", "wec*"}, 2, "context:wec*: matches 2 contexts; name one"},
      {{}, {"profiles", "capture"}, 2, "profiles capture: takes one context"},
      {{}, {"profiles", "capture", "a", "b"}, 2, "profiles capture: takes one context"},
      {{}, {"profiles", "diff", "a"}, 2, "profiles diff: takes two profiles"},
      {{}, {"profiles", "diff", "ocm-1.0", "ocm-9.9"}, 2, "no profile \"ocm-9.9\""},
      {{}, {"profiles", "diff", "ocm-1.0", "file:gone.yaml"}, 2, "gone.yaml"},
      {{}, {"profiles", "ocm-1.0", "ocm-1.1"}, 2, "profiles: unexpected \"ocm-1.1\""},
      {Recorded(),
       {"profiles", "capture", "wec1", "--agent", "a"},
       2,
       "\"a\" is not NAMESPACE:SERVICEACCOUNT"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.args));
    TestCluster cluster(c.replies);
    const RunResult result = RunWith(cluster, c.args, {{"deploy.yaml", "kind: Nothing\n"}});
    EXPECT_EQ(result.exit_code, c.exit_code);
    EXPECT_THAT(result.err, HasSubstr(c.error));
    EXPECT_THAT(result.err, Not(HasSubstr("secret-token")));
    for (absl::string_view line : absl::StrSplit(result.err, '\n', absl::SkipEmpty()))
      EXPECT_TRUE(absl::StartsWith(line, "wecan: ")) << line;
    EXPECT_EQ(result.out, "");
  }
}

TEST(ProfilesDiff, Text) {
  TestCluster cluster(Recorded());
  const RunResult result = RunWith(cluster, {"profiles", "diff", "ocm-1.3", "context:wec1"});
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_EQ(
      result.out,
      "+ get,list,watch nodes                                                   cluster\n"
      "+ get,create,update,patch,delete,list,watch crontabs.stable.example.com  cluster\n"
      "+ get,create,update,delete storageclasses.storage.k8s.io                 cluster\n"
      "+ get /metrics                                                           cluster\n"
      "From ocm-1.3 to context:wec1 open-cluster-management-agent:klusterlet-work-sa gains 15 "
      "permissions and loses 0.\n");
}

TEST(ProfilesDiff, EqualOnes) {
  TestCluster cluster(Recorded());
  for (const Words& args : std::vector<Words>{{"profiles", "diff", "ocm-1.3", "ocm-1.3"},
                                              {"profiles", "diff", "ocm-1.1", "ocm-1.3"},
                                              {"profiles", "diff", "context:wec1", "context:wec2"},
                                              {"profiles", "diff", "context:wec1", "file:wec1"}}) {
    const RunResult result = RunWith(cluster, args, {{"wec1", Capture()}});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(
        result.out,
        absl::StrCat("From ", args[2], " to ", args[3],
                     " nothing changes for open-cluster-management-agent:klusterlet-work-sa.\n"));
  }
}

TEST(ProfilesDiff, Json) {
  TestCluster cluster(Recorded());
  const RunResult result =
      RunWith(cluster, {"profiles", "diff", "ocm-1.3", "context:wec1", "-o", "json"});
  EXPECT_EQ(result.exit_code, 1);
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["$schema"], "urn:wecan:schema:profiles-diff-v1");
  EXPECT_EQ(json["before"], "ocm-1.3");
  EXPECT_EQ(json["after"], "context:wec1");
  EXPECT_FALSE(json["summary"]["equal"]);
  EXPECT_EQ(json["changes"][0]["change"], "gained");
}

TEST(ProfilesDiff, QuietTellsByTheExitCode) {
  TestCluster cluster({});
  const RunResult result = RunWith(cluster, {"profiles", "diff", "ocm-0.11", "ocm-1.3", "-q"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(cluster.Targets(), IsEmpty());
}

}  // namespace
}  // namespace wecan
