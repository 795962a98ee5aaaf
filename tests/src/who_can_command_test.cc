// SPDX-License-Identifier: Apache-2.0
// wecan who-can and wecan explain RESOURCE, as people and scripts call them.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/file_system.h"
#include "src/output/json.h"
#include "tests/testing/cluster.h"
#include "tests/testing/http_server.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;

constexpr char kDump[] = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader, labels: {to-all: "true"}}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: all}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {to-all: "true"}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: everyone}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "ann\u001b[31m"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: local, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, name: ci}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: broken, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: elsewhere}
subjects: [{kind: ServiceAccount, name: ci}]
)";

RunResult OnDump(Words args) {
  MemoryFileSystem files(std::map<std::string, std::string>{{"/dump.yaml", kDump}});
  args.insert(args.end(), {"--rbac", "/dump.yaml"});
  return wecan::Run(args, "", &files);
}

TEST(WhoCanCommand, PathsAsText) {
  const RunResult result = OnDump({"who-can", "get", "po", "-n", "shop", "--aggregate"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(
      result.out,
      AllOf(StartsWith("get pods in namespace shop  (rbac /dump.yaml)\nSUBJECT"),
            HasSubstr("\nGroup system:masters "), Not(HasSubstr("\x1b")),
            HasSubstr("everywhere  get pods  ClusterRoleBinding/everyone -> ClusterRole/all "
                      "(aggregated from reader)"),
            HasSubstr("ServiceAccount shop:ci  in shop "),
            HasSubstr("get pods  RoleBinding/shop/local -> ClusterRole/reader"),
            HasSubstr("unknown: RoleBinding/shop/broken -> ClusterRole/elsewhere")));
}

TEST(WhoCanCommand, WhereAndWhetherDecideTheExitCode) {
  struct Case {
    Words args;
    int exit_code;
    size_t holders;
  };
  for (const Case& c : std::vector<Case>{
           {{"get", "pods", "-n", "shop"}, 0, 2},  // not aggregated: the dump as it is
           {{"get", "pods", "-n", "shop", "--aggregate"}, 0, 3},
           {{"get", "pods", "-n", "dev"}, 1, 1},
           {{"get", "pods", "-n", "dev", "--aggregate"}, 0, 2},
           {{"get", "pods", "-A"}, 0, 2},
           {{"delete", "pods", "-A", "--aggregate"}, 1, 1},
           {{"get", "/healthz"}, 1, 1},
           {{"get", "pods/log", "-n", "shop"}, 1, 1}}) {
    Words args = {"who-can", "-o", "json"};
    args.insert(args.end(), c.args.begin(), c.args.end());
    const RunResult result = OnDump(args);
    EXPECT_EQ(result.exit_code, c.exit_code) << result.out;
    const Json report = Json::parse(result.out);
    EXPECT_EQ(report["exitCode"], c.exit_code);
    EXPECT_EQ(report["sources"][0]["holders"].size(), c.holders) << result.out;
  }
}

TEST(WhoCanCommand, Errors) {
  struct Case {
    Words args;
    std::string message;
  };
  for (const Case& c : std::vector<Case>{
           {{"who-can", "get", "podz"}, "who-can: unknown resource \"podz\"; did you mean"},
           {{"who-can", "gett", "pods"}, "who-can: unknown verb \"gett\"; did you mean \"get\"?"},
           {{"who-can", "get"}, "who-can: needs VERB and RESOURCE, for example: wecan who-can"},
           {{"who-can", "get", "pods", "-n", "a", "-A"}, "who-can: give either -n or -A"},
           {{"who-can", "get", "pods", "--rbac", "/none.yaml"}, "/none.yaml"},
           {{"who-can", "get", "pods", "--rbac", "x", "--context", "y"}, "--rbac or --context"},
           {{"who-can", "get", "pods", "-o", "table"}, "--output: \"table\" is none of"},
           {{"explain", "podz"},
            "explain: \"podz\" is neither a rule nor a refusal nor a resource"},
           {{"explain", "pods", "--verb", "gett"}, "explain: unknown verb \"gett\""},
           {{"explain", "pods", "--rbac", "/none.yaml"}, "/none.yaml"}}) {
    const RunResult result = wecan::Run(c.args);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_THAT(result.err, HasSubstr(c.message));
    EXPECT_EQ(result.out, "");
  }
}

TEST(WhoCanCommand, TheDefaultProfile) {
  const RunResult yes = wecan::Run({"who-can", "create", "deployments.apps"});
  EXPECT_EQ(yes.exit_code, 0);
  EXPECT_THAT(yes.out, HasSubstr("open-cluster-management-agent:klusterlet-work-sa"));
  const RunResult no = wecan::Run({"who-can", "create", "storageclasses"});
  EXPECT_EQ(no.exit_code, 1);
  EXPECT_THAT(no.out, AllOf(HasSubstr("nobody but system:masters\n"),
                            Not(HasSubstr("klusterlet-work-sa"))));
}

// ---- explain

TEST(ExplainCommand, RulesWinOverResources) {
  EXPECT_THAT(wecan::Run({"explain", "missing-permission"}).out, StartsWith("WEC101"));
  EXPECT_THAT(wecan::Run({"explain", "wec101"}).out, StartsWith("WEC101"));
}

TEST(ExplainCommand, VerbsThatAreAnsweredAlikeAreOneBlock) {
  const RunResult result = wecan::Run({"explain", "StorageClass"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out,
              AllOf(StartsWith("no   get, create, update, delete storageclasses.storage.k8s.io at "
                               "cluster scope, as "
                               "open-cluster-management-agent:klusterlet-work-sa (profile ocm-"),
                    HasSubstr("takes in ClusterRoles labelled "
                              "open-cluster-management.io/aggregate-to-work=true"),
                    HasSubstr("storageclasses.storage.k8s.io is forbidden: User "
                              "\"system:serviceaccount:open-cluster-management-agent:klusterlet-"
                              "work-sa\" cannot get resource")));
}

TEST(ExplainCommand, AllowedAndDenied) {
  const RunResult result = wecan::Run({"explain", "resourcequotas", "-n", "team-a", "-o", "json"});
  EXPECT_EQ(result.exit_code, 0);
  const Json answers = Json::parse(result.out)["sources"][0]["answers"];
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[0]["request"]["verb"], "get");
  EXPECT_EQ(answers[0]["allowed"], true);
  EXPECT_EQ(answers[0]["via"]["role"]["name"], "admin");
  EXPECT_THAT(answers[0]["close"], IsEmpty());
  EXPECT_EQ(answers[0]["message"], "");
  EXPECT_EQ(answers[1]["request"]["verb"], "create");
  EXPECT_EQ(answers[1]["allowed"], false);
  EXPECT_TRUE(answers[1]["via"].is_null());
  EXPECT_EQ(answers[1]["close"][0]["closeness"], "other-verbs");
  EXPECT_EQ(answers[1]["close"][0]["role"]["name"], "admin");
}

TEST(ExplainCommand, OneVerbOfADump) {
  const RunResult yes =
      OnDump({"explain", "pods", "--verb", "get", "--aggregate", "--as", "ann\x1b[31m"});
  EXPECT_THAT(yes.out, AllOf(StartsWith("yes  get pods in namespace default, as ann"),
                             HasSubstr("     by get pods\n     via ClusterRoleBinding/everyone -> "
                                       "ClusterRole/all (aggregated from reader)\n"),
                             Not(HasSubstr("\x1b"))));
  const RunResult no = OnDump(
      {"explain", "pods", "--verb", "get", "-n", "dev", "--as", "system:serviceaccount:shop:ci"});
  EXPECT_EQ(no.exit_code, 0);
  EXPECT_THAT(no.out, AllOf(StartsWith("no   get pods in namespace dev, as shop:ci"),
                            HasSubstr("has it, but in namespace shop")));
}

// ---- live

constexpr char kRbac[] = "/apis/rbac.authorization.k8s.io/v1/";

// A kubeconfig with the contexts wec1 (that cluster) and dead.
RunResult OnClusters(TestCluster& cluster, const Words& args) {
  MemoryFileSystem files(std::map<std::string, std::string>{
      {"/kubeconfig",
       absl::StrCat("apiVersion: v1\nkind: Config\nclusters:\n- {name: wec1, cluster: {server: '",
                    cluster.server().Url(), "'}}\n- {name: dead, cluster: {server: '",
                    TestHttpServer::DeadUrl(),
                    "'}}\ncontexts:\n- {name: wec1, context: {cluster: wec1, user: me}}\n"
                    "- {name: dead, context: {cluster: dead, user: me}}\n"
                    "users:\n- {name: me, user: {token: very-secret-token}}\n")}});
  return wecan::Run(args, {.files = &files, .variables = {{"KUBECONFIG", "/kubeconfig"}}});
}

ClusterReplies Recorded() {
  ClusterReplies replies;
  for (const char* kind : {"clusterroles", "clusterrolebindings", "roles", "rolebindings"})
    replies[absl::StrCat(kRbac, kind)] = RecordedReply(absl::StrCat("rbac/", kind, ".json"));
  return replies;
}

TEST(WhoCanCommand, ClustersThatCannotBeReadAreTold) {
  TestCluster cluster(Recorded());
  const RunResult one = OnClusters(
      cluster, {"who-can", "create", "storageclasses.storage.k8s.io", "--context", "wec1"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("(context wec1)\n"));
  const RunResult both = OnClusters(cluster, {"who-can", "create", "storageclasses.storage.k8s.io",
                                              "--context", "*", "-o", "json"});
  EXPECT_EQ(both.exit_code, 3);
  EXPECT_THAT(both.err, HasSubstr("wecan: context:dead: "));
  EXPECT_THAT(both.out + both.err, Not(HasSubstr("very-secret-token")));
  const Json sources = Json::parse(both.out)["sources"];
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[0]["context"], "dead");
  EXPECT_NE(sources[0]["error"], "");
  EXPECT_FALSE(sources[0].contains("holders"));
  EXPECT_GT(sources[1]["holders"].size(), 1u);
  EXPECT_EQ(OnClusters(cluster, {"who-can", "get", "pods", "--context", "wec7"}).exit_code, 2);
}

TEST(ExplainCommand, OfACluster) {
  TestCluster cluster(Recorded());
  const RunResult result = OnClusters(cluster, {"explain", "storageclasses", "--context", "*"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out,
              AllOf(StartsWith("yes  get, create, update, delete "), HasSubstr("(context wec1)")));
}

}  // namespace
}  // namespace wecan
