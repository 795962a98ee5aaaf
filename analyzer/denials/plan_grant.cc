// SPDX-License-Identifier: Apache-2.0
#include "analyzer/denials/plan_grant.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/fixes/grant_choice.h"
#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/fixes/missing.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/validate.h"

namespace wecan {
namespace {

constexpr size_t kNamedResources = 3;

// What one denial asks for.
Permission PermissionOf(const Denial& d, const DenialVerdict& v) {
  Permission p{.namespace_ = v.namespace_};
  if (d.path.empty()) {
    p.rule.api_groups = {d.group};
    p.rule.resources = {d.subresource.empty() ? d.resource
                                              : absl::StrCat(d.resource, "/", d.subresource)};
  } else {
    p.rule.non_resource_urls = {d.path};
  }
  return p;
}

// What all of them ask for, each resource in each scope once: thousands of objects may be of one.
std::vector<Permission> PermissionsOf(const std::vector<const Denial*>& denials,
                                      const std::vector<DenialVerdict>& verdicts) {
  std::map<std::tuple<std::string, std::string, std::string, std::string, std::string>,
           std::pair<Permission, std::set<std::string>>>
      merged;
  for (size_t i = 0; i < denials.size(); ++i) {
    const Denial& d = *denials[i];
    const DenialVerdict& v = verdicts[i];
    if (v.verbs.empty()) continue;
    auto& [permission, verbs] = merged[{d.group, d.resource, d.subresource, d.path, v.namespace_}];
    if (verbs.empty()) permission = PermissionOf(d, v);
    verbs.insert(v.verbs.begin(), v.verbs.end());
  }
  std::vector<Permission> permissions;
  for (auto& [key, entry] : merged) {
    entry.first.rule.verbs.assign(entry.second.begin(), entry.second.end());
    permissions.push_back(std::move(entry.first));
  }
  return permissions;
}

// The single requests that `rule` in a role of namespace `ns` is for.
std::vector<RequestAttributes> RequestsOf(const PolicyRule& rule, const std::string& ns) {
  std::vector<RequestAttributes> requests;
  for (const PolicyRule& atom : BreakdownRule(rule)) {
    RequestAttributes r{.verb = atom.verbs[0], .namespace_ = ns};
    r.resource_request = atom.non_resource_urls.empty();
    if (r.resource_request) {
      const std::string& resource = atom.resources[0];
      const size_t slash = resource.find('/');
      r.api_group = atom.api_groups[0];
      r.resource = resource.substr(0, slash);
      if (slash != std::string::npos) r.subresource = resource.substr(slash + 1);
    } else {
      r.path = atom.non_resource_urls[0];
    }
    requests.push_back(std::move(r));
  }
  return requests;
}

std::string Describe(const RequestAttributes& r) {
  return absl::StrCat(r.verb, " ", r.resource_request ? r.resource : r.path, " in \"", r.namespace_,
                      "\"");
}

// "storageclasses", "appwrappers-storageclasses", "a-b-and-3-more".
std::string NameFor(const std::vector<Permission>& permissions) {
  std::set<std::string> resources;
  for (const Permission& p : permissions) {
    const std::string& resource = p.rule.resources.empty() ? "urls" : p.rule.resources[0];
    resources.insert(resource.substr(0, resource.find('/')));
  }
  std::vector<std::string> shown(resources.begin(), resources.end());
  if (shown.size() > kNamedResources) {
    const size_t more = shown.size() - (kNamedResources - 1);
    shown.resize(kNamedResources - 1);
    shown.push_back(absl::StrCat("and-", more, "-more"));
  }
  return absl::StrJoin(shown, "-");
}

class DenialPlanner {
 public:
  DenialPlanner(const Grantee& grantee, const RbacPolicy& held, const FixOptions& fix)
      : grantee_(grantee), held_(held), fix_(fix) {}

  absl::StatusOr<DenialGrant> Run(const std::vector<const Denial*>& denials,
                                  const std::vector<DenialVerdict>& verdicts) {
    const std::vector<Permission> permissions = PermissionsOf(denials, verdicts);
    if (permissions.empty()) return plan_;
    RbacPolicy before = held_;
    AggregateClusterRoles(before);
    const AgentGrants now(std::move(before), grantee_.user);
    aggregates_ = !grantee_.klusterlet.empty() && TakesInLabelled(now);
    WECAN_RETURN_IF_ERROR(ChooseStrategy());
    name_ = fix_.name.empty() ? DefaultName(permissions) : fix_.name;

    std::map<std::string, std::vector<const Permission*>> by_namespace;
    for (const Permission& p : permissions)
      by_namespace[NamespaceFor(p, plan_.strategy)].push_back(&p);
    for (const auto& [ns, wanted] : by_namespace) {
      RoleGrant grant = MakeRole(ns, wanted);
      for (const FieldError& e : ValidateRole(grant.role)) {
        return absl::FailedPreconditionError(
            absl::StrCat("--name ", name_, ": the API server refuses such a ",
                         RoleKindName(grant.role.kind), ": ", e.message));
      }
      plan_.roles.push_back(std::move(grant));
    }
    Prove(permissions, now);
    return std::move(plan_);
  }

