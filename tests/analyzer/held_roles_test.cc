// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/held_roles.h"

#include <string>
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

}  // namespace
}  // namespace wecan
