// SPDX-License-Identifier: Apache-2.0
// Markdown for a comment on a pull request and for the summary of a job. Whatever comes from the
// input stands in code, in words or in fences, where it is neither markup nor mention nor link.
#include <algorithm>
#include <map>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "src/output/json.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

constexpr size_t kMaxCell = 300;

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

// Names as code in backticks; other text, where these or a bar would end what it stands in, as code
// with every sign as a character reference.
std::string Code(absl::string_view text) {
  const std::string line = Cut(OneLine(text), kMaxCell);
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

std::string More(size_t all) { return all > 1 ? absl::StrCat(" +", all - 1, " more") : ""; }

class MarkdownWriter {
 public:
  MarkdownWriter(const ReportContext& context, size_t limit) : c_(context), limit_(limit) {}

  std::string Write() {
    const Summary& s = c_.report.summary;
    out_ =
        absl::StrCat("<!-- wecan -->\n### wecan: ", DescribeObjects(s), "\n\n", DescribeCounts(s),
                     " (", Code(DescribeProfile(c_.options)), ").", DescribeHidden(s), "\n");
    const std::vector<Block> blocks = Fold(c_.report);
    WriteMatrix(blocks);
    WriteRemarks(blocks);
    WriteFix();
    WriteDetails();
    return std::move(out_);
  }

 private:
  // Room for what closes a part: how much is left out, and its end.
  static constexpr size_t kReserve = 400;

  bool Fits(size_t bytes) const { return out_.size() + bytes + kReserve <= limit_; }

  // `head`, then as many of `lines` as there is room for.
  void WriteLines(absl::string_view head, const std::vector<std::string>& lines) {
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

  void WriteLeftOut() {
    if (left_out_ > 0) absl::StrAppend(&out_, "\nand ", left_out_, " more.\n");
    left_out_ = 0;
  }

  void WriteFenced(absl::string_view language, const std::vector<std::string>& lines) {
    size_t run = 2;
    for (const std::string& line : lines) run = std::max(run, LongestRunOfBackticks(line));
    if (run > kReserve / 8) return;  // nobody's name: it would take more room than it is worth
    const std::string fence(run + 1, '`');
    const std::string head = absl::StrCat("\n", fence, language, "\n");
    if (lines.empty() || !Fits(head.size())) return;
    WriteLines(head, lines);
    absl::StrAppend(&out_, fence, "\n");
    WriteLeftOut();
  }

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
    WriteLines(absl::StrCat(head, " objects |\n", rule, "---|\n"), rows);
    WriteLeftOut();
  }

  std::string MatrixRow(const Block& block, VerbSet columns) const {
    const Finding& f = block.first();
    const PermissionGap& gap = *f.permission;
    const std::string scope =
        gap.scope == ScopeKind::kCluster
            ? "cluster"
            : absl::StrCat("ns ", Code(gap.namespace_), More(block.findings.size()));
    std::string row = absl::StrCat("| ", Rule(f.level, f.rule->id), " | ",
                                   Code(QualifiedResource(gap)), " | ", scope, " |");
    for (AgentVerb v : kVerbOrder) {
      if (!columns.Has(v)) continue;
      row += gap.missing.Has(v) ? " **no** |" : gap.needed.Has(v) ? " yes |" : " |";
    }
    const std::vector<int> objects = ObjectsOf(block);
    const std::string first =
        ObjectName(c_.input.objects[objects[0]], c_.report.namespaces[objects[0]]);
    return absl::StrCat(row, " ", Code(first), More(objects.size()), " |");
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
      rows.push_back(absl::StrCat("| ", Rule(f.level, f.rule->id), " | ", Code(where), More(places),
                                  " | ", Code(lines[0]), " |"));
    }
    for (const Diagnostic& d : c_.report.warnings) {
      rows.push_back(absl::StrCat("| ", Rule(d.level, d.rule), " | ",
                                  Code(PlaceName(c_.input, d.location, false)), " | ",
                                  Code(d.message), " |"));
    }
    WriteLines("\n| | where | what |\n|---|---|---|\n", rows);
    WriteLeftOut();
  }

  void WriteFix() {
    if (c_.fix_command.empty()) return;
    WriteFenced("sh", {absl::StrCat(Printable(c_.fix_command), " --diff")});
    for (const auto& [account, rules] : RulesByAccount()) {
      const std::string head = absl::StrCat("\nRules that ", Code(account), " lacks:\n");
      if (!Fits(head.size())) return;
      out_ += head;
      Json list = Json::array();
      for (const PolicyRule& rule : rules) list.push_back(RuleJson(rule));
      const std::string yaml = DumpManifestYaml({{"rules", std::move(list)}});
      WriteFenced("yaml", absl::StrSplit(PrintableLines(yaml), '\n', absl::SkipEmpty()));
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
    constexpr absl::string_view kHead = "\n<details><summary>All places</summary>\n";
    if (lines.empty() || !Fits(kHead.size() + 100)) return;
    absl::StrAppend(&out_, kHead);
    WriteFenced("text", lines);
    out_ += "\n</details>\n";
  }

  const ReportContext& c_;
  const size_t limit_;
  size_t left_out_ = 0;
  std::string out_;
};

}  // namespace

std::string ReportMarkdown(const ReportContext& context, size_t limit) {
  // Not even the head and what counts the rest.
  if (limit < 2000) return "";
  return MarkdownWriter(context, limit).Write();
}

}  // namespace wecan
