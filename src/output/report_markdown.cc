// SPDX-License-Identifier: Apache-2.0
// Markdown for a comment on a pull request and for the summary of a job.
#include <algorithm>
#include <map>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "src/output/json.h"
#include "src/output/markdown.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

std::string More(size_t all) { return all > 1 ? absl::StrCat(" +", all - 1, " more") : ""; }

class MarkdownWriter {
 public:
  MarkdownWriter(const ReportContext& context, size_t limit) : c_(context), page_(limit) {}

  std::string Write() {
    const Summary& s = c_.report.summary;
    page_.Write(absl::StrCat("<!-- wecan -->\n### wecan: ", DescribeObjects(s),
                             c_.report.errors.empty() ? "" : "; not all could be read", "\n\n",
                             DescribeCounts(s), " (", MarkdownCode(DescribeProfile(c_.options)),
                             ").", DescribeHidden(s), "\n"));
    const std::vector<Block> blocks = Fold(c_.report);
    WriteMatrix(blocks);
    WriteRemarks(blocks);
    WriteFix();
    WriteDetails();
    return page_.Take();
  }

 private:
  static std::vector<int> ObjectsOf(const Block& block) {
    std::vector<int> objects;
    for (const Finding* f : block.findings)
      objects.insert(objects.end(), f->objects.begin(), f->objects.end());
    std::sort(objects.begin(), objects.end());
    return objects;
  }

  static bool IsGap(const Finding& f) { return f.permission && !f.permission->missing.empty(); }

  static std::string Rule(Level level, absl::string_view id) {
    return absl::StrCat(LevelName(level), id.empty() ? "" : " ", id);
  }

  // Resources by verbs. Only verbs that something needs have a column.
  void WriteMatrix(const std::vector<Block>& blocks) {
    VerbSet needed;
    for (const Block& b : blocks) {
      if (IsGap(b.first())) needed |= b.first().permission->needed;
    }
    std::string head = "\n| | resource | scope |", rule = "|---|---|---|";
    for (AgentVerb v : kVerbOrder) {
      if (!needed.Has(v)) continue;
      absl::StrAppend(&head, " ", VerbName(v), " |");
      rule += ":-:|";
    }
    std::vector<std::string> rows;
    for (const Block& b : blocks) {
      if (IsGap(b.first())) rows.push_back(MatrixRow(b, needed));
    }
    page_.WriteRows(absl::StrCat(head, " objects |\n", rule, "---|\n"), rows);
  }

  std::string MatrixRow(const Block& block, VerbSet columns) const {
    const Finding& f = block.first();
    const PermissionGap& gap = *f.permission;
    const std::string scope =
        gap.scope == ScopeKind::kCluster
            ? "cluster"
            : absl::StrCat("ns ", MarkdownCode(gap.namespace_), More(block.findings.size()));
    const std::string executor = f.account == c_.options.agent.User().name
                                     ? ""
                                     : absl::StrCat(" as ", MarkdownCode(f.account));
    std::string row =
        absl::StrCat("| ", Rule(f.level, f.rule->id), " | ", MarkdownCode(QualifiedResource(gap)),
                     executor, " | ", scope, " |");
    for (AgentVerb v : kVerbOrder) {
      if (!columns.Has(v)) continue;
      row += gap.missing.Has(v) ? " **no** |" : gap.needed.Has(v) ? " yes |" : " |";
    }
    const std::vector<int> objects = ObjectsOf(block);
    const std::string first =
        ObjectName(c_.input.objects[objects[0]], c_.report.namespaces[objects[0]]);
    return absl::StrCat(row, " ", MarkdownCode(first), More(objects.size()), " |");
  }

  // What no verb says.
  void WriteRemarks(const std::vector<Block>& blocks) {
    std::vector<std::string> rows;
    for (const Block& block : blocks) {
      const Finding& f = block.first();
      if (IsGap(f)) continue;
      size_t places = 0;
      for (const Finding* finding : block.findings)
        places += finding->objects.size() + finding->locations.size();
      const Result result = ResultsOf(c_.input, f)[0];
      const std::string object = ResultObject(c_, result);
      const std::string where =
          object.empty() ? PlaceName(c_.input, result.location, false) : object;
      const std::vector<std::string> lines = absl::StrSplit(f.message, '\n');
      rows.push_back(absl::StrCat("| ", Rule(f.level, f.rule->id), " | ", MarkdownCode(where),
                                  More(places), " | ", MarkdownCode(lines[0]), " |"));
    }
    for (const Diagnostic& d : c_.report.warnings) {
      rows.push_back(absl::StrCat("| ", Rule(d.level, d.rule), " | ",
                                  MarkdownCode(PlaceName(c_.input, d.location, false)), " | ",
                                  MarkdownCode(d.message), " |"));
    }
    page_.WriteRows("\n| | where | what |\n|---|---|---|\n", rows);
  }

  void WriteFix() {
    if (c_.fix_command.empty()) return;
    page_.WriteFenced("sh", {absl::StrCat(Printable(c_.fix_command), " --diff")});
    for (const auto& [account, rules] : RulesByAccount()) {
      const std::string head = absl::StrCat("\nRules that ", MarkdownCode(account), " lacks:\n");
      if (!page_.Fits(head.size())) return;
      page_.Write(head);
      Json list = Json::array();
      for (const PolicyRule& rule : rules) list.push_back(RuleJson(rule));
      const std::string yaml = DumpManifestYaml({{"rules", std::move(list)}});
      page_.WriteFenced("yaml", absl::StrSplit(PrintableLines(yaml), '\n', absl::SkipEmpty()));
    }
  }

  // One rule for each resource, whatever namespaces need it.
  std::map<std::string, std::vector<PolicyRule>> RulesByAccount() const {
    std::map<std::string, absl::btree_map<std::pair<std::string, std::string>, VerbSet>> gaps;
    std::map<std::string, std::vector<PolicyRule>> rules;
    for (const Finding& f : c_.report.findings) {
      if (IsGap(f))
        gaps[f.account][{f.permission->group, f.permission->resource}] |= f.permission->missing;
      if (!f.escalation) continue;
      std::vector<PolicyRule>& list = rules[f.account];
      for (const PolicyRule& rule : f.escalation->missing) {
        if (std::find(list.begin(), list.end(), rule) == list.end()) list.push_back(rule);
      }
    }
    for (const auto& [account, resources] : gaps) {
      for (const auto& [key, verbs] : resources) {
        rules[account].push_back(
            {.verbs = verbs.Names(), .api_groups = {key.first}, .resources = {key.second}});
      }
    }
    return rules;
  }

  // Every object with its place, folded.
  void WriteDetails() {
    std::vector<std::string> lines;
    for (const Finding& f : c_.report.findings) {
      for (const Result& result : ResultsOf(c_.input, f)) {
        lines.push_back(absl::StrCat(Rule(f.level, f.rule->id), "  ",
                                     PlaceName(c_.input, result.location, true), "  ",
                                     OneLine(ResultObject(c_, result))));
        absl::StripTrailingAsciiWhitespace(&lines.back());
      }
    }
    page_.WriteFolded("All places", "text", lines);
  }

  const ReportContext& c_;
  MarkdownPage page_;
};

}  // namespace

std::string ReportMarkdown(const ReportContext& context, size_t limit) {
  // Not even the head and what counts the rest.
  if (limit < 2000) return "";
  return MarkdownWriter(context, limit).Write();
}

}  // namespace wecan
