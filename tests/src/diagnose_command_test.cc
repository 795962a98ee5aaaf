// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/testing/check.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kAgent[] = "system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa";

std::string Refusal(const std::string& user, const std::string& verb, const std::string& resource,
                    const std::string& group, const std::string& scope = "at the cluster scope") {
  return absl::StrCat(resource, group.empty() ? "" : ".", group, " \"x\" is forbidden: User \"",
                      user, "\" cannot ", verb, " resource \"", resource, "\" in API group \"",
                      group, "\" ", scope, "\n");
}

const std::string kStorage = Refusal(kAgent, "get", "storageclasses", "storage.k8s.io");
const std::string kQuota = "pods \"a\" is forbidden: exceeded quota: compute, requested: cpu=1\n";

json Report(std::vector<std::string> args, const std::string& in,
            std::map<std::string, std::string> files = {}) {
  MemoryFileSystem memory(std::move(files));
  args.insert(args.begin(), "diagnose");
  args.insert(args.end(), {"-o", "json"});
  return json::parse(Run(args, in, &memory).out, nullptr, false);
}

std::vector<std::string> GrantOf(const json& report, size_t denial = 0) {
  const json grant = report["denials"][denial]["grant"];
  return grant.is_null() ? std::vector<std::string>()
                         : grant["verbs"].get<std::vector<std::string>>();
}

TEST(Diagnose, ExitCodes) {
  const auto code = [](const std::string& in) { return wecan::Run({"diagnose"}, in).exit_code; };
  EXPECT_EQ(code(kStorage), 0);
  EXPECT_EQ(code(kQuota), 1);
  EXPECT_EQ(code(kStorage + kQuota), 1);
  EXPECT_EQ(code(Refusal("jane", "get", "pods", "")), 1);
  EXPECT_EQ(code(""), 2);
  EXPECT_EQ(code("all is well\n"), 2);
  EXPECT_EQ(code(kStorage.substr(0, 90)), 2);
  EXPECT_EQ(code(kStorage + "\n" + kStorage.substr(0, 90)), 2);
  EXPECT_EQ(wecan::Run({"diagnose", "no-such-file"}).exit_code, 2);
  EXPECT_EQ(wecan::Run({"diagnose", "-o", "sarif"}, kStorage).exit_code, 2);
}

// What is safe to pipe to kubectl apply: RBAC objects or nothing.
TEST(Diagnose, YamlHoldsGrantsAlone) {
  const RunResult granted = wecan::Run({"diagnose", "-o", "yaml"}, kStorage + kQuota);
  EXPECT_THAT(granted.out, testing::StartsWith("apiVersion: rbac.authorization.k8s.io/v1\n"));
  EXPECT_THAT(granted.out, HasSubstr("rules:\n- {apiGroups: [storage.k8s.io], resources: "
                                     "[storageclasses], verbs: [get, create, update, delete]}\n"));
  EXPECT_THAT(granted.out, Not(HasSubstr("quota")));
  EXPECT_EQ(wecan::Run({"diagnose", "-o", "yaml"}, kQuota).out, "");
  EXPECT_EQ(wecan::Run({"diagnose", "-o", "yaml"}, "").out, "");
}

// ---- which verbs

TEST(Diagnose, GrantsWhatTheProfileLacks) {
  // Nothing held, all but delete held, only reads held.
  EXPECT_THAT(GrantOf(Report({}, kStorage)), ElementsAre("create", "delete", "get", "update"));
  EXPECT_THAT(GrantOf(Report({}, Refusal(kAgent, "delete", "validatingwebhookconfigurations",
                                         "admissionregistration.k8s.io"))),
              ElementsAre("delete"));
  EXPECT_THAT(GrantOf(Report(
                  {}, Refusal(kAgent, "create", "resourcequotas", "", "in the namespace \"n\""))),
              ElementsAre("create", "delete", "update"));
  // Besides, what was refused, though Update does not take it.
  EXPECT_THAT(GrantOf(Report({}, Refusal(kAgent, "patch", "customresourcedefinitions",
                                         "apiextensions.k8s.io"))),
              ElementsAre("patch"));
  EXPECT_THAT(GrantOf(Report({}, Refusal(kAgent, "watch", "widgets", "example.io"))),
              ElementsAre("list", "watch"));
  // Another release holds less.
  EXPECT_THAT(GrantOf(Report({"--profile", "ocm-0.11"},
                             Refusal(kAgent, "delete", "validatingwebhookconfigurations",
                                     "admissionregistration.k8s.io"))),
              ElementsAre("create", "delete", "get", "update"));
}

TEST(Diagnose, GrantsAllWhereTheProfileIsRefuted) {
  const json report =
      Report({}, Refusal(kAgent, "get", "deployments", "apps", "in the namespace \"n\""));
  EXPECT_THAT(GrantOf(report), ElementsAre("create", "delete", "get", "update"));
  EXPECT_TRUE(report["denials"][0]["refutesProfile"]);
  EXPECT_FALSE(Report({}, kStorage)["denials"][0]["refutesProfile"]);
}

