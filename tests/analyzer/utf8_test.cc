// SPDX-License-Identifier: Apache-2.0
#include "analyzer/base/utf8.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

struct Utf8Case {
  std::string text;
  uint32_t code;
  int length;
};

TEST(Utf8, DecodesTheEdgesOfEachLength) {
  const std::vector<Utf8Case> cases = {{std::string(1, '\0'), 0, 1},
                                       {"\x7f", 0x7f, 1},
                                       {"\xc2\x80", 0x80, 2},
                                       {"\xdf\xbf", 0x7ff, 2},
                                       {"\xe0\xa0\x80", 0x800, 3},
                                       {"\xed\x9f\xbf", 0xd7ff, 3},
                                       {"\xee\x80\x80", 0xe000, 3},
                                       {"\xef\xbf\xbf", 0xffff, 3},
                                       {"\xf0\x90\x80\x80", 0x10000, 4},
                                       {"\xf4\x8f\xbf\xbf", 0x10ffff, 4}};
  for (const Utf8Case& c : cases) {
    const Utf8Char decoded = DecodeUtf8(c.text + "tail");
    EXPECT_TRUE(decoded.valid) << std::hex << c.code;
    EXPECT_EQ(decoded.code, c.code);
    EXPECT_EQ(decoded.length, c.length);
    std::string encoded;
    AppendUtf8(c.code, &encoded);
    EXPECT_EQ(encoded, c.text);
    EXPECT_TRUE(IsValidUtf8(c.text));
    EXPECT_EQ(CountCodePoints(c.text), 1u);
  }
}

TEST(Utf8, RefusesWhatIsNoCharacter) {
  const std::vector<std::string> cases = {
      "\x80",
      "\xbf",  // continuation bytes alone
      "\xc0\x80",
      "\xc1\xbf",  // overlong, two bytes
      "\xe0\x9f\xbf",
      "\xf0\x8f\xbf\xbf",  // overlong, three and four
      "\xed\xa0\x80",
      "\xed\xbf\xbf",  // surrogates
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xff",  // beyond U+10FFFF
      "\xc2",
      "\xe2\x82",
      "\xf0\x9f\x98",  // cut off at the end
      "\xc2"
      "a",
      "\xe2\x82"
      "a",  // cut off by another character
  };
  for (const std::string& text : cases) {
    const Utf8Char decoded = DecodeUtf8(text);
    EXPECT_FALSE(decoded.valid);
    EXPECT_EQ(decoded.code, 0xfffdu);
    EXPECT_EQ(decoded.length, 1);
    EXPECT_FALSE(IsValidUtf8("ok" + text));
  }
  EXPECT_TRUE(IsValidUtf8(""));
}

TEST(Utf8, CountsCodePointsAndEachInvalidByte) {
  EXPECT_EQ(CountCodePoints(""), 0u);
  EXPECT_EQ(CountCodePoints("abc"), 3u);
  EXPECT_EQ(CountCodePoints("a日😀"), 3u);
  EXPECT_EQ(CountCodePoints("\xff\xff"), 2u);
  EXPECT_EQ(CountCodePoints("\x80"), 1u);      // a continuation byte alone
  EXPECT_EQ(CountCodePoints("\xe2\x82"), 2u);  // cut off
}

}  // namespace
}  // namespace wecan
