// SPDX-License-Identifier: Apache-2.0
#include "src/edit/unified_diff.h"

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Diff(absl::string_view before, absl::string_view after) {
  return UnifiedDiff("a", "b", before, after, Style{});
}

TEST(UnifiedDiff, IsEmptyForEqualTexts) {
  EXPECT_EQ(Diff("", ""), "");
  EXPECT_EQ(Diff("x\ny", "x\ny"), "");
}

TEST(UnifiedDiff, ShowsThreeLinesOfContext) {
  EXPECT_EQ(Diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, JoinsNearChangesAndPartsFarOnes) {
  EXPECT_EQ(Diff("1\n2\n3\n4\n5\n6\n7\n8\n", "a\n2\n3\n4\n5\n6\n7\nb\n"),
            "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-1\n+a\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+b\n");
  EXPECT_EQ(
      Diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "a\n2\n3\n4\n5\n6\n7\n8\nb\n"),
      "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-1\n+a\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+b\n");
}

TEST(UnifiedDiff, SaysWhereALineBreakIsMissing) {
  EXPECT_EQ(Diff("x", "x\n"), "--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  EXPECT_EQ(Diff("x\ny", "z\ny"),
            "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-x\n+z\n y\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, NamesOfNewFilesAndNamesWithBlanks) {
  EXPECT_EQ(UnifiedDiff("", "b", "", "x\ny\n", Style{}),
            "--- /dev/null\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
  EXPECT_EQ(Diff("x\n", ""), "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
  EXPECT_THAT(UnifiedDiff("a b", "c\nd", "x\n", "y\n", Style{}),
              HasSubstr("--- a b\t\n+++ c\xEF\xBF\xBD"
                        "d\n"));
}

TEST(UnifiedDiff, ColourIsForEyesAndPlainForPatch) {
  const std::string evil = "\x1b[2J\r\n";
  EXPECT_THAT(Diff("x\n", evil), HasSubstr("+" + evil));
  const std::string shown = UnifiedDiff("a\x1b", "b", "x\n", evil, Style{.color = true});
  EXPECT_THAT(shown, HasSubstr("\x1b[31m-x\x1b[0m\n\x1b[32m+\xEF\xBF\xBD[2J\x1b[0m\n"));
  EXPECT_THAT(shown, HasSubstr("\x1b[36m@@ -1 +1 @@\x1b[0m\n"));
  EXPECT_THAT(shown, Not(HasSubstr("a\x1b\x1b")));
}

// ---- what a diff says is what happened ----------------------------------------------------------

std::vector<std::string> SplitLines(absl::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Applies a diff as `patch` does, without leniency.
std::string Apply(absl::string_view before, absl::string_view diff) {
  const std::vector<std::string> old_lines = SplitLines(before), lines = SplitLines(diff);
  std::vector<std::string> out;
  size_t at = 0;
  for (size_t i = 2; i < lines.size(); ++i) {
    std::string line = lines[i].substr(1);
    if (i + 1 < lines.size() && absl::StartsWith(lines[i + 1], "\\")) line.pop_back();
    if (lines[i][0] == '@') {
      int begin = 0, size = 1;
      if (std::sscanf(lines[i].c_str(), "@@ -%d,%d", &begin, &size) < 1) return "no range";
      const size_t target = static_cast<size_t>(size == 0 ? begin : begin - 1);
      while (at < target) out.push_back(old_lines[at++]);
    } else if (lines[i][0] == '+') {
      out.push_back(line);
    } else if (lines[i][0] != '\\') {
      if (at >= old_lines.size() || old_lines[at] != line) return "context differs: " + line;
      if (lines[i][0] == ' ') out.push_back(line);
      ++at;
    }
  }
  while (at < old_lines.size()) out.push_back(old_lines[at++]);
  std::string text;
  for (const std::string& line : out) text += line;
  return text;
}

// The number of lines that a smallest edit script removes and adds: dynamic programming.
size_t SmallestEdit(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
      } else {
        cost[i][j] = a[i - 1] == b[j - 1] ? cost[i - 1][j - 1]
                                          : std::min(cost[i - 1][j], cost[i][j - 1]) + 1;
      }
    }
  }
  return cost[a.size()][b.size()];
}

TEST(UnifiedDiff, AppliedItGivesTheNewTextAndIsSmallest) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const auto text = [&] {
      std::string out;
      const size_t lines = random() % 25;
      for (size_t i = 0; i < lines; ++i)
        absl::StrAppend(&out, std::string(1, static_cast<char>('a' + random() % 4)),
                        i + 1 == lines && random() % 4 == 0 ? "" : "\n");
      return out;
    };
    const std::string before = text(), after = text();
    const std::string diff = Diff(before, after);
    ASSERT_EQ(Apply(before, diff), after) << before << "=>\n" << after << diff;
    size_t changed = 0;
    for (const std::string& line : SplitLines(diff)) changed += line[0] == '+' || line[0] == '-';
    ASSERT_EQ(diff.empty() ? 0 : changed - 2, SmallestEdit(SplitLines(before), SplitLines(after)))
        << diff;
  }
}

TEST(UnifiedDiff, TextsWithNothingInCommonAreOneChange) {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&before, "old ", i, "\n");
    absl::StrAppend(&after, "new ", i, "\n");
  }
  EXPECT_EQ(Apply(before, Diff(before, after)), after);
}

}  // namespace
}  // namespace wecan
