// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/guardrails.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"
#include "tests/testing/load.h"

namespace wecan {
namespace {

// The guardrails that the atoms of `example` hit.
std::set<std::string> Hits(const YAML::Node& example) {
  std::set<std::string> ids;
  const std::string scope = LoadText(example["scope"]);
  for (const PolicyRule& atom : BreakdownRule(LoadRule(example))) {
    const Guardrail* guardrail = FindGuardrail(atom, scope.empty() || scope == "cluster");
    if (guardrail != nullptr) ids.emplace(guardrail->id);
  }
  return ids;
}

TEST(Guardrails, ExamplesOfTheData) {
  int examples = 0;
  for (const YAML::Node& g : LoadSource("policies/guardrails.yaml")["guardrails"]) {
    const std::string id = LoadText(g["id"]);
    EXPECT_THAT(Hits(g["examples"]["bad"]), testing::Contains(id));
    EXPECT_THAT(Hits(g["examples"]["good"]), testing::IsEmpty()) << id;
    ++examples;
  }
  EXPECT_EQ(examples, static_cast<int>(Guardrails().size()));
  EXPECT_GE(examples, 8);
}

// inFix says one of two things; what refuses stands first, so that an atom that hits two kinds is
// refused.
TEST(Guardrails, RefusingOnesStandFirst) {
  bool telling = false;
  for (const YAML::Node& g : LoadSource("policies/guardrails.yaml")["guardrails"]) {
    const std::string in_fix = LoadText(g["inFix"]);
    EXPECT_TRUE(in_fix == "refuse" || in_fix == "tell") << LoadText(g["id"]);
    EXPECT_FALSE(telling && in_fix == "refuse") << LoadText(g["id"]);
    telling |= in_fix == "tell";
  }
  EXPECT_TRUE(telling);
}

// The table that is compiled in says the same as the data.
TEST(Guardrails, RefusedInFix) {
  size_t i = 0;
  for (const YAML::Node& g : LoadSource("policies/guardrails.yaml")["guardrails"]) {
    ASSERT_LT(i, Guardrails().size());
    EXPECT_EQ(Guardrails()[i].id, LoadText(g["id"]));
    EXPECT_EQ(Guardrails()[i].refused_in_fix, LoadText(g["inFix"]) == "refuse")
        << Guardrails()[i].id;
    ++i;
  }
  EXPECT_EQ(i, Guardrails().size());
}

TEST(Guardrails, AreComplete) {
  std::set<absl::string_view> ids;
  for (const Guardrail& g : Guardrails()) {
    EXPECT_TRUE(ids.insert(g.id).second) << g.id;
    EXPECT_FALSE(g.reason.empty()) << g.id;
    EXPECT_FALSE(g.verbs.empty() && g.api_groups.empty() && g.resources.empty())
        << g.id << " would match everything";
  }
}

struct AtomCase {
  PolicyRule atom;
  bool cluster_wide;
  std::string id;  // "" for none
};

TEST(Guardrails, Atoms) {
  const std::vector<AtomCase> cases = {
      {Rule("*", "apps", "deployments"), true, "wildcard-verb"},
      {Rule("*", "apps", "deployments"), false, "wildcard-verb"},
      {Rule("get", "*", "deployments"), true, "wildcard-group"},
      {Rule("get", "apps", "*"), true, "wildcard-resource"},
      {Rule("get", "apps", "*/scale"), true, ""},
      {Rule("get", "apps", "deployments"), true, ""},
      {Rule("escalate", kRbacGroup, "roles"), false, "escalate"},
      {Rule("escalate", "", "roles"), false, ""},
      {Rule("escalate", kRbacGroup, "rolebindings"), false, ""},
      {Rule("bind", kRbacGroup, "clusterroles"), false, "bind"},
      {Rule("bind", kRbacGroup, "clusterrolebindings"), false, ""},
      {Rule("impersonate", "", "users"), false, "impersonate"},
      {Rule("impersonate", "authentication.k8s.io", "userextras/scopes"), false, "impersonate"},
      {Rule("impersonate", "authentication.k8s.io", "userextras"), false, ""},
      {Rule("impersonate", "authentication.k8s.io", "userextrasx"), false, ""},
      {Rule("impersonate", "", "pods"), false, ""},
      {Rule("get", "", "secrets"), true, "cluster-secrets"},
      {Rule("get", "", "secrets"), false, ""},
      {Rule("get", "", "secrets", "one"), true, "cluster-secrets"},
      {Rule("get", "apps", "secrets"), true, ""},
      {Rule("create", kRbacGroup, "roles"), true, "cluster-rbac"},
      {Rule("create", kRbacGroup, "roles"), false, ""},
      {Rule("get", kRbacGroup, "roles"), true, ""},
      {UrlRule("*", "/metrics"), true, "wildcard-verb"},
      {UrlRule("get", "*"), true, ""},
  };
  for (const AtomCase& c : cases) {
    const Guardrail* guardrail = FindGuardrail(c.atom, c.cluster_wide);
    EXPECT_EQ(guardrail == nullptr ? "" : guardrail->id, c.id)
        << testing::PrintToString(c.atom) << (c.cluster_wide ? " everywhere" : " in a namespace");
  }
}

}  // namespace
}  // namespace wecan
