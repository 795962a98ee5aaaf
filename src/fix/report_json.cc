// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"

#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/grants/covers.h"
#include "src/fix/report.h"
#include "src/output/json.h"
#include "src/output/report.h"
#include "src/output/version.h"

namespace wecan {
namespace {

constexpr size_t kAllObjects = ~size_t{0};

Json Objects(const FixContext& c, const std::vector<int>& objects) {
  return ObjectNames(c.input, c.requirements, objects, kAllObjects);
}

Json Rules(const std::vector<PolicyRule>& rules) {
  Json list = Json::array();
  for (const PolicyRule& rule : rules) list.push_back(RuleJson(rule));
  return list;
}

// As flags and selectors write them: key=value.
Json LabelsJson(const Labels& labels) {
  Json list = Json::array();
  for (const auto& [key, value] : labels) list.push_back(absl::StrCat(key, "=", value));
  return list;
}

// Who gets it, as NAMESPACE:SERVICEACCOUNT.
std::string Account(const FixContext& c, int executor) {
  return AccountOf(c.requirements, c.options, executor).Display();
}

Json MissingJson(const FixContext& c) {
  Json list = Json::array();
  for (const Permission& p : c.plan.missing) {
    list.push_back({{"account", Account(c, p.executor)},
                    {"namespace", p.namespace_},
                    {"rule", RuleJson(p.rule)},
                    {"guessed", p.guessed},
                    {"objects", Objects(c, p.objects)}});
  }
  return list;
}

Json GrantsJson(const FixContext& c) {
  Json list = Json::array();
  for (const RoleGrant& g : c.plan.grants) {
    int dropped = 0;
    for (const RuleChange& change : g.change.rules) dropped += change.drop;
    const bool fresh = g.existing == nullptr;
    list.push_back({{"kind", RoleKindName(g.role.kind)},
                    {"namespace", g.role.namespace_},
                    {"name", g.role.name},
                    {"account", Account(c, g.executor)},
                    {"labels", LabelsJson(g.role.labels)},
                    {"rules", Rules(g.role.rules)},
                    {"binding", g.binding ? Json(BindingKindName(*g.binding)) : Json("")},
                    {"state", fresh         ? "new"
                              : g.changes() ? "changed"
                                            : "unchanged"},
                    {"rulesAdded", fresh ? g.role.rules.size() : g.change.append.size()},
                    {"rulesRemoved", dropped},
                    {"removed", Rules(RemovedRules(g))},
                    {"neededIn", g.needed_in},
                    {"objects", Objects(c, g.objects)}});
  }
  return list;
}

Json HitsJson(const FixContext& c, const std::vector<GuardrailHit>& hits) {
  Json list = Json::array();
  for (const GuardrailHit& hit : hits) {
    list.push_back({{"guardrail", Text(hit.guardrail->id)},
                    {"reason", Text(hit.guardrail->reason)},
                    {"rule", RuleJson(hit.rule)},
                    {"objects", Objects(c, hit.objects)}});
  }
  return list;
}

Json WarningsJson(const FixContext& c) {
  Json list = Json::array();
  for (const ReachProblem& problem : c.plan.unreached) {
    Json choices = Json::array();
    for (const Labels& labels : problem.choices) choices.push_back(LabelsJson(labels));
    list.push_back({{"rule", "WEC304"},
                    {"policy", problem.policy},
                    {"message", problem.message},
                    {"labels", choices}});
  }
  return list;
}

Json FilesJson(const FixContext& c) {
  Json list = Json::array();
  for (const FixFile& f : c.files) {
    list.push_back({{"path", f.path},
                    {"state", !f.before     ? "new"
                              : f.changed() ? "changed"
                                            : "unchanged"},
                    {"written", c.mode == "write" && f.changed()},
                    // Of a file that was there the rest is nobody's business.
                    {"content", f.before ? Json(nullptr) : Json(f.after)}});
  }
  return list;
}

Json ErrorsJson(const FixContext& c) {
  Json list = Json::array();
  for (const Diagnostic& d : c.input.diagnostics) {
    if (d.rule != "WEC901") continue;
    list.push_back({{"message", d.message}, {"path", PlaceName(c.input, d.location, true)}});
  }
  return list;
}

}  // namespace

std::vector<PolicyRule> RemovedRules(const RoleGrant& grant) {
  if (grant.existing == nullptr || grant.change.rules.empty()) return {};
  return MinimalRules(Uncovered(grant.role.rules, grant.existing->rules));
}

std::string FixJson(const FixContext& c) {
  bool in_sync = true;
  for (const FixFile& f : c.files) in_sync &= !f.changed();
  const Json json = {{"$schema", "urn:wecan:schema:fix-v1"},
                     {"schemaVersion", "1.0"},
                     {"kind", "FixReport"},
                     {"tool", {{"name", "wecan"}, {"version", kVersion}}},
                     {"agent",
                      {{"namespace", c.options.agent.namespace_},
                       {"serviceAccount", c.options.agent.service_account},
                       {"profile", c.options.profile.name}}},
                     {"strategy", Text(GrantStrategyName(c.plan.strategy))},
                     {"summary",
                      {{"objects", c.proof.objects},
                       {"verbs", c.proof.verbs},
                       {"inSync", in_sync},
                       {"exitCode", c.exit_code}}},
                     {"proof",
                      {{"closed", c.proof.closed},
                       {"minimal", c.proof.minimal},
                       {"verbs", c.proof.verbs},
                       {"objects", c.proof.objects}}},
                     {"missing", MissingJson(c)},
                     {"grants", GrantsJson(c)},
                     {"refused", HitsJson(c, c.plan.refused)},
                     {"told", HitsJson(c, c.plan.told)},
                     {"notRbac", Objects(c, c.plan.not_rbac)},
                     {"unknown", Objects(c, c.plan.unknown)},
                     {"agentMayWrite", c.plan.agent_may_write},
                     {"selectedBy", c.plan.reached_by},
                     {"warnings", WarningsJson(c)},
                     {"files", FilesJson(c)},
                     {"errors", ErrorsJson(c)}};
  return DumpJson(json);
}

}  // namespace wecan
