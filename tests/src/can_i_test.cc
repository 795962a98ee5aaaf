// SPDX-License-Identifier: Apache-2.0
// can-i as a whole: exit codes, who asks, lists, matrices.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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
using testing::StartsWith;

constexpr char kHead[] = "apiVersion: rbac.authorization.k8s.io/v1\n";

std::string ClusterRole(const std::string& name, const std::string& rest) {
  return absl::StrCat("---\n", kHead, "kind: ClusterRole\nmetadata: {name: ", name, "}\n", rest,
                      "\n");
}
std::string Bind(const std::string& role, const std::string& subject) {
  return absl::StrCat("---\n", kHead, "kind: ClusterRoleBinding\nmetadata: {name: ", role,
                      "}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ",
                      role, "}\nsubjects: [", subject, "]\n");
}

const std::map<std::string, std::string>& Files() {
  static const auto* files = new std::map<std::string, std::string>{
      {"rbac.yaml",
       absl::StrCat(
           ClusterRole("reader", "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]"),
           Bind("reader", "{kind: User, name: ann}"),
           ClusterRole("accounts",
                       "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]"),
           Bind("accounts", "{kind: Group, name: 'system:serviceaccounts:dev'}"),
           ClusterRole("everybody", "rules: [{nonResourceURLs: ['/healthz'], verbs: [get]}]"),
           Bind("everybody", "{kind: Group, name: 'system:authenticated'}"),
           ClusterRole("ops", "rules: [{apiGroups: [''], resources: [nodes], verbs: ['*']}]"),
           Bind("ops", "{kind: Group, name: ops}"), Bind("missing", "{kind: User, name: eve}"))},
      {"aggregated.yaml",
       absl::StrCat("---\n", kHead,
                    "kind: ClusterRole\nmetadata: {name: part, labels: {to: total}}\n"
                    "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n",
                    ClusterRole("total",
                                "rules: []\naggregationRule: {clusterRoleSelectors: "
                                "[{matchLabels: {to: total}}]}"),
                    Bind("total", "{kind: User, name: ann}"))},
      {"in/objects.yaml",
       "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: demo}\n---\n"
       "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n---\n"
       "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: demo}\n"},
      {"in-granted/objects.yaml",
       "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n---\n"
       "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
       "metadata: {name: grant, labels: {open-cluster-management.io/aggregate-to-work: 'true'}}\n"
       "rules: [{apiGroups: [storage.k8s.io], resources: [storageclasses], "
       "verbs: [get, create, update, delete]}]\n"},
      {"broken.yaml", "kind: x\n y: z\n"},
  };
  return *files;
}

RunResult Ask(std::vector<std::string> args) {
  MemoryFileSystem files(Files());
  args.insert(args.begin(), "can-i");
  return wecan::Run(args, "", &files);
}

Json AskJson(std::vector<std::string> args) {
  args.insert(args.end(), {"-o", "json"});
  return Json::parse(Ask(args).out);
}

// ---- one question -------------------------------------------------------------------------------

TEST(CanI, ExitCodes) {
  struct Case {
    std::vector<std::string> args;
    int exit_code;
  };
  for (const Case& c : std::vector<Case>{
           {{"create", "deployments.apps"}, 0},
           {{"create", "storageclasses.storage.k8s.io"}, 1},
           {{"create", "storageclasses.storage.k8s.io", "-q"}, 1},
           {{"get", "resourcequotas", "-n", "demo"}, 0},
           {{"create", "resourcequotas", "-n", "demo"}, 1},
           {{"get", "/healthz"}, 0},
           {{"delete", "/healthz"}, 1},
           {{"get", "podz"}, 2},
           {{"gte", "pods"}, 2},
           {{"get"}, 2},
           {{}, 2},
           {{"get", "pods", "--rbac", "nowhere.yaml"}, 2},
           {{"get", "pods", "--rbac", "broken.yaml"}, 2},
           {{"get", "pods", "-f", "in"}, 2},
           {{"get", "pods", "-o", "table"}, 2},
           {{"-f", "in"}, 1},
           {{"-f", "in-granted"}, 0},
           {{"-f", "in", "-f", "broken.yaml"}, 2},
           {{"-f", "nowhere"}, 2},
           {{"--list"}, 0},
       }) {
    EXPECT_EQ(Ask(c.args).exit_code, c.exit_code) << testing::PrintToString(c.args);
  }
}

