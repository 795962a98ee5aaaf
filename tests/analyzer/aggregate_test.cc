// SPDX-License-Identifier: Apache-2.0
// The cases of fixtures/conformance (aggregate) hold the rules; here: chains, circles, and what
// stays as it was.
#include "analyzer/grants/aggregate.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

LabelSelector To(std::string target) { return {.match_labels = {{std::move(target), "true"}}}; }

const Role& Find(const RbacPolicy& policy, const std::string& name) {
  for (const Role& role : policy.roles) {
    if (role.name == name) return role;
  }
  throw std::runtime_error(name);
}

TEST(Aggregate, FollowsALongChainAgainstTheOrderOfNames) {
  constexpr int kLength = 12;
  RbacPolicy policy;
  for (int i = 0; i < kLength; ++i) {
    // r0 takes from r1, r1 from r2 ...: each pass of the controller brings the rules one step
    // further.
    const Labels labels = {{absl::StrCat("to-", i), "true"}};
    policy.roles.push_back(
        MakeAggregatedRole(absl::StrCat("r", 100 + i), {To(absl::StrCat("to-", i + 1))}, labels));
  }
  policy.roles.push_back(
      MakeClusterRole("leaf", {Rule("get", "", "pods")}, {{absl::StrCat("to-", kLength), "true"}}));
  AggregateClusterRoles(policy);
  for (const Role& role : policy.roles)
    EXPECT_THAT(role.rules, ElementsAre(Rule("get", "", "pods"))) << role.name;
}

TEST(Aggregate, CirclesSettle) {
  RbacPolicy policy{
      .roles = {MakeAggregatedRole("a", {To("a")}, {{"b", "true"}}, {Rule("get", "", "a")}),
                MakeAggregatedRole("b", {To("b")}, {{"a", "true"}}, {Rule("get", "", "b")})}};
  AggregateClusterRoles(policy);
  const std::vector<Role> once = policy.roles;
  AggregateClusterRoles(policy);
  EXPECT_EQ(policy.roles[0].rules, once[0].rules);
  EXPECT_EQ(policy.roles[1].rules, once[1].rules);
}

TEST(Aggregate, ARoleNeverTakesFromItself) {
  RbacPolicy policy{.roles = {MakeAggregatedRole("a", {{}}, {}, {Rule("get", "", "old")}),
                              MakeClusterRole("b", {Rule("get", "", "new")})}};
  AggregateClusterRoles(policy);
  EXPECT_THAT(policy.roles[0].rules, ElementsAre(Rule("get", "", "new")));
  EXPECT_THAT(policy.roles[1].rules, ElementsAre(Rule("get", "", "new")));
}

TEST(Aggregate, AnEmptyUnionLeavesHandWrittenRules) {
  RbacPolicy policy{.roles = {MakeAggregatedRole("a", {To("a")}, {}, {Rule("get", "", "old")}),
                              MakeClusterRole("b", {}, {{"a", "true"}})}};
  AggregateClusterRoles(policy);
  EXPECT_THAT(policy.roles[0].rules, ElementsAre(Rule("get", "", "old")));
}

TEST(Aggregate, OnlyClusterRolesTakePart) {
  Role namespaced = MakeRole("dev", "r", {Rule("get", "", "secrets")});
  namespaced.labels = {{"a", "true"}};
  RbacPolicy policy{.roles = {MakeAggregatedRole("a", {To("a")}), namespaced}};
  AggregateClusterRoles(policy);
  EXPECT_THAT(policy.roles[0].rules, IsEmpty());
}

TEST(Aggregate, AnInvalidSelectorLeavesTheRoleAlone) {
  const LabelSelector invalid{.match_expressions = {{"a", "Equals", {"true"}}}};
  RbacPolicy policy{
      .roles = {MakeAggregatedRole("a", {To("a"), invalid}, {}, {Rule("get", "", "old")}),
                MakeClusterRole("b", {Rule("get", "", "new")}, {{"a", "true"}})}};
  AggregateClusterRoles(policy);
  EXPECT_THAT(policy.roles[0].rules, ElementsAre(Rule("get", "", "old")));
}

TEST(Aggregate, LabelValuesAreCompared) {
  RbacPolicy policy{.roles = {MakeAggregatedRole("a", {To("a")}),
                              MakeClusterRole("b", {Rule("get", "", "pods")}, {{"a", "True"}}),
                              MakeClusterRole("c", {Rule("list", "", "pods")}, {{"a", "true"}})}};
  AggregateClusterRoles(policy);
  EXPECT_THAT(Find(policy, "a").rules, ElementsAre(Rule("list", "", "pods")));
}

}  // namespace
}  // namespace wecan
