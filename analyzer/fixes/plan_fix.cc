// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/plan_fix.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/fixes/reach.h"
#include "analyzer/gaps/compare.h"
#include "analyzer/grants/covers.h"

namespace wecan {
namespace {

using Scoped = std::map<std::string, std::vector<const Permission*>>;  // by namespace, "" cluster

// The role that would bring a grant to the agent by its label alone.
bool TakesInLabelled(const AgentGrants& grants) {
  const Labels labels = {{kAggregateToWorkLabel, "true"}};
  const std::vector<BoundRole> bound = grants.authorizer().BoundRoles(grants.user(), "");
  return std::any_of(bound.begin(), bound.end(), [&](const BoundRole& b) {
    if (b.role == nullptr || !b.role->aggregation) return false;
    const std::vector<LabelSelector>& selectors = *b.role->aggregation;
    return std::all_of(selectors.begin(), selectors.end(),
                       [](const LabelSelector& s) { return ValidateSelector(s).ok(); }) &&
           std::any_of(selectors.begin(), selectors.end(),
                       [&](const LabelSelector& s) { return SelectorMatches(s, labels); });
  });
}

std::vector<Permission> AsPermissions(std::vector<Need> needs) {
  std::vector<Permission> permissions;
  for (Need& need : needs) {
    Permission p{.namespace_ = std::move(need.namespace_),
                 .rule = {.verbs = need.verbs.Names(),
                          .api_groups = {std::move(need.group)},
                          .resources = {std::move(need.resource)}},
                 .guessed = need.guessed,
                 .objects = std::move(need.objects)};
    if (!need.name.empty()) p.rule.resource_names = {std::move(need.name)};
    SortVerbs(p.rule.verbs);
    permissions.push_back(std::move(p));
  }
  return permissions;
}

void Unite(std::vector<int>& objects, const std::vector<int>& more) {
  std::vector<int> united;
  std::set_union(objects.begin(), objects.end(), more.begin(), more.end(),
                 std::back_inserter(united));
  objects = std::move(united);
}

std::vector<PolicyRule> RulesOf(const std::vector<const Permission*>& permissions) {
  std::vector<PolicyRule> rules;
  for (const Permission* p : permissions) rules.push_back(p->rule);
  return rules;
}

std::string RoleName(RoleKind kind, const std::string& ns, const std::string& name) {
  return absl::StrCat(RoleKindName(kind), " ", ns, ns.empty() ? "" : "/", name);
}

class Planner {
 public:
  Planner(const AnalysisInput& input, const Requirements& requirements,
          const AnalyzeOptions& options, const FixOptions& fix)
      : input_(input), requirements_(requirements), options_(options), fix_(fix) {}

  absl::StatusOr<FixPlan> Run() {
    AgentGrants now(EffectivePolicy(input_, requirements_, options_), options_.agent.User());
    WECAN_RETURN_IF_ERROR(ChooseStrategy(now));
    ChooseName();
    SetAside(now);
    const bool ours = std::any_of(input_.rbac.roles.begin(), input_.rbac.roles.end(), IsOurs);
    if (!ours) {
      plan_.missing = Missing(now, true);
      WECAN_RETURN_IF_ERROR(MakeGrants(plan_.missing));
      FinishGrants();
      return std::move(plan_);
    }
    // What our roles are for is what is missing without them.
    AgentGrants without(EffectivePolicy(input_, requirements_, options_, {.without_ours = true}),
                        options_.agent.User());
    const std::vector<Permission> needed = Missing(without, false);
    if (fix_.prune) {
      NoteUnknownGroups(without);
      const RbacPolicy pruned = PrunedRoles(needed);
      AgentGrants after(EffectivePolicy(input_, requirements_, options_, {.added = &pruned}),
                        options_.agent.User());
      plan_.missing = Missing(after, true);
    } else {
      plan_.missing = Missing(now, true);
    }
    WECAN_RETURN_IF_ERROR(MakeGrants(needed));
    FinishGrants();
    return std::move(plan_);
  }

 private:
  // ---- what is to be decided before anything else

