// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/verb_set.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(VerbSet, NamesAreAlphabetical) {
  EXPECT_THAT(VerbSet(uint8_t{0x7f}).Names(),
              ElementsAre("create", "delete", "get", "list", "patch", "update", "watch"));
  EXPECT_THAT((VerbSet{AgentVerb::kWatch, AgentVerb::kCreate}.Names()),
              ElementsAre("create", "watch"));
  EXPECT_THAT(VerbSet().Names(), IsEmpty());
  EXPECT_EQ(Verbs("update,get").Join(", "), "get, update");
  EXPECT_EQ(VerbSet().Join(", "), "");
}

TEST(VerbSet, EveryVerbHasItsOwnBit) {
  uint8_t all = 0;
  for (int i = 0; i < kAgentVerbs; ++i) {
    const VerbSet one{static_cast<AgentVerb>(i)};
    EXPECT_EQ(all & one.bits(), 0);
    EXPECT_TRUE(one.Has(static_cast<AgentVerb>(i)));
    EXPECT_THAT(one.Names(), ElementsAre(std::string(VerbName(static_cast<AgentVerb>(i)))));
    all |= one.bits();
  }
  EXPECT_EQ(all, 0x7f);
}

TEST(VerbSet, Algebra) {
  const VerbSet a = Verbs("get,create"), b = Verbs("create,delete");
  EXPECT_EQ(a | b, Verbs("get,create,delete"));
  EXPECT_EQ(a & b, Verbs("create"));
  EXPECT_EQ(a - b, Verbs("get"));
  EXPECT_EQ(a - a, VerbSet());
  EXPECT_EQ(a | VerbSet(), a);
  EXPECT_TRUE(VerbSet().empty());
  EXPECT_FALSE(a.empty());
  EXPECT_TRUE(a.Has(AgentVerb::kGet));
  EXPECT_FALSE(a.Has(AgentVerb::kDelete));
  VerbSet c = a;
  c |= b;
  EXPECT_EQ(c, a | b);
  c.Add(AgentVerb::kWatch);
  EXPECT_TRUE(c.Has(AgentVerb::kWatch));
}

}  // namespace
}  // namespace wecan
