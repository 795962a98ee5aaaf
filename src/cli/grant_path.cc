// SPDX-License-Identifier: Apache-2.0
#include "src/cli/grant_path.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace wecan {
namespace {

// {kind, namespace, name}: what is in no namespace has "".
Json Reference(const char* kind, const std::string& ns, const std::string& name) {
  return {{"kind", kind}, {"namespace", ns}, {"name", name}};
}

Json BindingReference(const RoleBinding& binding) {
  return Reference(BindingKindName(binding), binding.namespace_, binding.name);
}

}  // namespace

std::string BindingText(const RoleBinding& binding) {
  const std::string ns = binding.cluster ? "" : absl::StrCat(binding.namespace_, "/");
  return absl::StrCat(BindingKindName(binding), "/", ns, binding.name);
}

std::string PathText(const RoleBinding& binding, const Role& role,
                     const std::vector<const Role*>& sources) {
  const std::string from =
      absl::StrJoin(sources, ", from ", [](std::string* out, const Role* r) { *out += r->name; });
  return absl::StrCat(BindingText(binding), " -> ", RoleKindName(role.kind), "/", role.name,
                      sources.empty() ? "" : absl::StrCat(" (aggregated from ", from, ")"));
}

Json PathJson(const RoleBinding& binding, const Role& role, const PolicyRule& rule,
              const std::vector<const Role*>& sources) {
  Json aggregated = Json::array();
  for (const Role* source : sources) aggregated.push_back(source->name);
  return {{"binding", BindingReference(binding)},
          {"role", Reference(RoleKindName(role.kind), role.namespace_, role.name)},
          {"aggregatedFrom", aggregated},
          {"rule", RuleJson(rule)}};
}

Json DanglingJson(const RoleBinding& binding) {
  return {{"binding", BindingReference(binding)},
          {"roleRef", {{"kind", binding.role_ref.kind}, {"name", binding.role_ref.name}}}};
}

Json PlaceJson(const RbacPlace& place) {
  return {{"context", place.context},
          {"method", place.source.ok() ? place.source->method : ""},
          {"error", place.source.ok() ? "" : std::string(place.source.status().message())}};
}

Json RequestJson(const RequestAttributes& r) {
  return {{"verb", r.verb},
          {"group", r.api_group},
          {"resource", r.resource},
          {"subresource", r.subresource},
          {"namespace", r.namespace_},
          {"name", r.name},
          {"path", r.path}};
}

}  // namespace wecan
