// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/load.h"

#include <stdexcept>
#include <utility>

#include "tests/testing/source_path.h"

namespace wecan {
namespace {

// `metadata` holds name, namespace and labels: a node of its own in objects of kubectl, `node`
// itself in the case files.
Role LoadRole(const YAML::Node& node, const YAML::Node& metadata, RoleKind kind) {
  Role role{.kind = kind,
            .namespace_ = LoadText(metadata["namespace"]),
            .name = LoadText(metadata["name"]),
            .labels = LoadLabels(metadata["labels"]),
            .rules = LoadRules(node["rules"])};
  if (const YAML::Node rule = node["aggregationRule"]) {
    role.aggregation.emplace();
    for (const YAML::Node& s : rule["clusterRoleSelectors"])
      role.aggregation->push_back(LoadSelector(s));
  }
  return role;
}

RoleBinding LoadBinding(const YAML::Node& node, const YAML::Node& metadata, bool cluster) {
  const YAML::Node ref = node["roleRef"];
  return {.cluster = cluster,
          .namespace_ = LoadText(metadata["namespace"]),
          .name = LoadText(metadata["name"]),
          .role_ref = {LoadText(ref["apiGroup"]), LoadText(ref["kind"]), LoadText(ref["name"])},
          .subjects = LoadSubjects(node["subjects"])};
}

}  // namespace

YAML::Node LoadSource(absl::string_view relative) { return YAML::Load(ReadSource(relative)); }

std::string LoadText(const YAML::Node& node) {
  return node.IsDefined() && node.IsScalar() ? node.Scalar() : "";
}

std::vector<std::string> LoadList(const YAML::Node& node) {
  std::vector<std::string> list;
  if (!node.IsDefined() || node.IsNull()) return list;
  if (!node.IsSequence()) throw std::runtime_error("not a list: " + YAML::Dump(node));
  for (const YAML::Node& item : node) list.push_back(item.Scalar());
  return list;
}

Labels LoadLabels(const YAML::Node& node) {
  Labels labels;
  if (!node.IsDefined() || node.IsNull()) return labels;
  for (const auto& kv : node) labels.emplace_back(kv.first.Scalar(), kv.second.Scalar());
  return labels;
}

LabelSelector LoadSelector(const YAML::Node& node) {
  LabelSelector selector{.match_labels = LoadLabels(node["matchLabels"])};
  if (const YAML::Node expressions = node["matchExpressions"]) {
    for (const YAML::Node& e : expressions) {
      selector.match_expressions.push_back(
          {LoadText(e["key"]), LoadText(e["operator"]), LoadList(e["values"])});
    }
  }
  return selector;
}

PolicyRule LoadRule(const YAML::Node& node) {
  return {LoadList(node["verbs"]), LoadList(node["apiGroups"]), LoadList(node["resources"]),
          LoadList(node["resourceNames"]), LoadList(node["nonResourceURLs"])};
}

std::vector<PolicyRule> LoadRules(const YAML::Node& node) {
  std::vector<PolicyRule> rules;
  if (!node.IsDefined() || node.IsNull()) return rules;
  for (const YAML::Node& rule : node) rules.push_back(LoadRule(rule));
  return rules;
}

std::vector<Subject> LoadSubjects(const YAML::Node& node) {
  std::vector<Subject> subjects;
  if (!node.IsDefined() || node.IsNull()) return subjects;
  for (const YAML::Node& s : node) {
    subjects.push_back({LoadText(s["kind"]), LoadText(s["namespace"]), LoadText(s["name"]),
                        LoadText(s["apiGroup"])});
  }
  return subjects;
}

UserInfo LoadUser(const YAML::Node& node) {
  return {LoadText(node["name"]), LoadList(node["groups"])};
}

RequestAttributes LoadRequest(const YAML::Node& node) {
  return {.resource_request = !node["path"],
          .verb = LoadText(node["verb"]),
          .api_group = LoadText(node["group"]),
          .resource = LoadText(node["resource"]),
          .subresource = LoadText(node["subresource"]),
          .namespace_ = LoadText(node["namespace"]),
          .name = LoadText(node["name"]),
          .path = LoadText(node["path"])};
}

std::vector<Role> LoadClusterRoles(const YAML::Node& node) {
  std::vector<Role> roles;
  if (!node.IsDefined()) return roles;
  for (const YAML::Node& role : node) roles.push_back(LoadRole(role, role, RoleKind::kClusterRole));
  return roles;
}

RbacPolicy LoadCasePolicy(const YAML::Node& node) {
  RbacPolicy policy{.roles = LoadClusterRoles(node["clusterRoles"])};
  if (const YAML::Node roles = node["roles"]) {
    for (const YAML::Node& role : roles)
      policy.roles.push_back(LoadRole(role, role, RoleKind::kRole));
  }
  for (const auto& [key, cluster] :
       {std::pair("clusterRoleBindings", true), std::pair("roleBindings", false)}) {
    if (const YAML::Node bindings = node[key]) {
      for (const YAML::Node& b : bindings) policy.bindings.push_back(LoadBinding(b, b, cluster));
    }
  }
  return policy;
}

void AddRbacList(const YAML::Node& list, RbacPolicy& policy) {
  for (const YAML::Node& item : list["items"]) {
    const std::string kind = LoadText(item["kind"]);
    const YAML::Node metadata = item["metadata"];
    if (kind == "ClusterRole") {
      policy.roles.push_back(LoadRole(item, metadata, RoleKind::kClusterRole));
    } else if (kind == "Role") {
      policy.roles.push_back(LoadRole(item, metadata, RoleKind::kRole));
    } else if (kind == "ClusterRoleBinding" || kind == "RoleBinding") {
      policy.bindings.push_back(LoadBinding(item, metadata, kind == "ClusterRoleBinding"));
    } else {
      throw std::runtime_error("no RBAC object: " + kind);
    }
  }
}

}  // namespace wecan
