// SPDX-License-Identifier: Apache-2.0
// The report as JUnit XML and as Markdown.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "src/cli/can_i_matrix.h"
#include "src/cli/can_i_report.h"
#include "src/cli/question.h"
#include "src/output/junit.h"
#include "src/output/markdown.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

// ---- junit

void SetOutcome(const ReviewAnswer& a, const std::string& user, JunitCase& c) {
  if (a.allowed()) return;
  if (!a.error.empty() || a.state == LiveState::kError) {
    c.outcome = JunitOutcome::kError;
    c.type = a.error.empty() ? "unanswered" : "invalid";
    c.message = c.text = a.error.empty() ? a.reason : a.error;
    return;
  }
  c.outcome = JunitOutcome::kFailure;
  c.type = !a.message.empty()                     ? "escalation"
           : a.state == LiveState::kNotApplicable ? "no-such-resource"
                                                  : "denied";
  c.message = !a.message.empty()                     ? a.message
              : a.state == LiveState::kNotApplicable ? a.reason
                                                     : ForbiddenMessage(user, a.request);
  if (!a.message.empty()) c.text = a.message;
  if (c.text.empty()) c.text = "no rule allows it";
}

// Reviews may ask the same several times, so they are numbered, as in messages.
JunitCase CaseOf(const CanIReport& report, const ClusterAnswers& cluster, size_t index) {
  const ReviewAnswer& a = cluster.answers[index];
  const bool review = report.kind == CanIKind::kReviews;
  const std::string& asked = cluster.user.empty() ? report.user.name : cluster.user;
  const std::string& user = review ? a.subject : asked;
  JunitCase c{.class_name = user.empty() ? "(no user)" : user,
              .name = absl::StrCat(review ? absl::StrCat("review ", index + 1, ": ") : "",
                                   DescribeRequest(a.request)),
              .text = WhyOf(a)};
  SetOutcome(a, user, c);
  return c;
}

JunitCase ErrorCase(const char* class_name, const std::string& name, const char* type,
                    const std::string& message) {
  return {.class_name = class_name,
          .name = name,
          .outcome = JunitOutcome::kError,
          .type = type,
          .message = message,
          .text = message};
}

// ---- markdown

std::string MarkdownTitle(const std::string& verdict) {
  return absl::StrCat("<!-- wecan can-i -->\n### wecan can-i: ", verdict, "\n\n");
}

std::string MarkdownAnswer(bool allowed) { return allowed ? "yes" : "**no**"; }

// "no", "2 of 24 checks denied".
std::string Verdict(const CanIReport& report) {
  int all = 0;
  for (const ClusterAnswers& c : report.clusters) all += static_cast<int>(c.answers.size());
  const int denied = CountDenied(report);
  if (report.kind == CanIKind::kQuestion) return denied > 0 ? "no" : "yes";
  const char* what = report.kind == CanIKind::kReviews ? "review" : "check";
  if (all == 0) return "nothing was asked";
  return denied == 0 ? absl::StrCat(Count(all, what), ", none denied")
                     : absl::StrCat(denied, " of ", Count(all, what), " denied");
}

// Only verbs that something needs have a column.
void WriteMatrix(const std::vector<MatrixRow>& rows, MarkdownPage& page) {
  VerbSet needed;
  for (const MatrixRow& row : rows) needed |= row.needed;
  std::string head = "\n| resource | namespace |", rule = "|---|---|";
  for (AgentVerb v : kVerbOrder) {
    if (!needed.Has(v)) continue;
    absl::StrAppend(&head, " ", VerbName(v), " |");
    rule += ":-:|";
  }
  std::vector<std::string> lines;
  for (const MatrixRow& row : rows) {
    const std::string ns = row.namespace_.empty() ? "*" : row.namespace_;
    std::string line = absl::StrCat("| ", MarkdownCode(QualifiedResource(row.group, row.resource)),
                                    " | ", MarkdownCode(ns), " |");
    for (AgentVerb v : kVerbOrder) {
      if (!needed.Has(v)) continue;
      absl::StrAppend(&line, " ", row.needed.Has(v) ? MarkdownAnswer(!row.missing.Has(v)) : "",
                      row.needed.Has(v) ? " |" : "|");
    }
    lines.push_back(std::move(line));
  }
  page.WriteRows(absl::StrCat(head, "\n", rule, "\n"), lines);
}

std::string Cell(const std::string& text) {
  return text.empty() ? " |" : absl::StrCat(" ", MarkdownCode(text), " |");
}

std::string ShortWhy(const ReviewAnswer& a) {
  if (!a.error.empty()) return a.error;
  return a.message.empty() ? WhyOf(a) : a.message.substr(0, a.message.find('\n'));
}

// One by one: the question, all reviews, or the RBAC objects that are refused.
void WriteAnswers(const CanIReport& report, MarkdownPage& page) {
  std::vector<std::string> lines;
  for (const ReviewAnswer& a : report.clusters[0].answers) {
    if (report.kind == CanIKind::kManifests && a.message.empty()) continue;
    lines.push_back(
        absl::StrCat("| ", MarkdownAnswer(a.allowed()), " |",
                     report.kind == CanIKind::kQuestion ? "" : Cell(a.subject),
                     report.kind == CanIKind::kManifests ? "" : Cell(DescribeRequest(a.request)),
                     Cell(ShortWhy(a))));
  }
  page.WriteRows(report.kind == CanIKind::kQuestion    ? "\n| | question | why |\n|---|---|---|\n"
                 : report.kind == CanIKind::kManifests ? "\n| | object | why |\n|---|---|---|\n"
                                                       : "\n| | user | question | why |\n"
                                                         "|---|---|---|---|\n",
                 lines);
}

