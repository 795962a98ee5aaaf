// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/cover_index.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

CoverGap GapOf(const std::vector<PolicyRule>& owner, const std::vector<PolicyRule>& servant,
               CoverBudget budget = {}) {
  std::vector<const PolicyRule*> rules;
  for (const PolicyRule& rule : owner) rules.push_back(&rule);
  return CoverIndex(rules).Uncovered(servant, budget);
}

// "prefix-0", "prefix-1" ...
std::vector<std::string> Many(const std::string& prefix, int n) {
  std::vector<std::string> list;
  for (int i = 0; i < n; ++i) list.push_back(absl::StrCat(prefix, "-", i));
  return list;
}

PolicyRule Huge() {
  return {.verbs = Many("verb", 3000), .api_groups = Many("g", 3000), .resources = Many("r", 3000)};
}

TEST(CoverIndex, SaysWhatUncoveredSays) {
  const std::vector<PolicyRule> rules = {Rule("get,list", ",apps", "pods,pods/log"),
                                         Rule("get,get", "", "pods,*/log"),
                                         Rule("*", "apps", "*"),
                                         Rule("get", "*", "*/log,pods/*"),
                                         Rule("get,list", "", "pods", "a,b,a"),
                                         Rule("list", "", "pods", "b,"),
                                         UrlRule("get,list", "/a,/b*,*"),
                                         UrlRule("*", "/b*"),
                                         {.verbs = {"get"}},
                                         {.verbs = {"get"}, .api_groups = {""}}};
  int uncovered = 0;
  for (const PolicyRule& a : rules) {
    for (const PolicyRule& b : rules) {
      for (const PolicyRule& c : rules) {
        const CoverGap gap = GapOf({a, b}, {c, a, rules[0]});
        ASSERT_TRUE(gap.complete);
        ASSERT_THAT(gap.atoms, ElementsAreArray(Uncovered({a, b}, {c, a, rules[0]})))
            << testing::PrintToString(a) << testing::PrintToString(b) << " over "
            << testing::PrintToString(c);
        uncovered += !gap.atoms.empty();
      }
    }
  }
  EXPECT_GT(uncovered, 100);
}

// A rule for names and one for URLs at once is refused by the API server, yet comes up.
TEST(CoverIndex, NamesNeverHoldUrls) {
  PolicyRule both = UrlRule("get", "/a");
  both.resource_names = {"n"};
  EXPECT_THAT(GapOf({both}, {both}).atoms, ElementsAre(UrlRule("get", "/a")));
}

TEST(CoverIndex, BillionsOfAtomsThatAreHeld) {
  EXPECT_THAT(GapOf({Rule("*", "*", "*")}, {Huge()}).atoms, IsEmpty());
  EXPECT_THAT(GapOf({Huge()}, {Huge()}).atoms, IsEmpty());
}

TEST(CoverIndex, BillionsOfAtomsButOne) {
  PolicyRule held = Huge();
  held.verbs.pop_back();
  PolicyRule last = Huge();
  last.verbs = {last.verbs.back()};
  PolicyRule rest = last;
  last.api_groups.pop_back();
  rest.api_groups = {rest.api_groups.back()};
  rest.resources.pop_back();
  const CoverGap gap = GapOf({held, last, rest}, {Huge()});
  EXPECT_TRUE(gap.complete);
  EXPECT_THAT(gap.atoms, ElementsAre(Rule("verb-2999", "g-2999", "r-2999")));
}

TEST(CoverIndex, BillionsOfAtomsThatAreNotHeld) {
  const CoverGap gap = GapOf({Rule("get", "", "pods")}, {Huge()});
  EXPECT_FALSE(gap.complete);
  EXPECT_THAT(gap.atoms, SizeIs(CoverBudget().atoms));
  EXPECT_EQ(gap.atoms[1], Rule("verb-1", "g-0", "r-0"));
}

TEST(CoverIndex, ExactlyWhatMayBeListedIsComplete) {
  const PolicyRule rule = Rule("a,b,c", "", "x");
  EXPECT_TRUE(GapOf({}, {rule}, {.atoms = 3}).complete);
  const CoverGap gap = GapOf({}, {rule}, {.atoms = 2});
  EXPECT_FALSE(gap.complete);
  EXPECT_THAT(gap.atoms, SizeIs(2));
  EXPECT_FALSE(GapOf({}, {rule, rule}, {.atoms = 3}).complete);
}

TEST(CoverIndex, AnEmptyBudgetStillTellsHeldFromNot) {
  const CoverBudget nothing{.steps = 0, .atoms = 0, .bytes = 0};
  EXPECT_THAT(GapOf({}, {Rule("a", "", "x")}, nothing).atoms, SizeIs(1));
  const CoverGap gap = GapOf({Rule("a", "", "x")}, {Rule("a", "", "x")}, nothing);
  EXPECT_FALSE(gap.complete) << "not compared: neither held nor not";
  EXPECT_THAT(gap.atoms, SizeIs(1));
}

TEST(CoverIndex, LongTextsCountByTheirBytes) {
  PolicyRule rule = Rule("a,b,c", "", "x");
  rule.resources = {std::string(1 << 20, 'x')};
  const CoverGap gap = GapOf({}, {rule});
  EXPECT_FALSE(gap.complete);
  EXPECT_THAT(gap.atoms, SizeIs(1));
}

// An owner that cuts every atom out on its own must not make pieces without end.
TEST(CoverIndex, ManySmallHoles) {
  std::vector<PolicyRule> owner;
  for (int i = 0; i < 2000; ++i) {
    owner.push_back(Rule(absl::StrCat("verb-", i), absl::StrCat("g-", i * 7 % 3000),
                         absl::StrCat("r-", i * 11 % 3000)));
  }
  EXPECT_FALSE(GapOf(owner, {Huge()}).complete);
}

}  // namespace
}  // namespace wecan