TEST(CanI, TextAnswersInTheFirstLine) {
  const RunResult yes = Ask({"create", "deployments.apps"});
  EXPECT_THAT(yes.out, StartsWith("yes\n"));
  EXPECT_THAT(yes.out, HasSubstr("as system:serviceaccount:open-cluster-management-agent:"
                                 "klusterlet-work-sa"));
  EXPECT_THAT(yes.out, HasSubstr("RBAC: allowed by ClusterRoleBinding"));
  EXPECT_EQ(Ask({"create", "storageclasses", "--no-headers"}).out, "no\n");
  EXPECT_EQ(Ask({"create", "storageclasses", "-q"}).out, "");
}

TEST(CanI, AgentAndProfileAreThoseOfTheFlags) {
  const Json json = AskJson({"get", "pods", "--agent", "ns:sa", "--profile", "ocm-0.13"});
  EXPECT_EQ(json["user"]["name"], "system:serviceaccount:ns:sa");
  EXPECT_EQ(json["clusters"][0]["method"], "profile ocm-0.13");
  EXPECT_EQ(json["clusters"][0]["results"][0]["allowed"], true);
}

// ---- who asks -----------------------------------------------------------------------------------

std::vector<std::string> GroupsOf(std::vector<std::string> args) {
  args.insert(args.begin(), {"get", "pods"});
  return AskJson(args)["user"]["groups"].get<std::vector<std::string>>();
}

TEST(CanIAs, ImplicitGroups) {
  EXPECT_THAT(
      GroupsOf({"--as", "system:serviceaccount:dev:ci"}),
      ElementsAre("system:serviceaccounts", "system:serviceaccounts:dev", "system:authenticated"));
  EXPECT_THAT(GroupsOf({"--as", "ann"}), ElementsAre("system:authenticated"));
  EXPECT_THAT(GroupsOf({"--as", "ann", "--as-group", "ops", "--as-group", "dev"}),
              ElementsAre("ops", "dev", "system:authenticated"));
  EXPECT_THAT(GroupsOf({"--as", "system:anonymous"}),
              Not(testing::Contains("system:authenticated")));
}

TEST(CanIAs, DecidesByUserAndGroup) {
  struct Case {
    std::vector<std::string> args;
    int exit_code;
  };
  for (const Case& c : std::vector<Case>{
           {{"get", "pods", "--as", "ann"}, 0},
           {{"get", "pods", "--as", "bob"}, 1},
           {{"get", "secrets", "--as", "system:serviceaccount:dev:ci"}, 0},
           {{"get", "secrets", "--as", "system:serviceaccount:prod:ci"}, 1},
           // Groups that are given replace the ServiceAccount's own, as Impersonate-Group does.
           {{"get", "secrets", "--as", "system:serviceaccount:dev:ci", "--as-group", "x"}, 1},
           {{"get", "/healthz", "--as", "bob"}, 0},
           {{"get", "/healthz", "--as", "system:anonymous"}, 1},
           {{"delete", "nodes", "--as", "bob", "--as-group", "ops"}, 0},
           {{"delete", "nodes", "--as", "bob", "--as-group", "dev"}, 1},
           {{"delete", "nodes", "--as", "bob", "--as-group", "system:masters"}, 0},
       }) {
    std::vector<std::string> args = c.args;
    args.insert(args.end(), {"--rbac", "rbac.yaml"});
    EXPECT_EQ(Ask(args).exit_code, c.exit_code) << testing::PrintToString(c.args);
  }
}

TEST(CanIAs, MissingRolesAreNamedInTheReason) {
  const Json json = AskJson({"get", "pods", "--as", "eve", "--rbac", "rbac.yaml"});
  EXPECT_EQ(json["clusters"][0]["results"][0]["allowed"], false);
  EXPECT_EQ(json["clusters"][0]["results"][0]["reason"],
            "RBAC: clusterrole.rbac.authorization.k8s.io \"missing\" not found");
}

