// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/minimal_rules.h"

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

PolicyRule Named(PolicyRule rule, const std::string& name) {
  rule.resource_names = {name};
  return rule;
}

TEST(SortVerbs, AsPeopleSayThem) {
  std::vector<std::string> verbs = {"watch", "zap",    "delete", "patch", "*",     "get",
                                    "list",  "update", "bind",   "get",   "create"};
  SortVerbs(verbs);
  EXPECT_THAT(verbs, ElementsAreArray({"get", "create", "update", "patch", "delete", "list",
                                       "watch", "*", "bind", "zap"}));
  std::vector<std::string> none;
  SortVerbs(none);
  EXPECT_THAT(none, IsEmpty());
}

struct MinimalCase {
  std::string label;
  std::vector<PolicyRule> permissions;
  std::vector<PolicyRule> rules;
};

TEST(MinimalRules, Table) {
  const std::vector<MinimalCase> cases = {
      {"nothing", {}, {}},
      {"no verbs", {{.api_groups = {"a"}, .resources = {"p"}}}, {}},
      {"one", {Rule("get", "a", "p")}, {Rule("get", "a", "p")}},
      {"verbs of one resource",
       {Rule("delete", "a", "p"), Rule("get", "a", "p"), Rule("get,delete", "a", "p")},
       {Rule("get,delete", "a", "p")}},
      {"equal verbs, one group",
       {Rule("get", "a", "q"), Rule("get", "a", "p")},
       {Rule("get", "a", "p,q")}},
      {"equal verbs, two groups",
       {Rule("get", "b", "p"), Rule("get", "a", "p")},
       {Rule("get", "a", "p"), Rule("get", "b", "p")}},
      {"other verbs",
       {Rule("get", "a", "q"), Rule("get,list", "a", "p")},
       {Rule("get,list", "a", "p"), Rule("get", "a", "q")}},
      {"core group first",
       {Rule("get", "a", "p"), Rule("get", "", "z")},
       {Rule("get", "", "z"), Rule("get", "a", "p")}},
      {"names of one resource",
       {Rule("get", "a", "p", "n"), Rule("get", "a", "p", "m")},
       {Rule("get", "a", "p", "m,n")}},
      {"the same names of two resources",
       {Rule("get", "a", "p", "n"), Rule("get", "a", "q", "n")},
       {Rule("get", "a", "p,q", "n")}},
      {"other names of two resources stay apart",
       {Rule("get", "a", "p", "n"), Rule("get", "a", "q", "m")},
       {Rule("get", "a", "p", "n"), Rule("get", "a", "q", "m")}},
      {"any name swallows a name",
       {Rule("get", "a", "p", "n"), Rule("get", "a", "p")},
       {Rule("get", "a", "p")}},
      {"but for the verbs it lacks",
       {Rule("get,delete", "a", "p", "n"), Rule("get,create", "a", "p")},
       {Rule("get,create", "a", "p"), Rule("delete", "a", "p", "n")}},
      {"and not of another resource",
       {Rule("get", "a", "p", "n"), Rule("get", "a", "q")},
       {Rule("get", "a", "p", "n"), Rule("get", "a", "q")}},
      {"the empty name is a name",
       {Named(Rule("list", "a", "p"), ""), Rule("get", "a", "p")},
       {Rule("get", "a", "p"), Named(Rule("list", "a", "p"), "")}},
      {"URLs last",
       {UrlRule("get", "/b"), UrlRule("get", "/a"), UrlRule("post", "/a/*"), Rule("get", "a", "p")},
       {Rule("get", "a", "p"), UrlRule("get", "/a,/b"), UrlRule("post", "/a/*")}},
  };
  for (const MinimalCase& c : cases)
    EXPECT_THAT(MinimalRules(c.permissions), ElementsAreArray(c.rules)) << c.label;
}

// Whether two of `rules` could be one.
bool Mergeable(const std::vector<PolicyRule>& rules) {
  for (size_t i = 0; i < rules.size(); ++i) {
    for (size_t j = i + 1; j < rules.size(); ++j) {
      const PolicyRule &a = rules[i], &b = rules[j];
      const int differences =
          (a.verbs != b.verbs) + (a.api_groups != b.api_groups) + (a.resources != b.resources) +
          (a.resource_names != b.resource_names) + (a.non_resource_urls != b.non_resource_urls);
      const bool any_name = a.resource_names.empty() != b.resource_names.empty();
      if (a.api_groups == b.api_groups && differences <= 1 && !any_name) return true;
    }
  }
  return false;
}

