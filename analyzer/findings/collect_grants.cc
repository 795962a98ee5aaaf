// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/findings/collect.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/held_roles.h"
#include "analyzer/grants/over_broad.h"

namespace wecan {
namespace {

bool Reportable(const Origin& origin) {
  return !origin.profile && !origin.loaded && origin.object >= 0;
}

// The input object that a held role stands for: the role itself, or the binding to a role that was
// there before.
int ObjectOf(const HeldRole& held) {
  if (Reportable(held.role->origin)) return held.role->origin.object;
  const bool bound = held.role == held.bound && Reportable(held.binding->origin);
  return bound && held.role->origin.profile ? held.binding->origin.object : -1;
}

Finding ObjectFinding(absl::string_view rule_id, int object, const AnalysisInput& input,
                      std::string message) {
  const FindingRule* rule = FindRule(rule_id);
  const Object& o = input.objects[object];
  return {.id = FindingId({std::string(rule_id), o.group, o.kind, o.namespace_, o.name}),
          .rule = rule,
          .level = rule->level,
          .message = std::move(message),
          .objects = {object}};
}

// The guardrails that `held` hits with what `base` does not hold already, each with the first atom
// that hits it.
OverBroad BroadAtoms(const HeldRole& held, const std::vector<PolicyRule>& base) {
  OverBroad hits;
  for (const PolicyRule& rule : held.role->rules)
    hits.merge(FindOverBroad(rule, held.binding->cluster, base));
  return hits;
}

std::vector<PolicyRule> RulesOf(const std::vector<Grant>& grants) {
  std::vector<PolicyRule> rules;
  for (const Grant& g : grants) rules.push_back(*g.rule);
  return rules;
}

std::string OverBroadMessage(const Object& o, const OverBroad& hits) {
  return absl::StrCat(o.kind, " ", o.name,
                      " is over-broad for the work agent: ", DescribeOverBroad(hits));
}

}  // namespace

std::vector<Finding> CollectGrantFindings(const AnalysisInput& input,
                                          const Requirements& requirements,
                                          const AgentGrants& grants, const RbacPolicy& profile,
                                          bool has_policies) {
  std::vector<Finding> findings;
  std::map<int, OverBroad> broad;
  std::set<int> granting;  // objects that give the agent something
  std::unique_ptr<AgentGrants> base;
  for (const HeldRole& held : HeldRoles(grants)) {
    if (Reportable(held.binding->origin)) granting.insert(held.binding->origin.object);
    if (Reportable(held.role->origin)) granting.insert(held.role->origin.object);
    const int object = ObjectOf(held);
    if (object < 0) continue;
    if (base == nullptr) {
      RbacPolicy aggregated = profile;
      AggregateClusterRoles(aggregated);
      base = std::make_unique<AgentGrants>(std::move(aggregated), grants.user());
    }
    broad[object].merge(BroadAtoms(held, RulesOf(base->All(held.binding->namespace_))));
  }
  for (const auto& [object, hits] : broad) {
    if (hits.empty()) continue;
    findings.push_back(
        ObjectFinding("WEC302", object, input, OverBroadMessage(input.objects[object], hits)));
  }
  if (!has_policies) return findings;
  for (int object : granting) {
    const Object& o = input.objects[object];
    if (o.work >= 0 || o.binding >= 0 || requirements.objects[object].selected) continue;
    findings.push_back(ObjectFinding(
        "WEC304", object, input,
        absl::StrCat(
            o.kind, " ", o.name,
            " grants the work agent permissions, but no BindingPolicy of the input selects "
            "it, so it does not reach a WEC")));
  }
  return findings;
}

std::vector<Finding> CollectInputFindings(const AnalysisInput& input,
                                          const std::vector<Diagnostic>& diagnostics) {
  std::vector<Finding> findings;
  // One finding per file with all its places: of WEC906 whatever they say, of WEC903 when they say
  // the same.
  std::map<std::tuple<std::string, int, std::string>, size_t> per_file;
  for (const Diagnostic& d : diagnostics) {
    if (d.rule.empty()) continue;
    const FindingRule* rule = FindRule(d.rule);
    const bool folded = d.rule == "WEC906";
    if (folded || d.rule == "WEC903") {
      const auto [it, inserted] =
          per_file.try_emplace({d.rule, d.location.file, folded ? "" : d.message}, findings.size());
      if (!inserted) {
        Finding& first = findings[it->second];
        first.locations.push_back(d.location);
        if (!absl::StrContains(first.message, d.message))
          absl::StrAppend(&first.message, ". ", d.message);
        continue;
      }
    }
    const std::string path = d.location.file >= 0 ? input.files[d.location.file].path : "";
    std::vector<std::string> id = {d.rule, path};
    if (!folded) id.push_back(d.message);
    findings.push_back({.id = FindingId(id),
                        .rule = rule,
                        .level = rule->level,
                        .message = d.message,
                        .locations = {d.location}});
  }
  return findings;
}

}  // namespace wecan
