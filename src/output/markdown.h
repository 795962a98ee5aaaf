// SPDX-License-Identifier: Apache-2.0
// Markdown for comments on pull requests. Whatever comes from the input stands in code, in words or
// in fences, where it is neither markup nor mention nor link.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace wecan {

// Names as code in backticks; other text, where these or a bar would end what it stands in, as code
// with every sign as a character reference. On one line, and cut after `limit` bytes.
inline constexpr size_t kMaxMarkdownCell = 300;
std::string MarkdownCode(absl::string_view text, size_t limit = kMaxMarkdownCell);

// A page of at most `limit` bytes, written from its beginning: what does not fit is counted.
class MarkdownPage {
 public:
  explicit MarkdownPage(size_t limit) : limit_(limit) {}

  // Whether so much more can be written, and still what closes a part.
  bool Fits(size_t bytes) const { return out_.size() + bytes + kReserve <= limit_; }

  // Our own words, which always fit.
  void Write(absl::string_view text);

  // `head`, then as many of `lines` as there is room for, and how many were left out.
  void WriteRows(absl::string_view head, const std::vector<std::string>& lines);

  // Printable lines in a fence that none of them closes. False: there was room for none of it.
  bool WriteFenced(absl::string_view language, const std::vector<std::string>& lines);

  // The same, folded below `summary`, which is plain text.
  void WriteFolded(absl::string_view summary, absl::string_view language,
                   const std::vector<std::string>& lines);

  std::string Take() { return std::move(out_); }

 private:
  // Room for what closes a part: how much is left out, and its end.
  static constexpr size_t kReserve = 400;

  void WriteLines(absl::string_view head, const std::vector<std::string>& lines);
  void WriteLeftOut();

  const size_t limit_;
  size_t left_out_ = 0;
  std::string out_;
};

}  // namespace wecan
