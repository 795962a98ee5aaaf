// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/naive_rbac.h"

#include <cstddef>

namespace wecan {
namespace {

bool Listed(const std::vector<std::string>& list, const std::string& text) {
  for (const std::string& entry : list) {
    if (entry == text) return true;
  }
  return false;
}

// As Go's %q, for what the names of the fixtures hold: quotes, backslashes, a tab and a zero-width
// space.
std::string Quoted(const std::string& text) {
  const std::string zero_width_space = "\xE2\x80\x8B";
  std::string out = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, zero_width_space.size(), zero_width_space) == 0) {
      out += "\\u200b";
      i += zero_width_space.size() - 1;
      continue;
    }
    if (text[i] == '"' || text[i] == '\\' || text[i] == '\t') out += '\\';
    out += text[i] == '\t' ? 't' : text[i];
  }
  return out + '"';
}

bool UrlMatches(const std::string& url, const std::string& path) {
  if (url == "*" || url == path) return true;
  if (url.empty() || url.back() != '*') return false;
  std::string prefix = url;
  while (!prefix.empty() && prefix.back() == '*') prefix.pop_back();
  return path.compare(0, prefix.size(), prefix) == 0;
}

const Role* FindRole(const RbacPolicy& policy, const RoleBinding& binding) {
  const Role* found = nullptr;
  for (const Role& role : policy.roles) {
    const bool cluster_role = role.kind == RoleKind::kClusterRole;
    if (binding.role_ref.kind != (cluster_role ? "ClusterRole" : "Role")) continue;
    if (!cluster_role && (binding.cluster || role.namespace_ != binding.namespace_)) continue;
    if (role.name == binding.role_ref.name) found = &role;
  }
  return found;
}

std::string MissingRole(const RoleBinding& binding) {
  const std::string& kind = binding.role_ref.kind;
  if (kind == "Role")
    return "role.rbac.authorization.k8s.io " + Quoted(binding.role_ref.name) + " not found";
  if (kind == "ClusterRole") {
    return "clusterrole.rbac.authorization.k8s.io " + Quoted(binding.role_ref.name) + " not found";
  }
  return "unsupported role reference kind: " + Quoted(kind);
}

std::string Reason(const RoleBinding& binding, const Subject& subject) {
  std::string text = "RBAC: allowed by ";
  text += binding.cluster ? "ClusterRoleBinding " + Quoted(binding.name)
                          : "RoleBinding " + Quoted(binding.name + "/" + binding.namespace_);
  text += " of " + binding.role_ref.kind + " " + Quoted(binding.role_ref.name) + " to " +
          subject.kind + " ";
  if (subject.kind != "ServiceAccount") return text + Quoted(subject.name);
  return text + Quoted(subject.name + "/" +
                       (subject.namespace_.empty() ? binding.namespace_ : subject.namespace_));
}

bool AtomCovered(const std::vector<PolicyRule>& owner, const std::string& verb,
                 const std::string& group, const std::string& resource, const std::string* name) {
  for (const PolicyRule& rule : owner) {
    if (!Listed(rule.verbs, "*") && !Listed(rule.verbs, verb)) continue;
    if (!Listed(rule.api_groups, "*") && !Listed(rule.api_groups, group)) continue;
    const size_t slash = resource.find('/');
    const bool by_subresource =
        slash != std::string::npos && Listed(rule.resources, "*" + resource.substr(slash));
    if (!Listed(rule.resources, "*") && !Listed(rule.resources, resource) && !by_subresource)
      continue;
    if (rule.resource_names.empty() || (name != nullptr && Listed(rule.resource_names, *name)))
      return true;
  }
  return false;
}

// The rules of `user` in `ns`, "" for those held everywhere.
std::vector<PolicyRule> HeldRules(const RbacPolicy& policy, const UserInfo& user,
                                  const std::string& ns) {
  std::vector<PolicyRule> held;
  for (const RoleBinding& binding : policy.bindings) {
    if (!binding.cluster && (ns.empty() || binding.namespace_ != ns)) continue;
    for (const Subject& subject : binding.subjects) {
      if (!NaiveSubjectMatches(subject, user, binding.cluster ? "" : binding.namespace_)) continue;
      const Role* role = FindRole(policy, binding);
      if (role != nullptr) held.insert(held.end(), role->rules.begin(), role->rules.end());
    }
  }
  return held;
}

}  // namespace

