// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/fix.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/grants/authorizer.h"
#include "tests/testing/builders.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

const std::string& NamespaceIn(const std::string& ns) {
  static const auto* standard = new std::string("default");
  return ns.empty() ? *standard : ns;
}

bool SameKey(const Role& a, const Role& b) {
  if (a.kind != b.kind || a.name != b.name) return false;
  return a.kind == RoleKind::kClusterRole || NamespaceIn(a.namespace_) == NamespaceIn(b.namespace_);
}

}  // namespace

std::vector<Subject> AgentSubject() {
  const Agent agent;
  return {ServiceAccount(agent.namespace_, agent.service_account)};
}

RbacPolicy BareAgent() {
  return {.roles = {MakeAggregatedRole(kAgentRole,
                                       {{.match_labels = {{kAggregateToWorkLabel, "true"}}}})},
          .bindings = {BindClusterRole(kAgentRole, AgentSubject())}};
}

AnalyzeOptions OptionsOf(RbacPolicy policy) {
  AnalyzeOptions options;
  options.profile.name = "test";
  options.profile.release = *ParseRelease("1.3.1");
  options.profile.policy = std::move(policy);
  for (Role& role : options.profile.policy.roles) role.origin.profile = true;
  for (RoleBinding& binding : options.profile.policy.bindings) binding.origin.profile = true;
  options.derive.release = options.profile.release;
  return options;
}

AnalyzeOptions OptionsOfProfile(absl::string_view name) {
  AnalyzeOptions options;
  options.profile = BuildProfile({.name = std::string(name)}).value();
  options.derive.release = options.profile.release;
  return options;
}

Role Ours(Role role, bool aggregated) {
  role.labels.emplace_back(kManagedByLabel, kManagedByWecan);
  if (role.kind == RoleKind::kClusterRole && aggregated)
    role.labels.emplace_back(kAggregateToWorkLabel, "true");
  return role;
}

Role& AddRole(AnalysisInput& input, Role role) {
  input.objects.push_back(
      Manifest(kRbacGroup, RoleKindName(role.kind), role.namespace_, role.name));
  input.objects.back().labels = role.labels;
  role.origin.object = static_cast<int>(input.objects.size()) - 1;
  input.rbac.roles.push_back(std::move(role));
  return input.rbac.roles.back();
}

RoleBinding& AddRoleBinding(AnalysisInput& input, RoleBinding binding) {
  input.objects.push_back(
      Manifest(kRbacGroup, BindingKindName(binding), binding.namespace_, binding.name));
  binding.origin.object = static_cast<int>(input.objects.size()) - 1;
  input.rbac.bindings.push_back(std::move(binding));
  return input.rbac.bindings.back();
}

RbacPolicy WrittenBy(const FixPlan& plan) {
  RbacPolicy written;
  for (const RoleGrant& grant : plan.grants) {
    if (!grant.changes()) continue;
    written.roles.push_back(grant.role);
    if (grant.binding) written.bindings.push_back(*grant.binding);
  }
  return written;
}

AnalysisInput AfterFix(AnalysisInput input, const FixPlan& plan, bool manifests) {
  for (const RoleGrant& grant : plan.grants) {
    const auto same = [&](const Role& r) { return SameKey(r, grant.role); };
    const auto it = std::find_if(input.rbac.roles.begin(), input.rbac.roles.end(), same);
    if (it != input.rbac.roles.end()) {
      const Origin origin = it->origin;
      *it = grant.role;
      it->origin = origin;
    } else if (manifests) {
      AddRole(input, grant.role);
    } else {
      input.rbac.roles.push_back(grant.role);
    }
    if (!grant.binding || grant.binding_exists) continue;
    if (manifests) {
      AddRoleBinding(input, *grant.binding);
    } else {
      input.rbac.bindings.push_back(*grant.binding);
    }
  }
  return input;
}

std::vector<RequestAttributes> RequestsFor(const AnalysisInput& input,
                                           const Requirements& requirements, int index) {
  const Object& object = input.objects[index];
  const ObjectRequirements& need = requirements.objects[index];
  const ResourceType& type = requirements.types[need.type];
  // What KubeStellar expands is something else on each WEC.
  const bool expanded = object.expand_templates && absl::StrContains(object.name, "{{");
  std::vector<RequestAttributes> requests;
  (need.apply | need.remove | need.option).ForEach([&](AgentVerb verb) {
    const bool unnamed = verb == AgentVerb::kList || verb == AgentVerb::kWatch ||
                         (verb == AgentVerb::kCreate && !need.create_named);
    RequestAttributes request{
        .verb = std::string(VerbName(verb)), .api_group = type.group, .resource = type.resource};
    if (need.scope == ScopeKind::kNamespace) request.namespace_ = need.namespace_;
    if (need.scope == ScopeKind::kEachWec) request.namespace_ = "on-some-wec";
    if (!unnamed) request.name = expanded ? "on-some-wec" : object.name;
    // The request for one Namespace lies in that namespace.
    if (type.group.empty() && type.resource == "namespaces") request.namespace_ = request.name;
    requests.push_back(std::move(request));
  });
  return requests;
}

int Refused(const RbacPolicy& policy, const std::vector<RequestAttributes>& requests) {
  const Authorizer authorizer(policy);
  const UserInfo user = Agent().User();
  return static_cast<int>(std::count_if(
      requests.begin(), requests.end(),
      [&](const RequestAttributes& r) { return !authorizer.Authorize(user, r).allowed; }));
}

}  // namespace wecan