TEST(Diagnose, TakesTheVerbsOfTheStrategy) {
  EXPECT_THAT(GrantOf(Report({"--update-strategy", "ServerSideApply"},
                             Refusal(kAgent, "patch", "widgets", "example.io"))),
              ElementsAre("create", "delete", "get", "patch"));
  EXPECT_THAT(GrantOf(Report({"--update-strategy", "CreateOnly"}, kStorage)),
              ElementsAre("create", "delete", "get"));
  EXPECT_THAT(GrantOf(Report({"--shared"}, kStorage)),
              ElementsAre("create", "delete", "get", "patch", "update"));
}

// A StorageClass that leaves out what has a default is made anew without end.
TEST(Diagnose, RemarksOnWhatIsCreatedAnew) {
  EXPECT_NE(Report({}, kStorage)["denials"][0]["remark"], "");
  EXPECT_EQ(Report({}, kQuota)["denials"][0]["remark"], "");
  EXPECT_THAT(wecan::Run({"diagnose"}, kStorage).out, HasSubstr("wecan explain WEC206"));
}

// ---- who

TEST(Diagnose, GrantsToWorkAgentsAlone) {
  for (const char* user : {"jane", "system:serviceaccount:default:klusterlet-work",
                           "system:serviceaccount:default:work-sa"}) {
    const json report = Report({}, Refusal(user, "get", "storageclasses", "storage.k8s.io"));
    EXPECT_THAT(GrantOf(report), IsEmpty()) << user;
    EXPECT_TRUE(report["grants"].empty()) << user;
  }
  EXPECT_FALSE(
      GrantOf(Report({"--agent", "default:mine"},
                     Refusal("system:serviceaccount:default:mine", "get", "widgets", "example.io")))
          .empty());
}

TEST(Diagnose, GrantsToTheAgentOfTheMessage) {
  const json report =
      Report({"--strategy", "cluster-binding"}, Refusal("system:serviceaccount:east:edge-work-sa",
                                                        "get", "storageclasses", "storage.k8s.io"));
  ASSERT_EQ(report["grants"].size(), 2);
  EXPECT_EQ(report["grants"][0]["metadata"]["name"],
            "open-cluster-management:edge-work:storageclasses");
  EXPECT_EQ(report["grants"][1]["subjects"],
            json::parse(R"([{"kind":"ServiceAccount","namespace":"east","name":"edge-work-sa"}])"));
}

// Applied one after the other, none takes the place of another.
TEST(Diagnose, RolesOfTwoAccountsHaveTwoNames) {
  const json report = Report({}, kStorage + Refusal("system:serviceaccount:east:klusterlet-work-sa",
                                                    "get", "storageclasses", "storage.k8s.io"));
  ASSERT_EQ(report["grants"].size(), 2);
  EXPECT_NE(report["grants"][0]["metadata"]["name"], report["grants"][1]["metadata"]["name"]);
}

TEST(Diagnose, AnySubjectGetsWhatItWasRefused) {
  const std::string text =
      Refusal("jane", "update", "leases", "coordination.k8s.io", "in the namespace \"n\"") +
      Refusal("jane", "list", "nodes", "");
  const json report = Report({"--any-subject"}, text);
  EXPECT_THAT(GrantOf(report), ElementsAre("update"));
  ASSERT_EQ(report["grants"].size(), 4);
  EXPECT_EQ(report["grants"][0]["kind"], "ClusterRole");
  EXPECT_EQ(report["grants"][2]["kind"], "Role");
  EXPECT_EQ(report["grants"][3]["subjects"][0]["kind"], "User");
  EXPECT_EQ(wecan::Run({"diagnose", "--any-subject"}, text).exit_code, 0);
  // Nobody is no subject.
  EXPECT_EQ(wecan::Run({"diagnose", "--any-subject"},
                       "cannot get resource \"pods\" in API group \"\" at "
                       "the cluster scope")
                .exit_code,
            1);
}

// ---- what the grant looks like

TEST(Diagnose, OneGrantForAll) {
  const json report = Report(
      {}, kStorage + Refusal(kAgent, "get", "persistentvolumes", "") +
              Refusal(kAgent, "create", "resourcequotas", "", "in the namespace \"b\"") +
              Refusal(kAgent, "create", "resourcequotas", "", "in the namespace \"a\"") + kStorage);
  ASSERT_EQ(report["grants"].size(), 1);
  EXPECT_EQ(report["grants"][0]["rules"].size(), 3);
  EXPECT_EQ(
      report["grants"][0]["metadata"]["labels"]["open-cluster-management.io/aggregate-to-work"],
      "true");
}

