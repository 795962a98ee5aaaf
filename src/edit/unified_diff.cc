// SPDX-License-Identifier: Apache-2.0
#include "src/edit/unified_diff.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

using Lines = std::vector<absl::string_view>;  // with their line breaks

constexpr int kContext = 3;
// More differences than this are one big one: memory grows with the square.
constexpr int kMaxDifferences = 2000;

Lines SplitLines(absl::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Lines [old_begin, old_end) became [new_begin, new_end).
struct Change {
  int old_begin, old_end, new_begin, new_end;
};

// The lines between what both texts begin and end with.
struct Middle {
  const Lines& before;
  const Lines& after;
  int begin = 0, old_size = 0, new_size = 0;

  Middle(const Lines& b, const Lines& a) : before(b), after(a) {
    const int shorter = static_cast<int>(std::min(b.size(), a.size()));
    while (begin < shorter && b[begin] == a[begin]) ++begin;
    int end = 0;
    while (end < shorter - begin && b[b.size() - 1 - end] == a[a.size() - 1 - end]) ++end;
    old_size = static_cast<int>(b.size()) - begin - end;
    new_size = static_cast<int>(a.size()) - begin - end;
  }

  bool Equal(int x, int y) const { return before[begin + x] == after[begin + y]; }
};

// Myers, "An O(ND) Difference Algorithm": how far each diagonal k = x - y is reached with d
// differences, for d = 0, 1, ... until the end; nothing beyond the bound. reach[d][(k + d) / 2].
std::vector<std::vector<int>> Reach(const Middle& m) {
  std::vector<std::vector<int>> reach;
  for (int d = 0; d <= kMaxDifferences; ++d) {
    std::vector<int>& row = reach.emplace_back(d + 1, -1);
    for (int i = 0; i <= d; ++i) {
      const int k = 2 * i - d;
      int x = 0;
      if (d > 0) {
        const std::vector<int>& last = reach[d - 1];
        const int by_insert = i < d ? last[i] : -1;          // from diagonal k + 1
        const int by_delete = i > 0 ? last[i - 1] + 1 : -1;  // from diagonal k - 1
        x = std::max(by_insert, by_delete);
      }
      while (x < m.old_size && x - k < m.new_size && x >= 0 && x - k >= 0 && m.Equal(x, x - k)) ++x;
      row[i] = x;
      if (x >= m.old_size && x - k >= m.new_size) return reach;
    }
  }
  return {};
}

// The smallest set of changes, in order.
std::vector<Change> FindChanges(const Lines& before, const Lines& after) {
  const Middle m(before, after);
  if (m.old_size == 0 && m.new_size == 0) return {};
  const Change whole{m.begin, m.begin + m.old_size, m.begin, m.begin + m.new_size};
  if (m.old_size == 0 || m.new_size == 0) return {whole};
  const std::vector<std::vector<int>> reach = Reach(m);
  if (reach.empty()) return {whole};
  std::vector<Change> changes;  // from the end
  int x = m.old_size, y = m.new_size;
  for (int d = static_cast<int>(reach.size()) - 1; d > 0; --d) {
    const int i = (x - y + d) / 2;
    const std::vector<int>& last = reach[d - 1];
    const int by_insert = i < d ? last[i] : -1;
    const int by_delete = i > 0 ? last[i - 1] + 1 : -1;
    const bool inserted = by_insert >= by_delete;
    // Where the one differing line ends, before the equal lines behind it.
    const int end_x = std::max(by_insert, by_delete), end_y = end_x - (x - y);
    const Change c{m.begin + end_x - (inserted ? 0 : 1), m.begin + end_x,
                   m.begin + end_y - (inserted ? 1 : 0), m.begin + end_y};
    if (!changes.empty() && changes.back().old_begin == c.old_end &&
        changes.back().new_begin == c.new_end) {
      changes.back().old_begin = c.old_begin;
      changes.back().new_begin = c.new_begin;
    } else {
      changes.push_back(c);
    }
    x = c.old_begin - m.begin;
    y = c.new_begin - m.begin;
  }
  std::reverse(changes.begin(), changes.end());
  return changes;
}

class DiffWriter {
 public:
  DiffWriter(const Lines& before, const Lines& after, const Style& style)
      : before_(before), after_(after), style_(style) {}

  void Name(absl::string_view sign, absl::string_view name) {
    // A tab ends a name that holds blanks, as with GNU diff.
    const std::string shown = name.empty() ? "/dev/null" : Printable(name);
    const bool blanks = absl::StrContains(shown, ' ') && !style_.color;
    absl::StrAppend(&out_, style_.Bold(absl::StrCat(sign, " ", shown)), blanks ? "\t" : "", "\n");
  }

  // Changes whose contexts touch, and the lines around them.
  void Hunk(const Change* first, const Change* last) {
    const int lead = std::min(kContext, first->old_begin);
    const int trail = std::min(kContext, static_cast<int>(before_.size()) - last->old_end);
    const int old_begin = first->old_begin - lead, new_begin = first->new_begin - lead;
    absl::StrAppend(&out_,
                    style_.Cyan(absl::StrCat("@@ -", Range(old_begin, last->old_end + trail), " +",
                                             Range(new_begin, last->new_end + trail), " @@")),
                    "\n");
    int at = old_begin;
    for (const Change* c = first; c <= last; ++c) {
      for (; at < c->old_begin; ++at) Line(' ', before_[at]);
      for (; at < c->old_end; ++at) Line('-', before_[at]);
      for (int i = c->new_begin; i < c->new_end; ++i) Line('+', after_[i]);
    }
    for (; at < last->old_end + trail; ++at) Line(' ', before_[at]);
  }

  std::string Take() { return std::move(out_); }

 private:
  // The first line counted from 1 and the number of lines, which is left out when it is 1. An empty
  // range names the line before it.
  static std::string Range(int begin, int end) {
    const int size = end - begin;
    return size == 1 ? absl::StrCat(begin + 1)
                     : absl::StrCat(size == 0 ? begin : begin + 1, ",", size);
  }

  void Line(char sign, absl::string_view line) {
    const bool ended = absl::ConsumeSuffix(&line, "\n");
    if (style_.color) {
      absl::ConsumeSuffix(&line, "\r");
      const std::string shown = absl::StrCat(std::string(1, sign), Printable(line));
      out_ += sign == '+' ? style_.Green(shown) : sign == '-' ? style_.Red(shown) : shown;
    } else {
      absl::StrAppend(&out_, std::string(1, sign), line);
    }
    out_ += ended ? "\n" : "\n\\ No newline at end of file\n";
  }

  const Lines& before_;
  const Lines& after_;
  const Style& style_;
  std::string out_;
};

}  // namespace

std::string UnifiedDiff(absl::string_view old_name, absl::string_view new_name,
                        absl::string_view before, absl::string_view after, const Style& style) {
  const Lines old_lines = SplitLines(before), new_lines = SplitLines(after);
  const std::vector<Change> changes = FindChanges(old_lines, new_lines);
  if (changes.empty()) return "";
  DiffWriter writer(old_lines, new_lines, style);
  writer.Name("---", old_name);
  writer.Name("+++", new_name);
  for (size_t i = 0; i < changes.size();) {
    size_t j = i;
    while (j + 1 < changes.size() && changes[j + 1].old_begin - changes[j].old_end <= 2 * kContext)
      ++j;
    writer.Hunk(&changes[i], &changes[j]);
    i = j + 1;
  }
  return writer.Take();
}

}  // namespace wecan
