// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/grant_choice.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/grants/validate.h"

namespace wecan {
namespace {

std::string NameSuffix(const ServiceAccountRef& executor) {
  return absl::StrCat(":", executor.Display());
}

// The name without what GrantNames::For adds to it for an executor.
std::string AgentRoleName(const Role& role, const std::vector<ServiceAccountRef>& executors) {
  for (const ServiceAccountRef& e : executors) {
    absl::string_view name = role.name;
    if (absl::ConsumeSuffix(&name, NameSuffix(e))) return std::string(name);
  }
  return role.name;
}

// Whether a ClusterRole gets to the agent by a binding and not by its label.
bool IsOnlyBound(const Role& role, const RbacPolicy& rbac, const UserInfo& agent) {
  const std::string* label = FindLabel(role.labels, kAggregateToWorkLabel);
  if (role.kind != RoleKind::kClusterRole || (label != nullptr && *label == "true")) return false;
  return std::any_of(rbac.bindings.begin(), rbac.bindings.end(), [&](const RoleBinding& b) {
    return b.cluster && b.role_ref.kind == "ClusterRole" && b.role_ref.name == role.name &&
           AppliesTo(b.subjects, agent, "") >= 0;
  });
}

}  // namespace

bool TakesInLabelled(const AgentGrants& agent) {
  const Labels labels = {{kAggregateToWorkLabel, "true"}};
  const std::vector<BoundRole> bound = agent.authorizer().BoundRoles(agent.user(), "");
  return std::any_of(bound.begin(), bound.end(), [&](const BoundRole& b) {
    if (b.role == nullptr || !b.role->aggregation) return false;
    const std::vector<LabelSelector>& selectors = *b.role->aggregation;
    return std::all_of(selectors.begin(), selectors.end(),
                       [](const LabelSelector& s) { return ValidateSelector(s).ok(); }) &&
           std::any_of(selectors.begin(), selectors.end(),
                       [&](const LabelSelector& s) { return SelectorMatches(s, labels); });
  });
}

absl::StatusOr<GrantStrategy> ChooseStrategy(const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const AnalyzeOptions& options, const FixOptions& fix,
                                             bool aggregates) {
  if (fix.strategy) {
    if (*fix.strategy == GrantStrategy::kAggregate && !aggregates) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--strategy aggregate: the agent of profile ", options.profile.name,
          " takes in no labelled ClusterRole (that came with OCM 0.12); use --strategy "
          "cluster-binding or role-binding"));
    }
    return *fix.strategy;
  }
  // As an earlier grant was made. Those of executors are Roles whatever the strategy.
  const UserInfo agent = options.agent.User();
  bool narrow = false, bound = false;
  for (const Role& r : input.rbac.roles) {
    if (!IsOurs(r) || AgentRoleName(r, requirements.executors) != r.name) continue;
    narrow |= r.kind == RoleKind::kRole;
    bound |= (fix.name.empty() || r.name == fix.name) && IsOnlyBound(r, input.rbac, agent);
  }
  return narrow                 ? GrantStrategy::kRoleBinding
         : bound || !aggregates ? GrantStrategy::kClusterBinding
                                : GrantStrategy::kAggregate;
}

GrantNames::GrantNames(const AnalysisInput& input, const Requirements& requirements,
                       const FixOptions& fix)
    : executors_(requirements.executors), name_(fix.name) {
  if (!name_.empty()) return;
  std::set<std::string> ours;
  for (const Role& role : input.rbac.roles) {
    if (IsOurs(role)) ours.insert(AgentRoleName(role, executors_));
  }
  name_ = ours.size() == 1 ? *ours.begin() : kDefaultGrantName;
  if (ours.size() > 1 && ours.count(name_) == 0) ambiguous_ = std::move(ours);
}

std::string GrantNames::For(int executor) const {
  return executor < 0 ? name_ : absl::StrCat(name_, NameSuffix(executors_[executor]));
}

int GrantNames::ExecutorOf(const Role& role) const {
  for (int e = 0; e < static_cast<int>(executors_.size()); ++e) {
    if (role.name == For(e)) return e;
  }
  return -1;
}

}  // namespace wecan
