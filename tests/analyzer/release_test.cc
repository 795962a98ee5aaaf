// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/release.h"

#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

TEST(Release, Parses) {
  EXPECT_EQ(ParseRelease("v1.3.1"), (Release{1, 3, 1}));
  EXPECT_EQ(ParseRelease("1.3.1"), (Release{1, 3, 1}));
  EXPECT_EQ(ParseRelease("1.3"), (Release{1, 3, -1}));
  EXPECT_EQ(ParseRelease("v0.0.0"), (Release{0, 0, 0}));
  EXPECT_EQ(ParseRelease("10.20.30"), (Release{10, 20, 30}));
  for (const char* text : {"", "v", "1", "1.", "1.2.", "1.2.3.4", "1.2.x", "-1.2", "1.-2",
                           "1.2.3-rc1", "vv1.2", " 1.2", "1.2 ", "1.2.99999999", "+1.2"}) {
    EXPECT_FALSE(ParseRelease(text).has_value()) << text;
  }
}

TEST(Release, Names) {
  EXPECT_EQ(ReleaseName({1, 3, 1}), "1.3.1");
  EXPECT_EQ(ReleaseName({1, 3, -1}), "1.3");
  EXPECT_EQ(ReleaseName({0, 13, 0}), "0.13.0");
}

TEST(Release, IsOrderedByNumbersNotByText) {
  const std::vector<const char*> ascending = {"0.2",    "0.2.0",   "0.9.1", "0.10.0",
                                              "0.10.2", "0.10.10", "1.0",   "1.0.0"};
  for (size_t i = 0; i + 1 < ascending.size(); ++i) {
    EXPECT_LT(*ParseRelease(ascending[i]), *ParseRelease(ascending[i + 1])) << ascending[i];
  }
  EXPECT_EQ(*ParseRelease("v1.0.0"), *ParseRelease("1.0.0"));
}

}  // namespace
}  // namespace wecan
