// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/operator_grant.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/model/rbac.h"
#include "src/output/json.h"

namespace wecan {
namespace {

constexpr char kName[] = "wecan-can-i";
constexpr char kAuthentication[] = "authentication.k8s.io";

Subject SubjectOf(const UserInfo& user) {
  Subject subject{.kind = "ServiceAccount"};
  if (ParseServiceAccountUsername(user.name, &subject.namespace_, &subject.name)) return subject;
  return {.kind = "User", .name = user.name, .api_group = kRbacGroup};
}

// A role with its binding; in `ns`, or with "" for the whole cluster.
void Add(const std::string& ns, std::vector<PolicyRule> rules, const UserInfo& caller,
         RbacPolicy& policy) {
  const bool cluster = ns.empty();
  policy.roles.push_back({.kind = cluster ? RoleKind::kClusterRole : RoleKind::kRole,
                          .namespace_ = ns,
                          .name = kName,
                          .rules = std::move(rules)});
  policy.bindings.push_back({.cluster = cluster,
                             .namespace_ = ns,
                             .name = kName,
                             .role_ref = {kRbacGroup, cluster ? "ClusterRole" : "Role", kName},
                             .subjects = {SubjectOf(caller)}});
}

void AddImpersonation(const UserInfo& subject, bool constrained, const UserInfo& caller,
                      RbacPolicy& policy) {
  std::string ns, name;
  const bool account = ParseServiceAccountUsername(subject.name, &ns, &name);
  if (!account) {
    Add("",
        {{.verbs = {"impersonate"},
          .api_groups = {""},
          .resources = {"users"},
          .resource_names = {subject.name}},
         {.verbs = {"impersonate"},
          .api_groups = {""},
          .resources = {"groups"},
          .resource_names = subject.groups}},
        caller, policy);
    if (subject.groups.empty()) policy.roles.back().rules.pop_back();
    return;
  }
  Add(ns,
      {{.verbs = {constrained ? "impersonate:serviceaccount" : "impersonate"},
        .api_groups = {constrained ? kAuthentication : ""},
        .resources = {"serviceaccounts"},
        .resource_names = {name}}},
      caller, policy);
  if (!constrained) return;
  Add("",
      {{.verbs = {"impersonate-on:serviceaccount:create"},
        .api_groups = {kAuthentication},
        .resources = {"selfsubjectreviews"}},
       {.verbs = {"impersonate-on:serviceaccount:create"},
        .api_groups = {"authorization.k8s.io"},
        .resources = {"selfsubjectaccessreviews"}}},
      caller, policy);
}

RbacPolicy GrantFor(const Refusal& refusal, const UserInfo& caller, const UserInfo& subject) {
  RbacPolicy policy;
  switch (refusal.method) {
    case AskMethod::kImpersonate:
      AddImpersonation(subject, absl::StrContains(refusal.why, "impersonate-on:"), caller, policy);
      break;
    case AskMethod::kSar:
      Add("",
          {{.verbs = {"create"},
            .api_groups = {"authorization.k8s.io"},
            .resources = {"subjectaccessreviews"}}},
          caller, policy);
      break;
    case AskMethod::kLocal:
      Add("",
          {{.verbs = {"list"},
            .api_groups = {kRbacGroup},
            .resources = {"clusterrolebindings", "clusterroles", "rolebindings", "roles"}}},
          caller, policy);
      break;
  }
  return policy;
}

}  // namespace

std::string OperatorGrant(const UserInfo& caller, const UserInfo& subject,
                          absl::Span<const Refusal> refusals) {
  if (refusals.empty()) return "";
  const RbacPolicy policy = GrantFor(refusals[0], caller, subject);
  std::string yaml;
  for (size_t i = 0; i < policy.roles.size(); ++i) {
    absl::StrAppend(&yaml, yaml.empty() ? "" : "---\n", DumpManifestYaml(RoleJson(policy.roles[i])),
                    "---\n", DumpManifestYaml(BindingJson(policy.bindings[i])));
  }
  return yaml;
}

}  // namespace wecan