  // Objects that no grant is for.
  void SetAside(AgentGrants& now) {
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      const ObjectRequirements& need = requirements_.objects[i];
      const int object = static_cast<int>(i);
      if (need.state == ObjectState::kRefused || need.state == ObjectState::kNotForAWec)
        plan_.not_rbac.push_back(object);
      if (need.state != ObjectState::kChecked) continue;
      const ResourceType& type = requirements_.types[need.type];
      if (type.source == ResourceSource::kGuess && Compare(need, type, "", now).unknown)
        plan_.unknown.push_back(object);
    }
  }

  // API groups with objects of which nothing can be told: what our roles hold there stays.
  void NoteUnknownGroups(AgentGrants& without) {
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      const ObjectRequirements& need = requirements_.objects[i];
      if (need.state != ObjectState::kChecked) continue;
      const ResourceType& type = requirements_.types[need.type];
      if (type.source == ResourceSource::kGuess && Compare(need, type, "", without).unknown)
        unknown_groups_.insert(type.group);
    }
  }

  absl::Status ChooseStrategy(const AgentGrants& now) {
    aggregates_ = TakesInLabelled(now);
    if (fix_.strategy) {
      plan_.strategy = *fix_.strategy;
      if (plan_.strategy == GrantStrategy::kAggregate && !aggregates_) {
        return absl::FailedPreconditionError(absl::StrCat(
            "--strategy aggregate: the agent of profile ", options_.profile.name,
            " takes in no labelled ClusterRole (that came with OCM 0.12); use --strategy "
            "cluster-binding or role-binding"));
      }
      return absl::OkStatus();
    }
    // As an earlier grant was made.
    const auto any_of_ours = [&](const auto& is) {
      return std::any_of(input_.rbac.roles.begin(), input_.rbac.roles.end(),
                         [&](const Role& r) { return IsOurs(r) && is(r); });
    };
    if (any_of_ours([](const Role& r) { return r.kind == RoleKind::kRole; })) {
      plan_.strategy = GrantStrategy::kRoleBinding;
    } else if (!aggregates_ || any_of_ours([&](const Role& r) { return IsOnlyBound(r); })) {
      plan_.strategy = GrantStrategy::kClusterBinding;
    } else {
      plan_.strategy = GrantStrategy::kAggregate;
    }
    return absl::OkStatus();
  }

  // Whether a ClusterRole gets to the agent by a binding and not by its label.
  bool IsOnlyBound(const Role& role) const {
    const std::string* label = FindLabel(role.labels, kAggregateToWorkLabel);
    if (role.kind != RoleKind::kClusterRole || (label != nullptr && *label == "true")) return false;
    return std::any_of(
        input_.rbac.bindings.begin(), input_.rbac.bindings.end(), [&](const RoleBinding& b) {
          return b.cluster && b.role_ref.kind == "ClusterRole" && b.role_ref.name == role.name &&
                 AppliesTo(b.subjects, options_.agent.User(), "") >= 0;
        });
  }

  void ChooseName() {
    name_ = fix_.name;
    if (!name_.empty()) return;
    std::set<std::string> ours;
    for (const Role& role : input_.rbac.roles) {
      if (IsOurs(role)) ours.insert(role.name);
    }
    name_ = ours.size() == 1 ? *ours.begin() : kDefaultGrantName;
    if (ours.size() > 1 && ours.count(name_) == 0) ambiguous_ = std::move(ours);
  }

  // The namespace of the role that is to hold the permission, "" for a ClusterRole.
  std::string ScopeOf(const Permission& p) const {
    const bool local =
        plan_.strategy == GrantStrategy::kRoleBinding && p.rule.non_resource_urls.empty();
    return local ? p.namespace_ : "";
  }

  // What `grants` lacks and may be granted. With `record`, what a guardrail has to say goes into
  // the plan.
  std::vector<Permission> Missing(AgentGrants& grants, bool record) {
    std::vector<Permission> granted;
    for (Permission& p : AsPermissions(CollectNeeds(input_, requirements_, grants, fix_.needs))) {
      if (Passes(p, record)) granted.push_back(std::move(p));
    }
    return granted;
  }

  bool Passes(const Permission& p, bool record) {
    bool passes = true;
    for (const PolicyRule& atom : BreakdownRule(p.rule)) {
      const Guardrail* guardrail = FindGuardrail(atom, ScopeOf(p).empty());
      if (guardrail == nullptr) continue;
      const bool refused = guardrail->refused_in_fix && !fix_.allow_escalation;
      passes &= !refused;
      if (record) (refused ? plan_.refused : plan_.told).push_back({guardrail, p.rule, p.objects});
      break;
    }
    return passes;
  }

