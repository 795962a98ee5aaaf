// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/selection.h"

#include <algorithm>

namespace wecan {
namespace {

// Empty, a lone "*" among the entries, or the exact text.
bool Listed(const std::vector<std::string>& list, absl::string_view text) {
  return list.empty() || std::any_of(list.begin(), list.end(),
                                     [&](const std::string& s) { return s == "*" || s == text; });
}

bool AnySelectorMatches(const std::vector<LabelSelector>& selectors, const Labels& labels) {
  return std::any_of(selectors.begin(), selectors.end(), [&](const LabelSelector& s) {
    return ValidateSelector(s).ok() && SelectorMatches(s, labels);
  });
}

// Cluster-scoped objects never match a non-empty list; the namespace's labels are those of its
// object in the WDS.
bool NamespaceSelected(const DownsyncClause& clause, const Selectable& object,
                       const NamespaceLabels& namespaces) {
  if (clause.namespace_selectors.empty()) return true;
  if (object.namespace_.empty()) return false;
  const auto everything = [](const LabelSelector& s) { return s.empty(); };
  if (std::any_of(clause.namespace_selectors.begin(), clause.namespace_selectors.end(), everything))
    return true;
  const auto labels = namespaces.find(object.namespace_);
  return labels != namespaces.end() &&
         AnySelectorMatches(clause.namespace_selectors, labels->second);
}

bool ClauseMatches(const DownsyncClause& clause, const Selectable& object,
                   const NamespaceLabels& namespaces) {
  return (!clause.api_group || *clause.api_group == object.group) &&
         Listed(clause.resources, object.resource) &&
         Listed(clause.namespaces, object.namespace_) && Listed(clause.object_names, object.name) &&
         (clause.object_selectors.empty() ||
          AnySelectorMatches(clause.object_selectors, *object.labels)) &&
         NamespaceSelected(clause, object, namespaces);
}

}  // namespace

NamespaceLabels CollectNamespaceLabels(const AnalysisInput& input) {
  NamespaceLabels labels;
  for (const Object& o : input.objects) {
    if (o.group.empty() && o.kind == "Namespace" && o.work < 0) labels[o.name] = o.labels;
  }
  return labels;
}

bool MayMatch(const DownsyncClause& clause, absl::string_view group, absl::string_view resource,
              bool namespaced) {
  return (!clause.api_group || *clause.api_group == group) && Listed(clause.resources, resource) &&
         (namespaced || (Listed(clause.namespaces, "") && clause.namespace_selectors.empty()));
}

Selection Select(const BindingPolicy& policy, const Selectable& object,
                 const NamespaceLabels& namespaces) {
  Selection selection;
  for (const DownsyncClause& clause : policy.downsync) {
    if (!ClauseMatches(clause, object, namespaces)) continue;
    selection.selected = true;
    selection.create_only |= clause.create_only;
  }
  return selection;
}

}  // namespace wecan