// ---- --rbac -------------------------------------------------------------------------------------

TEST(CanIRbac, IsTakenAsItIsUnlessAggregated) {
  const std::vector<std::string> args = {"get", "pods", "--as", "ann", "--rbac", "aggregated.yaml"};
  EXPECT_EQ(Ask(args).exit_code, 1);
  std::vector<std::string> aggregated = args;
  aggregated.emplace_back("--aggregate");
  EXPECT_EQ(Ask(aggregated).exit_code, 0);
}

TEST(CanIRbac, SeveralDumpsAreOne) {
  EXPECT_EQ(Ask({"get", "/healthz", "--as", "ann", "--rbac", "aggregated.yaml"}).exit_code, 1);
  EXPECT_EQ(
      Ask({"get", "/healthz", "--as", "ann", "--rbac", "aggregated.yaml,rbac.yaml"}).exit_code, 0);
}

// ---- --list -------------------------------------------------------------------------------------

TEST(CanIList, JsonHasTheShapeOfARulesReview) {
  const Json json = AskJson({"--list", "--as", "ann", "--as-group", "ops", "--rbac", "rbac.yaml"});
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_THAT(keys, testing::UnorderedElementsAre("resourceRules", "nonResourceRules", "incomplete",
                                                  "evaluationError"));
  EXPECT_THAT(json["resourceRules"],
              testing::UnorderedElementsAre(
                  Json::parse(R"({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]})"),
                  Json::parse(R"({"apiGroups": [""], "resources": ["nodes"], "verbs": ["*"]})")));
  EXPECT_EQ(json["nonResourceRules"],
            Json::parse(R"([{"nonResourceURLs": ["/healthz"], "verbs": ["get"]}])"));
  EXPECT_EQ(json["incomplete"], false);
  EXPECT_EQ(json["evaluationError"], "");
}

TEST(CanIList, TellsRolesThatDoNotExist) {
  EXPECT_EQ(AskJson({"--list", "--as", "eve", "--rbac", "rbac.yaml"})["evaluationError"],
            "clusterrole.rbac.authorization.k8s.io \"missing\" not found");
}