  // ---- roles

  Scoped ByScope(const std::vector<Permission>& permissions) const {
    Scoped scoped;
    for (const Permission& p : permissions) scoped[ScopeOf(p)].push_back(&p);
    return scoped;
  }

  // `permissions` without what others of them hold as well: in a namespace what is granted for the
  // whole cluster, of a resource what a wildcard grants.
  std::vector<Permission> NotRepeated(std::vector<Permission> permissions) const {
    using Key = std::tuple<std::string, std::string, std::string>;  // group, resource, name
    const auto name_of = [](const PolicyRule& r) {
      return r.resource_names.empty() ? std::string() : r.resource_names[0];
    };
    std::map<Key, PolicyRule> everywhere;
    std::vector<std::pair<std::string, PolicyRule>> wild;  // by scope
    for (const Permission& p : permissions) {
      const PolicyRule& r = p.rule;
      if (r.api_groups[0] == "*" || r.resources[0] == "*") wild.emplace_back(ScopeOf(p), r);
      if (ScopeOf(p).empty() && p.namespace_.empty())
        everywhere.emplace(Key(r.api_groups[0], r.resources[0], name_of(r)), r);
    }
    for (Permission& p : permissions) {
      const std::string scope = ScopeOf(p);
      const PolicyRule rule = p.rule;
      const auto repeated = [&](const std::string& verb) {
        PolicyRule atom = rule;
        atom.verbs = {verb};
        for (const std::string& name : {std::string(), name_of(rule)}) {
          const auto it = everywhere.find(Key(rule.api_groups[0], rule.resources[0], name));
          if (!scope.empty() && it != everywhere.end() && RuleCovers(it->second, atom)) return true;
        }
        return std::any_of(wild.begin(), wild.end(), [&](const auto& w) {
          const bool here = w.first.empty() || w.first == scope;
          return here && w.second != rule && RuleCovers(w.second, atom);
        });
      };
      std::erase_if(p.rule.verbs, repeated);
    }
    std::erase_if(permissions, [](const Permission& p) { return p.rule.verbs.empty(); });
    return permissions;
  }

  // Those of `needed` that `role` may be there for.
  std::vector<PolicyRule> NeededOf(const Role& role, const std::vector<Permission>& needed) const {
    std::vector<PolicyRule> rules;
    for (const Permission& p : needed) {
      const bool here = role.kind == RoleKind::kRole
                            ? p.namespace_ == role.namespace_ && p.rule.non_resource_urls.empty()
                            : ScopeOf(p).empty();
      if (here) rules.push_back(p.rule);
    }
    for (const PolicyRule& rule : role.rules) {
      for (PolicyRule& atom : BreakdownRule(rule)) {
        if (!atom.api_groups.empty() && unknown_groups_.count(atom.api_groups[0]) > 0)
          rules.push_back(std::move(atom));
      }
    }
    return rules;
  }

  RbacPolicy PrunedRoles(const std::vector<Permission>& needed) const {
    RbacPolicy pruned;
    for (const Role& role : input_.rbac.roles) {
      if (!IsOurs(role)) continue;
      pruned.roles.push_back(role);
      Role& copy = pruned.roles.back();
      copy.namespace_ = NamespaceOf(role);
      copy.rules = ApplyChange(role.rules, PruneRules(role.rules, NeededOf(copy, needed), {}));
    }
    return pruned;
  }

