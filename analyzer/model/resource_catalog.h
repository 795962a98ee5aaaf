// SPDX-License-Identifier: Apache-2.0
// Kind to resource: CustomResourceDefinitions of the input first, then the catalogue of
// rules/catalogue, then a guess.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace wecan {

// One line of rules/catalogue.
struct CatalogEntry {
  absl::string_view group;
  absl::string_view kind;
  absl::string_view plural;
  absl::string_view singular;
  absl::string_view short_names;   // separated by blanks
  absl::string_view versions;      // separated by blanks, preferred first
  absl::string_view subresources;  // separated by blanks
  absl::string_view source;
  bool namespaced;
  bool builtin;            // served by kube-apiserver itself
  bool lists_and_watches;  // its discovery verbs include list and watch; custom resources always do
};

// A name that RBAC rules use for what no discovery document lists (users, groups, signers,
// nodes/metrics ...).
struct VirtualResource {
  absl::string_view group;
  absl::string_view resource;
  bool namespaced;
};

absl::Span<const CatalogEntry> CatalogTable();  // sorted by group, then kind
absl::Span<const VirtualResource> VirtualResources();

// The catalogue's entry for a kind, or nullptr.
const CatalogEntry* FindInCatalog(absl::string_view group, absl::string_view kind);

// The entry whose plural, singular or short name is `name`, in `group`, or in any group when
// `any_group`. A plural or singular wins over a short name, a built-in kind over a custom one, the
// core group over others. nullptr if there is none.
const CatalogEntry* FindByResourceName(absl::string_view name, absl::string_view group,
                                       bool any_group);

enum class ResourceSource { kInput, kCatalog, kGuess };

// What the API server calls the objects of a kind.
struct ResourceType {
  std::string group;
  std::string kind;
  std::string resource;  // lower-case plural
  bool namespaced = true;
  bool builtin = false;
  bool downsyncable = true;  // false: its discovery verbs lack list or watch
  ResourceSource source = ResourceSource::kGuess;
};

// What a CustomResourceDefinition teaches.
struct CustomResource {
  std::string group;
  std::string kind;
  std::string plural;
  bool namespaced = true;
};

// Maps kinds to resources, always by (group, kind). Keeps a copy of `crds`.
class ResourceMapper {
 public:
  explicit ResourceMapper(absl::Span<const CustomResource> crds);

  // Never fails: an unknown kind gets a guessed plural and counts as namespaced iff
  // `names_namespace`.
  ResourceType ByKind(absl::string_view group, absl::string_view kind, bool names_namespace) const;

  // The kind whose plural is `resource`, or "" if neither CRDs nor catalogue know it.
  std::string KindOf(absl::string_view group, absl::string_view resource) const;

 private:
  absl::flat_hash_map<std::pair<std::string, std::string>, CustomResource> by_kind_;
};

}  // namespace wecan
