// SPDX-License-Identifier: Apache-2.0
#include "src/cli/can_i_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/go_quote.h"
#include "src/cli/question.h"
#include "src/output/junit.h"
#include "src/output/markdown.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"
#include "src/output/version.h"

namespace wecan {
namespace {

int CountDenied(const std::vector<ReviewAnswer>& answers) {
  return static_cast<int>(std::count_if(answers.begin(), answers.end(),
                                        [](const ReviewAnswer& a) { return !a.allowed; }));
}

// "storageclasses.storage.k8s.io".
std::string QualifiedResource(const MatrixRow& row) {
  return absl::StrCat(row.resource, row.group.empty() ? "" : ".", row.group);
}

// ---- text

std::string GlyphsOf(const MatrixRow& row) {
  static constexpr std::pair<AgentVerb, char> kGlyphs[] = {
      {AgentVerb::kGet, 'g'},   {AgentVerb::kCreate, 'c'}, {AgentVerb::kUpdate, 'u'},
      {AgentVerb::kPatch, 'p'}, {AgentVerb::kDelete, 'd'}, {AgentVerb::kList, 'l'},
      {AgentVerb::kWatch, 'w'}};
  std::string text;
  for (const auto& [verb, glyph] : kGlyphs) {
    if (row.needed.Has(verb)) text += row.missing.Has(verb) ? '-' : glyph;
  }
  return text;
}

std::string QuestionText(const CanIReport& report, bool headers) {
  const ReviewAnswer& answer = report.answers[0];
  std::string text = absl::StrCat(answer.allowed ? "yes" : "no", "\n");
  if (!headers) return text;
  absl::StrAppend(&text, "  ", Printable(DescribeRequest(answer.request)), "\n  ",
                  DescribeSource(report.source));
  if (!answer.reason.empty()) absl::StrAppend(&text, "  ", Printable(answer.reason), "\n");
  return text;
}

std::string MatrixText(const CanIReport& report, bool headers) {
  std::string text;
  if (headers) {
    absl::StrAppend(&text, DescribeSource(report.source),
                    "g get  c create  u update  p patch  d delete  l list  w watch  - denied\n",
                    Pad("RESOURCE", 50), " ", Pad("NAMESPACE", 20), " VERBS\n");
  }
  for (const MatrixRow& row : report.rows) {
    const std::string ns = row.namespace_.empty() ? "*" : Printable(row.namespace_);
    absl::StrAppend(&text, Pad(Printable(QualifiedResource(row)), 50), " ", Pad(ns, 20), " ",
                    GlyphsOf(row), "\n");
  }
  for (const ReviewAnswer& a : report.answers) {
    if (a.message.empty()) continue;
    absl::StrAppend(&text, Printable(a.subject), "\n");
    for (absl::string_view line : absl::StrSplit(a.message, '\n'))
      absl::StrAppend(&text, "  ", Printable(line), "\n");
  }
  return text;
}

// ---- json

Json AnswerJson(const ReviewAnswer& a) {
  const RequestAttributes& r = a.request;
  Json missing = Json::array();
  for (const PolicyRule& rule : a.missing) missing.push_back(RuleJson(rule));
  return {{"verb", r.verb},
          {"group", r.api_group},
          {"resource", r.resource},
          {"subresource", r.subresource},
          {"namespace", r.namespace_},
          {"name", r.name},
          {"path", r.path},
          {"allowed", a.allowed},
          {"reason", a.reason},
          {"missing", missing},
          {"message", a.message}};
}

// ---- junit

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

// Reviews may ask the same several times, so they are numbered, as in messages.
JunitCase CaseOf(const CanIReport& report, size_t index) {
  const ReviewAnswer& a = report.answers[index];
  const bool review = report.kind == CanIKind::kReviews;
  const std::string& user = review ? a.subject : report.source.user.name;
  JunitCase c{.class_name = user.empty() ? "(no user)" : user,
              .name = absl::StrCat(review ? absl::StrCat("review ", index + 1, ": ") : "",
                                   DescribeRequest(a.request)),
              .text = a.reason};
  if (a.allowed) return c;
  if (!a.error.empty()) {
    c.outcome = JunitOutcome::kError;
    c.type = "invalid";
    c.message = c.text = a.error;
    return c;
  }
  c.outcome = JunitOutcome::kFailure;
  c.type = a.message.empty() ? "denied" : "escalation";
  c.message = a.message.empty() ? ForbiddenMessage(user, a.request) : a.message;
  if (!a.message.empty()) c.text = a.message;
  if (c.text.empty()) c.text = "no rule allows it";
  return c;
}

// ---- markdown

std::string MarkdownTitle(const std::string& verdict) {
  return absl::StrCat("<!-- wecan can-i -->\n### wecan can-i: ", verdict, "\n\n");
}

std::string MarkdownAnswer(bool allowed) { return allowed ? "yes" : "**no**"; }

// "no", "2 of 24 checks denied".
std::string Verdict(const CanIReport& report) {
  const int all = static_cast<int>(report.answers.size());
  const int denied = CountDenied(report.answers);
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
    std::string line =
        absl::StrCat("| ", MarkdownCode(QualifiedResource(row)), " | ", MarkdownCode(ns), " |");
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

std::string WhyOf(const ReviewAnswer& a) {
  if (!a.error.empty()) return a.error;
  return a.message.empty() ? a.reason : a.message.substr(0, a.message.find('\n'));
}

// One by one: the question, all reviews, or the RBAC objects that are refused.
void WriteAnswers(const CanIReport& report, MarkdownPage& page) {
  std::vector<std::string> lines;
  for (const ReviewAnswer& a : report.answers) {
    if (report.kind == CanIKind::kManifests && a.message.empty()) continue;
    lines.push_back(
        absl::StrCat("| ", MarkdownAnswer(a.allowed), " |",
                     report.kind == CanIKind::kQuestion ? "" : Cell(a.subject),
                     report.kind == CanIKind::kManifests ? "" : Cell(DescribeRequest(a.request)),
                     Cell(WhyOf(a))));
  }
  page.WriteRows(report.kind == CanIKind::kQuestion    ? "\n| | question | why |\n|---|---|---|\n"
                 : report.kind == CanIKind::kManifests ? "\n| | object | why |\n|---|---|---|\n"
                                                       : "\n| | user | question | why |\n"
                                                         "|---|---|---|---|\n",
                 lines);
}

// What the API server would say of the objects, whole.
void WriteMessages(const std::vector<ReviewAnswer>& answers, MarkdownPage& page) {
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

}  // namespace

std::string DescribeSource(const ReviewSource& source) {
  return absl::StrCat("as ", Printable(source.user.name), " (", Printable(source.method),
                      ")\n  groups ", Printable(absl::StrJoin(source.user.groups, " ")), "\n");
}

std::string CanIText(const CanIReport& report, bool headers) {
  return report.kind == CanIKind::kQuestion ? QuestionText(report, headers)
                                            : MatrixText(report, headers);
}

Json CanIJson(const CanIReport& report) {
  Json results = Json::array(), errors = Json::array();
  for (const ReviewAnswer& a : report.answers) results.push_back(AnswerJson(a));
  for (const ReviewError& e : report.errors)
    errors.push_back({{"message", e.message}, {"path", e.place}});
  const ReviewSource& source = report.source;
  return {{"$schema", "urn:wecan:schema:can-i-v1"},
          {"schemaVersion", "1.0"},
          {"kind", "CanIReport"},
          {"tool", {{"name", "wecan"}, {"version", kVersion}}},
          {"user", {{"name", source.user.name}, {"groups", source.user.groups}}},
          {"summary",
           {{"checks", report.answers.size()},
            {"denied", CountDenied(report.answers)},
            {"incomplete", false},
            {"exitCode", report.exit_code}}},
          {"clusters", Json::array({{{"context", ""},
                                     {"server", ""},
                                     {"method", source.method},
                                     {"error", ""},
                                     {"results", results}}})},
          {"errors", errors}};
}

std::string CanIJunit(const CanIReport& report) {
  std::vector<JunitCase> cases;
  for (size_t i = 0; i < report.answers.size(); ++i) cases.push_back(CaseOf(report, i));
  for (const ReviewError& e : report.errors) {
    cases.push_back({.class_name = "input",
                     .name = e.place,
                     .outcome = JunitOutcome::kError,
                     .type = "unreadable",
                     .message = e.message,
                     .text = e.message});
  }
  return DumpJunit("wecan can-i", report.source.method, cases);
}

std::string CanIHeading(const std::string& verdict, const ReviewSource& source) {
  return absl::StrCat(
      "<!-- wecan can-i -->\n### wecan can-i: ", verdict, "\n\nAs ", MarkdownCode(source.user.name),
      " (", MarkdownCode(source.method), ")", source.user.groups.empty() ? "" : ", groups ",
      source.user.groups.empty() ? "" : MarkdownCode(absl::StrJoin(source.user.groups, " ")),
      ".\n");
}

std::string CanIMarkdown(const CanIReport& report) {
  MarkdownPage page(kMaxComment);
  page.Write(report.kind == CanIKind::kReviews
                 ? absl::StrCat(MarkdownTitle(Verdict(report)), "Answered from ",
                                MarkdownCode(report.source.method), ".\n")
                 : CanIHeading(Verdict(report), report.source));
  WriteMatrix(report.rows, page);
  WriteAnswers(report, page);
  WriteErrors(report.errors, page);
  WriteMessages(report.answers, page);
  return page.Take();
}

}  // namespace wecan
