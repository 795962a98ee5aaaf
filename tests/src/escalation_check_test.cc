// SPDX-License-Identifier: Apache-2.0
// RBAC objects and executors through the whole of `wecan check`: the cases of kubeapply's checker
// (K1 to K7), and how findings are told.
#include <set>
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
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string Rbac(const std::string& kind, const std::string& metadata, const std::string& rest) {
  return absl::StrCat("---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ", kind,
                      "\nmetadata: {", metadata, "}\n", rest, "\n");
}

// A dump in which the agent holds these rules everywhere; admin may read Secrets.
std::string Agent(const std::string& rules) {
  return Rbac("ClusterRole", "name: agent", absl::StrCat("rules: [", rules, "]")) +
         Rbac("ClusterRole", "name: admin",
              "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]") +
         Rbac("ClusterRoleBinding", "name: agent",
              "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: agent}\n"
              "subjects: [{kind: ServiceAccount, name: klusterlet-work-sa, "
              "namespace: open-cluster-management-agent}]");
}

std::string Holds(const std::string& resources, const std::string& verbs,
                  const std::string& group = "rbac.authorization.k8s.io") {
  return absl::StrCat("{apiGroups: ['", group, "'], resources: [", resources, "], verbs: [", verbs,
                      "]}");
}

constexpr char kAllVerbs[] = "get, create, update, patch, delete";

Json Check(const std::string& agent, const std::string& manifests,
           std::vector<std::string> more = {}) {
  MemoryFileSystem files({{"agent.yaml", agent}, {"in.yaml", manifests}});
  more.insert(more.begin(), {"check", "in.yaml", "--profile", "file:agent.yaml", "-o", "json"});
  return Json::parse(Run(more, "", &files).out);
}

// "WEC101 create,update" or "WEC105" for each finding.
std::vector<std::string> Told(const Json& report) {
  std::vector<std::string> told;
  for (const Json& f : report["findings"]) {
    std::string text = f["rule"];
    if (!f["permission"].is_null()) {
      for (const Json& verb : f["permission"]["missing"])
        absl::StrAppend(&text, " ", verb.get<std::string>());
    }
    told.push_back(text);
  }
  return told;
}

const std::string& PodAndRole() {
  static const auto* text = new std::string(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: dev}\n" +
      Rbac("Role", "name: r, namespace: dev",
           "rules: [{apiGroups: [''], resources: [pods], verbs: [create, update]}]"));
  return *text;
}

std::string BindTo(const std::string& kind, const std::string& role) {
  return Rbac("RoleBinding", "name: b, namespace: dev",
              absl::StrCat("roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ", kind,
                           ", name: ", role, "}"));
}

TEST(EscalationCheck, K1WhoHoldsThePodsMayGrantThem) {
  const std::string agent =
      Agent(Holds("pods", kAllVerbs, "") + "," + Holds("'roles', rolebindings", kAllVerbs));
  EXPECT_THAT(Told(Check(agent, PodAndRole())), IsEmpty());
  EXPECT_THAT(Told(Check(agent, PodAndRole() + BindTo("Role", "r"))), IsEmpty());
}

TEST(EscalationCheck, K3AMissingVerbIsNoEscalation) {
  const std::string agent =
      Agent(Holds("pods", kAllVerbs, "") + "," + Holds("roles", "get, update, patch, delete"));
  EXPECT_THAT(Told(Check(agent, PodAndRole())), ElementsAre("WEC101 create"));
}

TEST(EscalationCheck, K4CreateOfBindings) {
  const std::string agent = Agent(Holds("rolebindings", "get, update, patch, delete, bind") + "," +
                                  Holds("clusterroles", "bind"));
  EXPECT_THAT(Told(Check(agent, BindTo("ClusterRole", "admin"))), ElementsAre("WEC101 create"));
}

