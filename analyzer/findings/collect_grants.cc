// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/findings/collect.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/guardrails.h"
#include "analyzer/grants/held_roles.h"

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

std::string DescribeAtom(const PolicyRule& atom) {
  if (!atom.non_resource_urls.empty())
    return absl::StrCat(atom.verbs[0], " on URL ", atom.non_resource_urls[0]);
  return absl::StrCat(atom.verbs[0], " ", atom.resources[0],
                      atom.api_groups[0].empty() ? "" : "." + atom.api_groups[0]);
}

// The first entry of each kind in `list`, where `kind_of` gives the kind of one.
template <typename KindOf>
std::vector<std::string> FirstOfEachKind(const std::vector<std::string>& list, KindOf kind_of) {
  std::vector<std::string> firsts;
  absl::flat_hash_set<std::string> seen;
  for (const std::string& entry : list) {
    if (seen.insert(kind_of(entry)).second) firsts.push_back(entry);
  }
  return firsts;
}

// `rule` without entries that neither `base` nor a guardrail tells apart from an earlier one. Lists
// of thousands of entries make billions of atoms, but few kinds of them; the first atom of each
// kind stays.
PolicyRule DistinctEntries(const PolicyRule& rule, const std::vector<PolicyRule>& base) {
  using Field = std::vector<std::string> PolicyRule::*;
  using Listed = absl::Span<const absl::string_view> Guardrail::*;
  const auto reduce = [&](Field field, Listed listed) {
    absl::flat_hash_set<absl::string_view> named;
    for (const PolicyRule& b : base) named.insert((b.*field).begin(), (b.*field).end());
    if (listed != nullptr) {
      for (const Guardrail& g : Guardrails()) named.insert((g.*listed).begin(), (g.*listed).end());
    }
    return FirstOfEachKind(rule.*field, [&](const std::string& entry) {
      if (named.contains(entry)) return entry;
      const size_t slash = std::min(entry.find('/'), entry.size());
      const std::string parent = absl::StrCat(entry.substr(0, slash), "/*");
      const std::string sub = absl::StrCat("*", entry.substr(slash));
      return absl::StrCat(named.contains(parent) ? parent : "", "\n",
                          slash < entry.size() && named.contains(sub) ? sub : "");
    });
  };
  PolicyRule distinct{
      .verbs = reduce(&PolicyRule::verbs, &Guardrail::verbs),
      .api_groups = reduce(&PolicyRule::api_groups, &Guardrail::api_groups),
      .resources = reduce(&PolicyRule::resources, &Guardrail::resources),
      .resource_names = reduce(&PolicyRule::resource_names, nullptr),
  };
  distinct.non_resource_urls =
      FirstOfEachKind(rule.non_resource_urls, [&](const std::string& entry) {
        std::string kind;
        for (const PolicyRule& b : base) {
          for (const std::string& url : b.non_resource_urls)
            kind += NonResourceURLCovers(url, entry) ? '1' : '0';
        }
        return kind;
      });
  return distinct;
}

// The guardrails that `held` hits with what `base` does not hold already, each with the first atom
// that hits it.
std::map<absl::string_view, std::string> BroadAtoms(const HeldRole& held,
                                                    const std::vector<PolicyRule>& base) {
  std::map<absl::string_view, std::string> hits;
  for (const PolicyRule& rule : held.role->rules) {
    for (const PolicyRule& atom : Uncovered(base, {DistinctEntries(rule, base)})) {
      const Guardrail* guardrail = FindGuardrail(atom, held.binding->cluster);
      if (guardrail != nullptr && guardrail->over_broad)
        hits.try_emplace(guardrail->id, DescribeAtom(atom));
    }
  }
  return hits;
}

std::vector<PolicyRule> RulesOf(const std::vector<Grant>& grants) {
  std::vector<PolicyRule> rules;
  for (const Grant& g : grants) rules.push_back(*g.rule);
  return rules;
}

std::string OverBroadMessage(const Object& o,
                             const std::map<absl::string_view, std::string>& hits) {
  std::vector<std::string> parts;
  for (const auto& [id, atom] : hits) parts.push_back(absl::StrCat(id, " (", atom, ")"));
  return absl::StrCat(o.kind, " ", o.name,
                      " is over-broad for the work agent: ", absl::StrJoin(parts, ", "));
}

}  // namespace

std::vector<Finding> CollectGrantFindings(const AnalysisInput& input,
                                          const Requirements& requirements,
                                          const AgentGrants& grants, const RbacPolicy& profile,
                                          bool has_policies) {
  std::vector<Finding> findings;
  std::map<int, std::map<absl::string_view, std::string>> broad;
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
