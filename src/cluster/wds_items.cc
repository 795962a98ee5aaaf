// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/wds_items.h"

#include <utility>

#include "absl/container/flat_hash_set.h"

namespace wecan {
namespace {

constexpr char kControlGroup[] = "control.kubestellar.io";
constexpr char kControlVersion[] = "v1alpha1";
constexpr char kExpandTemplates[] = "control.kubestellar.io/expand-templates";

// A control object has to be in the input for its parts to refer to.
int AddControlObject(const char* kind, const Value& item, Extraction& extraction) {
  const DiscoveredResource type{.group = kControlGroup, .version = kControlVersion, .kind = kind};
  extraction.input().objects.push_back(ObjectOf(type, item, extraction));
  return static_cast<int>(extraction.input().objects.size()) - 1;
}

// Reports tell places apart, and a page has none that anybody could look at: they are counted.
void CountPlaces(AnalysisInput& input, size_t first) {
  for (size_t i = first; i < input.objects.size(); ++i)
    input.objects[i].location = {.file = 0, .document = static_cast<uint32_t>(i)};
}

}  // namespace

Object ObjectOf(const DiscoveredResource& type, const Value& item, Extraction& extraction) {
  const Value metadata = item["metadata"];
  const auto text = [&](const char* key) {
    return extraction.String(metadata, key, key).value_or("");
  };
  Object o{.group = type.group, .version = type.version, .kind = type.kind};
  o.namespace_ = text("namespace");
  o.name = text("name");
  o.labels = extraction.StringMap(metadata["labels"], "label");
  o.expand_templates = metadata["annotations"][kExpandTemplates].text() == "true";
  o.location = {.file = 0, .document = static_cast<uint32_t>(extraction.input().objects.size())};
  return o;
}

void AddObject(Object object, const Value& item, Extraction& extraction) {
  const int index = static_cast<int>(extraction.input().objects.size());
  const bool is_rbac = object.group == kRbacGroup;
  extraction.input().objects.push_back(std::move(object));
  if (is_rbac) ExtractRbac(extraction, item, index);
  ExtractIgnoreAnnotations(extraction, item["metadata"]["annotations"], index);
}

void AddBindingPolicy(const Value& item, Extraction& extraction) {
  ExtractBindingPolicy(extraction, item, AddControlObject("BindingPolicy", item, extraction));
}

void AddBinding(const Value& item, Extraction& extraction) {
  const int binding = AddControlObject("Binding", item, extraction);
  ExtractBinding(extraction, item, binding);
  CountPlaces(extraction.input(), static_cast<size_t>(binding) + 1);
}

void CompleteEntry(int entry, const Value& item, Extraction& extraction) {
  Object& o = extraction.input().objects[entry];
  o.labels = extraction.StringMap(item["metadata"]["labels"], "label");
  o.expand_templates = item["metadata"]["annotations"][kExpandTemplates].text() == "true";
  ExtractRbac(extraction, item, entry);
}

std::vector<CustomResource> CustomResourcesOf(const Discovery& discovery) {
  std::vector<CustomResource> found;
  absl::flat_hash_set<std::pair<std::string, std::string>> seen;
  for (const DiscoveredResource& r : discovery.resources()) {
    if (r.kind.empty() || !seen.emplace(r.group, r.kind).second) continue;
    const CatalogEntry* known = FindInCatalog(r.group, r.kind);
    const bool same =
        known != nullptr &&
        (known->builtin || (known->plural == r.resource && known->namespaced == r.namespaced));
    if (!same) found.push_back({r.group, r.kind, r.resource, r.namespaced});
  }
  return found;
}

}  // namespace wecan
