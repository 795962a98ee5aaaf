// SPDX-License-Identifier: Apache-2.0
// Every built-in resource, refused by every verb, under three releases: one grant for all, proved.
#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/denials/plan_grant.h"
#include "analyzer/model/resource_catalog.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

AnalyzeOptions Options(const std::string& profile) {
  AnalyzeOptions options;
  options.profile = BuildProfile({.name = profile}).value();
  return options;
}

std::vector<Denial> DenialsOfAll(const std::string& verb, const std::string& user) {
  std::vector<Denial> denials;
  for (const CatalogEntry& entry : CatalogTable()) {
    if (!entry.builtin) continue;
    denials.push_back({.refusal = FindRefusal("rbac-forbidden"),
                       .user = user,
                       .verb = verb,
                       .group = std::string(entry.group),
                       .resource = std::string(entry.plural),
                       .namespace_ = entry.namespaced ? "n" : "",
                       .name = "x"});
  }
  return denials;
}

class DenialsOfARelease : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

INSTANTIATE_TEST_SUITE_P(Verbs, DenialsOfARelease,
                         testing::Combine(testing::Values("ocm-0.11", "ocm-0.13", "ocm-1.3"),
                                          testing::Values("get", "create", "update", "patch",
                                                          "delete", "list")));

TEST_P(DenialsOfARelease, AreCuredByOneProvedGrant) {
  const auto [profile, verb] = GetParam();
  const AnalyzeOptions options = Options(profile);
  const std::vector<Denial> denials = DenialsOfAll(verb, options.agent.User().name);
  std::vector<const Denial*> pointers;
  for (const Denial& d : denials) pointers.push_back(&d);
  const AnalysisInput input;
  const Requirements requirements;
  const Surroundings around{input, requirements, options};
  const std::vector<DenialVerdict> verdicts = JudgeDenials(pointers, around, true);
  for (size_t i = 0; i < denials.size(); ++i) {
    const std::vector<std::string>& verbs = verdicts[i].verbs;
    EXPECT_NE(std::find(verbs.begin(), verbs.end(), verb), verbs.end()) << denials[i].resource;
    EXPECT_EQ(verdicts[i].next.size() + 1, verbs.size());
  }
  const RbacPolicy held = WithoutRefuted(options.profile.policy, pointers, verdicts);
  const Grantee grantee{
      .subject = {"ServiceAccount", options.agent.namespace_, options.agent.service_account},
      .user = options.agent.User(),
      .klusterlet = "klusterlet"};
  for (const GrantStrategy strategy :
       {GrantStrategy::kClusterBinding, GrantStrategy::kRoleBinding}) {
    const auto grant =
        PlanDenialGrant(pointers, verdicts, grantee, held, FixOptions{.strategy = strategy});
    ASSERT_TRUE(grant.ok()) << grant.status();
    EXPECT_THAT(grant->faults, IsEmpty());
    EXPECT_GT(grant->verbs, 0);
  }
}

// What is refused though the profile holds it is gone from what counts as held, and nothing else.
TEST(WithoutRefuted, TakesAwayTheResourceAlone) {
  const RbacPolicy policy = {
      .roles = {{.kind = RoleKind::kClusterRole,
                 .name = "r",
                 .rules = {{.verbs = {"get"}, .api_groups = {"", "apps"}, .resources = {"a", "b"}},
                           {.verbs = {"get"}, .api_groups = {"other"}, .resources = {"a"}},
                           {.verbs = {"*"}, .api_groups = {"*"}, .resources = {"*"}}}}}};
  const Denial denial{.refusal = FindRefusal("rbac-forbidden"), .group = "apps", .resource = "a"};
  const std::vector<const Denial*> denials = {&denial};
  const RbacPolicy left = WithoutRefuted(policy, denials, {{.refutes_profile = true}});
  EXPECT_THAT(
      left.roles[0].rules,
      ElementsAre(PolicyRule{.verbs = {"get"}, .api_groups = {""}, .resources = {"a", "b"}},
                  PolicyRule{.verbs = {"get"}, .api_groups = {"apps"}, .resources = {"b"}},
                  PolicyRule{.verbs = {"get"}, .api_groups = {"other"}, .resources = {"a"}}));
  const std::vector<DenialVerdict> agreeing(1);
  EXPECT_EQ(WithoutRefuted(policy, denials, agreeing).roles[0].rules, policy.roles[0].rules);
}

TEST(WorkAgentOf, KnowsWorkAgents) {
  const Agent named;
  EXPECT_TRUE(WorkAgentOf(named.User().name, named));
  const auto other = WorkAgentOf("system:serviceaccount:east:edge-work-sa", named);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->klusterlet, "edge");
  EXPECT_EQ(other->namespace_, "east");
  for (const char* user :
       {"jane", "system:serviceaccount:east:-work-sa", "system:serviceaccount:east:work-sa",
        "edge-work-sa",
        "system:serviceaccount:open-cluster-management-agent:klusterlet-registration-sa"})
    EXPECT_FALSE(WorkAgentOf(user, named)) << user;
}

}  // namespace
}  // namespace wecan
