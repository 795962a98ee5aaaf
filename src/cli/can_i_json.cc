// SPDX-License-Identifier: Apache-2.0
// The report as JSON, and back: `wecan merge` puts reports together.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/can_i_report.h"
#include "src/output/version.h"

namespace wecan {
namespace {

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
          {"object", a.subject},
          {"state", LiveStateName(a.state)},
          {"allowed", a.allowed()},
          {"reason", a.reason},
          {"evaluationError", a.evaluation_error},
          {"missing", missing},
          {"message", a.message}};
}

Json ClusterJson(const ClusterAnswers& c) {
  Json results = Json::array();
  for (const ReviewAnswer& a : c.answers) results.push_back(AnswerJson(a));
  return {{"context", c.context}, {"server", c.server}, {"user", c.user},   {"method", c.method},
          {"error", c.error},     {"lacks", c.lacks},   {"notes", c.notes}, {"results", results}};
}

Json FindingJson(const LiveFinding& f) {
  Json permission = nullptr;
  if (!f.resource.empty()) {
    permission = {{"group", f.group},
                  {"resource", f.resource},
                  {"namespace", f.namespace_},
                  {"verbs", f.verbs}};
  }
  return {{"rule", f.rule},
          {"message", f.message},
          {"contexts", f.contexts},
          {"permission", permission}};
}

constexpr std::pair<CanIKind, const char*> kKinds[] = {{CanIKind::kQuestion, "question"},
                                                       {CanIKind::kManifests, "manifests"},
                                                       {CanIKind::kReviews, "reviews"}};

// All but the clusters, whose list is empty.
Json FrameJson(const CanIReport& report) {
  Json findings = Json::array(), errors = Json::array();
  size_t checks = 0;
  bool incomplete = false;
  for (const ClusterAnswers& c : report.clusters) {
    checks += c.answers.size();
    incomplete |= !c.error.empty();
  }
  for (const LiveFinding& f : report.findings) {
    findings.push_back(FindingJson(f));
    incomplete |= f.rule == "WEC403";
  }
  for (const ReviewError& e : report.errors)
    errors.push_back({{"message", e.message}, {"path", e.place}});
  const char* kind = "";
  for (const auto& [value, name] : kKinds) kind = value == report.kind ? name : kind;
  return {{"$schema", "urn:wecan:schema:can-i-v1"},
          {"schemaVersion", "1.0"},
          {"kind", "CanIReport"},
          {"tool", {{"name", "wecan"}, {"version", kVersion}}},
          {"asked", kind},
          {"live", report.live},
          {"user", {{"name", report.user.name}, {"groups", report.user.groups}}},
          {"summary",
           {{"checks", checks},
            {"denied", CountDenied(report)},
            {"incomplete", incomplete},
            {"exitCode", report.exit_code}}},
          {"clusters", Json::array()},
          {"findings", findings},
          {"errors", errors}};
}

// ---- back

const Json& ListAt(const Json& json, const char* key) {
  static const Json kNone = Json::array();
  const Json& list = Member(json, key);
  return list.is_array() ? list : kNone;
}

PolicyRule ReadRule(const Json& json) {
  return {.verbs = StringMembers(json, "verbs"),
          .api_groups = StringMembers(json, "apiGroups"),
          .resources = StringMembers(json, "resources"),
          .resource_names = StringMembers(json, "resourceNames"),
          .non_resource_urls = StringMembers(json, "nonResourceURLs")};
}

absl::Status ReadAnswer(const Json& json, ReviewAnswer& a) {
  const std::optional<LiveState> state = ParseLiveState(StringMember(json, "state"));
  if (!state) return absl::InvalidArgumentError("a result has no state that is known");
  a.state = *state;
  RequestAttributes& r = a.request;
  r.verb = StringMember(json, "verb");
  r.api_group = StringMember(json, "group");
  r.resource = StringMember(json, "resource");
  r.subresource = StringMember(json, "subresource");
  r.namespace_ = StringMember(json, "namespace");
  r.name = StringMember(json, "name");
  r.path = StringMember(json, "path");
  r.resource_request = r.path.empty();
  a.reason = StringMember(json, "reason");
  a.evaluation_error = StringMember(json, "evaluationError");
  a.message = StringMember(json, "message");
  a.subject = StringMember(json, "object");
  for (const Json& rule : ListAt(json, "missing")) a.missing.push_back(ReadRule(rule));
  return absl::OkStatus();
}

