// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/held_roles.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/aggregate.h"
#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(HeldRoles, BoundAndAggregated) {
  RbacPolicy policy{
      .roles = {MakeAggregatedRole("top", {{.match_labels = {{"to-top", "true"}}}}),
                MakeClusterRole("part", {Rule("get", "", "pods")}, {{"to-top", "true"}}),
                MakeClusterRole("other", {Rule("get", "", "nodes")}, {{"to-top", "false"}}),
                MakeRole("dev", "local", {Rule("get", "", "secrets")})},
      .bindings = {
          BindClusterRole("top", {User("bob")}), BindRole("dev", "Role", "local", {User("bob")}),
          BindClusterRole("other", {User("eve")}), BindClusterRole("gone", {User("bob")})}};
  AggregateClusterRoles(policy);
  AgentGrants grants(policy, {"bob", {}});
  std::vector<std::string> held;
  for (const HeldRole& role : HeldRoles(grants))
    held.push_back(absl::StrCat(role.role->name, " through ", role.bound->name));
  EXPECT_THAT(held, ElementsAre("top through top", "part through top", "local through local"));

  std::vector<std::string> dangling;
  for (const RoleBinding* binding : DanglingBindings(grants))
    dangling.push_back(binding->role_ref.name);
  EXPECT_THAT(dangling, ElementsAre("gone"));
}

TEST(HeldRoles, ChainsReachTheAccountAndCirclesEnd) {
  RbacPolicy policy{
      .roles = {MakeAggregatedRole("a", {{.match_labels = {{"to-a", "true"}}}}, {{"to-b", "true"}}),
                MakeAggregatedRole("b", {{.match_labels = {{"to-b", "true"}}}}, {{"to-a", "true"}}),
                MakeClusterRole("leaf", {Rule("get", "", "pods")}, {{"to-b", "true"}})},
      .bindings = {BindClusterRole("a", {User("bob")})}};
  AggregateClusterRoles(policy);
  AgentGrants grants(policy, {"bob", {}});
  std::vector<std::string> held;
  for (const HeldRole& role : HeldRoles(grants)) held.push_back(role.role->name);
  EXPECT_THAT(held, UnorderedElementsAre("a", "b", "leaf"));
}

// "ROLE through BOUND: VERBS RESOURCE" of each rule of bob.
std::vector<std::string> RulesOfBob(RbacPolicy policy) {
  AggregateClusterRoles(policy);
  const AgentGrants grants(std::move(policy), {"bob", {}});
  std::vector<std::string> rules;
  for (const HeldRule& held : HeldRules(grants)) {
    rules.push_back(absl::StrCat(held.by.role->name, " through ", held.by.bound->name, ": ",
                                 held.rule->verbs[0], " ", held.rule->resources[0]));
  }
  return rules;
}

TEST(HeldRules, StandWithTheirSource) {
  RbacPolicy policy{
      .roles = {MakeAggregatedRole("top", {{.match_labels = {{"to-top", "true"}}}}),
                MakeClusterRole("part", {Rule("get", "", "pods")}, {{"to-top", "true"}})},
      .bindings = {BindClusterRole("top", {User("bob")}), BindClusterRole("part", {User("bob")})}};
  policy.bindings[1].name = "a-direct";
  EXPECT_THAT(RulesOfBob(policy),
              ElementsAre("part through part: get pods", "part through top: get pods"));
}

// What a dump says was aggregated, from roles that it does not hold.
TEST(HeldRules, WithTheAggregatedRoleWhenThereIsNoSource) {
  RbacPolicy policy{
      .roles = {MakeAggregatedRole("top", {{.match_labels = {{"to-top", "true"}}}}, {},
                                   {Rule("list", "", "nodes")}),
                MakeClusterRole("part", {Rule("get", "", "pods")}, {{"to-top", "true"}})},
      .bindings = {BindClusterRole("top", {User("bob")})}};
  policy.roles[0].aggregated_before = true;
  EXPECT_THAT(RulesOfBob(policy),
              ElementsAre("top through top: list nodes", "part through top: get pods"));
}

TEST(HeldRules, CirclesLoseNone) {
  RbacPolicy policy{.roles = {MakeAggregatedRole("a", {{.match_labels = {{"to-a", "true"}}}},
                                                 {{"to-b", "true"}}, {Rule("get", "", "pods")}),
                              MakeAggregatedRole("b", {{.match_labels = {{"to-b", "true"}}}},
                                                 {{"to-a", "true"}}, {Rule("get", "", "pods")})},
                    .bindings = {BindClusterRole("a", {User("bob")})}};
  for (Role& role : policy.roles) role.aggregated_before = true;
  EXPECT_THAT(RulesOfBob(policy), ElementsAre("a through a: get pods"));
}

TEST(HeldPolicy, WhatDecidesAndNothingElse) {
  const RbacPolicy policy{
      .roles = {MakeRole("dev", "other", {Rule("get", "", "secrets")}),
                MakeRole("dev", "local", {Rule("get", "", "secrets")}),
                MakeRole("app", "local", {Rule("get", "", "secrets")}),
                MakeAggregatedRole("top", {{.match_labels = {{"to-top", "true"}}}}),
                MakeAggregatedRole("middle", {{.match_labels = {{"to-middle", "true"}}}},
                                   {{"to-top", "true"}}),
                MakeClusterRole("leaf", {Rule("get", "", "pods")}, {{"to-middle", "true"}}),
                MakeClusterRole("nobodys", {Rule("get", "", "nodes")}, {{"to-top", "false"}})},
      .bindings = {BindRole("dev", "Role", "local", {User("bob")}),
                   BindRole("dev", "Role", "other", {User("eve")}),
                   BindRole("app", "ClusterRole", "leaf", {Group("staff")}),
                   BindClusterRole("top", {User("eve"), User("bob")}),
                   BindClusterRole("gone", {User("bob")}), BindClusterRole("nobodys", {})}};
  const RbacPolicy held = HeldPolicy(AgentGrants(policy, {"bob", {"staff"}}));
  std::vector<std::string> names;
  for (const Role& role : held.roles)
    names.push_back(absl::StrCat(role.namespace_, "/", role.name));
  for (const RoleBinding& binding : held.bindings)
    names.push_back(absl::StrCat(binding.namespace_, ":", binding.role_ref.name));
  EXPECT_THAT(names, ElementsAre("/leaf", "/middle", "/top", "dev/local", ":gone", ":top",
                                 "app:leaf", "dev:local"));
}

}  // namespace
}  // namespace wecan
