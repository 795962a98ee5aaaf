// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/role_change.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

using Rules = std::vector<PolicyRule>;

struct ExtendCase {
  std::string label;
  Rules rules, wanted, result;
};

TEST(ExtendRules, Table) {
  const std::vector<ExtendCase> cases = {
      {"nothing wanted", {Rule("get", "a", "p")}, {}, {Rule("get", "a", "p")}},
      {"no rules", {}, {Rule("create,get", "a", "p")}, {Rule("get,create", "a", "p")}},
      {"held", {Rule("get", "a", "p")}, {Rule("get", "a", "p")}, {Rule("get", "a", "p")}},
      {"held by wildcard",
       {Rule("*", "*", "*")},
       {Rule("get", "a", "p", "n")},
       {Rule("*", "*", "*")}},
      {"into the rule of the resource",
       {Rule("get", "a", "q"), Rule("list,get", "a", "p")},
       {Rule("delete,create", "a", "p")},
       {Rule("get", "a", "q"), Rule("list,get,create,delete", "a", "p")}},
      {"into the first of two",
       {Rule("get", "a", "p"), Rule("list", "a", "p")},
       {Rule("create", "a", "p")},
       {Rule("get,create", "a", "p"), Rule("list", "a", "p")}},
      {"not into one for more resources",
       {Rule("get", "a", "p,q")},
       {Rule("create", "a", "p")},
       {Rule("get", "a", "p,q"), Rule("create", "a", "p")}},
      {"nor for more groups",
       {Rule("get", "a,b", "p")},
       {Rule("create", "a", "p")},
       {Rule("get", "a,b", "p"), Rule("create", "a", "p")}},
      {"nor for names",
       {Rule("get", "a", "p", "n")},
       {Rule("create", "a", "p")},
       {Rule("get", "a", "p", "n"), Rule("create", "a", "p")}},
      {"nor a name into one for any",
       {Rule("get", "a", "p")},
       {Rule("create", "a", "p", "n")},
       {Rule("get", "a", "p"), Rule("create", "a", "p", "n")}},
      {"a name into its own",
       {Rule("get", "a", "p", "n")},
       {Rule("update", "a", "p", "n")},
       {Rule("get,update", "a", "p", "n")}},
      {"a rule without verbs",
       {{.api_groups = {"a"}, .resources = {"p"}}},
       {Rule("get", "a", "p")},
       {Rule("get", "a", "p")}},
      {"an empty rule stays", {{}}, {Rule("get", "a", "p")}, {{}, Rule("get", "a", "p")}},
      {"URLs are rules of their own",
       {UrlRule("get", "/x")},
       {UrlRule("post", "/x")},
       {UrlRule("get", "/x"), UrlRule("post", "/x")}},
      {"a URL held by a pattern",
       {UrlRule("get", "/x*")},
       {UrlRule("get", "/x/y")},
       {UrlRule("get", "/x*")}},
      {"new rules are minimal",
       {Rule("get", "b", "p")},
       {Rule("get", "a", "q"), Rule("get", "a", "p")},
       {Rule("get", "b", "p"), Rule("get", "a", "p,q")}},
  };
  for (const ExtendCase& c : cases)
    EXPECT_THAT(ApplyChange(c.rules, ExtendRules(c.rules, c.wanted)), ElementsAreArray(c.result))
        << c.label;
}

struct PruneCase {
  std::string label;
  Rules rules, needed, result;
};

