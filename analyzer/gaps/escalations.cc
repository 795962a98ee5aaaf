// SPDX-License-Identifier: Apache-2.0
#include "analyzer/gaps/escalations.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace wecan {
namespace {

// One object to check; either `role` or `binding` is set.
struct Written {
  int object = -1;
  absl::string_view held_in;  // where the rules of the account count
  const Role* role = nullptr;
  const RoleBinding* binding = nullptr;
};

bool IsRbacKind(const Object& o) {
  return o.group == kRbacGroup && (o.kind == "Role" || o.kind == "ClusterRole" ||
                                   o.kind == "RoleBinding" || o.kind == "ClusterRoleBinding");
}

// All RBAC objects with a body in the input, whoever writes them.
std::vector<Written> CollectWritten(const AnalysisInput& input, const Requirements& requirements,
                                    const std::string& default_namespace) {
  std::vector<Written> written;
  const auto add = [&](const Origin& origin, const std::string& ns, Written w) {
    if (origin.object < 0 || origin.loaded) return;
    w.object = origin.object;
    // A namespace that differs per WEC: only what holds cluster-wide counts.
    if (requirements.objects[origin.object].scope == ScopeKind::kNamespace) w.held_in = ns;
    written.push_back(w);
  };
  for (const Role& role : input.rbac.roles)
    add(role.origin, NamespaceOf(role, default_namespace), {.role = &role});
  for (const RoleBinding& binding : input.rbac.bindings)
    add(binding.origin, NamespaceOf(binding, default_namespace), {.binding = &binding});
  return written;
}

// What of `binding` the check looks at.
RoleBinding InNamespace(const RoleBinding& binding, const std::string& default_namespace) {
  return {.cluster = binding.cluster,
          .namespace_ = NamespaceOf(binding, default_namespace),
          .name = binding.name,
          .role_ref = binding.role_ref};
}

// The Roles and ClusterRoles of the input: those that do not count as grants may be bound as well.
class InputRoles {
 public:
  InputRoles(const AnalysisInput& input, const std::string& default_namespace) {
    for (const Role& role : input.rbac.roles) {
      const std::string& ns = NamespaceOf(role, default_namespace);
      roles_[Key(RoleKindName(role.kind), ns, role.name)] = &role;
    }
  }

  // nullptr if there is none.
  const Role* Find(const RoleBinding& binding) const {
    const bool cluster_role = binding.role_ref.kind == "ClusterRole";
    if (binding.cluster && !cluster_role) return nullptr;
    const auto it = roles_.find(
        Key(binding.role_ref.kind, cluster_role ? "" : binding.namespace_, binding.role_ref.name));
    return it == roles_.end() ? nullptr : it->second;
  }

 private:
  static std::string Key(absl::string_view kind, absl::string_view ns, absl::string_view name) {
    return absl::StrCat(kind, "/", ns, "/", name);
  }
  absl::flat_hash_map<std::string, const Role*> roles_;
};

// By namespace: what the account holds is resolved once for each.
std::vector<EscalationGap> Check(std::vector<Written> written, const Requirements& requirements,
                                 const std::string& default_namespace, const InputRoles& roles,
                                 const AgentGrants& grants, int executor) {
  std::sort(written.begin(), written.end(), [](const Written& a, const Written& b) {
    return std::tie(a.held_in, a.object) < std::tie(b.held_in, b.object);
  });
  std::vector<EscalationGap> gaps;
  EscalationChecker checker(grants.authorizer(), grants.user());
  for (const Written& w : written) {
    const bool named = executor < 0 && requirements.objects[w.object].create_named;
    EscalationResult result;
    if (w.role != nullptr) {
      result = checker.CheckRole(*w.role, w.held_in, named ? w.role->name : "", nullptr);
    } else {
      const RoleBinding binding = InNamespace(*w.binding, default_namespace);
      result = checker.CheckBinding(binding, w.held_in, roles.Find(binding));
    }
    if (result.outcome == EscalationResult::Outcome::kAllowed) continue;
    gaps.push_back({w.object, executor, std::move(result)});
  }
  std::sort(gaps.begin(), gaps.end(),
            [](const EscalationGap& a, const EscalationGap& b) { return a.object < b.object; });
  return gaps;
}

}  // namespace

bool UndergoesEscalationCheck(const Object& object, const ObjectRequirements& need, int executor) {
  const bool writes = executor < 0 ? !need.read_only : need.executor == executor;
  // The entry of a Binding has no rules to look at.
  return writes && need.state == ObjectState::kChecked && !need.may_escalate &&
         object.binding < 0 && IsRbacKind(object);
}

std::vector<EscalationGap> FindEscalations(const AnalysisInput& input,
                                           const Requirements& requirements,
                                           const std::string& default_namespace,
                                           const AgentGrants& grants, int executor) {
  std::vector<Written> written = CollectWritten(input, requirements, default_namespace);
  std::erase_if(written, [&](const Written& w) {
    return !UndergoesEscalationCheck(input.objects[w.object], requirements.objects[w.object],
                                     executor);
  });
  return Check(std::move(written), requirements, default_namespace,
               InputRoles(input, default_namespace), grants, executor);
}

std::vector<EscalationGap> FindAllEscalations(const AnalysisInput& input,
                                              const Requirements& requirements,
                                              const std::string& default_namespace,
                                              const AgentGrants& agent) {
  std::vector<Written> of_agent;
  std::map<int, std::vector<Written>> of_executors;
  for (const Written& w : CollectWritten(input, requirements, default_namespace)) {
    const Object& object = input.objects[w.object];
    const ObjectRequirements& need = requirements.objects[w.object];
    if (UndergoesEscalationCheck(object, need, -1)) of_agent.push_back(w);
    if (need.executor >= 0 && UndergoesEscalationCheck(object, need, need.executor))
      of_executors[need.executor].push_back(w);
  }
  const InputRoles roles(input, default_namespace);
  std::vector<EscalationGap> gaps =
      Check(std::move(of_agent), requirements, default_namespace, roles, agent, -1);
  for (auto& [executor, written] : of_executors) {
    const AgentGrants grants(agent, requirements.executors[executor].User());
    for (EscalationGap& gap :
         Check(std::move(written), requirements, default_namespace, roles, grants, executor)) {
      gaps.push_back(std::move(gap));
    }
  }
  return gaps;
}

}  // namespace wecan
