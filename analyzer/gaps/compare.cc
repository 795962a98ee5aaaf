// SPDX-License-Identifier: Apache-2.0
#include "analyzer/gaps/compare.h"

namespace wecan {
namespace {

bool IsNamespaceObject(const ResourceType& type) {
  return type.group.empty() && type.resource == "namespaces";
}

}  // namespace

VerbSet UnnamedVerbs(const ObjectRequirements& need) {
  const VerbSet unnamed{AgentVerb::kList, AgentVerb::kWatch};
  return need.create_named ? unnamed : unnamed | VerbSet{AgentVerb::kCreate};
}

VerbSet HeldVerbs(const ObjectRequirements& need, const ResourceType& type, absl::string_view name,
                  AgentGrants& grants) {
  // A namespace that differs per WEC: only what holds cluster-wide counts.
  const absl::string_view ns =
      need.scope == ScopeKind::kEachWec ? absl::string_view() : need.namespace_;
  const VerbSet held = grants.On(type.group, type.resource, ns).VerbsOn(name, need.create_named);
  if (!IsNamespaceObject(type)) return held;
  // A request for one Namespace carries its name as the request's namespace, so a Role inside it
  // may allow everything but the unnamed requests. Source: kubernetes/apiserver
  // pkg/endpoints/request/requestinfo.go.
  const VerbSet unnamed = UnnamedVerbs(need);
  return (held & unnamed) |
         (grants.On(type.group, type.resource, name).VerbsOn(name, need.create_named) - unnamed);
}

Gap Compare(const ObjectRequirements& need, const ResourceType& type, absl::string_view name,
            AgentGrants& grants) {
  Gap gap;
  gap.needed = need.apply | need.remove;
  gap.option_needed = need.option - gap.needed;
  gap.unknown = type.source == ResourceSource::kGuess &&
                (type.group.empty() || grants.NamesGroup(type.group));
  if (gap.unknown) return gap;
  const VerbSet held = HeldVerbs(need, type, name, grants);
  gap.missing = gap.needed - held;
  gap.option_missing = gap.option_needed - held;
  return gap;
}

}  // namespace wecan