TEST(Diagnose, RoleBindingKeepsToNamespaces) {
  const json report =
      Report({"--strategy", "role-binding", "--name", "mine", "--labels", "a=b"},
             Refusal(kAgent, "create", "resourcequotas", "", "in the namespace \"a\""));
  ASSERT_EQ(report["grants"].size(), 2);
  EXPECT_EQ(report["grants"][0]["kind"], "Role");
  EXPECT_EQ(report["grants"][0]["metadata"]["namespace"], "a");
  EXPECT_EQ(report["grants"][0]["metadata"]["name"], "mine");
  EXPECT_EQ(report["grants"][0]["metadata"]["labels"]["a"], "b");
}

TEST(Diagnose, WithoutAggregationItBinds) {
  const json report = Report({"--profile", "ocm-0.11"}, kStorage);
  ASSERT_EQ(report["grants"].size(), 2);
  EXPECT_EQ(report["grants"][1]["kind"], "ClusterRoleBinding");
  EXPECT_EQ(wecan::Run({"diagnose", "--profile", "ocm-0.11", "--strategy", "aggregate"}, kStorage)
                .exit_code,
            2);
  EXPECT_EQ(wecan::Run({"diagnose", "--name", "a/b"}, kStorage).exit_code, 2);
}

// ---- the workload

TEST(Diagnose, NamesTheManifestThatAsks) {
  const std::map<std::string, std::string> files = {
      {"deploy/a.yaml", absl::StrCat(kCleanYaml, "---\n", StorageClassYaml("x"))},
      {"deploy/b.yaml", StorageClassYaml("y")}};
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"-", "deploy"}, {"-f", "deploy"}, {"deploy"}}) {
    const json report = Report(args, kStorage, files);
    ASSERT_EQ(report["denials"][0]["objects"].size(), 1);
    EXPECT_EQ(report["denials"][0]["objects"][0]["path"], "deploy/a.yaml");
    EXPECT_EQ(report["denials"][0]["objects"][0]["line"], 6);
  }
}

TEST(Diagnose, TellsOfAGrantThatHasNotArrived) {
  const std::string grant =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: g\n  "
      "labels: "
      "{open-cluster-management.io/aggregate-to-work: \"true\"}\nrules:\n- {apiGroups: "
      "[storage.k8s.io], resources: [storageclasses], verbs: [get, create, update, delete]}\n";
  EXPECT_TRUE(
      Report({"-", "g.yaml"}, kStorage, {{"g.yaml", grant}})["denials"][0]["grantedInInput"]);
  EXPECT_FALSE(
      Report({"-", "g.yaml"}, kStorage, {{"g.yaml", kCleanYaml}})["denials"][0]["grantedInInput"]);
}

// ---- input

TEST(Diagnose, SortsItsWords) {
  const std::map<std::string, std::string> files = {
      {"agent.log", kStorage}, {"other.log", kQuota}, {"sc.yaml", StorageClassYaml("x")}};
  const json report = Report({"agent.log", "sc.yaml", "other.log"}, "", files);
  EXPECT_EQ(report["denials"].size(), 2);
  EXPECT_EQ(report["denials"][0]["objects"].size(), 1);
  EXPECT_EQ(report["denials"][1]["seenIn"][0]["source"], "other.log");
}

TEST(Diagnose, RefusesMoreThanItsLimit) {
  const RunResult result =
      wecan::Run({"diagnose", "--max-file-size", "1Ki"}, std::string(2048, 'x') + kStorage);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--max-file-size"));
}

// Only what was recognised is printed.
TEST(Diagnose, NeverEchoesSecrets) {
  const std::string secret = "hunter2-abcdef";
  const std::string text = absl::StrCat(
      "Authorization: Bearer ", secret, "\npassword=", secret, " ", kStorage, "{\"token\":\"",
      secret, "\",\"msg\":\"x\"}\n", secret, " ", kStorage.substr(0, 60), "\n");
  for (const char* format : {"text", "json", "yaml"}) {
    const RunResult result = wecan::Run({"diagnose", "-o", format, "-v"}, text);
    EXPECT_THAT(result.out + result.err, Not(HasSubstr(secret))) << format;
    EXPECT_EQ(result.exit_code, 2);
  }
}

TEST(Diagnose, DrawsNothingOnTheScreen) {
  const RunResult result =
      wecan::Run({"diagnose"}, Refusal("j\x1b[31mane\xE2\x80\xAE", "get", "pods", ""));
  EXPECT_THAT(result.out, AllOf(HasSubstr("jane may not get"), Not(HasSubstr("\x1b"))));
}

TEST(Diagnose, AsksForAPasteOnATerminal) {
  const RunResult result =
      wecan::Run({"diagnose"}, RunOptions{.in = kStorage, .in_is_terminal = true});
  EXPECT_THAT(result.err, HasSubstr("paste the error"));
  EXPECT_EQ(result.exit_code, 0);
}

}  // namespace
}  // namespace wecan
