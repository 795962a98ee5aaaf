// SPDX-License-Identifier: Apache-2.0
// can-i from a profile or a dump: one question, all Requirements of manifests, or a list of rules.
// Reviews are in reviews_command.cc.
#include <algorithm>
#include <istream>
#include <map>
#include <memory>
#include <ostream>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/gaps/compare.h"
#include "analyzer/gaps/escalations.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/requirements/derive.h"
#include "src/cli/commands.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/setup.h"
#include "src/cli/source.h"
#include "src/output/json.h"
#include "src/output/report.h"
#include "src/output/version.h"

namespace wecan {
namespace {

const std::vector<std::string> kFormats = {"text", "json", "yaml"};

struct Answer {
  RequestAttributes request;
  bool allowed = false;
  std::string reason;
  // Of the escalation check of an RBAC object that was refused.
  std::vector<PolicyRule> missing;
  std::string message;
};

Json AnswerJson(const Answer& a) {
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

ExitCode ExitCodeOf(const std::vector<Answer>& answers) {
  const bool all =
      std::all_of(answers.begin(), answers.end(), [](const Answer& a) { return a.allowed; });
  return all ? ExitCode::kOk : ExitCode::kFindings;
}

Json CanIReport(const ReviewSource& source, const std::vector<Answer>& answers,
                const AnalysisInput* input, const std::vector<Diagnostic>& errors,
                ExitCode exit_code) {
  Json results = Json::array(), error_list = Json::array();
  int denied = 0;
  for (const Answer& a : answers) {
    results.push_back(AnswerJson(a));
    denied += !a.allowed;
  }
  for (const Diagnostic& d : errors) {
    error_list.push_back({{"message", d.message}, {"path", PlaceName(*input, d.location, true)}});
  }
  return {{"$schema", "urn:wecan:schema:can-i-v1"},
          {"schemaVersion", "1.0"},
          {"kind", "CanIReport"},
          {"tool", {{"name", "wecan"}, {"version", kVersion}}},
          {"user", {{"name", source.user.name}, {"groups", source.user.groups}}},
          {"summary",
           {{"checks", answers.size()},
            {"denied", denied},
            {"incomplete", false},
            {"exitCode", static_cast<int>(exit_code)}}},
          {"clusters", Json::array({{{"context", ""},
                                     {"server", ""},
                                     {"method", source.method},
                                     {"error", ""},
                                     {"results", results}}})},
          {"errors", error_list}};
}

// Who asks, and what is asked: two lines.
std::string DescribeSource(const ReviewSource& source) {
  return absl::StrCat("as ", Printable(source.user.name), " (", Printable(source.method),
                      ")\n  groups ", Printable(absl::StrJoin(source.user.groups, " ")), "\n");
}

// ---- one question

absl::StatusOr<ExitCode> AskOne(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const ReviewSource source, MakeReviewSource(options, environment));
  WECAN_ASSIGN_OR_RETURN(const Question question, ParseQuestion(options.review, source.policy));
  if (!question.note.empty()) *environment.err << "wecan: " << Printable(question.note) << "\n";
  const Authorizer authorizer(source.policy);
  const Decision decision = authorizer.Authorize(source.user, question.request);
  const Answer answer{question.request, decision.allowed,
                      authorizer.Reason(source.user, question.request, decision)};
  const ExitCode code = ExitCodeOf({answer});

  std::string text = absl::StrCat(answer.allowed ? "yes" : "no", "\n");
  if (!options.output.no_headers) {
    absl::StrAppend(&text, "  ", Printable(DescribeRequest(answer.request)), "\n  ",
                    DescribeSource(source));
    if (!answer.reason.empty()) absl::StrAppend(&text, "  ", Printable(answer.reason), "\n");
  }
  WECAN_RETURN_IF_ERROR(PrintResult(options, kFormats, text,
                                    CanIReport(source, {answer}, nullptr, {}, code), environment));
  return code;
}

// ---- all rules

// Blank-separated, quoted where the text is empty.
std::string Cell(const std::vector<std::string>& list) {
  return absl::StrJoin(
      list, " ", [](std::string* out, const std::string& s) { *out += s.empty() ? "\"\"" : s; });
}

// RESOURCE[.GROUP][/SUBRESOURCE], as the command line takes it.
std::string QualifiedName(const std::string& resource, const std::string& group) {
  if (group.empty()) return resource;
  const size_t slash = resource.find('/');
  const std::string sub = slash == std::string::npos ? "" : resource.substr(slash);
  return absl::StrCat(resource.substr(0, slash), ".", group, sub);
}

constexpr size_t kVerbColumn = 60;

// What a rule reaches: resources, with the names it is limited to, and URLs.
std::string DescribeTargets(const PolicyRule& rule) {
  std::vector<std::string> targets;
  for (const std::string& group : rule.api_groups) {
    for (const std::string& resource : rule.resources) {
      targets.push_back(QualifiedName(resource, group));
    }
  }
  targets.insert(targets.end(), rule.non_resource_urls.begin(), rule.non_resource_urls.end());
  const std::string names =
      rule.resource_names.empty() ? "" : absl::StrCat("  only ", Cell(rule.resource_names));
  return absl::StrCat(Cell(targets), names);
}

absl::StatusOr<ExitCode> ListRules(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const ReviewSource source, MakeReviewSource(options, environment));
  const std::string ns = options.review.all_namespaces       ? ""
                         : options.review.namespace_.empty() ? "default"
                                                             : options.review.namespace_;
  const Authorizer authorizer(source.policy);
  const ResolvedRules resolved = authorizer.RulesFor(source.user, ns);
  Json resource_rules = Json::array(), url_rules = Json::array();
  std::string text;
  if (!options.output.no_headers) {
    absl::StrAppend(&text, DescribeSource(source),
                    ns.empty() ? "  in all namespaces" : "  in namespace " + ns, "\n",
                    Pad("VERBS", kVerbColumn), "  RESOURCES AND URLS\n");
  }
  for (const Grant& grant : resolved.grants) {
    const PolicyRule& rule = *grant.rule;
    // A rule is listed with its resources and with its URLs, as the API server does.
    if (!rule.resources.empty()) {
      PolicyRule shown = rule;
      shown.non_resource_urls.clear();
      resource_rules.push_back(RuleJson(shown));
    }
    if (!rule.non_resource_urls.empty()) {
      url_rules.push_back(
          RuleJson({.verbs = rule.verbs, .non_resource_urls = rule.non_resource_urls}));
    }
    absl::StrAppend(&text, Pad(Printable(Cell(rule.verbs)), kVerbColumn), "  ",
                    Printable(DescribeTargets(rule)), "\n");
  }
  const std::string error = resolved.ErrorText();
  if (!error.empty()) absl::StrAppend(&text, "not all roles exist: ", Printable(error), "\n");
  const Json json = {{"resourceRules", resource_rules},
                     {"nonResourceRules", url_rules},
                     {"incomplete", false},
                     {"evaluationError", error}};
  WECAN_RETURN_IF_ERROR(PrintResult(options, kFormats, text, json, environment));
  return ExitCode::kOk;
}

// ---- all Requirements of manifests

struct Row {
  VerbSet needed, missing;
};
using Rows =
    std::map<std::tuple<std::string, std::string, std::string>, Row>;  // group, resource, namespace

Rows CollectRows(const AnalysisInput& input, const Requirements& requirements,
                 AgentGrants& grants) {
  Rows rows;
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const ObjectRequirements& need = requirements.objects[i];
    if (need.state != ObjectState::kChecked) continue;
    const ResourceType& type = requirements.types[need.type];
    const VerbSet needed = need.apply | need.remove | need.option;
    Row& row = rows[{type.group, type.resource, need.namespace_}];
    row.needed |= needed;
    row.missing |= needed - HeldVerbs(need, type, input.objects[i].name, grants);
  }
  return rows;
}

