// SPDX-License-Identifier: Apache-2.0
// What the formats share, and text for people.
#include "src/cli/can_i_report.h"

#include <algorithm>
#include <set>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/go_quote.h"
#include "analyzer/base/utf8.h"
#include "src/cli/can_i_matrix.h"
#include "src/cli/question.h"
#include "src/output/markdown.h"
#include "src/output/report_parts.h"
#include "src/output/style.h"

namespace wecan {
namespace {

// Of the first columns, at most.
constexpr size_t kResourceWidth = 50;
constexpr size_t kNamespaceWidth = 20;

struct Widths {
  size_t resource = kResourceWidth;
  size_t ns = kNamespaceWidth;
  std::vector<size_t> columns;
};

// ---- the matrix

void WriteRow(absl::string_view resource, absl::string_view ns,
              const std::vector<std::string>& cells, const Widths& widths, std::string& text) {
  std::string line = absl::StrCat(Pad(resource, widths.resource), " ", Pad(ns, widths.ns), " ");
  for (size_t i = 0; i < cells.size(); ++i)
    absl::StrAppend(&line, i + 1 == cells.size() ? cells[i] : Pad(cells[i], widths.columns[i] + 2));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  absl::StrAppend(&text, line, "\n");
}

size_t WidthOf(const MatrixColumn& column) {
  size_t width = CountCodePoints(ColumnTitle(column));
  for (const std::string& cell : column.cells) width = std::max(width, cell.size());
  return width;
}

// Some of the columns, as many as fit side by side.
void WriteBlock(const Matrix& matrix, size_t begin, size_t end, bool headers, Widths widths,
                std::string& text) {
  std::vector<std::string> titles;
  for (size_t c = begin; c < end; ++c) {
    titles.push_back(ColumnTitle(matrix.columns[c]));
    widths.columns.push_back(WidthOf(matrix.columns[c]));
  }
  if (headers) WriteRow("RESOURCE", "NAMESPACE", titles, widths, text);
  for (size_t r = 0; r < matrix.rows.size(); ++r) {
    const MatrixRow& row = matrix.rows[r];
    std::vector<std::string> cells;
    for (size_t c = begin; c < end; ++c) cells.push_back(matrix.columns[c].cells[r]);
    WriteRow(Printable(QualifiedResource(row.group, row.resource)),
             row.namespace_.empty() ? "*" : Printable(row.namespace_), cells, widths, text);
  }
}

// No wider than the rows take: columns of clusters need the room.
Widths Narrow(const Matrix& matrix) {
  Widths widths{.resource = std::string("RESOURCE").size(), .ns = std::string("NAMESPACE").size()};
  for (const MatrixRow& row : matrix.rows) {
    widths.resource = std::max(
        widths.resource, CountCodePoints(Printable(QualifiedResource(row.group, row.resource))));
    widths.ns = std::max(widths.ns, CountCodePoints(Printable(row.namespace_)));
  }
  return {.resource = std::min(widths.resource, kResourceWidth) + 1,
          .ns = std::min(widths.ns, kNamespaceWidth) + 1};
}

void WriteMatrix(const CanIReport& report, bool headers, int columns, std::string& text) {
  const Matrix matrix = MakeMatrix(report);
  const Widths widths = report.live ? Narrow(matrix) : Widths{};
  const size_t room = static_cast<size_t>(std::max(columns, 1));
  for (size_t begin = 0; begin < matrix.columns.size();) {
    size_t end = begin;
    size_t width = widths.resource + widths.ns + 2;
    do {
      width += WidthOf(matrix.columns[end++]) + 2;
    } while (end < matrix.columns.size() && width + WidthOf(matrix.columns[end]) <= room);
    if (begin > 0) text += "\n";
    WriteBlock(matrix, begin, end, headers || report.live, widths, text);
    begin = end;
  }
}

void WriteMessages(const AnswerList& answers, std::string& text) {
  for (const ReviewAnswer& a : answers) {
    if (a.message.empty()) continue;
    absl::StrAppend(&text, Printable(a.subject), "\n");
    for (absl::string_view line : absl::StrSplit(a.message, '\n'))
      absl::StrAppend(&text, "  ", Printable(line), "\n");
  }
}

// ---- live clusters

std::string ContextsOf(const LiveFinding& finding) {
  const std::vector<std::string>& all = finding.contexts;
  constexpr size_t kShown = 3;
  std::vector<std::string> shown = all;
  shown.resize(std::min(all.size(), kShown));
  for (std::string& context : shown) context = Printable(context);
  return absl::StrCat(absl::StrJoin(shown, ", "),
                      all.size() > kShown ? absl::StrCat(" +", all.size() - kShown, " more") : "");
}

// What is not in the matrix: other answers than expected, clusters that could not be asked, and
// what would let us ask them.
void WriteRemarks(const CanIReport& report, std::string& text) {
  for (const LiveFinding& f : report.findings) {
    if (f.rule != "WEC402") continue;
    absl::StrAppend(&text, "warn  ", f.rule, "  ", ContextsOf(f), ": ", Printable(f.message), "\n");
  }
  std::set<std::string> grants;
  for (const ClusterAnswers& c : report.clusters) {
    for (const std::string& note : c.notes) absl::StrAppend(&text, "note  ", Printable(note), "\n");
  }
  for (const LiveFinding& f : report.findings) {
    if (f.rule == "WEC403") absl::StrAppend(&text, "error WEC403  ", Printable(f.message), "\n");
  }
  for (const ClusterAnswers& c : report.clusters) {
    if (!c.lacks.empty() && grants.insert(c.lacks).second) {
      absl::StrAppend(&text, "# What would let us ask ", Printable(c.context),
                      "; to be applied there by its administrator\n", c.lacks);
    }
  }
}

std::string CountText(const CanIReport& report) {
  size_t checks = 0, silent = 0, refusing = 0;
  for (const ClusterAnswers& c : report.clusters) {
    checks += c.answers.size();
    silent += c.error.empty() ? 0 : 1;
    refusing += std::all_of(c.answers.begin(), c.answers.end(),
                            [](const ReviewAnswer& a) { return a.allowed(); })
                    ? 0
                    : 1;
  }
  if (report.clusters.empty()) return "No WEC is in this part.";
  const std::string all = Count(static_cast<int>(checks), "check");
  std::string text = "Nothing was answered";
  if (refusing > 0) {
    text = absl::StrCat(CountDenied(report), " of ", all, " not allowed on ",
                        Count(static_cast<int>(refusing), "WEC"));
  } else if (checks > 0) {
    text = absl::StrCat(all, ", all allowed");
  }
  if (silent > 0)
    absl::StrAppend(&text, ", ", Count(static_cast<int>(silent), "WEC"), " not fully asked");
  return text + ".";
}

std::string LiveQuestionText(const CanIReport& report) {
  size_t width = 0;
  for (const ClusterAnswers& c : report.clusters)
    width = std::max(width, CountCodePoints(ColumnTitle({.clusters = {&c}})));
  std::string text;
  for (const ClusterAnswers& c : report.clusters) {
    if (c.answers.empty()) continue;
    const ReviewAnswer& a = c.answers[0];
    absl::StrAppend(&text, Pad(LiveStateName(a.state), 14), "  ",
                    Pad(ColumnTitle({.clusters = {&c}}), width),
                    WhyOf(a).empty() ? "" : "  " + Printable(WhyOf(a)), "\n");
  }
  return text;
}

std::string QuestionText(const CanIReport& report, bool headers) {
  const ClusterAnswers& cluster = report.clusters[0];
  const ReviewAnswer& answer = cluster.answers[0];
  std::string text = absl::StrCat(answer.allowed() ? "yes" : "no", "\n");
  if (!headers) return text;
  absl::StrAppend(&text, "  ", Printable(DescribeRequest(answer.request)), "\n  ",
                  DescribeSource(report.user, cluster.method));
  if (!answer.reason.empty()) absl::StrAppend(&text, "  ", Printable(answer.reason), "\n");
  return text;
}

std::string LiveText(const CanIReport& report, bool headers, int columns) {
  std::string text;
  if (headers) {
    absl::StrAppend(&text, "as ", Printable(report.user.name), "\n");
    if (report.kind == CanIKind::kManifests) absl::StrAppend(&text, MatrixLegend(true), "\n");
  }
  if (report.kind == CanIKind::kQuestion) {
    text += LiveQuestionText(report);
  } else {
    WriteMatrix(report, headers, columns, text);
  }
  WriteRemarks(report, text);
  if (headers) {
    absl::StrAppend(&text, CountText(report),
                    report.fix.empty() ? "" : absl::StrCat(" Fix: ", report.fix), "\n");
  }
  return text;
}

}  // namespace

AnswerList AnswerPool::Share(std::vector<ReviewAnswer> answers) {
  size_t hash = answers.size();
  for (const ReviewAnswer& a : answers) {
    const RequestAttributes& r = a.request;
    hash = absl::HashOf(hash, a.state, a.reason, r.verb, r.api_group, r.resource, r.namespace_,
                        r.name);
  }
  std::vector<AnswerList>& alike = lists_[hash];
  for (const AnswerList& list : alike) {
    if (std::equal(list.begin(), list.end(), answers.begin(), answers.end())) return list;
  }
  return alike.emplace_back(std::move(answers));
}

CanIReport OfflineReport(CanIKind kind, const ReviewSource& source) {
  CanIReport report{.kind = kind, .user = source.user};
  report.clusters.push_back({.method = source.method});
  return report;
}

std::string CanIText(const CanIReport& report, bool headers, int columns) {
  if (report.live) return LiveText(report, headers, columns);
  if (report.kind == CanIKind::kQuestion) return QuestionText(report, headers);
  std::string text;
  if (headers) {
    absl::StrAppend(&text, DescribeSource(report.user, report.clusters[0].method),
                    MatrixLegend(false), "\n");
  }
  WriteMatrix(report, headers, columns, text);
  WriteMessages(report.clusters[0].answers, text);
  return text;
}

std::string CanIWide(const CanIReport& report, bool headers) {
  size_t context = std::string("CONTEXT").size(), method = std::string("METHOD").size();
  for (const ClusterAnswers& c : report.clusters) {
    context = std::max(context, CountCodePoints(Printable(c.context)));
    method = std::max(method, CountCodePoints(Printable(c.method)));
  }
  std::string text;
  const auto line = [&](absl::string_view c, absl::string_view m, absl::string_view state,
                        absl::string_view request, absl::string_view why) {
    std::string row = absl::StrCat(Pad(c, context), report.live ? "  " : "", Pad(m, method), "  ",
                                   Pad(state, 14), "  ", request, why.empty() ? "" : "  ", why);
    absl::StrAppend(&text, row, "\n");
  };
  if (!report.live) context = 0;
  if (headers) line(report.live ? "CONTEXT" : "", "METHOD", "ANSWER", "REQUEST", "");
  for (const ClusterAnswers& c : report.clusters) {
    for (const ReviewAnswer& a : c.answers) {
      line(Printable(c.context), Printable(c.method), LiveStateName(a.state),
           Printable(DescribeRequest(a.request)), Printable(OneLine(WhyOf(a))));
    }
  }
  WriteRemarks(report, text);
  return text;
}

std::string CanIName(const CanIReport& report) {
  std::string text;
  for (const ClusterAnswers& c : report.clusters) {
    for (const MatrixRow& row : MatrixRows(c.answers)) {
      if (row.missing.empty()) continue;
      absl::StrAppend(&text, c.context.empty() ? "" : Printable(c.context) + "\t",
                      row.namespace_.empty() ? "*" : Printable(row.namespace_), "\t",
                      Printable(QualifiedResource(row.group, row.resource)), "\t",
                      row.missing.Join(","), "\n");
    }
  }
  return text;
}

// ---- parts

std::string DescribeSource(const UserInfo& user, const std::string& method) {
  return absl::StrCat("as ", Printable(user.name), " (", Printable(method), ")\n  groups ",
                      Printable(absl::StrJoin(user.groups, " ")), "\n");
}

std::string CanIHeading(const std::string& verdict, const UserInfo& user,
                        const std::string& method) {
  return absl::StrCat(
      "<!-- wecan can-i -->\n### wecan can-i: ", verdict, "\n\nAs ", MarkdownCode(user.name), " (",
      MarkdownCode(method), ")", user.groups.empty() ? "" : ", groups ",
      user.groups.empty() ? "" : MarkdownCode(absl::StrJoin(user.groups, " ")), ".\n");
}

std::string VerbWords(VerbSet verbs) {
  std::vector<std::string> words;
  for (const AgentVerb v : kVerbOrder) {
    if (verbs.Has(v)) words.emplace_back(VerbName(v));
  }
  return absl::StrJoin(words, ", ");
}

std::string QualifiedResource(const std::string& group, const std::string& resource) {
  return absl::StrCat(resource, group.empty() ? "" : ".", group);
}

std::string WhyOf(const ReviewAnswer& a) {
  const char* between = a.reason.empty() || a.evaluation_error.empty() ? "" : "; ";
  return absl::StrCat(a.reason, between, a.evaluation_error);
}

int CountDenied(const CanIReport& report) {
  int denied = 0;
  for (const ClusterAnswers& c : report.clusters) {
    denied += static_cast<int>(std::count_if(c.answers.begin(), c.answers.end(),
                                             [](const ReviewAnswer& a) { return !a.allowed(); }));
  }
  return denied;
}

// Source: kubernetes v1.36 staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/
// errors.go, forbiddenMessage.
std::string ForbiddenMessage(const std::string& user, const RequestAttributes& r) {
  const std::string who = absl::StrCat("User ", GoQuote(user), " cannot ", r.verb);
  if (!r.resource_request) return absl::StrCat(who, " path ", GoQuote(r.path));
  const std::string resource =
      absl::StrCat(r.resource, r.subresource.empty() ? "" : "/", r.subresource);
  return absl::StrCat(who, " resource ", GoQuote(resource), " in API group ", GoQuote(r.api_group),
                      r.namespace_.empty()
                          ? " at the cluster scope"
                          : absl::StrCat(" in the namespace ", GoQuote(r.namespace_)));
}

}  // namespace wecan
