// SPDX-License-Identifier: Apache-2.0
// Bindings are indexed by namespace and then by the user or group that a subject names, so that a
// decision touches only the bindings that apply to its user. Tests: conformance authorize,
// rules_for, applies_to; the replayed reviews of a real kube-apiserver; the exhaustive comparison
// with a naive evaluator.
#include "analyzer/grants/authorizer.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/go_quote.h"
#include "analyzer/grants/rule_allows.h"

namespace wecan {
namespace {

constexpr char kMasters[] = "system:masters";

bool InGroup(const UserInfo& user, absl::string_view group) {
  return std::any_of(user.groups.begin(), user.groups.end(),
                     [&](const std::string& g) { return g == group; });
}

// The user name that a ServiceAccount subject stands for, or "" if it has no namespace.
std::string ServiceAccountOf(const Subject& subject, absl::string_view binding_namespace) {
  const absl::string_view ns =
      subject.namespace_.empty() ? binding_namespace : absl::string_view(subject.namespace_);
  return ns.empty() ? "" : ServiceAccountUsername(ns, subject.name);
}

std::string MissingRole(const RoleBinding& binding) {
  const std::string& kind = binding.role_ref.kind;
  if (kind != "Role" && kind != "ClusterRole")
    return absl::StrCat("unsupported role reference kind: ", GoQuote(kind));
  return absl::StrCat(kind == "Role" ? "role" : "clusterrole", ".", kRbacGroup, " ",
                      GoQuote(binding.role_ref.name), " not found");
}

std::string DescribeSubject(const Subject& subject, absl::string_view binding_namespace) {
  if (subject.kind != "ServiceAccount")
    return absl::StrCat(subject.kind, " ", GoQuote(subject.name));
  const absl::string_view ns =
      subject.namespace_.empty() ? binding_namespace : absl::string_view(subject.namespace_);
  return absl::StrCat(subject.kind, " ", GoQuote(absl::StrCat(subject.name, "/", ns)));
}

}  // namespace

int AppliesTo(absl::Span<const Subject> subjects, const UserInfo& user,
              absl::string_view binding_namespace) {
  for (size_t i = 0; i < subjects.size(); ++i) {
    const Subject& s = subjects[i];
    const bool matches =
        (s.kind == "User" && s.name == user.name) || (s.kind == "Group" && InGroup(user, s.name)) ||
        (s.kind == "ServiceAccount" && !ServiceAccountOf(s, binding_namespace).empty() &&
         ServiceAccountOf(s, binding_namespace) == user.name);
    if (matches) return static_cast<int>(i);
  }
  return -1;
}

bool IsPrivileged(const UserInfo& user) { return InGroup(user, kMasters); }

std::string ResolvedRules::ErrorText() const {
  std::vector<absl::string_view> distinct;
  absl::flat_hash_set<absl::string_view> seen;
  for (const std::string& e : errors) {
    if (seen.insert(e).second) distinct.push_back(e);
  }
  if (distinct.size() <= 1) return absl::StrJoin(distinct, "");
  return absl::StrCat("[", absl::StrJoin(distinct, ", "), "]");
}

Authorizer::Authorizer(const RbacPolicy& policy) {
  for (const Role& role : policy.roles) {
    roles_[role.kind == RoleKind::kRole ? absl::StrCat("/", role.namespace_) : ""][role.name] =
        &role;
  }
  absl::flat_hash_map<std::string, const RoleBinding*>
      last;  // kind, namespace and name -> the object that counts
  const auto key = [](const RoleBinding& b) {
    return absl::StrCat(b.cluster ? "c" : "n", b.namespace_, "/", b.name);
  };
  for (const RoleBinding& binding : policy.bindings) last[key(binding)] = &binding;
  for (const RoleBinding& binding : policy.bindings) {
    if (last[key(binding)] == &binding) bindings_.push_back(&binding);
  }
  std::sort(bindings_.begin(), bindings_.end(), [](const RoleBinding* a, const RoleBinding* b) {
    return std::make_tuple(!a->cluster, absl::string_view(a->namespace_),
                           absl::string_view(a->name)) <
           std::make_tuple(!b->cluster, absl::string_view(b->namespace_),
                           absl::string_view(b->name));
  });
  for (uint32_t id = 0; id < bindings_.size(); ++id) Index(*bindings_[id], id);
}

void Authorizer::Index(const RoleBinding& binding, uint32_t id) {
  const std::string ns = binding.cluster ? "" : binding.namespace_;
  if (!binding.cluster && ns.empty())
    return;  // a RoleBinding outside any namespace applies to no request
  SubjectIndex& index = by_namespace_[ns];
  const auto add = [&](auto& ids, auto& namespaces, const std::string& name) {
    ids[name].push_back(id);
    if (!binding.cluster) namespaces[name].push_back(binding.namespace_);
  };
  for (const Subject& s : binding.subjects) {
    if (s.kind == "User") {
      add(index.users, user_namespaces_, s.name);
    } else if (s.kind == "Group") {
      add(index.groups, group_namespaces_, s.name);
    } else if (s.kind == "ServiceAccount") {
      if (const std::string user = ServiceAccountOf(s, ns); !user.empty())
        add(index.users, user_namespaces_, user);
    }
  }
}

const Role* Authorizer::RoleOf(const RoleBinding& binding) const {
  const std::string& kind = binding.role_ref.kind;
  if (kind != "Role" && kind != "ClusterRole") return nullptr;
  if (kind == "Role" && binding.cluster) return nullptr;  // looked for in no namespace: never found
  const auto roles = roles_.find(kind == "Role" ? absl::StrCat("/", binding.namespace_) : "");
  if (roles == roles_.end()) return nullptr;
  const auto role = roles->second.find(binding.role_ref.name);
  return role == roles->second.end() ? nullptr : role->second;
}

std::vector<uint32_t> Authorizer::BindingsOf(const SubjectIndex& index, const UserInfo& user) {
  std::vector<uint32_t> ids;
  const auto add = [&](const auto& map, const std::string& name) {
    if (const auto it = map.find(name); it != map.end())
      ids.insert(ids.end(), it->second.begin(), it->second.end());
  };
  add(index.users, user.name);
  for (const std::string& group : user.groups) add(index.groups, group);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void Authorizer::Visit(const UserInfo& user, absl::string_view ns, const Visitor& visitor) const {
  const auto visit = [&](absl::string_view key) {
    const auto index = by_namespace_.find(key);
    if (index == by_namespace_.end()) return true;
    for (uint32_t id : BindingsOf(index->second, user)) {
      if (!visitor({bindings_[id], RoleOf(*bindings_[id])})) return false;
    }
    return true;
  };
  if (visit("") && !ns.empty()) visit(ns);
}

Decision Authorizer::Authorize(const UserInfo& user, const RequestAttributes& request) const {
  Decision decision;
  if (IsPrivileged(user)) {
    decision.allowed = decision.privileged = true;
    return decision;
  }
  Visit(user,
        request.resource_request ? absl::string_view(request.namespace_) : absl::string_view(),
        [&](const BoundRole& bound) {
          if (bound.role == nullptr) return true;
          for (const PolicyRule& rule : bound.role->rules) {
            if (!RuleAllows(request, rule)) continue;
            decision.allowed = true;
            decision.witness = {&rule, bound.role, bound.binding, nullptr};
            return false;
          }
          return true;
        });
  if (decision.allowed) {
    const RoleBinding& binding = *decision.witness.binding;
    decision.witness.subject =
        &binding.subjects[AppliesTo(binding.subjects, user, binding.namespace_)];
  }
  return decision;
}

std::string Authorizer::Reason(const UserInfo& user, const RequestAttributes& request,
                               const Decision& decision) const {
  if (decision.privileged) return "";
  if (decision.allowed) {
    const RoleBinding& b = *decision.witness.binding;
    const std::string name = b.cluster ? b.name : absl::StrCat(b.name, "/", b.namespace_);
    return absl::StrCat("RBAC: allowed by ", BindingKindName(b), " ", GoQuote(name), " of ",
                        b.role_ref.kind, " ", GoQuote(b.role_ref.name), " to ",
                        DescribeSubject(*decision.witness.subject, b.namespace_));
  }
  const ResolvedRules resolved = RulesFor(
      user, request.resource_request ? absl::string_view(request.namespace_) : absl::string_view());
  return resolved.errors.empty() ? "" : absl::StrCat("RBAC: ", resolved.ErrorText());
}

ResolvedRules Authorizer::RulesFor(const UserInfo& user, absl::string_view ns) const {
  ResolvedRules resolved;
  for (const auto& [binding, role] : BoundRoles(user, ns)) {
    if (role == nullptr) {
      resolved.errors.push_back(MissingRole(*binding));
      continue;
    }
    const Subject* subject =
        &binding->subjects[AppliesTo(binding->subjects, user, binding->namespace_)];
    for (const PolicyRule& rule : role->rules)
      resolved.grants.push_back({&rule, role, binding, subject});
  }
  return resolved;
}

std::vector<BoundRole> Authorizer::BoundRoles(const UserInfo& user, absl::string_view ns) const {
  std::vector<BoundRole> bound_roles;
  Visit(user, ns, [&](const BoundRole& bound) {
    bound_roles.push_back(bound);
    return true;
  });
  return bound_roles;
}

std::vector<std::string> Authorizer::NamespacesOf(const UserInfo& user) const {
  std::vector<absl::string_view> found;
  const auto add = [&](const auto& map, const std::string& name) {
    if (const auto it = map.find(name); it != map.end())
      found.insert(found.end(), it->second.begin(), it->second.end());
  };
  add(user_namespaces_, user.name);
  for (const std::string& group : user.groups) add(group_namespaces_, group);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return {found.begin(), found.end()};
}

}  // namespace wecan