TEST(CanIList, TextNamesVerbsAndResources) {
  const RunResult result = Ask({"--list", "--as", "ann", "--rbac", "rbac.yaml", "--no-headers"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("pods"));
  EXPECT_THAT(result.out, HasSubstr("/healthz"));
  EXPECT_THAT(result.out, Not(HasSubstr("nodes")));
}

// ---- -f -----------------------------------------------------------------------------------------

// "verb resource.group/ns yes|no" of each result.
std::vector<std::string> Results(const Json& json) {
  std::vector<std::string> results;
  for (const Json& r : json["clusters"][0]["results"]) {
    results.push_back(
        absl::StrCat(r["verb"].get<std::string>(), " ", r["resource"].get<std::string>(), "/",
                     r["namespace"].get<std::string>(), " ", r["allowed"] == true ? "yes" : "no"));
  }
  return results;
}

TEST(CanIManifests, EveryRequirementIsAsked) {
  const Json json = AskJson({"-f", "in"});
  EXPECT_THAT(Results(json), testing::UnorderedElementsAre(
                                 "get configmaps/demo yes", "create configmaps/demo yes",
                                 "update configmaps/demo yes", "delete configmaps/demo yes",
                                 "get storageclasses/ no", "create storageclasses/ no",
                                 "update storageclasses/ no", "delete storageclasses/ no",
                                 "get resourcequotas/demo yes", "create resourcequotas/demo no",
                                 "update resourcequotas/demo no", "delete resourcequotas/demo no"));
  EXPECT_EQ(json["summary"]["checks"], 12);
  EXPECT_EQ(json["summary"]["denied"], 7);
}

TEST(CanIManifests, RbacObjectsUndergoTheEscalationCheck) {
  const std::string writer = ClusterRole(
      "writer",
      "rules:\n- {apiGroups: [rbac.authorization.k8s.io], resources: [roles, clusterrolebindings], "
      "verbs: [get, create, update, delete]}\n- {apiGroups: [''], resources: [pods], verbs: "
      "[get]}");
  const auto role = [](const std::string& name, const std::string& resource) {
    return absl::StrCat("---\n", kHead, "kind: Role\nmetadata: {name: ", name,
                        ", namespace: dev}\nrules: [{apiGroups: [''], resources: [", resource,
                        "], verbs: [get]}]\n");
  };
  MemoryFileSystem files(
      {{"rbac.yaml", absl::StrCat(writer, Bind("writer", "{kind: User, name: ann}"))},
       {"in.yaml", absl::StrCat(role("held", "pods"), role("more", "secrets"),
                                Bind("nowhere", "{kind: User, name: ann}"))}});
  const std::vector<std::string> args = {"can-i",     "-f",   "in.yaml", "--rbac",
                                         "rbac.yaml", "--as", "ann"};
  std::vector<std::string> json_args = args;
  json_args.insert(json_args.end(), {"-o", "json"});
  const RunResult run = wecan::Run(json_args, "", &files);
  EXPECT_EQ(run.exit_code, 1);
  const std::string message =
      "roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"ann\" "
      "(groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently "
      "held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}";
  std::map<std::string, Json> named;
  const Json report = Json::parse(run.out);
  for (const Json& r : report["clusters"][0]["results"]) {
    if (r["name"] != "") named[r["name"]] = r;
  }
  EXPECT_EQ(named["held"]["allowed"], true);
  EXPECT_EQ(named["held"]["missing"], Json::array());
  EXPECT_EQ(named["held"]["message"], "");
  EXPECT_EQ(named["more"]["verb"], "create");
  EXPECT_EQ(named["more"]["resource"], "roles");
  EXPECT_EQ(named["more"]["namespace"], "dev");
  EXPECT_EQ(named["more"]["allowed"], false);
  EXPECT_EQ(named["more"]["missing"],
            Json::parse(R"([{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}])"));
  EXPECT_EQ(named["more"]["message"], message);
  EXPECT_EQ(named["nowhere"]["message"],
            "clusterrolebindings.rbac.authorization.k8s.io \"nowhere\" not found");
  const std::string text = wecan::Run(args, "", &files).out;
  EXPECT_THAT(text, HasSubstr("Role/dev/more\n  roles.rbac.authorization.k8s.io"));
  EXPECT_THAT(text, HasSubstr("\n  {APIGroups:[\"\"], Resources:[\"secrets\"]"));
  EXPECT_THAT(text, Not(HasSubstr("Role/dev/held")));
}

TEST(CanIManifests, MatrixShowsDeniedVerbsAsDashes) {
  const std::string text = Ask({"-f", "in", "--no-headers"}).out;
  EXPECT_THAT(text, testing::ContainsRegex("configmaps +demo +gcud\n"));
  EXPECT_THAT(text, testing::ContainsRegex("storageclasses.storage.k8s.io +\\* +----\n"));
  EXPECT_THAT(text, testing::ContainsRegex("resourcequotas +demo +g---\n"));
}

TEST(CanIManifests, GrantsOfTheInputCountWithAProfileOnly) {
  EXPECT_EQ(Ask({"-f", "in-granted"}).exit_code, 0);
  EXPECT_EQ(Ask({"-f", "in-granted", "--no-input-grants"}).exit_code, 1);
  EXPECT_EQ(Ask({"-f", "in-granted", "--rbac", "rbac.yaml"}).exit_code, 1);
}

TEST(CanIManifests, UnreadableFilesAreToldAndTheRestIsAnswered) {
  const RunResult result = Ask({"-f", "in", "-f", "broken.yaml", "-o", "json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("wecan: broken.yaml:2:"));
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["errors"].size(), 1u);
  EXPECT_EQ(Results(json).size(), 12u);
}

TEST(CanIManifests, StrategyDecidesWhatIsAsked) {
  EXPECT_THAT(Results(AskJson({"-f", "in", "--update-strategy", "ReadOnly"})),
              testing::UnorderedElementsAre("get configmaps/demo yes", "get storageclasses/ no",
                                            "get resourcequotas/demo yes"));
}

}  // namespace
}  // namespace wecan