 private:
  absl::Status ChooseStrategy() {
    plan_.strategy =
        fix_.strategy.value_or(aggregates_                   ? GrantStrategy::kAggregate
                               : grantee_.klusterlet.empty() ? GrantStrategy::kRoleBinding
                                                             : GrantStrategy::kClusterBinding);
    if (plan_.strategy == GrantStrategy::kAggregate && !aggregates_) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--strategy aggregate: ", grantee_.user.name,
          " takes in no labelled ClusterRole; use --strategy cluster-binding or role-binding"));
    }
    return absl::OkStatus();
  }

  std::string DefaultName(const std::vector<Permission>& permissions) const {
    return grantee_.klusterlet.empty()
               ? absl::StrCat("wecan:", NameFor(permissions))
               : absl::StrCat("open-cluster-management:", grantee_.klusterlet,
                              "-work:", NameFor(permissions));
  }

  RoleGrant MakeRole(const std::string& ns, const std::vector<const Permission*>& wanted) const {
    RoleGrant grant;
    Role& role = grant.role;
    role.kind = ns.empty() ? RoleKind::kClusterRole : RoleKind::kRole;
    role.namespace_ = ns;
    role.name = name_;
    std::vector<PolicyRule> rules;
    std::set<std::string> needed_in;
    for (const Permission* p : wanted) {
      rules.push_back(p->rule);
      needed_in.insert(p->namespace_);
    }
    role.rules = MinimalRules(rules);
    grant.needed_in.assign(needed_in.begin(), needed_in.end());
    role.labels = {{kManagedByLabel, kManagedByWecan}};
    const bool aggregated =
        ns.empty() && aggregates_ && plan_.strategy != GrantStrategy::kClusterBinding;
    if (aggregated) role.labels.emplace_back(kAggregateToWorkLabel, "true");
    role.labels.insert(role.labels.end(), fix_.labels.begin(), fix_.labels.end());
    if (!aggregated) {
      grant.binding = RoleBinding{.cluster = ns.empty(),
                                  .namespace_ = ns,
                                  .name = name_,
                                  .role_ref = {kRbacGroup, RoleKindName(role.kind), name_},
                                  .subjects = {grantee_.subject}};
    }
    return grant;
  }

  void Prove(const std::vector<Permission>& permissions, const AgentGrants& now) {
    RbacPolicy after = held_;
    for (const RoleGrant& g : plan_.roles) {
      after.roles.push_back(g.role);
      if (g.binding) after.bindings.push_back(*g.binding);
    }
    AggregateClusterRoles(after);
    const Authorizer authorizer(after);
    for (const Permission& p : permissions) {
      for (const RequestAttributes& r : RequestsOf(p.rule, p.namespace_)) {
        if (!authorizer.Authorize(grantee_.user, r).allowed)
          plan_.faults.push_back(absl::StrCat("not granted: ", Describe(r)));
      }
    }
    for (const RoleGrant& g : plan_.roles) {
      for (const PolicyRule& rule : g.role.rules) {
        for (const RequestAttributes& r : RequestsOf(rule, g.role.namespace_)) {
          ++plan_.verbs;
          if (!IsWanted(r, permissions))
            plan_.faults.push_back(absl::StrCat("granted for nothing: ", Describe(r)));
          if (now.authorizer().Authorize(grantee_.user, r).allowed)
            plan_.faults.push_back(absl::StrCat("held before: ", Describe(r)));
        }
      }
    }
  }

  // A role of the whole cluster is for each namespace that needs it.
  static bool IsWanted(const RequestAttributes& request,
                       const std::vector<Permission>& permissions) {
    return std::any_of(permissions.begin(), permissions.end(), [&](const Permission& p) {
      const std::vector<RequestAttributes> wanted = RequestsOf(p.rule, request.namespace_);
      return (request.namespace_.empty() || request.namespace_ == p.namespace_) &&
             std::find(wanted.begin(), wanted.end(), request) != wanted.end();
    });
  }

  const Grantee& grantee_;
  const RbacPolicy& held_;
  const FixOptions& fix_;
  bool aggregates_ = false;
  std::string name_;
  DenialGrant plan_;
};

}  // namespace

absl::StatusOr<DenialGrant> PlanDenialGrant(const std::vector<const Denial*>& denials,
                                            const std::vector<DenialVerdict>& verdicts,
                                            const Grantee& grantee, const RbacPolicy& held,
                                            const FixOptions& fix) {
  return DenialPlanner(grantee, held, fix).Run(denials, verdicts);
}

}  // namespace wecan
