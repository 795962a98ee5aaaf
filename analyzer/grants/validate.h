// SPDX-License-Identifier: Apache-2.0
// What kube-apiserver finds wrong with an RBAC object once its v1 defaults are set. Whether verbs,
// groups, resources or roles exist is never asked; the syntax of labels and annotations is left out
// here. Source: kubernetes v1.36 pkg/apis/rbac/validation/validation.go.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// One entry of a 422: {"Required value", "rules[0].verbs",
// "rules[0].verbs: Required value: verbs must contain at least one value"}.
struct FieldError {
  std::string type;
  std::string field;
  std::string message;

  friend bool operator==(const FieldError&, const FieldError&) = default;
};

// Sets what v1 sets where it is empty: the apiGroup of roleRef and of users and groups.
// Source: kubernetes v1.36 pkg/apis/rbac/v1/defaults.go.
void SetDefaults(RoleBinding& binding);

// The errors of a Role or ClusterRole in the order of the API server; none: valid. With
// `generate_name` (metadata.generateName is set) the name may be empty.
std::vector<FieldError> ValidateRole(const Role& role, bool generate_name = false);

// The same for a RoleBinding or ClusterRoleBinding. `old_binding` is what an update replaces,
// nullptr on create: its roleRef cannot be changed.
std::vector<FieldError> ValidateBinding(const RoleBinding& binding,
                                        const RoleBinding* old_binding = nullptr,
                                        bool generate_name = false);

}  // namespace wecan
