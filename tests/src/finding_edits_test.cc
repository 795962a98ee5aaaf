// SPDX-License-Identifier: Apache-2.0
#include "src/fix/finding_edits.h"

#include "gtest/gtest.h"

namespace wecan {
namespace {

TEST(LineEdit, IsTheDifferenceInWholeLines) {
  const RegionEdit edit = LineEdit("a\nb\nc\n", "a\nB\nx\nc\n");
  EXPECT_EQ(edit.line, 2u);
  EXPECT_EQ(edit.column, 1u);
  EXPECT_EQ(edit.end_line, 3u);
  EXPECT_EQ(edit.end_column, 1u);
  EXPECT_EQ(edit.text, "B\nx\n");
}

TEST(LineEdit, InsertsWithoutTakingAnything) {
  const RegionEdit edit = LineEdit("a\nb\n", "a\nx\nb\n");
  EXPECT_EQ(edit.line, 2u);
  EXPECT_EQ(edit.end_line, 2u);
  EXPECT_EQ(edit.text, "x\n");
  // Equal lines on both sides are no line twice.
  const RegionEdit same = LineEdit("a\na\n", "a\na\na\n");
  EXPECT_EQ(same.line, 3u);
  EXPECT_EQ(same.end_line, 3u);
  EXPECT_EQ(same.text, "a\n");
}

TEST(LineEdit, ALastLineWithoutEndEndsInUtf16) {
  const RegionEdit edit = LineEdit("a\nb\xf0\x9f\x98\x80", "a\nb\nc");
  EXPECT_EQ(edit.line, 2u);
  EXPECT_EQ(edit.end_line, 2u);
  EXPECT_EQ(edit.end_column, 4u);
  EXPECT_EQ(edit.text, "b\nc");
}

}  // namespace
}  // namespace wecan
