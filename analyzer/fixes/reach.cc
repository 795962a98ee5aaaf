// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/reach.h"

#include <algorithm>
#include <optional>

namespace wecan {
namespace {

Selectable AsSelectable(const GrantObject& object, const Labels& labels) {
  return {kRbacGroup, object.resource, object.namespace_, object.name, &labels};
}

// `labels` with those of `more`; nothing when a key would get another value.
std::optional<Labels> United(Labels labels, const Labels& more) {
  for (const auto& [key, value] : more) {
    const std::string* present = FindLabel(labels, key);
    if (present == nullptr) {
      labels.emplace_back(key, value);
    } else if (*present != value) {
      return std::nullopt;
    }
  }
  return labels;
}

Labels Missing(const Labels& labels, const Labels& wanted) {
  Labels missing;
  for (const auto& label : wanted) {
    if (FindLabel(labels, label.first) == nullptr) missing.push_back(label);
  }
  std::sort(missing.begin(), missing.end());
  return missing;
}

}  // namespace

std::vector<const BindingPolicy*> PoliciesOf(const std::vector<BindingPolicy>& policies,
                                             const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const std::vector<int>& objects) {
  NamespaceLabels namespaces;
  if (!policies.empty()) namespaces = CollectNamespaceLabels(input);
  std::vector<const BindingPolicy*> selecting, all;
  for (const BindingPolicy& policy : policies) {
    all.push_back(&policy);
    const bool selects = std::any_of(objects.begin(), objects.end(), [&](int i) {
      const ObjectRequirements& need = requirements.objects[i];
      const ResourceType& type = requirements.types[need.type];
      const Object& o = input.objects[i];
      return o.work < 0 &&
             Select(policy, {type.group, type.resource, need.namespace_, o.name, &o.labels},
                    namespaces)
                 .selected;
    });
    if (selects) selecting.push_back(&policy);
  }
  return selecting.empty() ? all : selecting;
}

bool Selects(const BindingPolicy& policy, const GrantObject& object, const Labels& labels,
             const NamespaceLabels& namespaces) {
  return Select(policy, AsSelectable(object, labels), namespaces).selected;
}

std::vector<Labels> LabelsToSelect(const BindingPolicy& policy, const GrantObject& object,
                                   const Labels& labels, const NamespaceLabels& namespaces) {
  std::vector<Labels> sets;
  for (const DownsyncClause& clause : policy.downsync) {
    for (const LabelSelector& selector : clause.object_selectors) {
      const std::optional<Labels> with = United(labels, selector.match_labels);
      if (!with) continue;
      // One clause and one selector at a time, by the code that decides for every object.
      BindingPolicy one{.downsync = {clause}};
      one.downsync[0].object_selectors = {selector};
      if (!Selects(one, object, *with, namespaces)) continue;
      Labels missing = Missing(labels, selector.match_labels);
      if (std::find(sets.begin(), sets.end(), missing) == sets.end())
        sets.push_back(std::move(missing));
    }
  }
  return sets;
}

}  // namespace wecan