TEST(EscalationCheck, K5K6EscalateAndBind) {
  const std::string manifests =
      Rbac("Role", "name: r, namespace: dev",
           "rules: [{apiGroups: [''], resources: [secrets], verbs: ['*']}]") +
      BindTo("ClusterRole", "admin");
  const std::string writer = Holds("roles, rolebindings", kAllVerbs);
  EXPECT_THAT(Told(Check(Agent(writer), manifests)), ElementsAre("WEC105", "WEC105"));
  EXPECT_THAT(Told(Check(Agent(writer + "," + Holds("roles", "escalate") + "," +
                               Holds("clusterroles", "bind")),
                         manifests)),
              IsEmpty());
}

TEST(EscalationCheck, K7EscalateWithoutCreate) {
  EXPECT_THAT(Told(Check(Agent(Holds("roles", "get, update, delete, escalate")), PodAndRole(),
                         {"--select", "WEC101,WEC105"})),
              UnorderedElementsAre("WEC101 create delete get update", "WEC101 create"));
}

TEST(EscalationCheck, BothAreToldWhenBothAreMissing) {
  EXPECT_THAT(Told(Check(Agent(Holds("roles", "get, update, delete")),
                         Rbac("Role", "name: r, namespace: dev",
                              "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]"))),
              UnorderedElementsAre("WEC101 create", "WEC105"));
}

TEST(EscalationCheck, CopiesOfAnObjectAreOneFinding) {
  const std::string role = Rbac("Role", "name: r, namespace: dev",
                                "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]");
  const Json report = Check(Agent(Holds("roles", kAllVerbs)), role + role);
  ASSERT_THAT(Told(report), ElementsAre("WEC105"));
  EXPECT_EQ(report["findings"][0]["objects"].size(), 2u);
  EXPECT_EQ(report["findings"][0]["account"],
            "system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa");
}

TEST(EscalationCheck, AnUnknownRoleIsARemarkUnlessBindIsHeld) {
  const std::string binding = BindTo("ClusterRole", "elsewhere");
  const std::string writer = Holds("rolebindings", kAllVerbs);
  Json report = Check(Agent(writer), binding);
  EXPECT_THAT(Told(report), IsEmpty());
  ASSERT_EQ(report["warnings"].size(), 1u);
  EXPECT_THAT(report["warnings"][0]["message"].get<std::string>(),
              HasSubstr("RoleBinding b refers to a role that is not in the input"));
  report = Check(Agent(writer), binding, {"--ignore", "WEC105"});
  EXPECT_THAT(report["warnings"], IsEmpty());
  report = Check(Agent(writer + "," + Holds("clusterroles", "bind")), binding);
  EXPECT_THAT(report["warnings"], IsEmpty());
}

TEST(EscalationCheck, TheDefaultNamespaceIsThatOfTheFlag) {
  const std::string local =
      Rbac("Role", "name: local, namespace: shop",
           "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]") +
      Rbac("RoleBinding", "name: local, namespace: shop",
           "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: local}\n"
           "subjects: [{kind: ServiceAccount, name: klusterlet-work-sa, "
           "namespace: open-cluster-management-agent}]");
  const std::string agent = Agent(Holds("roles, rolebindings", kAllVerbs)) + local;
  const std::string role =
      Rbac("Role", "name: r", "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]");
  EXPECT_THAT(Told(Check(agent, role)), ElementsAre("WEC105"));
  EXPECT_THAT(Told(Check(agent, role, {"-n", "shop"})), IsEmpty());
}

TEST(EscalationCheck, InputGrantsCountUnlessSwitchedOff) {
  const std::string grant =
      Rbac("ClusterRole", "name: more",
           "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]") +
      Rbac("ClusterRoleBinding", "name: more",
           "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: more}\n"
           "subjects: [{kind: ServiceAccount, name: klusterlet-work-sa, "
           "namespace: open-cluster-management-agent}]");
  const std::string agent = Agent(Holds("roles, clusterroles, clusterrolebindings", kAllVerbs));
  const std::string role = Rbac("Role", "name: r, namespace: dev",
                                "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]");
  EXPECT_THAT(Told(Check(agent, grant + role)), IsEmpty());
  EXPECT_THAT(Told(Check(agent, grant + role, {"--no-input-grants"})),
              ElementsAre("WEC105", "WEC105", "WEC105"))
      << "the role, its binding, and what they would have granted";
}

}  // namespace
}  // namespace wecan
