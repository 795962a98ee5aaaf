// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/plan_fix.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/fixes/grant_choice.h"
#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/fixes/missing.h"
#include "analyzer/fixes/reach.h"
#include "analyzer/fixes/unused.h"
#include "analyzer/grants/validate.h"

namespace wecan {
namespace {

// Who gets a role, and where it stands: an executor or -1, and a namespace or "".
using Scope = std::pair<int, std::string>;
using Scoped = std::map<Scope, std::vector<const Permission*>>;

std::vector<PolicyRule> RulesOf(const std::vector<const Permission*>& permissions) {
  std::vector<PolicyRule> rules;
  for (const Permission* p : permissions) rules.push_back(p->rule);
  return rules;
}

class Planner {
 public:
  Planner(const AnalysisInput& input, const Requirements& requirements,
          const AnalyzeOptions& options, const FixOptions& fix)
      : input_(input),
        requirements_(requirements),
        options_(options),
        fix_(fix),
        names_(input, requirements, fix) {}

  absl::StatusOr<FixPlan> Run() {
    AgentGrants now(EffectivePolicy(input_, requirements_, options_), options_.agent.User());
    aggregates_ = TakesInLabelled(now);
    WECAN_ASSIGN_OR_RETURN(plan_.strategy,
                           ChooseStrategy(input_, requirements_, options_, fix_, aggregates_));
    SetAside(now);
    const bool ours = std::any_of(input_.rbac.roles.begin(), input_.rbac.roles.end(), IsOurs);
    if (!ours) {
      SetMissing(now);
      WECAN_RETURN_IF_ERROR(MakeGrants({.permissions = plan_.missing}));
      FinishGrants(now);
      return std::move(plan_);
    }
    // What our roles are for is what is missing without them.
    AgentGrants without(EffectivePolicy(input_, requirements_, options_, {.without_ours = true}),
                        options_.agent.User());
    const NeededPermissions needed =
        FindNeeded(input_, requirements_, options_, fix_, plan_.strategy, without);
    if (fix_.prune) {
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
    plan_.unknown = UnknownObjects(input_, requirements_, now);
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      const ObjectState state = requirements_.objects[i].state;
      if (state == ObjectState::kRefused || state == ObjectState::kNotForAWec)
        plan_.not_rbac.push_back(static_cast<int>(i));
    }
  }

  void SetMissing(AgentGrants& grants) {
    Missing missing = FindMissing(input_, requirements_, options_, fix_, plan_.strategy, grants);
    plan_.missing = std::move(missing.permissions);
    plan_.refused = std::move(missing.refused);
    plan_.told = std::move(missing.told);
  }

  // ---- roles

  Scoped ByScope(const std::vector<Permission>& permissions) const {
    Scoped scoped;
    for (const Permission& p : permissions)
      scoped[{p.executor, NamespaceFor(p, plan_.strategy)}].push_back(&p);
    return scoped;
  }

  // What of `role` something needs.
  std::vector<PolicyRule> NeededOf(const Role& role, const NeededPermissions& needed) const {
    const int executor = names_.ExecutorOf(role);
    return wecan::NeededOf(role.rules, needed, [&](const Permission& p) {
      const bool here = role.kind == RoleKind::kRole
                            ? p.namespace_ == role.namespace_ && p.rule.non_resource_urls.empty()
                            : NamespaceFor(p, plan_.strategy).empty();
      return here && p.executor == executor;
    });
  }

  RbacPolicy PrunedRoles(const NeededPermissions& needed) const {
    RbacPolicy pruned;
    for (const Role& role : input_.rbac.roles) {
      if (!IsOurs(role)) continue;
      pruned.roles.push_back(role);
      Role& copy = pruned.roles.back();
      copy.namespace_ = NamespaceOf(role, options_.derive.default_namespace);
      copy.rules = ApplyChange(role.rules, PruneRules(role.rules, NeededOf(copy, needed), {}));
    }
    return pruned;
  }

