// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/resource_catalog.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_split.h"

#include "analyzer/model/plural.h"

namespace wecan {
namespace {

bool HasShortName(const CatalogEntry& entry, absl::string_view name) {
  for (absl::string_view short_name : absl::StrSplit(entry.short_names, ' ', absl::SkipEmpty())) {
    if (short_name == name) return true;
  }
  return false;
}

ResourceType FromCatalog(const CatalogEntry& e) {
  return {.group = std::string(e.group),
          .kind = std::string(e.kind),
          .resource = std::string(e.plural),
          .namespaced = e.namespaced,
          .builtin = e.builtin,
          .downsyncable = e.lists_and_watches,
          .source = ResourceSource::kCatalog};
}

}  // namespace

const CatalogEntry* FindInCatalog(absl::string_view group, absl::string_view kind) {
  const absl::Span<const CatalogEntry> table = CatalogTable();
  const auto it = std::lower_bound(
      table.begin(), table.end(), std::tie(group, kind),
      [](const CatalogEntry& e, const auto& key) { return std::tie(e.group, e.kind) < key; });
  return it != table.end() && it->group == group && it->kind == kind ? &*it : nullptr;
}

const CatalogEntry* FindByResourceName(absl::string_view name, absl::string_view group,
                                       bool any_group) {
  // The first of each rank; the table is sorted by group, so the core group comes first.
  const CatalogEntry* best[4] = {};
  for (const CatalogEntry& e : CatalogTable()) {
    if (!any_group && e.group != group) continue;
    const bool full = e.plural == name || e.singular == name;
    if (!full && !HasShortName(e, name)) continue;
    const CatalogEntry*& place = best[(full ? 0 : 2) + (e.builtin ? 0 : 1)];
    if (place == nullptr) place = &e;
  }
  for (const CatalogEntry* entry : best) {
    if (entry != nullptr) return entry;
  }
  return nullptr;
}

ResourceMapper::ResourceMapper(absl::Span<const CustomResource> crds) {
  for (const CustomResource& crd : crds) by_kind_[{crd.group, crd.kind}] = crd;
}

ResourceType ResourceMapper::ByKind(absl::string_view group, absl::string_view kind,
                                    bool names_namespace) const {
  if (const auto it = by_kind_.find(std::make_pair(std::string(group), std::string(kind)));
      it != by_kind_.end()) {
    const CustomResource& crd = it->second;
    return {.group = crd.group,
            .kind = crd.kind,
            .resource = crd.plural,
            .namespaced = crd.namespaced,
            .source = ResourceSource::kInput};
  }
  if (const CatalogEntry* entry = FindInCatalog(group, kind)) return FromCatalog(*entry);
  return {.group = std::string(group),
          .kind = std::string(kind),
          .resource = GuessPlural(kind).plural,
          .namespaced = names_namespace,
          .source = ResourceSource::kGuess};
}

std::string ResourceMapper::KindOf(absl::string_view group, absl::string_view resource) const {
  std::string kind;
  for (const auto& [key, crd] : by_kind_) {
    // The smallest of several, so that the answer does not depend on hash order.
    if (crd.group == group && crd.plural == resource && (kind.empty() || crd.kind < kind))
      kind = crd.kind;
  }
  if (!kind.empty()) return kind;
  const CatalogEntry* entry = FindByResourceName(resource, group, false);
  return entry != nullptr && entry->plural == resource ? std::string(entry->kind) : "";
}

}  // namespace wecan
