// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/missing.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/gaps/escalations.h"
#include "analyzer/grants/covers.h"

namespace wecan {
namespace {

std::vector<Permission> AsPermissions(std::vector<Need> needs, int executor) {
  std::vector<Permission> permissions;
  for (Need& need : needs) {
    Permission p{.namespace_ = std::move(need.namespace_),
                 .rule = {.verbs = need.verbs.Names(),
                          .api_groups = {std::move(need.group)},
                          .resources = {std::move(need.resource)}},
                 .guessed = need.guessed,
                 .objects = std::move(need.objects),
                 .executor = executor};
    if (!need.name.empty()) p.rule.resource_names = {std::move(need.name)};
    SortVerbs(p.rule.verbs);
    permissions.push_back(std::move(p));
  }
  return permissions;
}

class Finder {
 public:
  Finder(const AnalysisInput& input, const Requirements& requirements,
         const AnalyzeOptions& options, const FixOptions& fix, GrantStrategy strategy)
      : input_(input),
        requirements_(requirements),
        options_(options),
        fix_(fix),
        strategy_(strategy) {}

  Missing Run(AgentGrants& grants) {
    for (int executor = -1; executor < static_cast<int>(requirements_.executors.size());
         ++executor) {
      std::optional<AgentGrants> other;
      if (executor >= 0) other.emplace(grants, requirements_.executors[executor].User());
      AgentGrants& held = other ? *other : grants;
      for (Permission& p :
           AsPermissions(CollectNeeds(input_, requirements_, held, fix_.needs, executor), executor))
        Add(std::move(p));
      for (const EscalationGap& gap : FindEscalations(
               input_, requirements_, options_.derive.default_namespace, held, executor)) {
        if (gap.result.outcome == EscalationResult::Outcome::kRefused &&
            IsFixed(input_, requirements_, gap.object)) {
          AddRepair(gap);
        }
      }
    }
    return std::move(missing_);
  }

 private:
  const Guardrail* GuardrailOf(const Permission& p) const {
    for (const PolicyRule& atom : BreakdownRule(p.rule)) {
      if (const Guardrail* g = FindGuardrail(atom, NamespaceFor(p, strategy_).empty())) return g;
    }
    return nullptr;
  }

  void Add(Permission p) {
    const Guardrail* guardrail = GuardrailOf(p);
    const bool refused =
        guardrail != nullptr && guardrail->refused_in_fix && !fix_.allow_escalation;
    if (guardrail != nullptr)
      (refused ? missing_.refused : missing_.told).push_back({guardrail, p.rule, p.objects});
    if (!refused) missing_.permissions.push_back(std::move(p));
  }

  // ---- RBAC objects of the workload that grant more than the account holds

  // The smaller power first: what the object grants. Where a guardrail stands against that, or it
  // cannot be told, the verb that lifts the check, if the user consents.
  void AddRepair(const EscalationGap& gap) {
    const Permission power = LiftingVerb(gap);
    std::vector<Permission> rules;
    bool refused = !gap.result.complete || gap.result.aggregation;
    // Compacted atoms: one group, resource and at most one name each, or one URL.
    for (const PolicyRule& missing : gap.result.missing) {
      rules.push_back({.namespace_ = power.namespace_,
                       .rule = missing,
                       .objects = {gap.object},
                       .executor = gap.executor});
      SortVerbs(rules.back().rule.verbs);
      const Guardrail* guardrail = GuardrailOf(rules.back());
      refused |= guardrail != nullptr && guardrail->refused_in_fix;
    }
    if (refused) rules = {power};
    for (Permission& p : rules) Add(std::move(p));
  }

  // `escalate` on the role, or `bind` on the role that the binding names. The name of a role is not
  // in the URL of the request that creates it, but in a server-side apply.
  Permission LiftingVerb(const EscalationGap& gap) const {
    const Object& object = input_.objects[gap.object];
    const ObjectRequirements& need = requirements_.objects[gap.object];
    Permission p{.namespace_ = need.scope == ScopeKind::kNamespace ? need.namespace_ : "",
                 .rule = {.verbs = {"escalate"}, .api_groups = {kRbacGroup}},
                 .objects = {gap.object},
                 .executor = gap.executor};
    for (const RoleBinding& b : input_.rbac.bindings) {
      if (b.origin.object != gap.object) continue;
      p.rule.verbs = {"bind"};
      p.rule.resources = {b.role_ref.kind == "Role" ? "roles" : "clusterroles"};
      p.rule.resource_names = {b.role_ref.name};
      return p;
    }
    p.rule.resources = {object.kind == "Role" ? "roles" : "clusterroles"};
    if (need.create_named && gap.executor < 0) p.rule.resource_names = {object.name};
    return p;
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& options_;
  const FixOptions& fix_;
  const GrantStrategy strategy_;
  Missing missing_;
};

}  // namespace

Missing FindMissing(const AnalysisInput& input, const Requirements& requirements,
                    const AnalyzeOptions& options, const FixOptions& fix, GrantStrategy strategy,
                    AgentGrants& agent) {
  return Finder(input, requirements, options, fix, strategy).Run(agent);
}

std::string NamespaceFor(const Permission& p, GrantStrategy strategy) {
  const bool narrow = strategy == GrantStrategy::kRoleBinding ||
                      (p.executor >= 0 && strategy == GrantStrategy::kAggregate);
  return narrow && p.rule.non_resource_urls.empty() ? p.namespace_ : "";
}

std::vector<Permission> NotRepeated(std::vector<Permission> permissions, GrantStrategy strategy) {
  using Key = std::tuple<int, std::string, std::string, std::string>;  // for whom, group ...
  const auto key_of = [](const Permission& p, const std::string& name) {
    return Key(p.executor, p.rule.api_groups[0], p.rule.resources[0], name);
  };
  const auto name_of = [](const PolicyRule& r) {
    return r.resource_names.empty() ? std::string() : r.resource_names[0];
  };
  std::map<Key, PolicyRule> everywhere;
  std::vector<Permission> wild;
  for (const Permission& p : permissions) {
    if (!p.rule.non_resource_urls.empty()) continue;
    if (p.rule.api_groups[0] == "*" || p.rule.resources[0] == "*") wild.push_back(p);
    if (NamespaceFor(p, strategy).empty() && p.namespace_.empty())
      everywhere.emplace(key_of(p, name_of(p.rule)), p.rule);
  }
  for (Permission& p : permissions) {
    if (!p.rule.non_resource_urls.empty()) continue;
    const std::string scope = NamespaceFor(p, strategy);
    const PolicyRule rule = p.rule;
    const auto repeated = [&](const std::string& verb) {
      PolicyRule atom = rule;
      atom.verbs = {verb};
      for (const std::string& name : {std::string(), name_of(rule)}) {
        const auto it = everywhere.find(key_of(p, name));
        if (!scope.empty() && it != everywhere.end() && RuleCovers(it->second, atom)) return true;
      }
      return std::any_of(wild.begin(), wild.end(), [&](const Permission& w) {
        const std::string where = NamespaceFor(w, strategy);
        const bool here = w.executor == p.executor && (where.empty() || where == scope);
        return here && w.rule != rule && RuleCovers(w.rule, atom);
      });
    };
    std::erase_if(p.rule.verbs, repeated);
  }
  std::erase_if(permissions, [](const Permission& p) { return p.rule.verbs.empty(); });
  return permissions;
}

}  // namespace wecan
