// SPDX-License-Identifier: Apache-2.0
// A fix as a comment on a pull request. What matters most stands first, so that it is the rest that
// is left out where there is no room.
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/fix/report.h"
#include "src/fix/summary.h"
#include "src/output/markdown.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

constexpr size_t kMaxLine = 1000;  // of what the summary says: guardrails have long reasons

class FixMarkdownWriter {
 public:
  explicit FixMarkdownWriter(const FixContext& context) : c_(context), page_(kMaxComment) {}

  std::string Write() {
    page_.Write(absl::StrCat("<!-- wecan fix -->\n### wecan fix: ", Heading(), "\n\n",
                             MarkdownCode(DescribeMissing(c_)),
                             c_.plan.missing.empty() ? ".\n" : ":\n"));
    Missing();
    Lines("\n| | the grant |\n|---|---|\n", GrantLines(c_, limits_));
    Lines("\n| | not solved |\n|---|---|\n", ProblemLines(c_, limits_));
    Errors();
    Changes();
    Objects();
    Delivery();
    return page_.Take();
  }

 private:
  std::string Heading() const {
    if (c_.plan.missing.empty())
      return c_.plan.refused.empty() ? "nothing is missing" : "nothing to grant";
    std::set<int> objects;
    for (const Permission& p : c_.plan.missing) objects.insert(p.objects.begin(), p.objects.end());
    return absl::StrCat(Count(c_.proof.verbs, "verb"), " to grant, for ",
                        Count(static_cast<int>(objects.size()), "object"));
  }

  void Missing() {
    std::vector<std::string> rows;
    for (const MissingRow& row : FoldMissing(c_.plan.missing)) {
      std::string cells =
          absl::StrCat("| ", MarkdownCode(row.resource), " | ", MarkdownCode(ScopeOf(row)), " | ",
                       MarkdownCode(row.verbs), " |");
      for (const std::string& name : ObjectNames(c_.input, c_.requirements, row.objects, 1))
        absl::StrAppend(&cells, " ", MarkdownCode(name));
      for (const std::string& remark : RemarksOn(c_, row))
        absl::StrAppend(&cells, " ", MarkdownCode(remark));
      rows.push_back(cells + " |");
    }
    page_.WriteRows("\n| resource | scope | verbs | objects |\n|---|---|---|---|\n", rows);
  }

  void Lines(absl::string_view head, const std::vector<SummaryLine>& lines) {
    std::vector<std::string> rows;
    for (const SummaryLine& line : lines) {
      rows.push_back(absl::StrCat("| ", line.head, line.head.empty() ? "| " : " | ",
                                  MarkdownCode(line.text, kMaxLine), " |"));
    }
    page_.WriteRows(head, rows);
  }

  void Errors() {
    std::vector<std::string> rows;
    for (const Diagnostic& d : c_.input.diagnostics) {
      if (d.rule != "WEC901") continue;
      rows.push_back(absl::StrCat("| error | ", MarkdownCode(PlaceName(c_.input, d.location, true)),
                                  " | ", MarkdownCode(d.message), " |"));
    }
    page_.WriteRows("\n| | where | what |\n|---|---|---|\n", rows);
  }

  // The grant itself; of files what changes in them.
  void Changes() {
    const bool printed = c_.mode == "print";
    const std::vector<std::string> lines =
        printed && !c_.files.empty() ? LinesOf(c_.files[0].after) : DiffLines(c_.files);
    if (lines.empty()) return;
    if (!page_.WriteFenced(printed ? "yaml" : "diff", lines))
      page_.Write("\nWhat changes does not fit into a comment.\n");
  }

  // Each object by what it lacks.
  void Objects() {
    std::vector<std::string> lines;
    for (const MissingRow& row : FoldMissing(c_.plan.missing)) {
      for (const std::string& name :
           ObjectNames(c_.input, c_.requirements, row.objects, kUnlimited)) {
        lines.push_back(OneLine(absl::StrCat(name, "  ", row.verbs, " ", row.resource)));
      }
    }
    page_.WriteFolded("All objects", "text", lines);
  }

  void Delivery() {
    std::vector<std::string> lines;
    for (const SummaryLine& line : DeliveryLines(c_, limits_))
      lines.push_back(absl::StrCat(Pad(line.head, 9), " ", OneLine(line.text)));
    page_.WriteFolded("How it gets to a WEC", "text", lines);
  }

  const FixContext& c_;
  const SummaryLimits limits_ = {.lines = kUnlimited};
  MarkdownPage page_;
};

}  // namespace

std::string FixMarkdown(const FixContext& context) { return FixMarkdownWriter(context).Write(); }

}  // namespace wecan
