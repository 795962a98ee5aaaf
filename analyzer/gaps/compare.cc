// SPDX-License-Identifier: Apache-2.0
#include "analyzer/gaps/compare.h"

namespace wecan {
namespace {

bool IsNamespaceObject(const ResourceType& type) {
  return type.group.empty() && type.resource == "namespaces";
}

// A namespace that differs per WEC: only what holds cluster-wide counts.
absl::string_view GrantNamespace(const ObjectRequirements& need) {
  return need.scope == ScopeKind::kEachWec ? absl::string_view() : need.namespace_;
}

// Whether nothing can be told of `type`: the kind is not known in a group that some rule names.
bool Unknown(const ResourceType& type, AgentGrants& grants) {
  return type.source == ResourceSource::kGuess &&
         (type.group.empty() || grants.NamesGroup(type.group));
}

}  // namespace

VerbSet UnnamedVerbs(const ObjectRequirements& need) {
  const VerbSet unnamed{AgentVerb::kList, AgentVerb::kWatch};
  return need.create_named ? unnamed : unnamed | VerbSet{AgentVerb::kCreate};
}

VerbSet HeldVerbs(const ObjectRequirements& need, const ResourceType& type, absl::string_view name,
                  AgentGrants& grants) {
  const VerbSet held =
      grants.On(type.group, type.resource, GrantNamespace(need)).VerbsOn(name, need.create_named);
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
  gap.unknown = Unknown(type, grants);
  if (gap.unknown) return gap;
  const VerbSet held = HeldVerbs(need, type, name, grants);
  gap.missing = gap.needed - held;
  gap.option_missing = gap.option_needed - held;
  return gap;
}

VerbSet HeldByExecutor(const ObjectRequirements& need, const ResourceType& type,
                       absl::string_view name, AgentGrants& executor) {
  return executor.On(type.group, type.resource, GrantNamespace(need)).VerbsOn(name, true);
}

Gap CompareExecutor(const ObjectRequirements& need, const ResourceType& type,
                    absl::string_view name, AgentGrants& executor) {
  Gap gap;
  gap.needed = need.executor_verbs;
  gap.unknown = Unknown(type, executor);
  if (gap.unknown) return gap;
  gap.missing = gap.needed - HeldByExecutor(need, type, name, executor);
  return gap;
}

}  // namespace wecan
