// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/cli/audit_report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

constexpr size_t kLabelWidth = 13;     // "warn WEC302  "
constexpr size_t kMostResources = 44;  // wider cells push the rest of their line only
constexpr size_t kMostVerbs = 40;
constexpr size_t kMostRules = 5;  // of one grant, but for -v
constexpr size_t kMostObjects = 2;

// One line: cells, or a message in their place.
struct Row {
  Level level = Level::kNote;
  std::string label;  // "warn WEC302"
  std::string resources, verbs, message;
  std::vector<std::string> scopes;
  std::string via;
  std::vector<std::string> details;  // lines below it
};

std::string ScopesText(const std::vector<std::string>& scopes) {
  if (scopes.size() <= 1) return scopes.empty() ? "" : scopes[0];
  return absl::StrCat(scopes[0], " +", scopes.size() - 1, " more");
}

class Section {
 public:
  Section(const AuditReport& report, const AuditedCluster& cluster, const Style& style,
          bool details)
      : r_(report), c_(cluster), style_(style), details_(details) {}

  std::string Write() {
    for (const AuditFinding& f : c_.result.findings) AddFinding(f);
    AddNeverUsed();
    if (r_.all) AddOthers();
    SetWidths();
    if (!rows_.empty()) {
      Line(Pad(Heading(), kLabelWidth + width_) + "  VIA");
      for (const Row& row : rows_) WriteRow(row);
    }
    return std::move(out_);
  }

 private:
  // ---- rows

  static const char* LevelWord(Level level) {
    return level == Level::kError ? "error" : level == Level::kWarning ? "warn" : "note";
  }

  void AddFinding(const AuditFinding& f) {
    const std::string id = f.finding.rule == nullptr ? "" : std::string(f.finding.rule->id);
    Row row{.level = f.finding.level,
            .label = absl::StrCat(Pad(LevelWord(f.finding.level), 4), " ", id),
            .via = DescribePath(f.path)};
    if (f.grant < 0) {  // "WHAT: WHY", or what alone
      const size_t colon = f.finding.message.find(": ");
      row.message = f.finding.message.substr(0, colon);
      if (colon != std::string::npos) row.details = {f.finding.message.substr(colon + 2)};
      Add(std::move(row), "");
      return;
    }
    const AuditedGrant& grant = c_.result.grants[f.grant];
    // Of a rule with a wildcard no list is left: it stands there as it is.
    const bool whole = id == "WEC302";
    const std::vector<PolicyRule> rules = whole ? std::vector{*grant.rule} : grant.unused;
    const size_t shown = details_ ? rules.size() : std::min(rules.size(), kMostRules);
    for (size_t i = 0; i < shown; ++i) {
      Row one = row;
      const bool last = i + 1 == shown;
      if (last && shown < rules.size())
        one.details.push_back(absl::StrCat("and ", rules.size() - shown, " more rules of it, -v"));
      if (last && (whole || details_)) AddNeeds(grant, one);
      if (last && !c_.uses.empty()) AddUse(c_.uses[f.grant], whole, one);
      AddRule(rules[i], grant.path, std::move(one));
    }
  }

  void AddNeeds(const AuditedGrant& grant, Row& row) const {
    for (const PolicyRule& rule : grant.needed) {
      row.details.push_back(absl::StrCat("needed: ", RuleVerbs(rule), " ", RuleResources(rule)));
    }
    if (grant.unknown) {
      row.details.emplace_back("not judged: groups of unknown kinds");
    } else if (grant.needed.empty()) {
      row.details.emplace_back("needed: nothing of it");
    } else {
      absl::StrAppend(&row.details.back(), "   by ",
                      ObjectNames(r_, grant.objects, details_ ? ~size_t{0} : kMostObjects));
    }
  }