bool NaiveRuleAllows(const RequestAttributes& request, const PolicyRule& rule) {
  if (!Listed(rule.verbs, "*") && !Listed(rule.verbs, request.verb)) return false;
  if (!request.resource_request) {
    for (const std::string& url : rule.non_resource_urls) {
      if (UrlMatches(url, request.path)) return true;
    }
    return false;
  }
  if (!Listed(rule.api_groups, "*") && !Listed(rule.api_groups, request.api_group)) return false;
  std::string resource = request.resource;
  if (!request.subresource.empty()) resource += "/" + request.subresource;
  bool resource_matches = Listed(rule.resources, "*") || Listed(rule.resources, resource);
  if (!request.subresource.empty() && Listed(rule.resources, "*/" + request.subresource))
    resource_matches = true;
  if (!resource_matches) return false;
  return rule.resource_names.empty() || Listed(rule.resource_names, request.name);
}

bool NaiveSubjectMatches(const Subject& subject, const UserInfo& user,
                         const std::string& binding_namespace) {
  if (subject.kind == "User") return subject.name == user.name;
  if (subject.kind == "Group") return Listed(user.groups, subject.name);
  if (subject.kind != "ServiceAccount") return false;
  const std::string ns = subject.namespace_.empty() ? binding_namespace : subject.namespace_;
  return !ns.empty() && user.name == "system:serviceaccount:" + ns + ":" + subject.name;
}

NaiveDecision NaiveAuthorize(const RbacPolicy& policy, const UserInfo& user,
                             const RequestAttributes& request) {
  NaiveDecision decision;
  if (Listed(user.groups, "system:masters")) {
    decision.allowed = true;
    decision.reasons.insert("");
    return decision;
  }
  const std::string ns = request.resource_request ? request.namespace_ : "";
  for (const RoleBinding& binding : policy.bindings) {
    if (!binding.cluster && (ns.empty() || binding.namespace_ != ns)) continue;
    for (const Subject& subject : binding.subjects) {
      if (!NaiveSubjectMatches(subject, user, binding.cluster ? "" : binding.namespace_)) continue;
      const Role* role = FindRole(policy, binding);
      if (role == nullptr) {
        decision.errors.insert(MissingRole(binding));
        break;
      }
      for (const PolicyRule& rule : role->rules) {
        if (!NaiveRuleAllows(request, rule)) continue;
        decision.allowed = true;
        decision.reasons.insert(Reason(binding, subject));
      }
      break;  // the first subject that matches is the one named
    }
  }
  return decision;
}

bool NaiveCovers(const std::vector<PolicyRule>& owner, const std::vector<PolicyRule>& servant) {
  for (const PolicyRule& rule : servant) {
    for (const std::string& verb : rule.verbs) {
      for (const std::string& group : rule.api_groups) {
        for (const std::string& resource : rule.resources) {
          if (rule.resource_names.empty() && !AtomCovered(owner, verb, group, resource, nullptr))
            return false;
          for (const std::string& name : rule.resource_names) {
            if (!AtomCovered(owner, verb, group, resource, &name)) return false;
          }
        }
      }
    }
  }
  return true;
}

bool NaiveMayWriteRole(const RbacPolicy& policy, const UserInfo& user, const Role& role,
                       bool named) {
  const bool cluster_role = role.kind == RoleKind::kClusterRole;
  const RequestAttributes escalate{.verb = "escalate",
                                   .api_group = "rbac.authorization.k8s.io",
                                   .resource = cluster_role ? "clusterroles" : "roles",
                                   .namespace_ = cluster_role ? "" : role.namespace_,
                                   .name = named ? role.name : ""};
  if (NaiveAuthorize(policy, user, escalate).allowed) return true;
  const std::vector<PolicyRule> held = HeldRules(policy, user, cluster_role ? "" : role.namespace_);
  if (!NaiveCovers(held, role.rules)) return false;
  // Everything, URLs too: only escalate gives that to a holder of resource rules.
  const bool aggregates = role.aggregation && !role.aggregation->empty();
  return !aggregates;
}

NaiveAnswer NaiveMayWriteBinding(const RbacPolicy& policy, const UserInfo& user,
                                 const RoleBinding& binding) {
  const RequestAttributes bind{
      .verb = "bind",
      .api_group = binding.role_ref.api_group,
      .resource = binding.role_ref.kind == "ClusterRole" ? "clusterroles" : "roles",
      .namespace_ = binding.cluster ? "" : binding.namespace_,
      .name = binding.role_ref.name};
  if (NaiveAuthorize(policy, user, bind).allowed) return NaiveAnswer::kAllowed;
  const Role* role = FindRole(policy, binding);
  if (role == nullptr) return NaiveAnswer::kNotFound;
  const std::vector<PolicyRule> held =
      HeldRules(policy, user, binding.cluster ? "" : binding.namespace_);
  return NaiveCovers(held, role->rules) ? NaiveAnswer::kAllowed : NaiveAnswer::kRefused;
}

}  // namespace wecan
