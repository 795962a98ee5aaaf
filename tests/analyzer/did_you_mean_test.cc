// SPDX-License-Identifier: Apache-2.0
#include "analyzer/base/did_you_mean.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

struct DistanceCase {
  absl::string_view a, b;
  int distance;
};

TEST(DidYouMean, EditDistance) {
  const std::vector<DistanceCase> cases = {
      {"", "", 0},       {"", "abc", 3},           {"abc", "", 3},        {"abc", "abc", 0},
      {"abc", "abd", 1}, {"abc", "ab", 1},         {"abc", "abcd", 1},    {"abc", "acb", 1},
      {"ab", "ba", 1},   {"kitten", "sitting", 3}, {"chekc", "check", 1}, {"abc", "xyz", 3}};
  for (const DistanceCase& c : cases) {
    EXPECT_EQ(EditDistance(c.a, c.b), c.distance) << c.a << ", " << c.b;
    EXPECT_EQ(EditDistance(c.b, c.a), c.distance) << c.b << ", " << c.a;
  }
}

TEST(DidYouMean, SuggestsTheNearestOnly) {
  const std::vector<absl::string_view> commands = {"check", "fix", "diagnose", "can-i"};
  EXPECT_EQ(DidYouMean("chek", commands), "; did you mean \"check\"?");
  EXPECT_EQ(DidYouMean("CHECK", commands), "; did you mean \"check\"?");
  EXPECT_EQ(DidYouMean("fx", commands), "; did you mean \"fix\"?");
  EXPECT_EQ(DidYouMean("cani", commands), "; did you mean \"can-i\"?");
  EXPECT_EQ(DidYouMean("deploy", commands), "");
  EXPECT_EQ(DidYouMean("x", commands), "");
  EXPECT_EQ(DidYouMean("", commands), "");
  EXPECT_EQ(DidYouMean("chek", {}), "");
}

TEST(DidYouMean, OfEquallyNearOnesTheFirstWins) {
  EXPECT_EQ(DidYouMean("bat", {"cat", "hat"}), "; did you mean \"cat\"?");
  EXPECT_EQ(DidYouMean("bat", {"hat", "cat"}), "; did you mean \"hat\"?");
}

TEST(DidYouMean, LongWordsAreNotCompared) {
  const std::string word(129, 'a');
  EXPECT_EQ(DidYouMean(word, {word}), "");
  EXPECT_EQ(DidYouMean("aaa", {word}), "");
}

}  // namespace
}  // namespace wecan
