// SPDX-License-Identifier: Apache-2.0
#include "analyzer/base/wildcard.h"

#include <string>

#include "gtest/gtest.h"

namespace wecan {
namespace {

struct Case {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(WildcardMatches, Table) {
  for (const Case& c : {Case{"", "", true},
                        {"", "a", false},
                        {"a", "a", true},
                        {"a", "A", false},
                        {"a", "ab", false},
                        {"ab", "a", false},
                        {"*", "", true},
                        {"*", "a-b.c", true},
                        {"**", "a", true},
                        {"?", "", false},
                        {"?", "a", true},
                        {"?", "ab", false},
                        {"local-*", "local-", true},
                        {"local-*", "local-ssd", true},
                        {"local-*", "my-local-ssd", false},
                        {"*-ssd", "local-ssd", true},
                        {"*-ssd", "local-ssd-2", false},
                        {"a*b*c", "a--b--c", true},
                        {"a*b*c", "a--c--b", false},
                        {"*ab", "aab", true},
                        {"a?c*", "abcdef", true},
                        {"[a]", "a", false},
                        {"[a]", "[a]", true}}) {
    EXPECT_EQ(WildcardMatches(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
  }
}

// Backtracking into every star would take longer than anybody waits.
TEST(WildcardMatches, ManyStars) {
  std::string pattern, text(2000, 'a');
  for (int i = 0; i < 100; ++i) pattern += "a*";
  EXPECT_FALSE(WildcardMatches(pattern + "b", text));
  EXPECT_TRUE(WildcardMatches(pattern, text));
}

}  // namespace
}  // namespace wecan
