// SPDX-License-Identifier: Apache-2.0
#include "src/output/style.h"

#include <string>

#include "gtest/gtest.h"

namespace wecan {
namespace {

TEST(Style, PrintableReplacesWhatDrawsOnTheScreen) {
  struct Case {
    std::string text;
    std::string printed;
  };
  const std::string bad = "\xef\xbf\xbd";
  for (const Case& c : {
           Case{.text = "", .printed = ""},
           {.text = "plain é 😀 -_./:*\"'\\", .printed = "plain é 😀 -_./:*\"'\\"},
           {.text = "\x1b[31mred", .printed = bad + "[31mred"},
           {.text = "a\nb\rc\td", .printed = "a" + bad + "b" + bad + "c" + bad + "d"},
           {.text = std::string("a\0b", 3), .printed = "a" + bad + "b"},
           {.text = "\x7f", .printed = bad},
           {.text = "\u0085\u009b", .printed = bad + bad},  // C1: next line, CSI
           {.text = "\u200e\u200f", .printed = bad + bad},  // marks of direction
           {.text = "\u202eevil\u2069", .printed = bad + "evil" + bad},
           {.text = "\xff\xc0x", .printed = bad + bad + "x"},  // no UTF-8
           {.text = "\u00a0", .printed = "\u00a0"},
       }) {
    EXPECT_EQ(Printable(c.text), c.printed);
  }
}

TEST(Style, PadCountsCodePoints) {
  EXPECT_EQ(Pad("ab", 4), "ab  ");
  EXPECT_EQ(Pad("é😀", 4), "é😀  ");
  EXPECT_EQ(Pad("abcd", 4), "abcd");
  EXPECT_EQ(Pad("abcde", 4), "abcde");
  EXPECT_EQ(Pad("", 2), "  ");
  EXPECT_EQ(Pad("", 0), "");
}

TEST(Style, ColoursOnlyWhenAsked) {
  const Style plain{.color = false};
  EXPECT_EQ(plain.Bold("x") + plain.Dim("x") + plain.Red("x") + plain.Green("x"), "xxxx");
  EXPECT_EQ(plain.ForLevel(Level::kError, "x"), "x");
  const Style color{.color = true};
  EXPECT_EQ(color.Bold("x"), "\x1b[1mx\x1b[0m");
  EXPECT_EQ(color.ForLevel(Level::kError, "x"), "\x1b[1;31mx\x1b[0m");
  EXPECT_EQ(color.ForLevel(Level::kWarning, "x"), "\x1b[33mx\x1b[0m");
  EXPECT_EQ(color.ForLevel(Level::kNote, "x"), "\x1b[36mx\x1b[0m");
}

}  // namespace
}  // namespace wecan
