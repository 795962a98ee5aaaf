// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/fix/report.h"
#include "src/fix/summary.h"

namespace wecan {
namespace {

constexpr size_t kRows = 20;  // of what is missing, unless all of it is asked for

class FixTextWriter {
 public:
  FixTextWriter(const FixContext& context, const Style& style, bool all)
      : c_(context), style_(style), all_(all) {}

  std::string Write() {
    const SummaryLimits limits = all_ ? SummaryLimits{kUnlimited, kUnlimited} : SummaryLimits{};
    Missing();
    Lines(GrantLines(c_, limits));
    Lines(ProblemLines(c_, limits));
    Lines(DeliveryLines(c_, limits));
    return std::move(out_);
  }

 private:
  void Lines(const std::vector<SummaryLine>& lines) {
    for (const SummaryLine& line : lines)
      absl::StrAppend(&out_, style_.Bold(Pad(line.head, 9)), " ", Printable(line.text), "\n");
  }

  void Missing() {
    const std::vector<MissingRow> rows = FoldMissing(c_.plan.missing);
    absl::StrAppend(&out_, Printable(DescribeMissing(c_)), rows.empty() ? ".\n" : ":\n");
    size_t width = 20, scope_width = 7, verb_width = 4;
    for (const MissingRow& row : rows) {
      width = std::max(width, std::min<size_t>(row.resource.size(), 64));
      scope_width = std::max(scope_width, std::min<size_t>(ScopeOf(row).size(), 30));
      verb_width = std::max(verb_width, row.verbs.size());
    }
    size_t lines = 0;
    for (const MissingRow& row : rows) {
      if (!all_ && lines++ == kRows) break;
      absl::StrAppend(&out_, "  ", Pad(Printable(row.resource), width), "  ",
                      Pad(Printable(ScopeOf(row)), scope_width), "  ", Pad(row.verbs, verb_width),
                      "  ", Remarks(row), "\n");
    }
    if (!all_ && rows.size() > kRows)
      absl::StrAppend(&out_, "  +", rows.size() - kRows, " more, -v lists them\n");
  }

  std::string Remarks(const MissingRow& row) const {
    const std::string objects = absl::StrJoin(
        ObjectNames(c_.input, c_.requirements, row.objects, all_ ? kUnlimited : 1), " ");
    std::string text = style_.Dim(Printable(objects));
    for (const std::string& remark : RemarksOn(c_, row))
      absl::StrAppend(&text, "  ", Printable(remark));
    return text;
  }

  const FixContext& c_;
  const Style& style_;
  const bool all_;
  std::string out_;
};

}  // namespace

std::string FixSummary(const FixContext& context, const Style& style, bool all) {
  return FixTextWriter(context, style, all).Write();
}

}  // namespace wecan
