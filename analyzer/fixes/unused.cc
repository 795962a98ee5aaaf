// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/unused.h"

#include <utility>

#include "analyzer/fixes/missing.h"
#include "analyzer/gaps/compare.h"
#include "analyzer/grants/covers.h"

namespace wecan {

std::vector<int> UnknownObjects(const AnalysisInput& input, const Requirements& requirements,
                                AgentGrants& grants) {
  std::vector<int> objects;
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const ObjectRequirements& need = requirements.objects[i];
    if (need.state != ObjectState::kChecked) continue;
    const ResourceType& type = requirements.types[need.type];
    if (type.source == ResourceSource::kGuess && Compare(need, type, "", grants).unknown)
      objects.push_back(static_cast<int>(i));
  }
  return objects;
}

NeededPermissions FindNeeded(const AnalysisInput& input, const Requirements& requirements,
                             const AnalyzeOptions& options, const FixOptions& fix,
                             GrantStrategy strategy, AgentGrants& without) {
  NeededPermissions needed{
      .permissions = FindMissing(input, requirements, options, fix, strategy, without).permissions};
  for (int object : UnknownObjects(input, requirements, without)) {
    const ObjectRequirements& need = requirements.objects[object];
    needed.unknown_groups.insert(requirements.types[need.type].group);
  }
  return needed;
}

std::vector<PolicyRule> NeededOf(absl::Span<const PolicyRule> rules,
                                 const NeededPermissions& needed,
                                 absl::FunctionRef<bool(const Permission&)> serves) {
  std::vector<PolicyRule> wanted;
  for (const Permission& p : needed.permissions) {
    if (serves(p)) wanted.push_back(p.rule);
  }
  if (needed.unknown_groups.empty()) return wanted;
  for (const PolicyRule& rule : rules) {
    for (PolicyRule& atom : BreakdownRule(rule)) {
      if (!atom.api_groups.empty() && needed.unknown_groups.count(atom.api_groups[0]) > 0)
        wanted.push_back(std::move(atom));
    }
  }
  return wanted;
}

}  // namespace wecan
