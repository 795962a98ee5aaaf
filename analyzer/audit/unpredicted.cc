// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/unpredicted.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"

#include "analyzer/audit/agent_requests.h"
#include "analyzer/model/impersonation.h"

namespace wecan {
namespace {

// What all objects need together, by type and namespace.
class Needs {
 public:
  explicit Needs(const Requirements& requirements) {
    for (const ObjectRequirements& need : requirements.objects) {
      if (need.state != ObjectState::kChecked || need.type < 0) continue;
      const ResourceType& type = requirements.types[static_cast<size_t>(need.type)];
      Resource& resource = resources_[{type.group, type.resource}];
      const VerbSet verbs = need.apply | need.remove | need.option;
      (need.scope == ScopeKind::kEachWec ? resource.anywhere
                                         : resource.by_namespace[need.namespace_]) |= verbs;
    }
  }

  bool Has(const RequestAttributes& request) const {
    const std::optional<AgentVerb> verb = ParseAgentVerb(request.verb);
    if (!verb || !request.resource_request || !request.subresource.empty()) return false;
    const auto found = resources_.find(std::make_pair(request.api_group, request.resource));
    if (found == resources_.end()) return false;
    if (found->second.anywhere.Has(*verb)) return true;
    const auto here = found->second.by_namespace.find(request.namespace_);
    return here != found->second.by_namespace.end() && here->second.Has(*verb);
  }

 private:
  struct Resource {
    VerbSet anywhere;  // in namespaces that each WEC names differently
    absl::flat_hash_map<std::string, VerbSet> by_namespace;
  };
  absl::flat_hash_map<std::pair<std::string, std::string>, Resource> resources_;
};

// Agents try the RBAC objects of an executor in its name.
bool ImpersonatesExecutor(const RequestAttributes& request, const Requirements& requirements) {
  return request.verb == "impersonate" &&
         std::any_of(requirements.executors.begin(), requirements.executors.end(),
                     [&](const ServiceAccountRef& executor) {
                       const RequestAttributes check = ImpersonationCheck(executor.User().name);
                       return request.resource == check.resource &&
                              request.namespace_ == check.namespace_;
                     });
}

}  // namespace

std::vector<const Activity*> UnpredictedRequests(const Evidence& evidence,
                                                 const Requirements& requirements,
                                                 absl::string_view agent_namespace) {
  const Needs needs(requirements);
  std::vector<const Activity*> unpredicted;
  for (const Activity& activity : evidence.activities) {
    if (ImpersonatesExecutor(activity.request, requirements)) continue;
    if (!needs.Has(activity.request) && !IsOwnRequest(activity.request, agent_namespace))
      unpredicted.push_back(&activity);
  }
  return unpredicted;
}

}  // namespace wecan
