// SPDX-License-Identifier: Apache-2.0
// who-can: every subject that may, with the path by which.
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/base/utf8.h"
#include "analyzer/grants/matched_part.h"
#include "analyzer/grants/who_can.h"
#include "src/cli/commands.h"
#include "src/cli/grant_path.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/setup.h"
#include "src/cli/source.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {
namespace {

// The answer of one place.
struct Answer {
  const RbacPlace& place;
  const RequestAttributes& request;
  WhoCan who;
};

std::string Display(const Subject& subject) {
  const std::string ns =
      subject.kind == "ServiceAccount" ? absl::StrCat(subject.namespace_, ":") : "";
  return absl::StrCat(subject.kind, " ", ns, subject.name);
}

// One line of the table; each cell printable.
using Row = std::vector<std::string>;

Row RowOf(const Holder& holder, const RequestAttributes& request) {
  if (holder.binding == nullptr)
    return {Display(holder.subject), "everywhere", "", "no rule: RBAC is never asked"};
  const std::string where =
      holder.namespace_.empty() ? "everywhere" : absl::StrCat("in ", holder.namespace_);
  return {Printable(Display(holder.subject)), Printable(where),
          Printable(MatchedPart(*holder.rule, request)),
          Printable(PathText(*holder.binding, *holder.role, holder.sources))};
}

void WriteTable(const std::vector<Row>& rows, std::string& text) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], CountCodePoints(row[i]));
  }
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      absl::StrAppend(&line, i == 0 ? "" : "  ", Pad(row[i], widths[i]));
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
}

std::string AnswerText(const Answer& answer) {
  std::string text = absl::StrCat(Printable(DescribeRequest(answer.request)), "  (",
                                  Printable(answer.place.source->method), ")\n",
                                  answer.who.anybody() ? "" : "nobody but system:masters\n");
  std::vector<Row> rows = {{"SUBJECT", "WHERE", "RULE", "BY"}};
  for (const Holder& holder : answer.who.holders) rows.push_back(RowOf(holder, answer.request));
  WriteTable(rows, text);
  for (const RoleBinding* binding : answer.who.dangling) {
    absl::StrAppend(&text, "unknown: ",
                    Printable(absl::StrCat(BindingText(*binding), " -> ", binding->role_ref.kind,
                                           "/", binding->role_ref.name)),
                    ", a role that is not here and counts as granting nothing\n");
  }
  return text;
}

Json SubjectJson(const Subject& subject) {
  Json json = {{"kind", subject.kind}, {"name", subject.name}};
  if (subject.kind == "ServiceAccount") json["namespace"] = subject.namespace_;
  return json;
}

Json AnswerJson(const Answer& answer) {
  Json holders = Json::array(), dangling = Json::array();
  for (const Holder& holder : answer.who.holders) {
    const bool by_rbac = holder.binding != nullptr;
    holders.push_back(
        {{"subject", SubjectJson(holder.subject)},
         {"namespace", holder.namespace_},
         {"via", by_rbac ? PathJson(*holder.binding, *holder.role, *holder.rule, holder.sources)
                         : Json()}});
  }
  for (const RoleBinding* binding : answer.who.dangling) dangling.push_back(DanglingJson(*binding));
  return {{"holders", holders}, {"dangling", dangling}};
}

// The words are understood once: by the rules of the first place that knows them.
absl::StatusOr<Question> Understand(const Options& options, const std::vector<RbacPlace>& places) {
  absl::StatusOr<Question> question = ParseQuestion(options.review, {}, "who-can");
  for (const RbacPlace& place : places) {
    if (question.ok()) break;
    if (place.source.ok())
      question = ParseQuestion(options.review, place.source->policy, "who-can");
  }
  return question;
}

absl::StatusOr<ExitCode> WhoCanDo(const Options& options, Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckNamespaceFlags(options.review, "who-can"));
  WECAN_ASSIGN_OR_RETURN(const std::vector<RbacPlace> places,
                         ReadRbacPlaces(options, environment, "who-can"));
  WECAN_ASSIGN_OR_RETURN(const Question question, Understand(options, places));
  if (!question.note.empty()) *environment.err << "wecan: " << Printable(question.note) << "\n";
  Json json = {{"$schema", "urn:wecan:schema:who-can-v1"}};
  json.update(Envelope("WhoCanReport"));
  json["request"] = RequestJson(question.request);
  json["allNamespaces"] = options.review.all_namespaces;
  json["sources"] = Json::array();
  std::vector<std::string> texts;
  bool anybody = false;
  for (const RbacPlace& place : places) {
    Json one = PlaceJson(place);
    if (place.source.ok()) {
      const Answer answer{
          place, question.request,
          FindWhoCan(place.source->policy, question.request, options.review.all_namespaces)};
      anybody |= answer.who.anybody();
      texts.push_back(AnswerText(answer));
      one.update(AnswerJson(answer));
    }
    json["sources"].push_back(std::move(one));
  }
  const ExitCode code =
      ReportUnread(places, anybody ? ExitCode::kOk : ExitCode::kFindings, environment);
  json["exitCode"] = static_cast<int>(code);
  WECAN_RETURN_IF_ERROR(
      PrintResult(options, absl::StrJoin(texts, "\n"), json, environment).status());
  return code;
}

}  // namespace

ExitCode RunWhoCan(const Options& options, Environment& environment) {
  return Finish(WhoCanDo(options, environment), environment);
}

}  // namespace wecan
