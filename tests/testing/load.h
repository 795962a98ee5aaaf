// SPDX-License-Identifier: Apache-2.0
// Kubernetes objects from yaml-cpp nodes, for tests that bring their data as YAML. Deliberately
// apart from the readers of the program: a mistake there must not hide itself here. Missing keys
// are empty; errors throw, which fails the test.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/model/labels.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

// A YAML file of the source tree.
YAML::Node LoadSource(absl::string_view relative);

std::string LoadText(const YAML::Node& node);  // "" when absent or null
std::vector<std::string> LoadList(const YAML::Node& node);
Labels LoadLabels(const YAML::Node& node);
LabelSelector LoadSelector(const YAML::Node& node);
PolicyRule LoadRule(const YAML::Node& node);
std::vector<PolicyRule> LoadRules(const YAML::Node& node);
std::vector<Subject> LoadSubjects(const YAML::Node& node);
UserInfo LoadUser(const YAML::Node& node);                   // {name, groups}
RequestAttributes LoadRequest(const YAML::Node& node);       // {verb, group, ...} or {verb, path}
RbacPolicy LoadCasePolicy(const YAML::Node& node);           // {clusterRoles, roles, ...}
std::vector<Role> LoadClusterRoles(const YAML::Node& node);  // a list of {name, labels, rules, ...}

// Adds the RBAC objects of a `v1 List`, as kubectl writes it, to `policy`.
void AddRbacList(const YAML::Node& list, RbacPolicy& policy);

}  // namespace wecan
