// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "src/cli/audit_report.h"
#include "src/cli/print.h"
#include "src/output/report.h"

namespace wecan {
namespace {

constexpr char kSchema[] = "urn:wecan:schema:audit-v1";

Json LocationJson(const AnalysisInput& input, const SourceLocation& l) {
  return {{"path", l.file >= 0 ? input.files[l.file].path : ""}, {"line", l.line}};
}

Json RoleReference(const Role* role) {
  if (role == nullptr) return nullptr;
  return {
      {"kind", RoleKindName(role->kind)}, {"namespace", role->namespace_}, {"name", role->name}};
}

// A role that is nowhere is known by the binding that names it.
Json PathJson(const HeldRole& path) {
  Json binding = nullptr, role = RoleReference(path.bound);
  if (path.binding != nullptr) {
    const RoleBinding& b = *path.binding;
    binding = {{"kind", BindingKindName(b)}, {"namespace", b.namespace_}, {"name", b.name}};
    if (path.bound == nullptr) {
      const bool in_namespace = b.role_ref.kind == "Role";
      role = {{"kind", b.role_ref.kind},
              {"namespace", in_namespace ? b.namespace_ : ""},
              {"name", b.role_ref.name}};
    }
  }
  return {{"binding", binding},
          {"role", role},
          {"source", path.role == path.bound ? Json(nullptr) : RoleReference(path.role)}};
}

Json RulesJson(const std::vector<PolicyRule>& rules) {
  Json list = Json::array();
  for (const PolicyRule& rule : rules) list.push_back(RuleJson(rule));
  return list;
}

Json ObjectsJson(const AuditReport& report, const std::vector<int>& objects) {
  Json list = Json::array();
  for (int i : objects) {
    const Object& o = report.input.objects[i];
    list.push_back({{"apiVersion", o.group.empty() ? o.version : o.group + "/" + o.version},
                    {"kind", o.kind},
                    {"namespace", report.requirements.objects[i].namespace_},
                    {"name", o.name},
                    {"location", LocationJson(report.input, o.location)}});
  }
  return list;
}

const char* StateName(const AuditedGrant& grant) {
  if (grant.is_default) return "default";
  if (grant.unknown) return "unknown";
  if (grant.needed.empty()) return "unused";
  return grant.unused.empty() ? "needed" : "partly";
}

// null where the logs do not tell.
Json UsedJson(const GrantUse* use) {
  return use == nullptr || !use->used ? Json(nullptr) : Json(*use->used);
}

// null for what is not in use.
Json UsageJson(const GrantUse* use) {
  if (use == nullptr || use->all.times == 0) return nullptr;
  const auto part = [](const UsedPart& p) {
    return Json{{"times", p.times}, {"last", p.last}, {"rules", RulesJson(p.rules)}};
  };
  Json json = part(use->all);
  json["unneeded"] = use->unneeded.times == 0 ? Json(nullptr) : part(use->unneeded);
  json["keep"] = RulesJson(use->keep);
  return json;
}

Json GrantJson(const AuditReport& report, const AuditedGrant& grant, const GrantUse* use) {
  Json broad = Json::array();
  for (const auto& [id, atom] : grant.over_broad)
    broad.push_back({{"guardrail", Text(id)}, {"example", atom}});
  return {{"state", StateName(grant)},
          {"namespace", grant.path.binding->namespace_},
          {"rule", RuleJson(*grant.rule)},
          {"via", PathJson(grant.path)},
          {"needed", RulesJson(grant.needed)},
          {"unused", RulesJson(grant.unused)},
          {"overBroad", broad},
          {"complete", grant.complete},
          {"objects", ObjectsJson(report, grant.objects)},
          {"used", UsedJson(use)},
          {"usage", UsageJson(use)}};
}

// `places`: of each grant in the list that is printed, -1 for none.
Json FindingJson(const AuditReport& report, const AuditFinding& f, const std::vector<int>& places) {
  const Finding& finding = f.finding;
  return {
      {"id", finding.id},
      {"rule", finding.rule == nullptr ? "" : Text(finding.rule->id)},
      {"name", finding.rule == nullptr ? "" : Text(finding.rule->name)},
      {"level", Text(LevelName(finding.level))},
      {"message", finding.message},
      {"via", PathJson(f.path)},
      {"grant", f.grant < 0 ? Json(nullptr) : Json(places[f.grant])},
      {"location", finding.locations.empty() ? Json(nullptr)
                                             : LocationJson(report.input, finding.locations[0])}};
}

Json ClusterJson(const AuditReport& report, const AuditedCluster& cluster) {
  const AuditResult& r = cluster.result;
  const AuditCounts counts = CountFindings(r);
  Json findings = Json::array(), grants = Json::array();
  std::vector<int> places(r.grants.size(), -1);
  for (size_t i = 0; i < r.grants.size(); ++i) {
    if (r.grants[i].is_default && !report.all) continue;
    places[i] = static_cast<int>(grants.size());
    grants.push_back(
        GrantJson(report, r.grants[i], cluster.uses.empty() ? nullptr : &cluster.uses[i]));
  }
  for (const AuditFinding& f : r.findings) findings.push_back(FindingJson(report, f, places));
  return {{"context", cluster.context},
          {"error", cluster.error},
          {"summary",
           {{"beyond", r.beyond},
            {"unused", r.unused},
            {"defaults", r.defaults},
            {"error", counts.errors},
            {"warning", counts.warnings},
            {"note", counts.notes},
            {"suppressed", r.suppressed}}},
          {"findings", findings},
          {"grants", grants}};
}

Json DiagnosticsJson(const AnalysisInput& input, const std::vector<Diagnostic>& diagnostics) {
  Json list = Json::array();
  for (const Diagnostic& d : diagnostics) {
    list.push_back(
        {{"rule", d.rule}, {"message", d.message}, {"location", LocationJson(input, d.location)}});
  }
  return list;
}

Json ActivityJson(const Activity& activity) {
  const RequestAttributes& r = activity.request;
  return {{"verb", r.verb},
          {"group", r.api_group},
          {"resource", r.resource},
          {"subresource", r.subresource},
          {"namespace", r.namespace_},
          {"name", r.name},
          {"path", r.path},
          {"allowed", activity.let_in()},
          {"refused", activity.refused},
          {"first", activity.first_time},
          {"last", activity.last_time}};
}

Json EvidenceJson(const AuditReport& report) {
  if (report.evidence == nullptr) return nullptr;
  const Evidence& e = *report.evidence;
  Json skipped = Json::array(), used = Json::array(), unpredicted = Json::array();
  for (const SkippedPart& part : e.skipped) {
    skipped.push_back(
        {{"file", part.file}, {"line", part.line}, {"lines", part.lines}, {"reason", part.reason}});
  }
  for (const Activity& activity : e.activities) used.push_back(ActivityJson(activity));
  for (const Activity* activity : report.unpredicted)
    unpredicted.push_back(ActivityJson(*activity));
  return {{"user", e.user},         {"events", e.events},    {"requests", e.requests},
          {"overflow", e.overflow}, {"first", e.first_time}, {"last", e.last_time},
          {"skipped", skipped},     {"used", used},          {"unpredicted", unpredicted}};
}

const char* SourceName(AuditSource source) {
  return source == AuditSource::kInput  ? "input"
         : source == AuditSource::kDump ? "rbac"
                                        : "context";
}

}  // namespace

Json AuditJson(const AuditReport& report) {
  const AnalyzeOptions& options = report.options;
  AuditCounts all;
  int unreachable = 0;
  Json clusters = Json::array();
  for (const AuditedCluster& cluster : report.clusters) {
    const AuditCounts counts = CountFindings(cluster.result);
    all.errors += counts.errors;
    all.warnings += counts.warnings;
    all.notes += counts.notes;
    unreachable += cluster.error.empty() ? 0 : 1;
    clusters.push_back(ClusterJson(report, cluster));
  }
  Json json = {{"$schema", kSchema}};
  json.update(Envelope("AuditReport"));
  json["agent"] = {{"namespace", options.agent.namespace_},
                   {"serviceAccount", options.agent.service_account},
                   {"profile", options.profile.name},
                   {"mode", options.profile.source != "builtin" ? ""
                            : options.profile.singleton         ? "singleton"
                                                                : "default"},
                   {"kubernetes", options.profile.kubernetes}};
  json["source"] = SourceName(report.source);
  json["summary"] = {{"objects", report.objects},   {"error", all.errors},
                     {"warning", all.warnings},     {"note", all.notes},
                     {"unreachable", unreachable},  {"incomplete", unreachable > 0},
                     {"exitCode", report.exit_code}};
  json["fixCommand"] = report.next_command;
  json["clusters"] = clusters;
  json["evidence"] = EvidenceJson(report);
  json["warnings"] = DiagnosticsJson(report.input, report.warnings);
  json["errors"] = DiagnosticsJson(report.input, report.errors);
  return json;
}

}  // namespace wecan
