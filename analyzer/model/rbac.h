// SPDX-License-Identifier: Apache-2.0
// The RBAC objects of Kubernetes as plain values. Source: kubernetes/api v0.36 rbac/v1/types.go.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/base/source_location.h"
#include "analyzer/model/labels.h"

namespace wecan {

inline constexpr char kRbacGroup[] = "rbac.authorization.k8s.io";
// Roles with these labels are taken in by the work agent's own role, and written by wecan.
inline constexpr char kAggregateToWorkLabel[] = "open-cluster-management.io/aggregate-to-work";
inline constexpr char kManagedByLabel[] = "app.kubernetes.io/managed-by";
inline constexpr char kManagedByWecan[] = "wecan";

// An empty list matches nothing, except resource_names, where it means any name. "*" is special in
// verbs, api_groups and resources, "*/SUB" in resources, a trailing "*" in non_resource_urls;
// everywhere else text is literal.
struct PolicyRule {
  std::vector<std::string> verbs;
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;
  std::vector<std::string> resource_names;
  std::vector<std::string> non_resource_urls;

  friend bool operator==(const PolicyRule&, const PolicyRule&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const PolicyRule& r) {
    return H::combine(std::move(h), r.verbs, r.api_groups, r.resources, r.resource_names,
                      r.non_resource_urls);
  }
};

// Where an RBAC object comes from, so that a Grant can be traced to a file or to the profile.
struct Origin {
  bool profile = false;  // built in, not from the input
  bool loaded = false;   // from --load or --rbac: context that is never reported on
  int object = -1;       // index into AnalysisInput::objects, -1 for none
  SourceLocation location;

  friend bool operator==(const Origin&, const Origin&) = default;
};

enum class RoleKind { kRole, kClusterRole };

// A Role (namespace set) or ClusterRole (namespace empty).
struct Role {
  RoleKind kind = RoleKind::kRole;
  std::string namespace_;
  std::string name;
  Labels labels;
  std::vector<PolicyRule> rules;
  std::optional<std::vector<LabelSelector>> aggregation;  // aggregationRule.clusterRoleSelectors
  // The rules are what a cluster had aggregated already, perhaps from roles that are not here:
  // aggregation only adds.
  bool aggregated_before = false;
  Origin origin;
};

struct RoleRef {
  std::string api_group;
  std::string kind;
  std::string name;

  friend bool operator==(const RoleRef&, const RoleRef&) = default;
};

struct Subject {
  std::string kind;  // User, Group or ServiceAccount; others match nobody
  std::string namespace_;
  std::string name;
  std::string api_group;  // as written; the evaluator never looks at it, validation does

  friend bool operator==(const Subject&, const Subject&) = default;
};

// A RoleBinding (namespace set) or ClusterRoleBinding (cluster true, namespace empty).
struct RoleBinding {
  bool cluster = false;
  std::string namespace_;
  std::string name;
  RoleRef role_ref;
  std::vector<Subject> subjects;
  Origin origin;
};

// Whether `wecan fix` wrote what has these labels, and so may change it.
inline bool IsManagedByWecan(const Labels& labels) {
  const std::string* manager = FindLabel(labels, kManagedByLabel);
  return manager != nullptr && *manager == kManagedByWecan;
}
inline bool IsOurs(const Role& role) { return IsManagedByWecan(role.labels); }

// Where it stands: what names no namespace, but needs one, is in `default_namespace`. The reference
// is into one of the arguments.
inline const std::string& NamespaceOf(const Role& role, const std::string& default_namespace) {
  const bool unnamed = role.kind == RoleKind::kRole && role.namespace_.empty();
  return unnamed ? default_namespace : role.namespace_;
}
inline const std::string& NamespaceOf(const RoleBinding& binding,
                                      const std::string& default_namespace) {
  const bool unnamed = !binding.cluster && binding.namespace_.empty();
  return unnamed ? default_namespace : binding.namespace_;
}

// A set of RBAC objects: a profile, a dump, or what the input holds.
struct RbacPolicy {
  std::vector<Role> roles;
  std::vector<RoleBinding> bindings;
};

// "Role" or "ClusterRole".
inline const char* RoleKindName(RoleKind kind) {
  return kind == RoleKind::kRole ? "Role" : "ClusterRole";
}
inline const char* BindingKindName(const RoleBinding& b) {
  return b.cluster ? "ClusterRoleBinding" : "RoleBinding";
}

}  // namespace wecan