std::string GlyphsOf(const Row& row) {
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

// The escalation check of every RBAC object, as the request to create it by its name. Adds answers,
// and to `text` the API server's words for those that are refused.
void AskEscalations(const AnalysisInput& input, const Requirements& requirements,
                    const std::string& default_namespace, const AgentGrants& grants,
                    std::vector<Answer>& answers, std::string& text) {
  std::map<int, EscalationResult> refused;
  for (EscalationGap& gap : FindEscalations(input, requirements, default_namespace, grants, -1))
    refused.emplace(gap.object, std::move(gap.result));
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const ObjectRequirements& need = requirements.objects[i];
    const Object& o = input.objects[i];
    if (!UndergoesEscalationCheck(o, need, -1)) continue;
    Answer answer{.request = {.verb = "create",
                              .api_group = o.group,
                              .resource = requirements.types[need.type].resource,
                              .namespace_ = need.namespace_,
                              .name = o.name},
                  .allowed = true};
    if (const auto it = refused.find(static_cast<int>(i)); it != refused.end()) {
      answer.allowed = false;
      answer.missing = std::move(it->second.missing);
      answer.message = std::move(it->second.message);
      absl::StrAppend(&text, Printable(ObjectName(o, need.namespace_)), "\n");
      for (absl::string_view line : absl::StrSplit(answer.message, '\n'))
        absl::StrAppend(&text, "  ", Printable(line), "\n");
    }
    answers.push_back(std::move(answer));
  }
}

