// SPDX-License-Identifier: Apache-2.0
#include "src/fix/finding_edits.h"

#include "gtest/gtest.h"

namespace wecan {
namespace {

// Lines from the first one to behind the last.
void ExpectWholeLines(const RegionEdit& edit, uint32_t line, uint32_t end_line,
                      absl::string_view text) {
  EXPECT_EQ(edit.line, line);
  EXPECT_EQ(edit.column, 1u);
  EXPECT_EQ(edit.end_line, end_line);
  EXPECT_EQ(edit.end_column, 1u);
  EXPECT_EQ(edit.text, text);
}

TEST(LineEdit, IsTheDifferenceInWholeLines) {
  ExpectWholeLines(LineEdit("a\nb\nc\n", "a\nB\nx\nc\n"), 2, 3, "B\nx\n");
}

TEST(LineEdit, InsertsWithoutTakingAnything) {
  ExpectWholeLines(LineEdit("a\nb\n", "a\nx\nb\n"), 2, 2, "x\n");
  // Equal lines on both sides are no line twice.
  ExpectWholeLines(LineEdit("a\na\n", "a\na\na\n"), 3, 3, "a\n");
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
