// SPDX-License-Identifier: Apache-2.0
// The requests that audit logs show, as a table.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/audit/agent_requests.h"
#include "analyzer/fixes/minimal_rules.h"
#include "src/cli/audit_report.h"

namespace wecan {
namespace {

constexpr size_t kMostLines = 40;   // but for -v
constexpr size_t kMostColumn = 44;  // wider cells push the rest of their line only
constexpr size_t kLabelWidth = 13;  // as in the table of the grants
constexpr char kAnywhere[] = "*";

enum class Kind { kUsed, kRefused, kUnpredicted };

const char* LabelOf(Kind kind) {
  return kind == Kind::kUsed ? "used" : kind == Kind::kRefused ? "refused" : "unpredicted";
}

// One line, as it is added up.
struct Line {
  std::vector<std::string> verbs;
  std::vector<std::string> scopes;
  uint64_t let_in = 0, refused = 0;
  std::string first, last;

  void Add(const Line& other) {
    let_in += other.let_in;
    refused += other.refused;
    if (first.empty() || (!other.first.empty() && other.first < first)) first = other.first;
    last = std::max(last, other.last);
  }
};

std::string ResourceOf(const RequestAttributes& r) {
  if (!r.resource_request) return RuleResources({.non_resource_urls = {r.path}});
  const std::string resource =
      r.subresource.empty() ? r.resource : absl::StrCat(r.resource, "/", r.subresource);
  return RuleResources({.api_groups = {r.api_group}, .resources = {resource}});
}

std::string ScopesText(const std::vector<std::string>& scopes) {
  return scopes.size() <= 1 ? scopes[0] : absl::StrCat(scopes[0], " +", scopes.size() - 1, " more");
}

std::string TimesText(const Line& line) {
  std::vector<std::string> parts;
  if (line.let_in > 0) parts.push_back(absl::StrCat(line.let_in));
  if (line.refused > 0) parts.push_back(absl::StrCat(line.refused, " refused"));
  return absl::StrJoin(parts, ", ");
}

std::string SpanText(const Line& line) {
  const std::string first = ShortTime(line.first), last = ShortTime(line.last);
  return first == last ? first : absl::StrCat(first, " .. ", last);
}

class Table {
 public:
  Table(const AuditReport& report, const Style& style, bool details)
      : r_(report), style_(style), details_(details) {}

  std::string Write() {
    Gather();
    Fold();
    if (!cells_.empty()) WriteLines();
    absl::StrAppend(&out_, Figures(), "\n");
    return std::move(out_);
  }

 private:
  using Row = std::vector<std::string>;  // label, resource, scope, verbs, times, span

  // By what is asked about: the verbs of one resource in one namespace are a line.
  void Gather() {
    const std::set<const Activity*> unpredicted(r_.unpredicted.begin(), r_.unpredicted.end());
    for (const Activity& activity : r_.evidence->activities) {
      const RequestAttributes& request = activity.request;
      if (!r_.all && IsOwnRequest(request, r_.options.agent.namespace_)) {
        own_ += activity.let_in() + activity.refused;
        continue;
      }
      const Kind kind = unpredicted.count(&activity) > 0 ? Kind::kUnpredicted
                        : activity.was_allowed()         ? Kind::kUsed
                                                         : Kind::kRefused;
      const std::string scope =
          request.namespace_.empty() ? kAnywhere : absl::StrCat("ns ", request.namespace_);
      Line& line = by_place_[{kind, ResourceOf(request), scope}];
      line.verbs.push_back(request.verb);
      line.Add({.let_in = activity.let_in(),
                .refused = activity.refused,
                .first = activity.first_time,
                .last = activity.last_time});
    }
  }

  // Lines that differ in their namespace alone are one.
  void Fold() {
    std::map<std::tuple<Kind, std::string, std::string>, Line> folded;
    for (auto& [place, line] : by_place_) {
      SortVerbs(line.verbs);
      Line& all = folded[{std::get<0>(place), std::get<1>(place), absl::StrJoin(line.verbs, " ")}];
      all.scopes.push_back(std::get<2>(place));
      all.Add(line);
    }
    for (const auto& [key, line] : folded) {
      cells_.push_back({LabelOf(std::get<0>(key)), Printable(std::get<1>(key)),
                        Printable(ScopesText(line.scopes)), Printable(std::get<2>(key)),
                        TimesText(line), Printable(SpanText(line))});
    }
  }

  void WriteLines() {
    const size_t shown = details_ ? cells_.size() : std::min(cells_.size(), kMostLines);
    const Row heading = {"", "", "", "", "TIMES", "FIRST .. LAST"};
    std::vector<size_t> widths(heading.size());
    widths[0] = kLabelWidth - 2;
    widths[4] = heading[4].size();
    for (size_t i = 0; i < shown; ++i) {
      for (size_t c = 1; c < 5; ++c)
        widths[c] = std::max(widths[c], std::min(cells_[i][c].size(), kMostColumn));
    }
    const std::string title =
        absl::StrCat("REQUESTS OF ", Printable(r_.options.agent.service_account), " IN THE LOGS");
    size_t before = 0;
    for (size_t c = 0; c < 4; ++c) before += widths[c] + 2;
    if (before < title.size() + 2) widths[3] += title.size() + 2 - before;
    before = std::max(before, title.size() + 2);
    absl::StrAppend(&out_, Pad(title, before), Pad(heading[4], widths[4]), "  ", heading[5], "\n");
    for (size_t i = 0; i < shown; ++i) WriteLine(cells_[i], widths);
    if (shown < cells_.size())
      absl::StrAppend(&out_, "and ", cells_.size() - shown, " more lines, -v\n");
    absl::StrAppend(&out_, "\n");
  }

  void WriteLine(const Row& row, const std::vector<size_t>& widths) {
    const std::string label = Pad(row[0], widths[0]);
    const bool used = row[0] == LabelOf(Kind::kUsed);
    std::string line = used ? label : style_.ForLevel(Level::kWarning, label);
    for (size_t c = 1; c + 1 < row.size(); ++c)
      absl::StrAppend(&line, "  ", Pad(row[c], widths[c]));
    absl::StrAppend(&out_, line, "  ", row.back(), "\n");
  }

  std::string Figures() const {
    const Evidence& e = *r_.evidence;
    std::string text = absl::StrCat(e.requests, e.requests == 1 ? " request" : " requests", " of ",
                                    Printable(r_.options.agent.service_account), " among ",
                                    e.events, e.events == 1 ? " event" : " events");
    if (!e.first_time.empty()) {
      absl::StrAppend(&text, ", ", Printable(ShortTime(e.first_time)), " to ",
                      Printable(ShortTime(e.last_time)));
    }
    if (own_ > 0) absl::StrAppend(&text, "; ", own_, " for itself not shown (--all)");
    text += ".";
    if (!r_.unpredicted.empty()) {
      absl::StrAppend(&text,
                      "\nunpredicted: needed by no manifest here, and nothing that agents ask "
                      "for themselves. Manifests are missing, or somebody else uses the "
                      "account.");
    }
    return text;
  }

  const AuditReport& r_;
  const Style style_;
  const bool details_;
  uint64_t own_ = 0;
  std::map<std::tuple<Kind, std::string, std::string>, Line> by_place_;
  std::vector<Row> cells_;
  std::string out_;
};

}  // namespace

std::string AuditUseText(const AuditReport& report, const Style& style, bool details) {
  return Table(report, style, details).Write();
}

}  // namespace wecan
