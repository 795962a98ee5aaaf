// SPDX-License-Identifier: Apache-2.0
#include "src/cli/explain_access.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/explain.h"
#include "analyzer/grants/forbidden.h"
#include "analyzer/grants/matched_part.h"
#include "analyzer/requirements/strategy.h"
#include "src/cli/grant_path.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/source.h"
#include "src/output/json.h"
#include "src/output/report_parts.h"
#include "src/output/style.h"

namespace wecan {
namespace {

constexpr char kCommand[] = "explain", kIndent[] = "     ";

struct Explained {
  RequestAttributes request;
  Explanation explanation;
  std::string message;  // of the 403, "" when allowed
};

// ---- what is asked

std::vector<std::string> VerbsOf(const Options& options) {
  if (!options.review.verb.empty()) return {options.review.verb};
  const StrategyRule& update = RuleOf(UpdateStrategy::kUpdate);
  const VerbSet needed = update.apply | update.remove;
  std::vector<std::string> verbs;
  for (AgentVerb verb : kVerbOrder) {
    if (needed.Has(verb)) verbs.emplace_back(VerbName(verb));
  }
  return verbs;
}

absl::StatusOr<std::vector<Question>> QuestionsOf(const Options& options,
                                                  const RbacPolicy& policy) {
  WECAN_RETURN_IF_ERROR(CheckNamespaceFlags(options.review, kCommand));
  std::vector<Question> questions;
  for (const std::string& verb : VerbsOf(options)) {
    ReviewOptions review = options.review;
    review.words = {verb, options.topic};
    WECAN_ASSIGN_OR_RETURN(Question question, ParseQuestion(review, policy, kCommand));
    questions.push_back(std::move(question));
  }
  return questions;
}

std::vector<Explained> ExplainAll(const std::vector<Question>& questions,
                                  const ReviewSource& source) {
  const Authorizer authorizer(source.policy);
  std::vector<Explained> all;
  for (const Question& question : questions) {
    const RequestAttributes& request = question.request;
    Explanation explanation = Explain(source.policy, authorizer, source.user, request);
    const Decision& decision = explanation.decision;
    std::string message = decision.allowed
                              ? ""
                              : ForbiddenMessage(source.user.name, request,
                                                 authorizer.Reason(source.user, request, decision));
    all.push_back({request, std::move(explanation), std::move(message)});
  }
  return all;
}

// ---- text

// What a role has, and what that leaves out.
std::string HasText(const CloseRole& close) {
  const std::string list = absl::StrJoin(close.has, ", ");
  switch (close.closeness) {
    case Closeness::kNames:
      return absl::StrCat("has it for the names ", list, " alone");
    case Closeness::kNamespace:
      return absl::StrCat("has it, but in namespace ", list);
    case Closeness::kVerbs:
      return absl::StrCat("has ", list);
    case Closeness::kSubresource:
      return absl::StrCat("has it for ", list);
    case Closeness::kGroup:
      return absl::StrCat("has it in API group ", list.empty() ? "\"\"" : list);
    case Closeness::kTakesIn:
      return absl::StrCat("has no rule for it; takes in ClusterRoles labelled ", list);
  }
  return "";
}

std::string DeniedText(const Explanation& e) {
  std::string text;
  for (const CloseRole& close : e.close) {
    absl::StrAppend(&text, kIndent, Printable(HasText(close)), "\n", kIndent, "  ",
                    Printable(PathText(*close.binding, *close.role, close.sources)), "\n");
  }
  for (const RoleBinding* binding : e.dangling) {
    absl::StrAppend(&text, kIndent, "unknown: ",
                    Printable(absl::StrCat(binding->role_ref.kind, "/", binding->role_ref.name)),
                    " is not here\n", kIndent, "  ", Printable(BindingText(*binding)), "\n");
  }
  const bool none = e.close.empty() && e.dangling.empty();
  if (e.others > 0 || none) {
    absl::StrAppend(&text, kIndent, Count(e.others, none ? "role" : "other role"),
                    " bound, with no rule for it\n");
  }
  return text;
}

// The entries of the witness's rule, apart from the verb: what stands behind the first blank.
std::pair<std::string, std::string> VerbAndRest(const Explained& explained) {
  return absl::StrSplit(
      MatchedPart(*explained.explanation.decision.witness.rule, explained.request),
      absl::MaxSplits(' ', 1));
}

std::string ViaText(const Explained& explained) {
  const Grant& witness = explained.explanation.decision.witness;
  return PathText(*witness.binding, *witness.role, explained.explanation.sources);
}

// Whether two verbs can share a block.
bool AnsweredAlike(const Explained& a, const Explained& b) {
  const Decision &one = a.explanation.decision, &other = b.explanation.decision;
  if (one.allowed != other.allowed) return false;
  if (!one.allowed) return DeniedText(a.explanation) == DeniedText(b.explanation);
  if (one.privileged) return true;
  return VerbAndRest(a).second == VerbAndRest(b).second && ViaText(a) == ViaText(b);
}

std::string AllowedText(absl::Span<const Explained> block) {
  if (block[0].explanation.decision.privileged)
    return absl::StrCat(kIndent, "as a member of system:masters, for whom RBAC is never asked\n");
  std::vector<std::string> verbs;
  for (const Explained& explained : block) {
    std::string verb = VerbAndRest(explained).first;
    if (verbs.empty() || verbs.back() != verb) verbs.push_back(std::move(verb));
  }
  return absl::StrCat(
      kIndent, "by ",
      Printable(absl::StrCat(absl::StrJoin(verbs, ", "), " ", VerbAndRest(block[0]).second)), "\n",
      kIndent, "via ", Printable(ViaText(block[0])), "\n");
}

std::string Account(const UserInfo& user) {
  ServiceAccountRef account;
  const bool is_account =
      ParseServiceAccountUsername(user.name, &account.namespace_, &account.name);
  return Printable(is_account ? account.Display() : user.name);
}

// The verbs that are answered alike.
std::string BlockText(absl::Span<const Explained> block, const ReviewSource& source) {
  RequestAttributes request = block[0].request;
  request.verb = absl::StrJoin(block, ", ", [](std::string* out, const Explained& explained) {
    *out += explained.request.verb;
  });
  const bool allowed = block[0].explanation.decision.allowed;
  return absl::StrCat(Pad(allowed ? "yes" : "no", 5), Printable(DescribeRequest(request)), ", as ",
                      Account(source.user), " (", Printable(source.method), ")\n",
                      allowed ? AllowedText(block)
                              : absl::StrCat(DeniedText(block[0].explanation), kIndent,
                                             Printable(block[0].message), "\n"));
}

std::string PlaceText(absl::Span<const Explained> all, const ReviewSource& source) {
  std::string text;
  while (!all.empty()) {
    size_t n = 1;
    while (n < all.size() && AnsweredAlike(all[0], all[n])) ++n;
    text += BlockText(all.subspan(0, n), source);
    all.remove_prefix(n);
  }
  return text;
}

// ---- JSON

const char* NameOf(Closeness closeness) {
  switch (closeness) {
    case Closeness::kNames:
      return "other-names";
    case Closeness::kNamespace:
      return "other-namespace";
    case Closeness::kVerbs:
      return "other-verbs";
    case Closeness::kSubresource:
      return "other-subresource";
    case Closeness::kGroup:
      return "other-group";
    case Closeness::kTakesIn:
      return "takes-in";
  }
  return "";
}

Json ExplainedJson(const Explained& explained) {
  const Explanation& e = explained.explanation;
  const Grant& witness = e.decision.witness;
  Json close = Json::array(), dangling = Json::array();
  for (const CloseRole& role : e.close) {
    Json one = PathJson(*role.binding, *role.role, {}, role.sources);
    one.erase("rule");
    one["closeness"] = NameOf(role.closeness);
    one["has"] = role.has;
    close.push_back(std::move(one));
  }
  for (const RoleBinding* binding : e.dangling) dangling.push_back(DanglingJson(*binding));
  return {{"request", RequestJson(explained.request)},
          {"allowed", e.decision.allowed},
          {"via", witness.rule == nullptr
                      ? Json()
                      : PathJson(*witness.binding, *witness.role, *witness.rule, e.sources)},
          {"close", close},
          {"otherRoles", e.others},
          {"dangling", dangling},
          {"message", explained.message}};
}

}  // namespace

Json ExplainEnvelope() {
  Json json = {{"$schema", "urn:wecan:schema:explain-v1"}};
  json.update(Envelope("ExplainReport"));
  return json;
}

absl::StatusOr<ExitCode> ExplainAccess(const Options& options, Environment& environment) {
  const absl::StatusOr<std::vector<RbacPlace>> read =
      ReadRbacPlaces(options, environment, kCommand);
  // A dump that is not there says nothing about the topic.
  if (absl::IsNotFound(read.status())) return absl::InvalidArgumentError(read.status().message());
  WECAN_RETURN_IF_ERROR(read.status());
  const std::vector<RbacPlace>& places = *read;
  Json json = ExplainEnvelope();
  json["sources"] = Json::array();
  std::vector<std::string> texts;
  std::string note;
  for (const RbacPlace& place : places) {
    Json one = PlaceJson(place);
    one["answers"] = Json::array();
    if (place.source.ok()) {
      WECAN_ASSIGN_OR_RETURN(const std::vector<Question> questions,
                             QuestionsOf(options, place.source->policy));
      note = questions[0].note;
      const std::vector<Explained> all = ExplainAll(questions, *place.source);
      for (const Explained& explained : all) one["answers"].push_back(ExplainedJson(explained));
      texts.push_back(PlaceText(all, *place.source));
    }
    json["sources"].push_back(std::move(one));
  }
  if (!note.empty()) *environment.err << "wecan: " << Printable(note) << "\n";
  const ExitCode code = ReportUnread(places, ExitCode::kOk, environment);
  WECAN_RETURN_IF_ERROR(
      PrintResult(options, absl::StrJoin(texts, "\n"), json, environment).status());
  return code;
}

}  // namespace wecan