  absl::Status MakeGrants(const NeededPermissions& needed) {
    if (!plan_.missing.empty() && !names_.ambiguous().empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "several roles of the input are wecan's own (", absl::StrJoin(names_.ambiguous(), ", "),
          "); say with --name which of them to extend"));
    }
    const std::vector<Permission> distinct = NotRepeated(plan_.missing, plan_.strategy);
    const Scoped wanted = ByScope(distinct);
    const Scoped all = ByScope(needed.permissions);
    for (const auto& [scope, permissions] : wanted) {
      WECAN_ASSIGN_OR_RETURN(RoleGrant grant, MakeGrant(scope, permissions, needed));
      Record(grant, all.count(scope) > 0 ? all.at(scope) : permissions);
      plan_.grants.push_back(std::move(grant));
    }
    if (fix_.prune) PruneOthers(needed);
    return absl::OkStatus();
  }

  absl::StatusOr<RoleGrant> MakeGrant(const Scope& scope,
                                      const std::vector<const Permission*>& wanted,
                                      const NeededPermissions& needed) const {
    RoleGrant grant;
    grant.executor = scope.first;
    Role& role = grant.role;
    role.kind = scope.second.empty() ? RoleKind::kClusterRole : RoleKind::kRole;
    role.namespace_ = scope.second;
    role.name = names_.For(scope.first);
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

  std::string Place(const Origin& origin) const {
    if (origin.location.file < 0) return "";
    const std::string& path = input_.files[origin.location.file].path;
    if (origin.location.line == 0) return absl::StrCat(path, ": ");
    return absl::StrCat(path, ":", origin.location.line, ": ");
  }

  // Our role of that name, or nullptr if there is none of it.
  absl::StatusOr<const Role*> FindExisting(RoleKind kind, const std::string& scope,
                                           const std::string& name) const {
    const auto same = [&](const Role& r) {
      return r.kind == kind && NamespaceOf(r, options_.derive.default_namespace) == scope &&
             r.name == name;
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
    const std::string& default_namespace = options_.derive.default_namespace;
    const ServiceAccountRef account = AccountOf(requirements_, options_, grant.executor);
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
        if (b.cluster == cluster && NamespaceOf(b, default_namespace) == role.namespace_)
          there[b.name] = &b;
      }
    }
    const auto binds = [&](const RoleBinding& b) {
      return b.role_ref.kind == RoleKindName(role.kind) && b.role_ref.name == role.name &&
             AppliesTo(b.subjects, account.User(), NamespaceOf(b, default_namespace)) >= 0;
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

  // Our roles that nothing is added to: what nothing needs goes from them, too.
  void PruneOthers(const NeededPermissions& needed) {
    for (const Role& role : input_.rbac.roles) {
      const bool planned = std::any_of(plan_.grants.begin(), plan_.grants.end(),
                                       [&](const RoleGrant& g) { return g.existing == &role; });
      if (!IsOurs(role) || planned) continue;
      RoleGrant grant{.role = role, .existing = &role};
      grant.executor = names_.ExecutorOf(role);
      grant.role.namespace_ = NamespaceOf(role, options_.derive.default_namespace);
      grant.change = PruneRules(role.rules, NeededOf(grant.role, needed), {});
      if (grant.change.empty()) continue;
      grant.role.rules = ApplyChange(role.rules, grant.change);
      std::vector<const Permission*> here;
      for (const Permission& p : needed.permissions) {
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
    plan_.agent_may_write = AgentMayWrite(plan_.grants, now);
    std::sort(plan_.grants.begin(), plan_.grants.end(), [](const RoleGrant& a, const RoleGrant& b) {
      return std::tie(a.role.namespace_, a.role.name) < std::tie(b.role.namespace_, b.role.name);
    });
    if (fix_.downsynced && !plan_.missing.empty())
      ReachWecs(PoliciesThatCount(input_, options_.derive), input_, requirements_, plan_);
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& options_;
  const FixOptions& fix_;
  const GrantNames names_;
  bool aggregates_ = false;  // the agent takes in labelled ClusterRoles
  FixPlan plan_;
};

}  // namespace

absl::StatusOr<FixPlan> PlanFix(const AnalysisInput& input, const Requirements& requirements,
                                const AnalyzeOptions& options, const FixOptions& fix) {
  return Planner(input, requirements, options, fix).Run();
}

}  // namespace wecan