  absl::Status MakeGrants(const std::vector<Permission>& needed) {
    if (!plan_.missing.empty() && !ambiguous_.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "several roles of the input are wecan's own (", absl::StrJoin(ambiguous_, ", "),
          "); say with --name which of them to extend"));
    }
    const std::vector<Permission> distinct = NotRepeated(plan_.missing);
    const Scoped wanted = ByScope(distinct);
    const Scoped all = ByScope(needed);
    for (const auto& [scope, permissions] : wanted) {
      WECAN_ASSIGN_OR_RETURN(RoleGrant grant, MakeGrant(scope, permissions, needed));
      Record(grant, all.count(scope) > 0 ? all.at(scope) : permissions);
      plan_.grants.push_back(std::move(grant));
    }
    if (fix_.prune) PruneOthers(needed);
    return absl::OkStatus();
  }

  absl::StatusOr<RoleGrant> MakeGrant(const std::string& scope,
                                      const std::vector<const Permission*>& wanted,
                                      const std::vector<Permission>& needed) const {
    RoleGrant grant;
    Role& role = grant.role;
    role.kind = scope.empty() ? RoleKind::kClusterRole : RoleKind::kRole;
    role.namespace_ = scope;
    role.name = name_;
    WECAN_ASSIGN_OR_RETURN(grant.existing, FindExisting(role.kind, scope));
    const std::vector<PolicyRule> rules = RulesOf(wanted);
    const bool aggregated = IsAggregated(scope);
    if (grant.existing != nullptr) {
      role = *grant.existing;
      role.namespace_ = scope;
      grant.change = fix_.prune ? PruneRules(role.rules, NeededOf(role, needed), rules)
                                : ExtendRules(role.rules, rules);
      role.rules = ApplyChange(role.rules, grant.change);
      const std::string* label = FindLabel(role.labels, kAggregateToWorkLabel);
      if (aggregated && (label == nullptr || *label != "true")) {
        return absl::FailedPreconditionError(
            absl::StrCat(Place(role.origin), RoleName(role.kind, scope, name_), " lacks the label ",
                         kAggregateToWorkLabel,
                         ": \"true\", so the agent does not take it in; add the label, "
                         "or give the grant another name with --name"));
      }
    } else {
      role.rules = MinimalRules(rules);
      role.labels = {{kManagedByLabel, kManagedByWecan}};
      if (aggregated) role.labels.emplace_back(kAggregateToWorkLabel, "true");
      for (const auto& label : fix_.labels) {
        const std::string* own = FindLabel(role.labels, label.first);
        if (own != nullptr && *own != label.second) {
          return absl::FailedPreconditionError(absl::StrCat("--labels ", label.first, "=",
                                                            label.second, ": a grant needs ",
                                                            label.first, "=", *own));
        }
        if (own == nullptr) role.labels.push_back(label);
      }
    }
    if (!aggregated) WECAN_RETURN_IF_ERROR(Bind(grant));
    return grant;
  }

  bool IsAggregated(const std::string& scope) const {
    if (!scope.empty()) return false;
    // The rest of role-binding goes the way that OCM recommends, where there is one.
    return plan_.strategy == GrantStrategy::kAggregate ||
           (plan_.strategy == GrantStrategy::kRoleBinding && aggregates_);
  }

  const std::string& NamespaceOf(const Role& role) const {
    return role.kind == RoleKind::kRole && role.namespace_.empty()
               ? options_.derive.default_namespace
               : role.namespace_;
  }
  const std::string& NamespaceOf(const RoleBinding& binding) const {
    return !binding.cluster && binding.namespace_.empty() ? options_.derive.default_namespace
                                                          : binding.namespace_;
  }

  std::string Place(const Origin& origin) const {
    if (origin.location.file < 0) return "";
    return absl::StrCat(input_.files[origin.location.file].path, ":", origin.location.line, ": ");
  }

  // Our role of that name, or nullptr if there is none of it.
  absl::StatusOr<const Role*> FindExisting(RoleKind kind, const std::string& scope) const {
    const auto same = [&](const Role& r) {
      return r.kind == kind && NamespaceOf(r) == scope && r.name == name_;
    };
    const Role* found = nullptr;
    for (const std::vector<Role>* roles : {&options_.profile.policy.roles, &input_.rbac.roles}) {
      for (const Role& r : *roles) {
        if (!same(r)) continue;
        if (!IsOurs(r)) {
          return absl::FailedPreconditionError(
              absl::StrCat(Place(r.origin), RoleName(kind, scope, name_),
                           " is not wecan's own (no label ", kManagedByLabel, ": ", kManagedByWecan,
                           "), so it is left alone; give the grant another name with --name"));
        }
        found = &r;
      }
    }
    if (found != nullptr && found->origin.profile) {
      return absl::FailedPreconditionError(
          absl::StrCat(RoleName(kind, scope, name_), " is in profile ", options_.profile.name,
                       ", but not in the input, so it cannot be extended; add its manifest to the "
                       "input, or give "
                       "the grant another name with --name"));
    }
    return found;
  }

  // Adds the binding of a role that no label brings to the agent.
  absl::Status Bind(RoleGrant& grant) const {
    const Role& role = grant.role;
    const bool cluster = role.kind == RoleKind::kClusterRole;
    const Subject agent{"ServiceAccount", options_.agent.namespace_,
                        options_.agent.service_account};
    grant.binding = RoleBinding{.cluster = cluster,
                                .namespace_ = role.namespace_,
                                .name = role.name,
                                .role_ref = {kRbacGroup, RoleKindName(role.kind), role.name},
                                .subjects = {agent}};
    // By name; of equal names the last one counts.
    std::map<std::string, const RoleBinding*> there;
    for (const std::vector<RoleBinding>* list :
         {&options_.profile.policy.bindings, &input_.rbac.bindings}) {
      for (const RoleBinding& b : *list) {
        if (b.cluster == cluster && NamespaceOf(b) == role.namespace_) there[b.name] = &b;
      }
    }
    const auto binds = [&](const RoleBinding& b) {
      return b.role_ref.kind == RoleKindName(role.kind) && b.role_ref.name == role.name &&
             AppliesTo(b.subjects, options_.agent.User(), NamespaceOf(b)) >= 0;
    };
    const auto use = [&](const RoleBinding& b) {
      grant.binding = b;
      grant.binding->namespace_ = role.namespace_;
      grant.binding_exists = true;
      return absl::OkStatus();
    };
    const auto same = there.find(role.name);
    if (same != there.end() && binds(*same->second)) return use(*same->second);
    for (const auto& [name, b] : there) {
      if (binds(*b)) return use(*b);
    }
    if (same == there.end()) return absl::OkStatus();
    const RoleBinding& b = *same->second;
    return absl::FailedPreconditionError(absl::StrCat(
        Place(b.origin), BindingKindName(b), " ", b.name, " binds something else than ",
        RoleName(role.kind, role.namespace_, role.name), " to ", options_.agent.service_account,
        "; give the grant another name with --name"));
  }

  // Our roles that nothing is added to: what nothing needs goes from them, too.
  void PruneOthers(const std::vector<Permission>& needed) {
    for (const Role& role : input_.rbac.roles) {
      const bool planned = std::any_of(plan_.grants.begin(), plan_.grants.end(),
                                       [&](const RoleGrant& g) { return g.existing == &role; });
      if (!IsOurs(role) || planned) continue;
      RoleGrant grant{.role = role, .existing = &role};
      grant.role.namespace_ = NamespaceOf(role);
      grant.change = PruneRules(role.rules, NeededOf(grant.role, needed), {});
      if (grant.change.empty()) continue;
      grant.role.rules = ApplyChange(role.rules, grant.change);
      std::vector<const Permission*> here;
      for (const Permission& p : needed) {
        const bool in_scope =
            role.kind == RoleKind::kClusterRole || p.namespace_ == grant.role.namespace_;
        const auto& rules = grant.role.rules;
        if (in_scope && !ApplyChange(rules, PruneRules(rules, {p.rule}, {})).empty())
          here.push_back(&p);
      }
      Record(grant, here);
      plan_.grants.push_back(std::move(grant));
    }
  }

  static void Record(RoleGrant& grant, const std::vector<const Permission*>& permissions) {
    std::set<int> objects;
    std::set<std::string> namespaces;
    for (const Permission* p : permissions) {
      objects.insert(p->objects.begin(), p->objects.end());
      namespaces.insert(p->namespace_);
    }
    grant.objects.assign(objects.begin(), objects.end());
    grant.needed_in.assign(namespaces.begin(), namespaces.end());
  }

  // ---- how it gets there, and the record

  void FinishGrants() {
    std::sort(plan_.grants.begin(), plan_.grants.end(), [](const RoleGrant& a, const RoleGrant& b) {
      return std::tie(a.role.namespace_, a.role.name) < std::tie(b.role.namespace_, b.role.name);
    });
    Reach();
  }

  void Reach() {
    const std::vector<BindingPolicy>& policies = options_.derive.binding_policies != nullptr
                                                     ? *options_.derive.binding_policies
                                                     : input_.policies;
    if (!fix_.downsynced || policies.empty() || plan_.missing.empty()) return;
    std::vector<int> objects;
    for (const Permission& p : plan_.missing) Unite(objects, p.objects);
    namespaces_ = CollectNamespaceLabels(input_);
    const std::vector<const BindingPolicy*> wanted =
        PoliciesOf(policies, input_, requirements_, objects);
    // A label for one policy may change what another one selects, or what it lacks.
    for (bool added = true; added;) {
      added = false;
      for (const BindingPolicy* policy : wanted) {
        for (RoleGrant& grant : plan_.grants) added |= LabelFor(*policy, grant);
      }
    }
    for (const BindingPolicy* policy : wanted) {
      for (const RoleGrant& grant : plan_.grants) {
        if (Reaches(*policy, grant)) continue;
        plan_.unreached.push_back(
            {policy->name,
             absl::StrCat("BindingPolicy ", policy->name, " does not select ",
                          RoleName(grant.role.kind, grant.role.namespace_, grant.role.name)),
             LabelsToSelect(*policy, AsGrantObject(grant.role), grant.role.labels, namespaces_)});
      }
    }
    for (const BindingPolicy& policy : policies) {
      const bool all = std::all_of(plan_.grants.begin(), plan_.grants.end(),
                                   [&](const RoleGrant& g) { return Reaches(policy, g); });
      if (all) plan_.reached_by.push_back(policy.name);
    }
  }

  static GrantObject AsGrantObject(const Role& role) {
    return {role.kind == RoleKind::kClusterRole ? "clusterroles" : "roles", role.namespace_,
            role.name};
  }
  static GrantObject AsGrantObject(const RoleBinding& b) {
    return {b.cluster ? "clusterrolebindings" : "rolebindings", b.namespace_, b.name};
  }

  // A new binding gets the labels of its role.
  const Labels& BindingLabels(const RoleGrant& grant) const {
    const int object = grant.binding->origin.object;
    return grant.binding_exists && object >= 0 ? input_.objects[object].labels : grant.role.labels;
  }

  bool Reaches(const BindingPolicy& policy, const RoleGrant& grant) const {
    return Selects(policy, AsGrantObject(grant.role), grant.role.labels, namespaces_) &&
           (!grant.binding ||
            Selects(policy, AsGrantObject(*grant.binding), BindingLabels(grant), namespaces_));
  }

  // Gives a new role the labels that `policy` asks for, when there is one way to do that. Whether
  // it did.
  bool LabelFor(const BindingPolicy& policy, RoleGrant& grant) const {
    if (grant.existing != nullptr || Reaches(policy, grant)) return false;
    const std::vector<Labels> choices =
        LabelsToSelect(policy, AsGrantObject(grant.role), grant.role.labels, namespaces_);
    if (choices.size() != 1) return false;
    grant.role.labels.insert(grant.role.labels.end(), choices[0].begin(), choices[0].end());
    return !choices[0].empty();
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& options_;
  const FixOptions& fix_;
  std::string name_;
  std::set<std::string> ambiguous_;  // names of our roles, when none of them is the one
  std::set<std::string> unknown_groups_;
  bool aggregates_ = false;  // the agent takes in labelled ClusterRoles
  NamespaceLabels namespaces_;
  FixPlan plan_;
};

}  // namespace

std::vector<int> FixPlan::RefusedObjects() const {
  std::set<int> objects;
  for (const GuardrailHit& hit : refused) objects.insert(hit.objects.begin(), hit.objects.end());
  return {objects.begin(), objects.end()};
}

absl::string_view GrantStrategyName(GrantStrategy strategy) {
  switch (strategy) {
    case GrantStrategy::kAggregate:
      return "aggregate";
    case GrantStrategy::kClusterBinding:
      return "cluster-binding";
    case GrantStrategy::kRoleBinding:
      return "role-binding";
  }
  return "";
}

absl::StatusOr<FixPlan> PlanFix(const AnalysisInput& input, const Requirements& requirements,
                                const AnalyzeOptions& options, const FixOptions& fix) {
  return Planner(input, requirements, options, fix).Run();
}

}  // namespace wecan