TEST(PruneRules, Table) {
  const std::vector<PruneCase> cases = {
      {"all needed", {Rule("get", "a", "p")}, {Rule("get", "a", "p")}, {Rule("get", "a", "p")}},
      {"a verb", {Rule("get,list", "a", "p")}, {Rule("get", "a", "p")}, {Rule("get", "a", "p")}},
      {"the order of verbs stays",
       {Rule("watch,list,get", "a", "p")},
       {Rule("get,watch", "a", "p")},
       {Rule("watch,get", "a", "p")}},
      {"a rule",
       {Rule("get", "a", "p"), Rule("get", "a", "q")},
       {Rule("get", "a", "q")},
       {Rule("get", "a", "q")}},
      {"everything", {Rule("get", "a", "p")}, {}, {}},
      {"nothing is added",
       {Rule("get", "a", "p")},
       {Rule("get,create", "a", "p")},
       {Rule("get", "a", "p")}},
      {"a verb that both resources lack need of",
       {Rule("get,list", "a", "p,q")},
       {Rule("get", "a", "p"), Rule("get", "a", "q")},
       {Rule("get", "a", "p,q")}},
      {"a resource", {Rule("get", "a", "p,q")}, {Rule("get", "a", "q")}, {Rule("get", "a", "q")}},
      {"a verb of one resource alone",
       {Rule("get,list", "a", "p,q")},
       {Rule("get,list", "a", "p"), Rule("get", "a", "q")},
       {Rule("get,list", "a", "p"), Rule("get", "a", "q")}},
      {"a name",
       {Rule("get", "a", "p", "n,m")},
       {Rule("get", "a", "p", "m")},
       {Rule("get", "a", "p", "m")}},
      {"any name, of which one is needed",
       {Rule("get", "a", "p")},
       {Rule("get", "a", "p", "m")},
       {Rule("get", "a", "p", "m")}},
      {"names, of which any is needed",
       {Rule("get,list", "a", "p", "n,m")},
       {Rule("get", "a", "p")},
       {Rule("get", "a", "p", "n,m")}},
      {"wildcards",
       {Rule("*", "*", "*")},
       {Rule("get", "a", "p"), Rule("get", "b", "q")},
       {Rule("get", "a", "p"), Rule("get", "b", "q")}},
      {"a wildcard verb", {Rule("*", "a", "p")}, {Rule("get", "a", "p")}, {Rule("get", "a", "p")}},
      {"a wildcard beside what is needed",
       {Rule("get", "a", "p"), Rule("*", "a", "p")},
       {Rule("get", "a", "p")},
       {Rule("get", "a", "p")}},
      {"a needed wildcard",
       {Rule("get,list", "a", "*")},
       {Rule("get", "a", "*")},
       {Rule("get", "a", "*")}},
      {"duplicate verbs",
       {Rule("get,list,get,list", "a", "p")},
       {Rule("get", "a", "p")},
       {Rule("get,get", "a", "p")}},
      {"a duplicate resource",
       {Rule("get", "a", "p,p")},
       {Rule("get", "a", "p")},
       {Rule("get", "a", "p")}},
      {"rules that hold nothing",
       {{}, {.verbs = {"get"}}, {.verbs = {"get"}, .api_groups = {"a"}}},
       {Rule("get", "a", "p")},
       {}},
      {"URLs", {UrlRule("get", "/x,/y")}, {UrlRule("get", "/x")}, {UrlRule("get", "/x")}},
      {"a URL pattern", {UrlRule("*", "*")}, {UrlRule("get", "/x")}, {UrlRule("get", "/x")}},
  };
  for (const PruneCase& c : cases)
    EXPECT_THAT(ApplyChange(c.rules, PruneRules(c.rules, c.needed, {})), ElementsAreArray(c.result))
        << c.label;
}

TEST(PruneRules, ThenExtends) {
  const Rules rules = {Rule("get,list", "a", "p"), Rule("get", "a", "q")};
  const RoleChange change =
      PruneRules(rules, {Rule("get,create", "a", "p")}, {Rule("create", "a", "p")});
  ASSERT_EQ(change.rules.size(), 2u);
  EXPECT_EQ(change.rules[0], (RuleChange{0, false, {"create"}, {"list"}}));
  EXPECT_EQ(change.rules[1], (RuleChange{1, true, {}, {}}));
  EXPECT_THAT(change.append, IsEmpty());
  EXPECT_THAT(ApplyChange(rules, change), ElementsAreArray({Rule("get,create", "a", "p")}));
}

// Rules as people write them: several of each, wildcards, names, duplicates, nothing.
Rules HandWritten() {
  return {Rule("get", "a", "p"),
          Rule("get,create,get", "a", "p"),
          Rule("get,list", "a", "p,q"),
          Rule("create", "a,b", "p"),
          Rule("*", "a", "p"),
          Rule("get", "*", "*"),
          Rule("*", "*", "*"),
          Rule("get,create", "a", "*", "n"),
          Rule("get", "a", "p", "n"),
          Rule("get,list", "a", "p", "n,m"),
          Rule("list", "a", "q,q", "n"),
          UrlRule("get", "/x,/y"),
          UrlRule("*", "/x*"),
          {.api_groups = {"a"}, .resources = {"p"}},
          {}};
}

// Single permissions that meet each of these rules in some way, and miss others.
Rules Wishes() {
  return {Rule("get", "a", "p"),      Rule("create", "a", "p"), Rule("get,list", "a", "q"),
          Rule("get", "a", "p", "n"), Rule("create", "b", "p"), Rule("list", "a", "q", "n"),
          UrlRule("get", "/x"),       UrlRule("post", "/x/z")};
}

std::vector<Rules> UpToTwo(const Rules& rules) {
  std::vector<Rules> sets = {{}};
  for (size_t i = 0; i < rules.size(); ++i) {
    sets.push_back({rules[i]});
    for (size_t j = 0; j < rules.size(); ++j) {
      if (i != j) sets.push_back({rules[i], rules[j]});
    }
  }
  return sets;
}

Rules Plus(Rules rules, const Rules& more) {
  rules.insert(rules.end(), more.begin(), more.end());
  return rules;
}

// Any rule that is touched is for one group and one resource.
void ExpectNarrowTouches(const Rules& rules, const RoleChange& change) {
  for (const RuleChange& c : change.rules) {
    ASSERT_EQ(rules[c.rule].api_groups.size(), 1u);
    ASSERT_EQ(rules[c.rule].resources.size(), 1u);
    ASSERT_LE(rules[c.rule].resource_names.size(), 1u);
    ASSERT_FALSE(c.drop);
    ASSERT_THAT(c.remove_verbs, IsEmpty());
  }
}

