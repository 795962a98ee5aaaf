// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/str_cat.h"

#include "src/output/json.h"
#include "src/output/report.h"
#include "src/output/version.h"

namespace wecan {
namespace {

constexpr char kSchema[] = "urn:wecan:schema:report-v1";

Json LocationJson(const AnalysisInput& input, const SourceLocation& l, const std::string& source) {
  return {{"path", l.file >= 0 ? input.files[l.file].path : ""},
          {"document", l.document},
          {"line", l.line},
          {"column", l.column},
          {"endLine", l.end_line},
          {"endColumn", l.end_column},
          {"source", source}};
}

Json ObjectJson(const AnalysisInput& input, const Object& o, const std::string& ns) {
  return {{"apiVersion", o.group.empty() ? o.version : absl::StrCat(o.group, "/", o.version)},
          {"kind", o.kind},
          {"namespace", ns},
          {"name", o.name},
          {"location", LocationJson(input, o.location, o.source)}};
}

Json PermissionJson(const PermissionGap& gap) {
  return {{"group", gap.group},
          {"resource", gap.resource},
          {"subresource", ""},
          {"scope", gap.scope == ScopeKind::kCluster ? "Cluster" : "Namespace"},
          {"namespace", gap.namespace_},
          {"needed", gap.needed.Names()},
          {"granted", gap.granted.Names()},
          {"missing", gap.missing.Names()},
          {"via", gap.via},
          {"guessed", gap.guessed}};
}

// How the account is to be granted what it lacks: aggregation is for the agent alone.
const char* FixStrategy(const Finding& f) {
  if (f.rule->id != "WEC106") return "aggregate";
  return f.permission->scope == ScopeKind::kNamespace ? "role-binding" : "cluster-binding";
}

// The one rule that closes the gap.
Json FixJson(const Finding& f) {
  if (!f.permission || f.permission->missing.empty()) return nullptr;
  const PolicyRule rule{.verbs = f.permission->missing.Names(),
                        .api_groups = {f.permission->group},
                        .resources = {f.permission->resource}};
  return {{"strategy", FixStrategy(f)}, {"rules", Json::array({RuleJson(rule)})}};
}

Json EscalationJson(const EscalationResult& escalation) {
  Json missing = Json::array();
  for (const PolicyRule& rule : escalation.missing) missing.push_back(RuleJson(rule));
  return {{"missing", missing},
          {"aggregationRule", escalation.aggregation},
          {"complete", escalation.complete}};
}

Json SuppressionJson(const AnalysisInput& input, const Suppression& s) {
  return {{"source", Text(SuppressionSourceName(s.source))},
          {"reason", s.reason},
          {"expires", s.expires},
          {"location", LocationJson(input, s.location, "")}};
}

Json FindingJson(const ReportContext& context, const Finding& f) {
  const AnalysisInput& input = context.input;
  Json json = {{"id", f.id},
               {"rule", Text(f.rule->id)},
               {"name", Text(f.rule->name)},
               {"level", Text(LevelName(f.level))},
               {"message", f.message},
               {"account", f.account.empty() ? Json(nullptr) : Json(f.account)},
               {"permission", f.permission ? PermissionJson(*f.permission) : Json(nullptr)},
               {"escalation", f.escalation ? EscalationJson(*f.escalation) : Json(nullptr)},
               {"objects", Json::array()},
               {"locations", Json::array()},
               {"fix", FixJson(f)},
               {"suppression",
                f.suppression == nullptr ? Json(nullptr) : SuppressionJson(input, *f.suppression)},
               {"baselined", f.baselined}};
  for (int i : f.objects) {
    json["objects"].push_back(ObjectJson(input, input.objects[i], context.report.namespaces[i]));
  }
  for (const SourceLocation& l : f.locations)
    json["locations"].push_back(LocationJson(input, l, ""));
  return json;
}

Json DiagnosticsJson(const AnalysisInput& input, const std::vector<Diagnostic>& diagnostics) {
  Json list = Json::array();
  for (const Diagnostic& d : diagnostics) {
    list.push_back({{"rule", d.rule},
                    {"message", d.message},
                    {"location", LocationJson(input, d.location, "")}});
  }
  return list;
}

// Whether something of a cluster could not be read.
bool IsIncomplete(const AnalysisInput& input, const Report& report) {
  return std::any_of(report.errors.begin(), report.errors.end(), [&](const Diagnostic& d) {
    return d.location.file >= 0 && input.files[d.location.file].live;
  });
}

const char* StatusName(FileStatus status) {
  switch (status) {
    case FileStatus::kOk:
      return "ok";
    case FileStatus::kSkipped:
      return "skipped";
    case FileStatus::kTemplate:
      return "template";
    case FileStatus::kError:
      return "error";
  }
  return "";
}

Json BuildReport(const ReportContext& context) {
  const AnalysisInput& input = context.input;
  const Report& report = context.report;
  const AnalyzeOptions& options = context.options;
  const Summary& s = report.summary;
  Json findings = Json::array(), inputs = Json::array();
  for (const std::vector<Finding>* list : {&report.findings, &report.hidden})
    for (const Finding& f : *list) findings.push_back(FindingJson(context, f));
  for (size_t i = 0; i < input.files.size(); ++i) {
    if (!input.files[i].requested) continue;
    inputs.push_back({{"path", input.files[i].path},
                      {"objects", report.objects_per_file[i]},
                      {"status", StatusName(input.files[i].status)}});
  }
  return {{"$schema", kSchema},
          {"schemaVersion", "1.0"},
          {"kind", "CheckReport"},
          {"tool", {{"name", "wecan"}, {"version", kVersion}}},
          {"agent",
           {{"namespace", options.agent.namespace_},
            {"serviceAccount", options.agent.service_account},
            {"profile", options.profile.name},
            {"mode", options.profile.source != "builtin" ? ""
                     : options.profile.singleton         ? "singleton"
                                                         : "default"},
            {"kubernetes", options.profile.kubernetes},
            {"source", options.profile.source}}},
          {"summary",
           {{"files", s.files},
            {"objects", s.objects},
            {"blocked", s.blocked},
            {"error", s.errors},
            {"warning", s.warnings},
            {"note", s.notes},
            {"suppressed", s.suppressed},
            {"baselined", s.baselined},
            {"incomplete", IsIncomplete(input, report)},
            {"exitCode", context.exit_code}}},
          {"findings", findings},
          {"inputs", inputs},
          {"warnings", DiagnosticsJson(input, report.warnings)},
          {"errors", DiagnosticsJson(input, report.errors)}};
}

}  // namespace

std::string ReportJson(const ReportContext& context) { return DumpJson(BuildReport(context)); }
std::string ReportYaml(const ReportContext& context) { return DumpYaml(BuildReport(context)); }

}  // namespace wecan
