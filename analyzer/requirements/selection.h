// SPDX-License-Identifier: Apache-2.0
// Which objects of a WDS a BindingPolicy selects.
// Source: kubestellar/kubestellar v0.30.0 pkg/binding/selectors.go, testObject.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

#include "analyzer/model/object.h"

namespace wecan {

// What a downsync clause looks at.
struct Selectable {
  absl::string_view group;
  absl::string_view resource;
  absl::string_view namespace_;  // "" for cluster-scoped objects
  absl::string_view name;
  const Labels* labels = nullptr;
};

// Labels of the Namespace objects of the input, by name.
using NamespaceLabels = absl::flat_hash_map<std::string, Labels>;
NamespaceLabels CollectNamespaceLabels(const AnalysisInput& input);

// Whether the clause can match any object of the resource at all.
bool MayMatch(const DownsyncClause& clause, absl::string_view group, absl::string_view resource,
              bool namespaced);

struct Selection {
  bool selected = false;
  bool create_only = false;  // said by any clause that matches
};

// Whether any clause of `policy` matches `object`.
Selection Select(const BindingPolicy& policy, const Selectable& object,
                 const NamespaceLabels& namespaces);

}  // namespace wecan
