// SPDX-License-Identifier: Apache-2.0
// Decides requests of any user against a set of RBAC objects, as kube-apiserver's RBAC authorizer
// does. Source: kubernetes v1.36 plugin/pkg/auth/authorizer/rbac/rbac.go,
// pkg/registry/rbac/validation/rule.go.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

// The index of the first subject that is `user`, or -1. `binding_namespace` ("" for a
// ClusterRoleBinding) stands in for the namespace that a ServiceAccount subject leaves out.
int AppliesTo(absl::Span<const Subject> subjects, const UserInfo& user,
              absl::string_view binding_namespace);

// Whether `user` is in system:masters, whom every check lets pass.
bool IsPrivileged(const UserInfo& user);

// A PolicyRule and the path by which a user holds it: the Witness of a decision.
struct Grant {
  const PolicyRule* rule = nullptr;
  const Role* role = nullptr;
  const RoleBinding* binding = nullptr;
  const Subject* subject = nullptr;
};

struct Decision {
  bool allowed = false;
  bool privileged = false;  // by membership in system:masters, which RBAC never sees
  Grant witness;            // set when allowed and not privileged
};

// A binding that applies to a user, and its role; nullptr if that does not exist.
struct BoundRole {
  const RoleBinding* binding = nullptr;
  const Role* role = nullptr;
};

struct ResolvedRules {
  std::vector<Grant>
      grants;  // ClusterRoleBindings first, then RoleBindings; each group sorted by binding name
  std::vector<std::string> errors;  // roles that do not exist, in the same order

  // The distinct errors as Kubernetes prints an aggregate: "", one alone, or several as [e1, e2].
  std::string ErrorText() const;
};

// Immutable after construction and safe to share between threads. `policy` must outlive it and stay
// unchanged. Of RBAC objects with the same kind, namespace and name the last one counts, as with
// kubectl apply.
class Authorizer {
 public:
  explicit Authorizer(const RbacPolicy& policy);

  // Allowed or no opinion; RBAC never denies. The first allowing rule in resolution order is the
  // witness.
  Decision Authorize(const UserInfo& user, const RequestAttributes& request) const;

  // status.reason for `decision` on `request`: the binding that allowed, or the missing roles met
  // on the way, or "".
  std::string Reason(const UserInfo& user, const RequestAttributes& request,
                     const Decision& decision) const;

  // All rules of `user` in namespace `ns` ("" for those that hold cluster-wide).
  ResolvedRules RulesFor(const UserInfo& user, absl::string_view ns) const;

  // The bindings behind RulesFor, in the same order. With `ns` "" those of ClusterRoleBindings
  // alone.
  std::vector<BoundRole> BoundRoles(const UserInfo& user, absl::string_view ns) const;

  // The bindings that count: ClusterRoleBindings by name, then RoleBindings by namespace and name.
  const std::vector<const RoleBinding*>& bindings() const { return bindings_; }

  // The role that `binding` names, looked for in the binding's namespace; nullptr if there is none.
  const Role* RoleOf(const RoleBinding& binding) const;

  // Namespaces in which a RoleBinding applies to `user`, sorted: only there do answers differ from
  // those for "".
  std::vector<std::string> NamespacesOf(const UserInfo& user) const;

 private:
  struct SubjectIndex {
    absl::flat_hash_map<std::string, std::vector<uint32_t>> users;
    absl::flat_hash_map<std::string, std::vector<uint32_t>> groups;
  };
  // Called for each binding that applies. Returning false ends the visit.
  using Visitor = std::function<bool(const BoundRole& bound)>;

  void Index(const RoleBinding& binding, uint32_t id);
  // Ids of the bindings in `index` that apply to `user`, ascending.
  static std::vector<uint32_t> BindingsOf(const SubjectIndex& index, const UserInfo& user);
  void Visit(const UserInfo& user, absl::string_view ns, const Visitor& visitor) const;

  std::vector<const RoleBinding*> bindings_;  // cluster-wide first, then by namespace and name
  absl::flat_hash_map<std::string, SubjectIndex> by_namespace_;  // "" for ClusterRoleBindings
  // Where RoleBindings name a user or group; not sorted, with repetitions.
  absl::flat_hash_map<std::string, std::vector<absl::string_view>> user_namespaces_;
  absl::flat_hash_map<std::string, std::vector<absl::string_view>> group_namespaces_;
  absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, const Role*>>
      roles_;  // namespace -> name; "" ClusterRoles
};

}  // namespace wecan