bool IsSorted(const std::vector<PolicyRule>& rules) {
  const auto before = [](const PolicyRule& a, const PolicyRule& b) {
    const bool x = !a.non_resource_urls.empty(), y = !b.non_resource_urls.empty();
    return std::tie(x, a.api_groups, a.resources, a.resource_names, a.non_resource_urls, a.verbs) <
           std::tie(y, b.api_groups, b.resources, b.resource_names, b.non_resource_urls, b.verbs);
  };
  return std::is_sorted(rules.begin(), rules.end(), before);
}

void ExpectMinimal(const std::vector<PolicyRule>& permissions) {
  const std::vector<PolicyRule> rules = MinimalRules(permissions);
  ASSERT_THAT(Uncovered(rules, permissions), IsEmpty());
  ASSERT_THAT(Uncovered(permissions, rules), IsEmpty());
  ASSERT_FALSE(Mergeable(rules)) << testing::PrintToString(rules);
  ASSERT_TRUE(IsSorted(rules)) << testing::PrintToString(rules);
  std::vector<PolicyRule> atoms;
  for (const PolicyRule& rule : rules) {
    for (PolicyRule& atom : BreakdownRule(rule)) atoms.push_back(std::move(atom));
  }
  // Nothing twice.
  for (size_t i = 0; i < atoms.size(); ++i) {
    std::vector<PolicyRule> others = atoms;
    others.erase(others.begin() + static_cast<int>(i));
    ASSERT_FALSE(Uncovered(others, {atoms[i]}).empty()) << testing::PrintToString(rules);
  }
  ASSERT_EQ(MinimalRules(atoms), rules);
}

// 2 groups x 2 resources x {any name, n, m, ""} x 3 verbs, and 2 URLs x 3 verbs.
std::vector<PolicyRule> Universe() {
  std::vector<PolicyRule> universe;
  for (const char* verb : {"get", "create", "bind"}) {
    for (const char* group : {"", "a"}) {
      for (const char* resource : {"p", "q"}) {
        const PolicyRule any = Rule(verb, group, resource);
        universe.push_back(any);
        for (const char* name : {"n", "m", ""}) universe.push_back(Named(any, name));
      }
    }
    for (const char* url : {"/x", "/y"}) universe.push_back(UrlRule(verb, url));
  }
  return universe;
}

TEST(MinimalRules, EveryThreePermissions) {
  const std::vector<PolicyRule> universe = Universe();
  const size_t size = universe.size();
  ASSERT_EQ(size, 54u);
  int combinations = 0, merged = 0;
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = i; j < size; ++j) {
      for (size_t k = j; k < size; ++k) {
        std::vector<PolicyRule> permissions = {universe[i], universe[j], universe[k]};
        ASSERT_NO_FATAL_FAILURE(ExpectMinimal(permissions)) << i << " " << j << " " << k;
        const std::vector<PolicyRule> rules = MinimalRules(permissions);
        for (const auto& order : {std::vector<size_t>{i, k, j}, {j, i, k}, {k, j, i}}) {
          ASSERT_EQ(MinimalRules({universe[order[0]], universe[order[1]], universe[order[2]]}),
                    rules);
        }
        ++combinations;
        merged += rules.size() < 3;
      }
    }
  }
  EXPECT_EQ(combinations, 54 * 55 * 56 / 6);
  EXPECT_GT(merged, combinations / 4);
}

// All subsets of the permissions on two resources, for any name and for one.
TEST(MinimalRules, EverySubset) {
  std::vector<PolicyRule> universe;
  for (const char* verb : {"get", "create", "bind"}) {
    for (const char* resource : {"p", "q"}) {
      universe.push_back(Rule(verb, "a", resource));
      universe.push_back(Rule(verb, "a", resource, "n"));
    }
  }
  std::mt19937 random(1);
  for (int bits = 0; bits < 1 << 12; ++bits) {
    std::vector<PolicyRule> permissions;
    for (int i = 0; i < 12; ++i) {
      if ((bits >> i) & 1) permissions.push_back(universe[i]);
    }
    ASSERT_NO_FATAL_FAILURE(ExpectMinimal(permissions)) << bits;
    const std::vector<PolicyRule> rules = MinimalRules(permissions);
    std::shuffle(permissions.begin(), permissions.end(), random);
    ASSERT_EQ(MinimalRules(permissions), rules) << bits;
  }
}

}  // namespace
}  // namespace wecan