TEST(ExtendRules, EveryTwoRulesAndWishes) {
  int combinations = 0, touched = 0;
  for (const Rules& rules : UpToTwo(HandWritten())) {
    for (const Rules& wanted : UpToTwo(Wishes())) {
      const RoleChange change = ExtendRules(rules, wanted);
      const Rules after = ApplyChange(rules, change);
      const std::string context =
          testing::PrintToString(rules) + " + " + testing::PrintToString(wanted);
      ASSERT_THAT(Uncovered(after, wanted), IsEmpty()) << context;
      ASSERT_THAT(Uncovered(after, rules), IsEmpty()) << context;
      ASSERT_THAT(Uncovered(Plus(rules, wanted), after), IsEmpty()) << context;
      ASSERT_NO_FATAL_FAILURE(ExpectNarrowTouches(rules, change)) << context;
      ASSERT_EQ(change.append, MinimalRules(change.append)) << context;
      ASSERT_TRUE(ExtendRules(after, wanted).empty()) << context;
      ASSERT_EQ(change.empty(), Uncovered(rules, wanted).empty()) << context;
      ++combinations;
      touched += !change.rules.empty();
    }
  }
  EXPECT_EQ(combinations, (1 + 15 * 15) * (1 + 8 * 8));
  EXPECT_GT(touched, 800);
}

// All permissions that can make a difference between the rules and the wishes.
Rules Probes() {
  Rules probes;
  for (const char* verb : {"get", "create", "list", "*"}) {
    for (const char* group : {"a", "b", "*"}) {
      for (const char* resource : {"p", "q", "*"}) {
        probes.push_back(Rule(verb, group, resource));
        for (const char* name : {"n", "m"}) probes.push_back(Rule(verb, group, resource, name));
      }
    }
  }
  for (const char* verb : {"get", "post", "*"}) {
    for (const char* url : {"/x", "/y", "/x/z", "/x*"}) probes.push_back(UrlRule(verb, url));
  }
  return probes;
}

// Which of `probes` the rules hold.
std::vector<bool> Held(const Rules& rules, const Rules& probes) {
  std::vector<bool> held;
  for (const PolicyRule& probe : probes)
    held.push_back(std::any_of(rules.begin(), rules.end(),
                               [&](const PolicyRule& r) { return RuleCovers(r, probe); }));
  return held;
}

// What stays is what was held and is needed, and what is wanted comes.
TEST(PruneRules, EveryTwoRulesAndWishes) {
  const Rules probes = Probes();
  const std::vector<Rules> wishes = UpToTwo(Wishes());
  std::vector<std::vector<bool>> of_wishes;
  for (const Rules& needed : wishes) of_wishes.push_back(Held(needed, probes));
  int combinations = 0, dropped = 0, kept = 0;
  for (const Rules& rules : UpToTwo(HandWritten())) {
    const std::vector<bool> before = Held(rules, probes);
    for (size_t w = 0; w < wishes.size(); ++w) {
      const Rules& needed = wishes[w];
      const bool want = w % 2 == 1;
      const Rules wanted = want ? needed : Rules{};
      const RoleChange change = PruneRules(rules, needed, wanted);
      const Rules after = ApplyChange(rules, change);
      const std::vector<bool> held = Held(after, probes);
      for (size_t i = 0; i < probes.size(); ++i) {
        ASSERT_EQ(held[i], of_wishes[w][i] && (before[i] || want))
            << testing::PrintToString(rules) << " needed " << testing::PrintToString(needed)
            << " gives " << testing::PrintToString(after) << " for "
            << testing::PrintToString(probes[i]);
      }
      ASSERT_TRUE(PruneRules(after, needed, wanted).empty())
          << testing::PrintToString(after) << " needed " << testing::PrintToString(needed);
      ++combinations;
      dropped += after.size() < rules.size();
      kept += change.empty();
    }
  }
  EXPECT_EQ(combinations, (1 + 15 * 15) * (1 + 8 * 8));
  EXPECT_GT(dropped, 2'500);
  EXPECT_GT(kept, 90);
}

TEST(ApplyChange, RulesKeepTheirOrder) {
  const Rules rules = {Rule("get", "a", "p"), Rule("get", "a", "q"), Rule("get", "a", "r")};
  RoleChange change{.rules = {{0, true, {}, {}}, {2, false, {"list"}, {"get"}}},
                    .append = {Rule("get", "b", "s")}};
  EXPECT_THAT(
      ApplyChange(rules, change),
      ElementsAreArray({Rule("get", "a", "q"), Rule("list", "a", "r"), Rule("get", "b", "s")}));
  EXPECT_THAT(ApplyChange(rules, {}), ElementsAreArray(rules));
}

}  // namespace
}  // namespace wecan