absl::StatusOr<ExitCode> AskManifests(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options.input, environment));
  const Loaded loaded = Load(request, *environment.files, *environment.in);
  WECAN_ASSIGN_OR_RETURN(const AnalyzeOptions analyze,
                         MakeAnalyzeOptions(options, loaded, environment));
  WECAN_ASSIGN_OR_RETURN(ReviewSource source, MakeReviewSource(options, environment));
  const Requirements requirements = DeriveRequirements(loaded.input, analyze.derive);
  // A dump is answered from as it is; a profile together with the grants that the manifests bring
  // along.
  RbacPolicy policy = options.review.rbac.empty()
                          ? EffectivePolicy(loaded.input, requirements, analyze)
                          : std::move(source.policy);
  AgentGrants grants(std::move(policy), source.user);

  std::vector<Answer> answers;
  std::string text;
  if (!options.output.no_headers) {
    absl::StrAppend(&text, DescribeSource(source),
                    "g get  c create  u update  p patch  d delete  l list  w watch  - denied\n",
                    Pad("RESOURCE", 50), " ", Pad("NAMESPACE", 20), " VERBS\n");
  }
  for (const auto& [key, row] : CollectRows(loaded.input, requirements, grants)) {
    const auto& [group, resource, ns] = key;
    absl::StrAppend(
        &text, Pad(Printable(group.empty() ? resource : absl::StrCat(resource, ".", group)), 50),
        " ", Pad(ns.empty() ? "*" : Printable(ns), 20), " ", GlyphsOf(row), "\n");
    row.needed.ForEach(
        [&, &row = row, &group = group, &resource = resource, &ns = ns](AgentVerb v) {
          answers.push_back({{.verb = std::string(VerbName(v)),
                              .api_group = group,
                              .resource = resource,
                              .namespace_ = ns},
                             !row.missing.Has(v),
                             ""});
        });
  }
  AskEscalations(loaded.input, requirements, analyze.derive.default_namespace, grants, answers,
                 text);
  const std::vector<Diagnostic> errors = UnreadInput(loaded.input);
  PrintDiagnostics(errors, loaded.input, environment);
  const ExitCode code = errors.empty() ? ExitCodeOf(answers) : ExitCode::kUsage;
  WECAN_RETURN_IF_ERROR(PrintResult(options, kFormats, text,
                                    CanIReport(source, answers, &loaded.input, errors, code),
                                    environment));
  return code;
}

absl::StatusOr<ExitCode> CanI(const Options& options, Environment& environment) {
  const ReviewOptions& review = options.review;
  if (review.all_namespaces && !review.namespace_.empty()) {
    return absl::InvalidArgumentError("can-i: give either -n or -A, not both");
  }
  if (review.list) {
    if (review.words.empty()) return ListRules(options, environment);
    return absl::InvalidArgumentError(
        "can-i: --list takes no VERB and RESOURCE; it lists all rules");
  }
  if (!options.input.paths.empty()) {
    if (!review.words.empty())
      return absl::InvalidArgumentError("can-i: give either VERB RESOURCE or -f PATH, not both");
    return AskManifests(options, environment);
  }
  return AskOne(options, environment);
}

}  // namespace

ExitCode RunCanI(const Options& options, Environment& environment) {
  if (!options.review.reviews.empty()) return RunReviews(options, environment);
  const absl::StatusOr<ExitCode> code = CanI(options, environment);
  return code.ok() ? *code : Fail(code.status(), environment);
}

}  // namespace wecan
