// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/plan_fix.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/fixes/missing.h"
#include "analyzer/fixes/reach.h"
#include "analyzer/gaps/compare.h"
#include "analyzer/gaps/escalations.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/escalation.h"
#include "analyzer/grants/validate.h"

namespace wecan {
namespace {

// Who gets a role, and where it stands: an executor or -1, and a namespace or "".
using Scope = std::pair<int, std::string>;
using Scoped = std::map<Scope, std::vector<const Permission*>>;

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

std::vector<PolicyRule> RulesOf(const std::vector<const Permission*>& permissions) {
  std::vector<PolicyRule> rules;
  for (const Permission* p : permissions) rules.push_back(p->rule);
  return rules;
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
      SetMissing(now);
      WECAN_RETURN_IF_ERROR(MakeGrants(plan_.missing));
      FinishGrants(now);
      return std::move(plan_);
    }
    // What our roles are for is what is missing without them.
    AgentGrants without(EffectivePolicy(input_, requirements_, options_, {.without_ours = true}),
                        options_.agent.User());
    const std::vector<Permission> needed =
        FindMissing(input_, requirements_, options_, fix_, plan_.strategy, without).permissions;
    if (fix_.prune) {
      NoteUnknownGroups(without);
      const RbacPolicy pruned = PrunedRoles(needed);
      AgentGrants after(EffectivePolicy(input_, requirements_, options_, {.added = &pruned}),
                        options_.agent.User());
      SetMissing(after);
    } else {
      SetMissing(now);
    }
    WECAN_RETURN_IF_ERROR(MakeGrants(needed));
    FinishGrants(now);
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

  void SetMissing(AgentGrants& grants) {
    Missing missing = FindMissing(input_, requirements_, options_, fix_, plan_.strategy, grants);
    plan_.missing = std::move(missing.permissions);
    plan_.refused = std::move(missing.refused);
    plan_.told = std::move(missing.told);
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
    // As an earlier grant was made. Those of executors are Roles whatever the strategy.
    bool narrow = false, bound = false;
    for (const Role& r : input_.rbac.roles) {
      if (!IsOurs(r) || AgentRoleName(r) != r.name) continue;
      narrow |= r.kind == RoleKind::kRole;
      bound |= (fix_.name.empty() || r.name == fix_.name) && IsOnlyBound(r);
    }
    plan_.strategy = narrow                  ? GrantStrategy::kRoleBinding
                     : bound || !aggregates_ ? GrantStrategy::kClusterBinding
                                             : GrantStrategy::kAggregate;
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
      if (IsOurs(role)) ours.insert(AgentRoleName(role));
    }
    name_ = ours.size() == 1 ? *ours.begin() : kDefaultGrantName;
    if (ours.size() > 1 && ours.count(name_) == 0) ambiguous_ = std::move(ours);
  }

  // The name without what NameFor adds to it for an executor.
  std::string AgentRoleName(const Role& role) const {
    for (const ServiceAccountRef& e : requirements_.executors) {
      absl::string_view name = role.name;
      if (absl::ConsumeSuffix(&name, absl::StrCat(":", e.namespace_, ":", e.name)))
        return std::string(name);
    }
    return role.name;
  }

  // ---- roles

  Scoped ByScope(const std::vector<Permission>& permissions) const {
    Scoped scoped;
    for (const Permission& p : permissions)
      scoped[{p.executor, NamespaceFor(p, plan_.strategy)}].push_back(&p);
    return scoped;
  }