  // Of an over-broad grant all that it is used for, else what is used of the part that is not
  // needed.
  static void AddUse(const GrantUse& use, bool whole, Row& row) {
    if (!use.used) return;
    const UsedPart& part = whole ? use.all : use.unneeded;
    if (part.times == 0) {
      row.details.emplace_back("never used in the logs");
      return;
    }
    row.details.push_back(
        absl::StrCat(whole ? "" : "but ", "used ", DescribeTimes(part.times, part.last)));
    const size_t shown = std::min(use.keep.size(), kMostRules);
    for (size_t i = 0; i < shown; ++i) {
      row.details.push_back(
          absl::StrCat("keep: ", RuleVerbs(use.keep[i]), " ", RuleResources(use.keep[i])));
    }
    if (shown < use.keep.size())
      row.details.push_back(
          absl::StrCat("and ", use.keep.size() - shown, " more rules, -o json has them"));
  }

  // What the manifests need, and the logs do not show.
  void AddNeverUsed() {
    for (size_t i = 0; i < c_.uses.size(); ++i) {
      const AuditedGrant& grant = c_.result.grants[i];
      if (grant.needed.empty() || c_.uses[i].used.value_or(true)) continue;
      never_used_ = true;
      for (const PolicyRule& rule : grant.needed) {
        Row row{.label = "never used", .via = DescribePath(grant.path)};
        if (&rule == &grant.needed.back())
          row.details.push_back(absl::StrCat(
              "needed by ", ObjectNames(r_, grant.objects, details_ ? ~size_t{0} : kMostObjects)));
        AddRule(rule, grant.path, std::move(row));
      }
    }
  }

  // --all: what there is no remark on.
  void AddOthers() {
    std::set<int> told;
    for (const AuditFinding& f : c_.result.findings) told.insert(f.grant);
    for (size_t i = 0; i < c_.result.grants.size(); ++i) {
      const AuditedGrant& grant = c_.result.grants[i];
      if (told.count(static_cast<int>(i)) > 0) continue;
      AddRule(*grant.rule, grant.path,
              {.label = grant.is_default ? "     default" : "     needed",
               .via = DescribePath(grant.path)});
    }
  }

  void AddRule(const PolicyRule& rule, const HeldRole& path, Row row) {
    row.resources = RuleResources(rule);
    row.verbs = RuleVerbs(rule);
    row.scopes = {GrantScope(*path.binding)};
    const std::string binding =
        absl::StrCat(path.binding->cluster, "/", path.binding->name, "/", path.role->name);
    Add(std::move(row), binding);
  }

  // Rows that differ in their namespace alone are one.
  void Add(Row row, const std::string& path) {
    const std::string key =
        absl::StrJoin({row.label, row.resources, row.verbs, row.message,
                       path.empty() ? row.via : path, absl::StrJoin(row.details, "\n")},
                      "\n");
    const auto [it, inserted] = places_.try_emplace(key, rows_.size());
    if (inserted) {
      rows_.push_back(std::move(row));
    } else if (!row.scopes.empty()) {
      std::vector<std::string>& scopes = rows_[it->second].scopes;
      if (std::find(scopes.begin(), scopes.end(), row.scopes[0]) == scopes.end())
        scopes.push_back(row.scopes[0]);
    }
  }

  // ---- lines

  std::string Body(const Row& row) const {
    if (!row.message.empty()) return row.message;
    return absl::StrCat(Pad(row.resources, resources_), "  ", Pad(ScopesText(row.scopes), scopes_),
                        "  ", row.verbs);
  }

  void SetWidths() {
    size_t verbs = 0;
    for (const Row& row : rows_) {
      resources_ = std::max(resources_, std::min(row.resources.size(), kMostResources));
      scopes_ = std::max(scopes_, std::min(ScopesText(row.scopes).size(), kMostVerbs));
      verbs = std::max(verbs, std::min(row.verbs.size(), kMostVerbs));
    }
    width_ = Heading().size() - std::min(Heading().size(), kLabelWidth);
    for (const Row& row : rows_) {
      const size_t most = row.message.empty() ? resources_ + scopes_ + verbs + 4 : kMostResources;
      width_ = std::max(width_, std::min(Body(row).size(), most));
    }
  }

