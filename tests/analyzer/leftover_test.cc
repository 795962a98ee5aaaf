// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/leftover.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Leftover, NothingIsKept) {
  const PolicyRule rule = Rule("get,list", "apps,batch", "jobs,deployments", "a,b");
  EXPECT_THAT(Leftover(rule, {}), ElementsAre(rule));
}

TEST(Leftover, AllIsKept) {
  const PolicyRule rule = Rule("get,list", "apps", "deployments");
  EXPECT_THAT(Leftover(rule, {rule}), IsEmpty());
  EXPECT_THAT(Leftover(UrlRule("get", "/metrics"), {UrlRule("get", "/metrics")}), IsEmpty());
}

TEST(Leftover, VerbsOfOneResource) {
  EXPECT_THAT(Leftover(Rule("get,list,watch", "apps", "deployments,daemonsets"),
                       {Rule("get", "apps", "deployments")}),
              ElementsAre(Rule("get,list,watch", "apps", "daemonsets"),
                          Rule("list,watch", "apps", "deployments")));
}

TEST(Leftover, OtherGroups) {
  EXPECT_THAT(Leftover(Rule("get", ",apps", "deployments"), {Rule("get", "apps", "deployments")}),
              ElementsAre(Rule("get", "", "deployments")));
}

TEST(Leftover, Names) {
  EXPECT_THAT(
      Leftover(Rule("get,update", "", "secrets", "a,b,c"), {Rule("get", "", "secrets", "a")}),
      ElementsAre(Rule("get,update", "", "secrets", "b,c"), Rule("update", "", "secrets", "a")));
}

TEST(Leftover, AWildcardStays) {
  EXPECT_THAT(Leftover(Rule("*", "*", "*"), {Rule("get", "apps", "deployments")}),
              ElementsAre(Rule("*", "*", "*")));
  EXPECT_THAT(Leftover(Rule("*", "apps", "deployments"), {Rule("get", "apps", "deployments")}),
              ElementsAre(Rule("*", "apps", "deployments")));
}

TEST(Leftover, RulesThatHoldNothing) {
  EXPECT_THAT(Leftover({}, {}), IsEmpty());
  EXPECT_THAT(Leftover({.verbs = {"get"}, .resources = {"pods"}}, {}), IsEmpty());
}

// Every sublist of each field, with every single atom and pair of atoms of it kept.
TEST(Leftover, IsWhatIsNotKept) {
  const std::vector<PolicyRule> rules = {
      Rule("get,list,*", "apps,batch", "jobs,cronjobs"), Rule("get,list", "apps", "a,b,c"),
      Rule("get,list", "apps,batch", "jobs,cronjobs", "x,y"),
      Rule("get,update,delete", "*,apps", "*,jobs"), UrlRule("get,post", "/a,/b*")};
  int runs = 0;
  for (const PolicyRule& rule : rules) {
    const std::vector<PolicyRule> atoms = BreakdownRule(rule);
    for (const PolicyRule& one : atoms) {
      for (const PolicyRule& other : atoms) {
        ++runs;
        const std::vector<PolicyRule> kept = {one, other};
        std::vector<PolicyRule> left;
        for (const PolicyRule& rest : Leftover(rule, kept)) {
          for (PolicyRule& atom : BreakdownRule(rest)) left.push_back(std::move(atom));
        }
        EXPECT_EQ(left.size() + (one == other ? 1 : 2), atoms.size());
        for (const PolicyRule& atom : atoms) {
          const bool is_left = std::find(left.begin(), left.end(), atom) != left.end();
          EXPECT_EQ(is_left, atom != one && atom != other) << testing::PrintToString(atom);
        }
      }
    }
  }
  EXPECT_GT(runs, 500);
}

}  // namespace
}  // namespace wecan