  // Those of `needed` that `role` may be there for.
  std::vector<PolicyRule> NeededOf(const Role& role, const std::vector<Permission>& needed) const {
    std::vector<PolicyRule> rules;
    for (const Permission& p : needed) {
      const bool here = role.kind == RoleKind::kRole
                            ? p.namespace_ == role.namespace_ && p.rule.non_resource_urls.empty()
                            : NamespaceFor(p, plan_.strategy).empty();
      if (here && p.executor == ExecutorOf(role)) rules.push_back(p.rule);
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
    const std::vector<Permission> distinct = NotRepeated(plan_.missing, plan_.strategy);
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

  // Roles of executors say in their name for whom they are.
  std::string NameFor(int executor) const {
    if (executor < 0) return name_;
    const ServiceAccountRef& account = requirements_.executors[executor];
    return absl::StrCat(name_, ":", account.namespace_, ":", account.name);
  }
  int ExecutorOf(const Role& role) const {
    for (int e = 0; e < static_cast<int>(requirements_.executors.size()); ++e) {
      if (role.name == NameFor(e)) return e;
    }
    return -1;
  }

  absl::StatusOr<RoleGrant> MakeGrant(const Scope& scope,
                                      const std::vector<const Permission*>& wanted,
                                      const std::vector<Permission>& needed) const {
    RoleGrant grant;
    grant.executor = scope.first;
    Role& role = grant.role;
    role.kind = scope.second.empty() ? RoleKind::kClusterRole : RoleKind::kRole;
    role.namespace_ = scope.second;
    role.name = NameFor(scope.first);
    WECAN_ASSIGN_OR_RETURN(grant.existing, FindExisting(role.kind, scope.second, role.name));
    const std::vector<PolicyRule> rules = RulesOf(wanted);
    const bool aggregated = IsAggregated(scope);
    if (grant.existing != nullptr) {
      role = *grant.existing;
      role.namespace_ = scope.second;  // the file may leave it out
      grant.change = fix_.prune ? PruneRules(role.rules, NeededOf(role, needed), rules)
                                : ExtendRules(role.rules, rules);
      role.rules = ApplyChange(role.rules, grant.change);
      const std::string* label = FindLabel(role.labels, kAggregateToWorkLabel);
      if (aggregated && (label == nullptr || *label != "true")) {
        return absl::FailedPreconditionError(
            absl::StrCat(Place(role.origin), RoleName(role.kind, role.namespace_, role.name),
                         " lacks the label ", kAggregateToWorkLabel,
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
    WECAN_RETURN_IF_ERROR(Validate(grant));
    return grant;
  }

  bool IsAggregated(const Scope& scope) const {
    if (scope.first >= 0 || !scope.second.empty()) return false;
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
  absl::StatusOr<const Role*> FindExisting(RoleKind kind, const std::string& scope,
                                           const std::string& name) const {
    const auto same = [&](const Role& r) {
      return r.kind == kind && NamespaceOf(r) == scope && r.name == name;
    };
    const Role* found = nullptr;
    for (const std::vector<Role>* roles : {&options_.profile.policy.roles, &input_.rbac.roles}) {
      for (const Role& r : *roles) {
        if (!same(r)) continue;
        if (!IsOurs(r)) {
          return absl::FailedPreconditionError(
              absl::StrCat(Place(r.origin), RoleName(kind, scope, name),
                           " is not wecan's own (no label ", kManagedByLabel, ": ", kManagedByWecan,
                           "), so it is left alone; give the grant another name with --name"));
        }
        found = &r;
      }
    }
    if (found != nullptr && found->origin.object >= 0 && !found->origin.loaded &&
        requirements_.objects[found->origin.object].read_only) {
      return absl::FailedPreconditionError(
          absl::StrCat(Place(found->origin), RoleName(kind, scope, name),
                       " is only read on the WEC (strategy ReadOnly), so it grants nothing; give "
                       "the grant another name with --name"));
    }
    if (found != nullptr && found->origin.profile) {
      return absl::FailedPreconditionError(
          absl::StrCat(RoleName(kind, scope, name), " is in profile ", options_.profile.name,
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
    const ServiceAccountRef account =
        grant.executor < 0
            ? ServiceAccountRef{options_.agent.namespace_, options_.agent.service_account}
            : requirements_.executors[grant.executor];
    grant.binding = RoleBinding{.cluster = cluster,
                                .namespace_ = role.namespace_,
                                .name = role.name,
                                .role_ref = {kRbacGroup, RoleKindName(role.kind), role.name},
                                .subjects = {{"ServiceAccount", account.namespace_, account.name}}};
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
             AppliesTo(b.subjects, account.User(), NamespaceOf(b)) >= 0;
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
    return absl::FailedPreconditionError(
        absl::StrCat(Place(b.origin), BindingKindName(b), " ", b.name,
                     " binds something else than ", RoleName(role.kind, role.namespace_, role.name),
                     " to ", account.name, "; give the grant another name with --name"));
  }

  // By the code that judges everybody's RBAC objects; only a name can be wrong.
  static absl::Status Validate(const RoleGrant& grant) {
    if (absl::StrContains(grant.role.name, "{{")) {
      return absl::FailedPreconditionError(
          absl::StrCat("--name ", grant.role.name,
                       ": a file with this name passes for a template and is not read; choose "
                       "another one"));
    }
    std::vector<FieldError> errors = ValidateRole(grant.role);
    if (grant.binding && !grant.binding_exists) {
      for (FieldError& e : ValidateBinding(*grant.binding)) errors.push_back(std::move(e));
    }
    if (errors.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("--name ", grant.role.name, ": the API server refuses such a ",
                     RoleKindName(grant.role.kind), ": ", errors[0].message));
  }

  // Whether the agent could apply the grants itself.
  bool AgentMayWrite(const AgentGrants& now) const {
    EscalationChecker checker(now.authorizer(), now.user());
    for (const RoleGrant& g : plan_.grants) {
      if (!g.changes()) continue;
      const bool local = g.role.kind == RoleKind::kRole;
      for (const char* verb : {"get", "create", "update", "delete"}) {
        const RequestAttributes request{.verb = verb,
                                        .api_group = kRbacGroup,
                                        .resource = local ? "roles" : "clusterroles",
                                        .namespace_ = g.role.namespace_};
        if (!now.authorizer().Authorize(now.user(), request).allowed) return false;
      }
      if (checker.CheckRole(g.role, g.role.namespace_, "", g.existing).outcome !=
          EscalationResult::Outcome::kAllowed) {
        return false;
      }
    }
    return true;
  }

  // Our roles that nothing is added to: what nothing needs goes from them, too.
  void PruneOthers(const std::vector<Permission>& needed) {
    for (const Role& role : input_.rbac.roles) {
      const bool planned = std::any_of(plan_.grants.begin(), plan_.grants.end(),
                                       [&](const RoleGrant& g) { return g.existing == &role; });
      if (!IsOurs(role) || planned) continue;
      RoleGrant grant{.role = role, .existing = &role};
      grant.executor = ExecutorOf(role);
      grant.role.namespace_ = NamespaceOf(role);
      grant.change = PruneRules(role.rules, NeededOf(grant.role, needed), {});
      if (grant.change.empty()) continue;
      grant.role.rules = ApplyChange(role.rules, grant.change);
      std::vector<const Permission*> here;
      for (const Permission& p : needed) {
        const bool in_scope =
            role.kind == RoleKind::kClusterRole || p.namespace_ == grant.role.namespace_;
        const auto& rules = grant.role.rules;
        if (in_scope && p.executor == grant.executor &&
            !ApplyChange(rules, PruneRules(rules, {p.rule}, {})).empty())
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

  void FinishGrants(const AgentGrants& now) {
    plan_.agent_may_write = AgentMayWrite(now);
    std::sort(plan_.grants.begin(), plan_.grants.end(), [](const RoleGrant& a, const RoleGrant& b) {
      return std::tie(a.role.namespace_, a.role.name) < std::tie(b.role.namespace_, b.role.name);
    });
    const std::vector<BindingPolicy>& policies = options_.derive.binding_policies != nullptr
                                                     ? *options_.derive.binding_policies
                                                     : input_.policies;
    if (fix_.downsynced && !plan_.missing.empty())
      ReachWecs(policies, input_, requirements_, plan_);
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& options_;
  const FixOptions& fix_;
  std::string name_;
  std::set<std::string> ambiguous_;  // names of our roles, when none of them is the one
  std::set<std::string> unknown_groups_;
  bool aggregates_ = false;  // the agent takes in labelled ClusterRoles
  FixPlan plan_;
};

}  // namespace

absl::StatusOr<FixPlan> PlanFix(const AnalysisInput& input, const Requirements& requirements,
                                const AnalyzeOptions& options, const FixOptions& fix) {
  return Planner(input, requirements, options, fix).Run();
}

}  // namespace wecan
