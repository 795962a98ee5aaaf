// SPDX-License-Identifier: Apache-2.0
// Decisions are held by the conformance cases, the replayed reviews and the exhaustive comparison;
// here: the rest of the interface.
#include "analyzer/grants/authorizer.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Authorizer, TheWitnessIsThePathOfTheGrant) {
  const RbacPolicy policy{
      .roles = {MakeRole("dev", "r", {Rule("list", "", "pods"), Rule("get", "", "pods")})},
      .bindings = {BindRole("dev", "Role", "r", {User("eve"), Group("devs"), User("bob")})}};
  const Authorizer authorizer(policy);
  const Decision decision = authorizer.Authorize(
      {"bob", {"devs"}}, Request("get").Resource("pods").Namespace("dev").Name("x"));
  ASSERT_TRUE(decision.allowed);
  EXPECT_FALSE(decision.privileged);
  EXPECT_EQ(decision.witness.rule, &policy.roles[0].rules[1]);
  EXPECT_EQ(decision.witness.role, &policy.roles[0]);
  EXPECT_EQ(decision.witness.binding, &policy.bindings[0]);
  EXPECT_EQ(decision.witness.subject, &policy.bindings[0].subjects[1]) << "the first that matches";

  const Decision denied = authorizer.Authorize(
      {"bob", {"devs"}}, Request("get").Resource("pods").Namespace("test").Name("x"));
  EXPECT_FALSE(denied.allowed);
  EXPECT_EQ(denied.witness.rule, nullptr);
}

TEST(Authorizer, BindingsComeInAStableOrder) {
  RbacPolicy policy{.roles = {MakeClusterRole("r", {Rule("get", "", "pods")})}};
  for (const char* name : {"c", "a", "b"}) {
    RoleBinding binding = BindClusterRole("r", {User("bob")});
    binding.name = name;
    policy.bindings.push_back(binding);
    binding = BindRole("dev", "ClusterRole", "r", {User("bob")});
    binding.name = std::string(name) + "-dev";
    policy.bindings.push_back(binding);
  }
  const Authorizer authorizer(policy);
  std::vector<std::string> names;
  for (const BoundRole& bound : authorizer.BoundRoles({"bob", {}}, "dev"))
    names.push_back(bound.binding->name);
  EXPECT_THAT(names, ElementsAre("a", "b", "c", "a-dev", "b-dev", "c-dev"));
  EXPECT_THAT(authorizer.BoundRoles({"bob", {}}, ""), SizeIs(3));
  EXPECT_THAT(authorizer.BoundRoles({"eve", {}}, "dev"), IsEmpty());
}

TEST(Authorizer, ABindingCountsOnceHoweverManySubjectsMatch) {
  const RbacPolicy policy{
      .roles = {MakeClusterRole("r", {Rule("get", "", "pods")})},
      .bindings = {BindClusterRole("r", {User("bob"), Group("a"), Group("b"), User("bob")})}};
  EXPECT_THAT(RulesOf(Authorizer(policy).RulesFor({"bob", {"a", "b"}}, "")), SizeIs(1));
}

TEST(Authorizer, OfEqualObjectsTheLastCounts) {
  const RbacPolicy policy{
      .roles = {MakeClusterRole("r", {Rule("get", "", "old")}),
                MakeClusterRole("r", {Rule("get", "", "new")})},
      .bindings = {BindClusterRole("r", {User("old")}), BindClusterRole("r", {User("new")})}};
  const Authorizer authorizer(policy);
  EXPECT_THAT(RulesOf(authorizer.RulesFor({"old", {}}, "")), IsEmpty());
  EXPECT_THAT(RulesOf(authorizer.RulesFor({"new", {}}, "")), ElementsAre(Rule("get", "", "new")));
}

TEST(Authorizer, NamespacesOf) {
  const RbacPolicy policy{.bindings = {BindRole("z", "Role", "r", {User("bob")}),
                                       BindRole("a", "Role", "r", {Group("g")}),
                                       BindRole("m", "Role", "r", {ServiceAccount("", "sa")}),
                                       BindClusterRole("r", {User("eve")})}};
  const Authorizer authorizer(policy);
  EXPECT_THAT(authorizer.NamespacesOf({"bob", {"g"}}), ElementsAre("a", "z"));
  EXPECT_THAT(authorizer.NamespacesOf({"bob", {}}), ElementsAre("z"));
  EXPECT_THAT(authorizer.NamespacesOf({"system:serviceaccount:m:sa", {}}), ElementsAre("m"));
  EXPECT_THAT(authorizer.NamespacesOf({"eve", {}}), IsEmpty());
}

TEST(Authorizer, ReasonsOfADenialAreDistinctAndInOrder) {
  RbacPolicy policy;
  for (const char* role : {"gone", "lost", "gone"}) {
    policy.bindings.push_back(BindClusterRole(role, {User("bob")}));
    policy.bindings.back().name = "b" + std::to_string(policy.bindings.size());
  }
  const Authorizer authorizer(policy);
  const RequestAttributes request = Request("get").Resource("pods");
  EXPECT_EQ(authorizer.Reason({"bob", {}}, request, authorizer.Authorize({"bob", {}}, request)),
            "RBAC: [clusterrole.rbac.authorization.k8s.io \"gone\" not found, "
            "clusterrole.rbac.authorization.k8s.io \"lost\" not found]");
  EXPECT_EQ(authorizer.Reason({"eve", {}}, request, authorizer.Authorize({"eve", {}}, request)),
            "");
}

TEST(Authorizer, AClusterRoleBindingNeverFindsARole) {
  RoleBinding binding = BindClusterRole("r", {User("bob")});
  binding.role_ref.kind = "Role";
  // A Role whose dump lost its namespace.
  const RbacPolicy policy{.roles = {MakeRole("dev", "r", {Rule("get", "", "pods")}),
                                    MakeRole("", "r", {Rule("get", "", "pods")})},
                          .bindings = {binding}};
  const Authorizer authorizer(policy);
  EXPECT_FALSE(
      authorizer.Authorize({"bob", {}}, Request("get").Resource("pods").Name("x")).allowed);
  EXPECT_THAT(authorizer.RulesFor({"bob", {}}, "").errors,
              ElementsAre("role.rbac.authorization.k8s.io \"r\" not found"));
}

}  // namespace
}  // namespace wecan
