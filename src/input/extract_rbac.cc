// SPDX-License-Identifier: Apache-2.0
// Roles, bindings and CustomResourceDefinitions as values of the model.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "src/input/contents.h"

namespace wecan {
namespace {

PolicyRule ExtractRule(Extraction& extraction, const Value& value) {
  return {.verbs = extraction.Strings(value, "verbs", "verbs"),
          .api_groups = extraction.Strings(value, "apiGroups", "apiGroups"),
          .resources = extraction.Strings(value, "resources", "resources"),
          .resource_names = extraction.Strings(value, "resourceNames", "resourceNames"),
          .non_resource_urls = extraction.Strings(value, "nonResourceURLs", "nonResourceURLs")};
}

// The items of the list at `object[key]`, which must be mappings.
template <typename F>
void ForEachMapping(Extraction& extraction, const Value& object, absl::string_view key, F f) {
  const Value list = object[key];
  if (!list || list.IsNull()) return;
  if (!list.IsSequence()) {
    extraction.Error(list, absl::StrCat(key, " is not a list"));
    return;
  }
  list.ForEachItem([&](const Value& item) {
    if (item.IsMapping()) {
      f(item);
    } else {
      extraction.Error(item, absl::StrCat("an entry of ", key, " is not a mapping"));
    }
  });
}

void ExtractRole(Extraction& extraction, const Value& value, Role role) {
  ForEachMapping(extraction, value, "rules",
                 [&](const Value& rule) { role.rules.push_back(ExtractRule(extraction, rule)); });
  if (const Value aggregation = value["aggregationRule"];
      role.kind == RoleKind::kClusterRole && aggregation.IsMapping()) {
    role.aggregation.emplace();
    ForEachMapping(extraction, aggregation, "clusterRoleSelectors", [&](const Value& s) {
      role.aggregation->push_back(ExtractSelector(extraction, s));
    });
  }
  extraction.input().rbac.roles.push_back(std::move(role));
}

void ExtractRoleBinding(Extraction& extraction, const Value& value, RoleBinding binding) {
  const auto text = [&](const Value& object, absl::string_view key, absl::string_view what) {
    return extraction.String(object, key, what).value_or("");
  };
  const Value ref = value["roleRef"];
  if (!ref.IsMapping()) {
    extraction.Report(
        "", Level::kWarning,
        absl::StrCat("this ", BindingKindName(binding), " has no roleRef: it grants nothing"),
        binding.origin.location);
  }
  binding.role_ref = {text(ref, "apiGroup", "roleRef.apiGroup"), text(ref, "kind", "roleRef.kind"),
                      text(ref, "name", "roleRef.name")};
  ForEachMapping(extraction, value, "subjects", [&](const Value& s) {
    binding.subjects.push_back(
        {text(s, "kind", "subject kind"), text(s, "namespace", "subject namespace"),
         text(s, "name", "subject name"), text(s, "apiGroup", "subject apiGroup")});
  });
  extraction.input().rbac.bindings.push_back(std::move(binding));
}

}  // namespace

bool IsResourceName(absl::string_view text) {
  const auto fits = [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  };
  return !text.empty() && text.size() <= 63 &&
         absl::ascii_islower(static_cast<unsigned char>(text.front())) && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

LabelSelector ExtractSelector(Extraction& extraction, const Value& value) {
  LabelSelector selector;
  if (!value.IsMapping()) return selector;
  selector.match_labels = extraction.StringMap(value["matchLabels"], "matchLabels");
  ForEachMapping(extraction, value, "matchExpressions", [&](const Value& e) {
    selector.match_expressions.push_back(
        {.key = extraction.String(e, "key", "key").value_or(""),
         .op = extraction.String(e, "operator", "operator").value_or(""),
         .values = extraction.Strings(e, "values", "values")});
  });
  return selector;
}

void ExtractRbac(Extraction& extraction, const Value& value, int object) {
  const Object& o = extraction.input().objects[object];
  const Origin origin{.object = object, .location = o.location};
  if (o.kind == "Role" || o.kind == "ClusterRole") {
    const bool cluster = o.kind == "ClusterRole";
    ExtractRole(extraction, value,
                {.kind = cluster ? RoleKind::kClusterRole : RoleKind::kRole,
                 .namespace_ = cluster ? "" : o.namespace_,
                 .name = o.name,
                 .labels = o.labels,
                 .origin = origin});
  } else if (o.kind == "RoleBinding" || o.kind == "ClusterRoleBinding") {
    const bool cluster = o.kind == "ClusterRoleBinding";
    ExtractRoleBinding(extraction, value,
                       {.cluster = cluster,
                        .namespace_ = cluster ? "" : o.namespace_,
                        .name = o.name,
                        .origin = origin});
  }
}

void ExtractCustomResourceDefinition(Extraction& extraction, const Value& value) {
  const Value spec = value["spec"];
  const Value names = spec["names"];
  const auto text = [&](const Value& object, absl::string_view key, absl::string_view what) {
    return extraction.String(object, key, what).value_or("");
  };
  CustomResource crd{.group = text(spec, "group", "spec.group"),
                     .kind = text(names, "kind", "spec.names.kind"),
                     .plural = text(names, "plural", "spec.names.plural"),
                     .namespaced = text(spec, "scope", "spec.scope") != "Cluster"};
  if (crd.group.empty() || crd.kind.empty() || crd.plural.empty()) {
    // No error: Kustomize patches of CRDs look like this.
    extraction.Report("", Level::kWarning,
                      "this CustomResourceDefinition lacks spec.group, spec.names.kind or "
                      "spec.names.plural, so it does not "
                      "tell the resource of its kind",
                      extraction.Locate(names  ? names
                                        : spec ? spec
                                               : value));
    return;
  }
  if (!IsResourceName(crd.plural)) {
    extraction.Report("", Level::kWarning,
                      absl::StrCat("the API server refuses a CustomResourceDefinition with the "
                                   "plural \"",
                                   crd.plural, "\": it is no DNS label"),
                      extraction.Locate(names["plural"]));
    return;
  }
  extraction.input().crds.push_back(std::move(crd));
}

}  // namespace wecan