absl::StatusOr<ClusterAnswers> ReadCluster(const Json& json, AnswerPool& pool) {
  ClusterAnswers c{.context = StringMember(json, "context"),
                   .server = StringMember(json, "server"),
                   .user = StringMember(json, "user"),
                   .method = StringMember(json, "method"),
                   .error = StringMember(json, "error"),
                   .lacks = StringMember(json, "lacks"),
                   .notes = StringMembers(json, "notes")};
  std::vector<ReviewAnswer> answers;
  for (const Json& result : ListAt(json, "results"))
    WECAN_RETURN_IF_ERROR(ReadAnswer(result, answers.emplace_back()));
  c.answers = pool.Share(std::move(answers));
  return c;
}

LiveFinding ReadFinding(const Json& json) {
  LiveFinding f{.rule = StringMember(json, "rule"),
                .message = StringMember(json, "message"),
                .contexts = StringMembers(json, "contexts")};
  const Json& permission = Member(json, "permission");
  f.group = StringMember(permission, "group");
  f.resource = StringMember(permission, "resource");
  f.namespace_ = StringMember(permission, "namespace");
  f.verbs = StringMembers(permission, "verbs");
  return f;
}

}  // namespace

Json CanIJson(const CanIReport& report) {
  Json json = FrameJson(report);
  for (const ClusterAnswers& c : report.clusters) json["clusters"].push_back(ClusterJson(c));
  return json;
}

// The tree of a fleet's report takes ten times the memory of its text, so it is made cluster by
// cluster. Texts escape their line breaks, so the empty list is found just once.
std::string DumpCanIJson(const CanIReport& report) {
  static constexpr char kEmpty[] = "\n  \"clusters\": []";
  std::string frame = DumpJson(FrameJson(report));
  if (report.clusters.empty()) return frame;
  const size_t inside = frame.find(kEmpty) + sizeof(kEmpty) - 2;
  std::string text = frame.substr(0, inside);
  for (size_t i = 0; i < report.clusters.size(); ++i) {
    std::string one = DumpJson(ClusterJson(report.clusters[i]));
    one.pop_back();  // the line break at its end
    absl::StrAppend(&text, i == 0 ? "" : ",", "\n    ",
                    absl::StrReplaceAll(one, {{"\n", "\n    "}}));
    if (i == 0) text.reserve(frame.size() + (text.size() - inside + 64) * report.clusters.size());
  }
  absl::StrAppend(&text, "\n  ", absl::string_view(frame).substr(inside));
  return text;
}

absl::StatusOr<CanIReport> ReadCanIReport(absl::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return absl::InvalidArgumentError("this is no JSON");
  if (StringMember(json, "kind") != "CanIReport")
    return absl::InvalidArgumentError("this is no report of wecan can-i -o json");
  CanIReport report{.live = Member(json, "live") == true};
  bool known = false;
  for (const auto& [value, name] : kKinds) {
    if (StringMember(json, "asked") != name) continue;
    report.kind = value;
    known = true;
  }
  if (!known) return absl::InvalidArgumentError("this report does not say what was asked");
  const Json& user = Member(json, "user");
  report.user = {StringMember(user, "name"), StringMembers(user, "groups")};
  AnswerPool pool;
  for (const Json& cluster : ListAt(json, "clusters")) {
    WECAN_ASSIGN_OR_RETURN(ClusterAnswers answers, ReadCluster(cluster, pool));
    report.clusters.push_back(std::move(answers));
  }
  for (const Json& finding : ListAt(json, "findings")) {
    if (finding.is_object()) report.findings.push_back(ReadFinding(finding));
  }
  for (const Json& error : ListAt(json, "errors"))
    report.errors.push_back({StringMember(error, "path"), StringMember(error, "message")});
  return report;
}

}  // namespace wecan
