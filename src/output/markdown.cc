// SPDX-License-Identifier: Apache-2.0
#include "src/output/markdown.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "src/output/report_parts.h"

namespace wecan {
namespace {

size_t LongestRunOfBackticks(absl::string_view text) {
  size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// The first `limit` bytes of printable text, cut between two characters.
std::string Cut(std::string text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit) + "...";
}

}  // namespace

std::string MarkdownCode(absl::string_view text, size_t limit) {
  const std::string line = Cut(OneLine(text), limit);
  const auto plain = [](char c) {
    return c != '`' && c != '|' && c != '\\' && c != '<' && c != '&';
  };
  if (!line.empty() && line.front() != ' ' && line.back() != ' ' &&
      std::all_of(line.begin(), line.end(), plain)) {
    return absl::StrCat("`", line, "`");
  }
  std::string out = "<code>";
  for (const char c : line) {
    if (absl::ascii_ispunct(static_cast<unsigned char>(c))) {
      absl::StrAppend(&out, "&#", static_cast<int>(c), ";");
    } else {
      out += c;
    }
  }
  return out + "</code>";
}

void MarkdownPage::Write(absl::string_view text) { absl::StrAppend(&out_, text); }

void MarkdownPage::WriteLines(absl::string_view head, const std::vector<std::string>& lines) {
  if (lines.empty() || !Fits(head.size())) return;
  absl::StrAppend(&out_, head);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!Fits(lines[i].size() + 1)) {
      left_out_ = lines.size() - i;
      return;
    }
    absl::StrAppend(&out_, lines[i], "\n");
  }
}

void MarkdownPage::WriteLeftOut() {
  if (left_out_ > 0) absl::StrAppend(&out_, "\nand ", left_out_, " more.\n");
  left_out_ = 0;
}

void MarkdownPage::WriteRows(absl::string_view head, const std::vector<std::string>& lines) {
  WriteLines(head, lines);
  WriteLeftOut();
}

bool MarkdownPage::WriteFenced(absl::string_view language, const std::vector<std::string>& lines) {
  size_t run = 2;
  for (const std::string& line : lines) run = std::max(run, LongestRunOfBackticks(line));
  // Nobody's name: it would take more room than it is worth.
  if (run > kReserve / 8) return false;
  const std::string fence(run + 1, '`');
  const std::string head = absl::StrCat("\n", fence, language, "\n");
  if (lines.empty() || !Fits(head.size())) return false;
  WriteLines(head, lines);
  absl::StrAppend(&out_, fence, "\n");
  WriteLeftOut();
  return true;
}

void MarkdownPage::WriteFolded(absl::string_view summary, absl::string_view language,
                               const std::vector<std::string>& lines) {
  const std::string head = absl::StrCat("\n<details><summary>", summary, "</summary>\n");
  if (lines.empty() || !Fits(head.size() + 100)) return;
  absl::StrAppend(&out_, head);
  WriteFenced(language, lines);
  out_ += "\n</details>\n";
}

}  // namespace wecan