// What the API server would say of the objects, whole.
void WriteMessages(const AnswerList& answers, MarkdownPage& page) {
  std::vector<std::string> lines;
  for (const ReviewAnswer& a : answers) {
    if (a.message.empty()) continue;
    lines.push_back(OneLine(a.subject));
    for (absl::string_view line : absl::StrSplit(a.message, '\n'))
      lines.push_back(absl::StrCat("  ", Printable(line)));
  }
  page.WriteFolded("In the words of the API server", "text", lines);
}

void WriteErrors(const std::vector<ReviewError>& errors, MarkdownPage& page) {
  std::vector<std::string> lines;
  lines.reserve(errors.size());
  for (const ReviewError& e : errors)
    lines.push_back(absl::StrCat("| error |", Cell(e.place), Cell(e.message)));
  page.WriteRows("\n| | where | what |\n|---|---|---|\n", lines);
}

// ---- markdown of live clusters

void WriteLiveQuestion(const CanIReport& report, MarkdownPage& page) {
  std::vector<std::string> lines;
  for (const ClusterAnswers& c : report.clusters) {
    for (const ReviewAnswer& a : c.answers) {
      lines.push_back(
          absl::StrCat("| ", a.allowed() ? "yes" : absl::StrCat("**", LiveStateName(a.state), "**"),
                       " |", Cell(c.context), Cell(c.method), Cell(WhyOf(a))));
    }
  }
  page.WriteRows("\n| | WEC | method | why |\n|---|---|---|---|\n", lines);
}

void WriteLiveMatrix(const CanIReport& report, MarkdownPage& page) {
  const Matrix matrix = MakeMatrix(report);
  std::string head = "\n| resource | namespace |", rule = "|---|---|";
  for (const MatrixColumn& column : matrix.columns) {
    absl::StrAppend(&head, Cell(ColumnTitle(column)));
    rule += "---|";
  }
  std::vector<std::string> lines;
  for (size_t r = 0; r < matrix.rows.size(); ++r) {
    const MatrixRow& row = matrix.rows[r];
    std::string line = absl::StrCat("|", Cell(QualifiedResource(row.group, row.resource)),
                                    Cell(row.namespace_.empty() ? "*" : row.namespace_));
    for (const MatrixColumn& column : matrix.columns) absl::StrAppend(&line, Cell(column.cells[r]));
    lines.push_back(std::move(line));
  }
  page.Write(absl::StrCat("\n", MarkdownCode(MatrixLegend(true)), "\n"));
  page.WriteRows(absl::StrCat(head, "\n", rule, "\n"), lines);
}

void WriteFindings(const CanIReport& report, MarkdownPage& page) {
  std::vector<std::string> lines;
  for (const LiveFinding& f : report.findings) {
    if (f.rule == "WEC401") continue;  // the table says it
    lines.push_back(
        absl::StrCat("| ", f.rule, " |", Cell(absl::StrJoin(f.contexts, ", ")), Cell(f.message)));
  }
  page.WriteRows("\n| | WEC | what |\n|---|---|---|\n", lines);
}

}  // namespace

std::string CanIJunit(const CanIReport& report) {
  JunitCounts counts;
  std::string suites;
  std::vector<JunitCase> unread;
  for (const ReviewError& e : report.errors)
    unread.push_back(ErrorCase("input", e.place, "unreadable", e.message));
  for (const ClusterAnswers& cluster : report.clusters) {
    std::vector<JunitCase> cases;
    for (size_t i = 0; i < cluster.answers.size(); ++i) cases.push_back(CaseOf(report, cluster, i));
    if (!cluster.error.empty())
      cases.push_back(ErrorCase("wec", cluster.context, "incomplete", cluster.error));
    if (!report.live) cases.insert(cases.end(), unread.begin(), unread.end());
    suites += JunitSuite(report.live ? cluster.context : cluster.method, cases, counts);
  }
  if (report.live && !unread.empty()) suites += JunitSuite("input", unread, counts);
  return JunitDocument("wecan can-i", counts, suites);
}

std::string CanIMarkdown(const CanIReport& report) {
  MarkdownPage page(kMaxComment);
  if (report.live) {
    page.Write(
        absl::StrCat(MarkdownTitle(Verdict(report)), "As ", MarkdownCode(report.user.name), ".\n"));
    if (report.kind == CanIKind::kQuestion) {
      WriteLiveQuestion(report, page);
    } else {
      WriteLiveMatrix(report, page);
    }
    WriteFindings(report, page);
    WriteErrors(report.errors, page);
    return page.Take();
  }
  const ClusterAnswers& cluster = report.clusters[0];
  page.Write(report.kind == CanIKind::kReviews
                 ? absl::StrCat(MarkdownTitle(Verdict(report)), "Answered from ",
                                MarkdownCode(cluster.method), ".\n")
                 : CanIHeading(Verdict(report), report.user, cluster.method));
  if (report.kind == CanIKind::kManifests) WriteMatrix(MatrixRows(cluster.answers), page);
  WriteAnswers(report, page);
  WriteErrors(report.errors, page);
  WriteMessages(cluster.answers, page);
  return page.Take();
}

}  // namespace wecan
