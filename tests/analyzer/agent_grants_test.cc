// SPDX-License-Identifier: Apache-2.0
// Exhaustive.VerbsOnEqualsSevenDecisions compares it with the Authorizer; here: what else it
// answers.
#include "analyzer/grants/agent_grants.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

UserInfo Agent() { return WithImplicitGroups("system:serviceaccount:ocm:work", {}); }

RbacPolicy SomePolicy() {
  return {.roles = {MakeClusterRole("everywhere",
                                    {Rule("get,list,watch,create", "apps", "deployments"),
                                     Rule("get,update", "", "configmaps", "a,b"),
                                     Rule("impersonate", "", "users"), UrlRule("get", "/metrics")}),
                    MakeRole("dev", "in-dev", {Rule("*", "batch", "jobs")}),
                    MakeClusterRole("by-group", {Rule("delete", "apps", "*")})},
          .bindings = {
              BindClusterRole("everywhere", {ServiceAccount("ocm", "work")}),
              BindRole("dev", "Role", "in-dev", {User("system:serviceaccount:ocm:work")}),
              BindRole("test", "ClusterRole", "by-group", {Group("system:serviceaccounts:ocm")}),
              BindRole("prod", "ClusterRole", "by-group", {ServiceAccount("other", "work")})}};
}

struct HoldsCase {
  std::string group, resource, ns, name;
  bool create_named;
  std::string verbs;
};

TEST(AgentGrants, VerbsOn) {
  const std::vector<HoldsCase> cases = {
      {"apps", "deployments", "", "x", false, "get,list,watch,create"},
      {"apps", "deployments", "dev", "x", false, "get,list,watch,create"},
      {"apps", "deployments", "test", "x", false, "get,list,watch,create,delete"},
      {"apps", "deployments", "prod", "x", false, "get,list,watch,create"},
      {"apps", "statefulsets", "test", "x", false, "delete"},
      {"apps", "statefulsets", "", "x", false, ""},
      {"", "deployments", "dev", "x", false, ""},
      {"", "configmaps", "dev", "a", false, "get,update"},
      {"", "configmaps", "dev", "c", false, ""},
      {"batch", "jobs", "dev", "x", false, "get,list,watch,create,update,patch,delete"},
      {"batch", "jobs", "", "x", false, ""},
      {"batch", "jobs", "test", "x", false, ""},
      {"", "users", "", "x", false, ""},
  };
  AgentGrants grants(SomePolicy(), Agent());
  for (const HoldsCase& c : cases) {
    EXPECT_EQ(grants.On(c.group, c.resource, c.ns).VerbsOn(c.name, c.create_named), Verbs(c.verbs))
        << c.group << "/" << c.resource << " in \"" << c.ns << "\"";
  }
}

TEST(AgentGrants, NamesNeverSatisfyAnUnnamedCreate) {
  AgentGrants grants({.roles = {MakeClusterRole("r", {Rule("*", "", "configmaps", "a")})},
                      .bindings = {BindClusterRole("r", {ServiceAccount("ocm", "work")})}},
                     Agent());
  const ResourceGrants& held = grants.On("", "configmaps", "dev");
  EXPECT_EQ(held.VerbsOn("a", false), Verbs("get,update,patch,delete"));
  EXPECT_EQ(held.VerbsOn("a", true), Verbs("get,update,patch,delete,create"));
  EXPECT_EQ(held.VerbsOn("b", true), VerbSet());
}

TEST(AgentGrants, RemembersWhoGave) {
  AgentGrants grants(SomePolicy(), Agent());
  const ResourceGrants& held = grants.On("apps", "deployments", "test");
  ASSERT_THAT(held.held, SizeIs(2));
  EXPECT_EQ(held.held[0].grant->role->name, "everywhere");
  EXPECT_EQ(held.held[0].verbs, Verbs("get,list,watch,create"));
  EXPECT_EQ(held.held[1].grant->binding->namespace_, "test");
  EXPECT_EQ(&held, &grants.On("apps", "deployments", "test")) << "resolved once";
  EXPECT_EQ(&grants.On("apps", "deployments", ""), &grants.On("apps", "deployments", "elsewhere"));
}

TEST(AgentGrants, Namespaces) {
  AgentGrants grants(SomePolicy(), Agent());
  EXPECT_THAT(grants.namespaces(), ElementsAre("dev", "test"));
  EXPECT_THAT(grants.All(""), SizeIs(4));
  EXPECT_THAT(grants.All("dev"), SizeIs(5));
  EXPECT_THAT(grants.All("elsewhere"), SizeIs(4));
}

TEST(AgentGrants, NamesGroup) {
  AgentGrants grants(SomePolicy(), Agent());
  EXPECT_TRUE(grants.NamesGroup("apps"));
  EXPECT_TRUE(grants.NamesGroup("batch")) << "in one namespace";
  EXPECT_FALSE(grants.NamesGroup("example.com"));
  AgentGrants all({.roles = {MakeClusterRole("r", {Rule("get", "*", "pods")})},
                   .bindings = {BindClusterRole("r", {ServiceAccount("ocm", "work")})}},
                  Agent());
  EXPECT_TRUE(all.NamesGroup("example.com"));
}

TEST(AgentGrants, MergedPoliciesKeepTheAddedOne) {
  const RbacPolicy base{
      .roles = {MakeClusterRole("a", {Rule("get", "", "old")}), MakeClusterRole("b", {})},
      .bindings = {BindClusterRole("a", {User("old")}), BindRole("n", "ClusterRole", "a", {})}};
  const RbacPolicy added{
      .roles = {MakeClusterRole("a", {Rule("get", "", "new")}), MakeRole("n", "a", {}),
                MakeRole("n", "a", {Rule("get", "", "last")})},
      .bindings = {BindClusterRole("a", {User("new")}), BindRole("m", "ClusterRole", "a", {})}};
  const RbacPolicy merged = MergePolicies(base, added);
  ASSERT_THAT(merged.roles, SizeIs(3));
  EXPECT_EQ(merged.roles[0].name, "b");
  EXPECT_THAT(merged.roles[1].rules, ElementsAre(Rule("get", "", "new")));
  EXPECT_THAT(merged.roles[2].rules, ElementsAre(Rule("get", "", "last")));
  ASSERT_THAT(merged.bindings, SizeIs(3));
  EXPECT_EQ(merged.bindings[0].namespace_, "n");
  EXPECT_EQ(merged.bindings[1].subjects[0].name, "new");
  EXPECT_EQ(merged.bindings[2].namespace_, "m");
}

TEST(AgentGrants, NoPolicyGrantsNothing) {
  AgentGrants grants({}, Agent());
  EXPECT_EQ(grants.On("", "pods", "dev").VerbsOn("x", true), VerbSet());
  EXPECT_FALSE(grants.NamesGroup(""));
  EXPECT_THAT(grants.All("dev"), SizeIs(0));
}

}  // namespace
}  // namespace wecan
