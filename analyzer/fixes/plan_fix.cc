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
    return b.role != nullptr && b.role->aggregation &&
           std::any_of(b.role->aggregation->begin(), b.role->aggregation->end(),
                       [&](const LabelSelector& s) {
                         return ValidateSelector(s).ok() && SelectorMatches(s, labels);
                       });
  });
}

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
    WECAN_RETURN_IF_ERROR(ChooseName());
    SetAside(now);
    const bool ours = std::any_of(input_.rbac.roles.begin(), input_.rbac.roles.end(), IsOurs);
    if (!ours) {
      plan_.missing = Missing(now, true);
      WECAN_RETURN_IF_ERROR(MakeGrants(plan_.missing));
      FinishGrants(now);
      return std::move(plan_);
    }
    // What our roles are for is what is missing without them.
    AgentGrants without(EffectivePolicy(input_, requirements_, options_, {.without_ours = true}),
                        options_.agent.User());
    const std::vector<Permission> needed = Missing(without, false);
    if (fix_.prune) {
      const RbacPolicy pruned = PrunedRoles(needed);
      AgentGrants after(EffectivePolicy(input_, requirements_, options_, {.added = &pruned}),
                        options_.agent.User());
      plan_.missing = Missing(after, true);
    } else {
      plan_.missing = Missing(now, true);
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

  absl::Status ChooseStrategy(const AgentGrants& now) {
    const bool aggregates = TakesInLabelled(now);
    if (fix_.strategy) {
      plan_.strategy = *fix_.strategy;
      if (plan_.strategy == GrantStrategy::kAggregate && !aggregates) {
        return absl::FailedPreconditionError(absl::StrCat(
            "--strategy aggregate: the agent of profile ", options_.profile.name,
            " takes in no labelled ClusterRole (that came with OCM 0.12); use --strategy "
            "cluster-binding or role-binding"));
      }
      return absl::OkStatus();
    }
    // Those of executors are Roles whatever the strategy.
    bool narrow = false, bound = false;
    for (const Role& r : input_.rbac.roles) {
      if (!IsOurs(r) || AgentRoleName(r) != r.name) continue;
      narrow |= r.kind == RoleKind::kRole;
      bound |= (fix_.name.empty() || r.name == fix_.name) && IsBoundByName(r);
    }
    plan_.strategy = narrow                 ? GrantStrategy::kRoleBinding
                     : bound || !aggregates ? GrantStrategy::kClusterBinding
                                            : GrantStrategy::kAggregate;
    return absl::OkStatus();
  }

  // Whether an earlier fix with --strategy cluster-binding wrote `role`.
  bool IsBoundByName(const Role& role) const {
    return role.kind == RoleKind::kClusterRole &&
           FindLabel(role.labels, kAggregateToWorkLabel) == nullptr &&
           std::any_of(input_.rbac.bindings.begin(), input_.rbac.bindings.end(),
                       [&](const RoleBinding& b) { return b.cluster && b.name == role.name; });
  }

  absl::Status ChooseName() {
    name_ = fix_.name;
    if (!name_.empty()) return absl::OkStatus();
    std::set<std::string> ours;
    for (const Role& role : input_.rbac.roles) {
      if (IsOurs(role)) ours.insert(AgentRoleName(role));
    }
    name_ = ours.size() == 1 ? *ours.begin() : kDefaultGrantName;
    if (ours.size() > 1 && ours.count(name_) == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("several roles of the input are wecan's own (", absl::StrJoin(ours, ", "),
                       "); say with --name which of them to extend"));
    }
    return absl::OkStatus();
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

  // The namespace of the role that is to hold the permission, "" for a ClusterRole. No label brings
  // a role to an executor, so it gets the narrower kind unless the wider one is asked for.
  std::string NamespaceFor(const Permission& p) const {
    const bool narrow = plan_.strategy == GrantStrategy::kRoleBinding ||
                        (p.executor >= 0 && plan_.strategy == GrantStrategy::kAggregate);
    return narrow && p.rule.non_resource_urls.empty() ? p.namespace_ : "";
  }

  // What `grants` lacks and may be granted. With `record`, what a guardrail has to say goes into
  // the plan.
  std::vector<Permission> Missing(AgentGrants& grants, bool record) {
    std::vector<Permission> granted;
    for (int executor = -1; executor < static_cast<int>(requirements_.executors.size());
         ++executor) {
      std::optional<AgentGrants> other;
      if (executor >= 0) other.emplace(grants, requirements_.executors[executor].User());
      AgentGrants& held = other ? *other : grants;
      for (Permission& p : AsPermissions(
               CollectNeeds(input_, requirements_, held, fix_.needs, executor), executor)) {
        if (Passes(p, record)) granted.push_back(std::move(p));
      }
      for (const EscalationGap& gap : FindEscalations(
               input_, requirements_, options_.derive.default_namespace, held, executor)) {
        if (gap.result.outcome == EscalationResult::Outcome::kRefused &&
            IsFixed(input_, requirements_, gap.object)) {
          AddRepair(gap, record, granted);
        }
      }
    }
    return granted;
  }

  const Guardrail* GuardrailOf(const Permission& p) const {
    for (const PolicyRule& atom : BreakdownRule(p.rule)) {
      if (const Guardrail* g = FindGuardrail(atom, NamespaceFor(p).empty())) return g;
    }
    return nullptr;
  }

  bool Passes(const Permission& p, bool record) {
    const Guardrail* guardrail = GuardrailOf(p);
    if (guardrail == nullptr) return true;
    const bool refused = guardrail->refused_in_fix && !fix_.allow_escalation;
    if (record) (refused ? plan_.refused : plan_.told).push_back({guardrail, p.rule, p.objects});
    return !refused;
  }

  // ---- RBAC objects of the workload that grant more than the account holds

  // The smaller power first: what the object grants. Where a guardrail stands against that, or it
  // cannot be told, the verb that lifts the check, if the user consents.
  void AddRepair(const EscalationGap& gap, bool record, std::vector<Permission>& granted) {
    const Permission power = LiftingVerb(gap);
    std::vector<Permission> rules;
    bool refused = !gap.result.complete || gap.result.aggregation;
    for (const PolicyRule& missing : gap.result.missing) {
      for (PolicyRule& atom : BreakdownRule(missing)) {
        rules.push_back({.namespace_ = power.namespace_,
                         .rule = std::move(atom),
                         .objects = {gap.object},
                         .executor = gap.executor});
        const Guardrail* guardrail = GuardrailOf(rules.back());
        refused |= guardrail != nullptr && guardrail->refused_in_fix;
      }
    }
    if (refused) rules = {power};
    for (Permission& p : rules) {
      if (Passes(p, record)) granted.push_back(std::move(p));
    }
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

  // ---- roles

  Scoped ByScope(const std::vector<Permission>& permissions) const {
    Scoped scoped;
    for (const Permission& p : permissions) scoped[{p.executor, NamespaceFor(p)}].push_back(&p);
    return scoped;
  }

  // Those of `needed` that `role` may be there for.
  std::vector<PolicyRule> NeededOf(const Role& role, const std::vector<Permission>& needed) const {
    std::vector<PolicyRule> rules;
    for (const Permission& p : needed) {
      const bool here = role.kind == RoleKind::kRole
                            ? p.namespace_ == role.namespace_ && p.rule.non_resource_urls.empty()
                            : NamespaceFor(p).empty();
      if (here && p.executor == ExecutorOf(role)) rules.push_back(p.rule);
    }
    return rules;
  }

  RbacPolicy PrunedRoles(const std::vector<Permission>& needed) const {
    RbacPolicy pruned;
    for (const Role& role : input_.rbac.roles) {
      if (!IsOurs(role)) continue;
      pruned.roles.push_back(role);
      Role& copy = pruned.roles.back();
      if (copy.kind == RoleKind::kRole && copy.namespace_.empty())
        copy.namespace_ = options_.derive.default_namespace;
      copy.rules = ApplyChange(role.rules, PruneRules(role.rules, NeededOf(copy, needed), {}));
    }
    return pruned;
  }

  absl::Status MakeGrants(const std::vector<Permission>& needed) {
    const Scoped wanted = ByScope(plan_.missing);
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
      for (const auto& label : fix_.labels) SetLabel(role.labels, label);
    }
    if (!aggregated) WECAN_RETURN_IF_ERROR(Bind(grant));
    WECAN_RETURN_IF_ERROR(Validate(grant));
    return grant;
  }

  bool IsAggregated(const Scope& scope) const {
    if (scope.first >= 0 || !scope.second.empty()) return false;
    return plan_.strategy == GrantStrategy::kAggregate ||
           (plan_.strategy == GrantStrategy::kRoleBinding && AggregatesRest());
  }

  // The rest of role-binding goes the way that OCM recommends, where there is one.
  bool AggregatesRest() const {
    const AgentGrants profile(EffectivePolicy({}, {}, options_), options_.agent.User());
    return TakesInLabelled(profile);
  }

  static void SetLabel(Labels& labels, const std::pair<std::string, std::string>& label) {
    for (auto& [key, value] : labels) {
      if (key != label.first) continue;
      value = label.second;
      return;
    }
    labels.push_back(label);
  }

  std::string Place(const Origin& origin) const {
    if (origin.location.file < 0) return "";
    return absl::StrCat(input_.files[origin.location.file].path, ":", origin.location.line, ": ");
  }

  // Our role of that name, or nullptr if there is none of it.
  absl::StatusOr<const Role*> FindExisting(RoleKind kind, const std::string& scope,
                                           const std::string& name) const {
    const auto same = [&](const Role& r) {
      const std::string& ns = r.kind == RoleKind::kRole && r.namespace_.empty()
                                  ? options_.derive.default_namespace
                                  : r.namespace_;
      return r.kind == kind && ns == scope && r.name == name;
    };
    const Role* found = nullptr;
    for (const std::vector<Role>* roles : {&options_.profile.policy.roles, &input_.rbac.roles}) {
      for (const Role& r : *roles) {
        if (!same(r)) continue;
        if (!IsOurs(r) || r.origin.profile) {
          return absl::FailedPreconditionError(
              absl::StrCat(Place(r.origin), RoleName(kind, scope, name),
                           " is not wecan's own (no label ", kManagedByLabel, ": ", kManagedByWecan,
                           "), so it is left alone; give the grant another name with --name"));
        }
        found = &r;
      }
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
    for (const RoleBinding& b : input_.rbac.bindings) {
      const std::string& ns =
          b.cluster || !b.namespace_.empty() ? b.namespace_ : options_.derive.default_namespace;
      if (b.cluster != cluster || ns != role.namespace_ || b.name != role.name) continue;
      const bool binds = b.role_ref.kind == grant.binding->role_ref.kind &&
                         b.role_ref.name == role.name &&
                         AppliesTo(b.subjects, account.User(), ns) >= 0;
      if (!binds) {
        return absl::FailedPreconditionError(absl::StrCat(
            Place(b.origin), BindingKindName(b), " ", b.name, " binds something else than ",
            RoleName(role.kind, role.namespace_, role.name), " to ", account.name,
            "; give the grant another name with --name"));
      }
      grant.binding_exists = true;
    }
    return absl::OkStatus();
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
    if (grant.binding) {
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
      Role effective = role;
      if (role.kind == RoleKind::kRole && role.namespace_.empty())
        effective.namespace_ = options_.derive.default_namespace;
      RoleGrant grant{.role = effective, .existing = &role};
      grant.executor = ExecutorOf(role);
      grant.change = PruneRules(role.rules, NeededOf(effective, needed), {});
      if (grant.change.empty()) continue;
      grant.role.rules = ApplyChange(role.rules, grant.change);
      std::vector<const Permission*> here;
      for (const Permission& p : needed) {
        if (p.executor == grant.executor && Uncovered(grant.role.rules, {p.rule}).empty() &&
            (role.kind == RoleKind::kClusterRole || p.namespace_ == effective.namespace_))
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
    Reach();
  }

  void Reach() {
    const std::vector<BindingPolicy>& policies = options_.derive.binding_policies != nullptr
                                                     ? *options_.derive.binding_policies
                                                     : input_.policies;
    if (!fix_.downsynced || policies.empty() || plan_.missing.empty()) return;
    std::vector<int> objects;
    for (const Permission& p : plan_.missing) Unite(objects, p.objects);
    for (const BindingPolicy* policy : PoliciesOf(policies, input_, requirements_, objects))
      LabelFor(*policy);
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

  static bool Reaches(const BindingPolicy& policy, const RoleGrant& grant) {
    return Selects(policy, AsGrantObject(grant.role), grant.role.labels) &&
           (!grant.binding || Selects(policy, AsGrantObject(*grant.binding), grant.role.labels));
  }

  // Gives the new roles the labels that `policy` asks for, when there is one way to do that.
  void LabelFor(const BindingPolicy& policy) {
    for (RoleGrant& grant : plan_.grants) {
      if (Reaches(policy, grant)) continue;
      const std::vector<Labels> choices =
          LabelsToSelect(policy, AsGrantObject(grant.role), grant.role.labels);
      if (choices.size() == 1 && grant.existing == nullptr) {
        for (const auto& label : choices[0]) SetLabel(grant.role.labels, label);
        if (Reaches(policy, grant)) continue;
      }
      plan_.unreached.push_back(
          {policy.name,
           absl::StrCat("BindingPolicy ", policy.name, " does not select ",
                        RoleName(grant.role.kind, grant.role.namespace_, grant.role.name)),
           choices});
    }
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& options_;
  const FixOptions& fix_;
  std::string name_;
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