  std::string Heading() const {
    return absl::StrCat(
        "GRANTED TO ", Printable(r_.options.agent.service_account), Where(" ON "),
        r_.all ? ""
               : absl::StrCat(", NOT NEEDED BY ", r_.objects, " OBJECT", r_.objects == 1 ? "" : "S",
                              never_used_ ? " OR NEVER USED" : ""));
  }

  std::string Where(absl::string_view word) const {
    return c_.context.empty() ? "" : absl::StrCat(word, Printable(c_.context));
  }

  void WriteRow(const Row& row) {
    const std::string label = Pad(row.label, kLabelWidth);
    const std::string body = Printable(Body(row));
    Line(absl::StrCat(row.label[0] == ' ' ? label : style_.ForLevel(row.level, label),
                      Pad(body, row.via.empty() ? 0 : width_), row.via.empty() ? "" : "  ",
                      style_.Dim(Printable(row.via))));
    for (const std::string& detail : row.details)
      Line(absl::StrCat(std::string(kLabelWidth, ' '), "  ", Printable(detail)));
  }

  void Line(absl::string_view text) { absl::StrAppend(&out_, text, "\n"); }

  const AuditReport& r_;
  const AuditedCluster& c_;
  const Style style_;
  const bool details_;
  std::vector<Row> rows_;
  std::map<std::string, size_t> places_;
  size_t resources_ = 0, scopes_ = 0, width_ = 0;
  bool never_used_ = false;  // there are such rows
  std::string out_;
};

std::string FindingCounts(const AuditCounts& n) {
  std::vector<std::string> parts;
  if (n.errors > 0) parts.push_back(Count(n.errors, "error"));
  if (n.warnings > 0) parts.push_back(Count(n.warnings, "warning"));
  if (n.notes > 0) parts.push_back(Count(n.notes, "note"));
  return parts.empty() ? "Nothing to say" : absl::StrJoin(parts, ", ");
}

// The figures of one cluster.
std::string Figures(const AuditReport& report, const AuditedCluster& cluster) {
  const AuditResult& r = cluster.result;
  std::string text = absl::StrCat(
      cluster.context.empty() ? "" : Printable(cluster.context) + ": ",
      FindingCounts(CountFindings(r)), ": ", r.beyond == 0 ? "no rule" : Count(r.beyond, "rule"),
      " granted beyond profile ", Printable(report.options.profile.name));
  if (r.unused > 0) absl::StrAppend(&text, ", ", r.unused, " of them needed by nothing");
  if (!report.all && r.defaults > 0)
    absl::StrAppend(&text, "; ", Count(r.defaults, "default rule"), " not shown (--all)");
  if (r.suppressed > 0) absl::StrAppend(&text, "; ", r.suppressed, " suppressed");
  return text + ".";
}

}  // namespace

std::string AuditText(const AuditReport& report, const Style& style, bool details) {
  std::string text;
  for (const AuditedCluster& cluster : report.clusters) {
    if (!text.empty()) text += "\n";
    if (!cluster.error.empty()) {
      absl::StrAppend(&text, style.ForLevel(Level::kError, Printable(cluster.context)), ": ",
                      Printable(cluster.error), "\n");
      continue;
    }
    const std::string section = Section(report, cluster, style, details).Write();
    absl::StrAppend(&text, section, section.empty() ? "" : "\n", Figures(report, cluster));
    absl::StrAppend(&text, "\n");
  }
  if (report.evidence != nullptr)
    absl::StrAppend(&text, "\n", AuditUseText(report, style, details));
  if (report.more_in_use) {
    absl::StrAppend(&text,
                    "No command makes these smaller: a fix knows the manifests alone, and would "
                    "take away what is in use.\n");
  }
  if (!report.next_command.empty())
    absl::StrAppend(&text, "Smallest equivalent: ", report.next_command, "\n");
  return text;
}

}  // namespace wecan
