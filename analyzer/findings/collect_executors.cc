// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

#include "analyzer/findings/collect.h"
#include "analyzer/findings/via.h"
#include "analyzer/gaps/compare.h"

namespace wecan {
namespace {

// Findings about one executor: one for each resource, scope and set of missing verbs.
class ExecutorCollector {
 public:
  ExecutorCollector(const AnalysisInput& input, const Requirements& requirements,
                    const ServiceAccountRef& executor, const AgentGrants& agent)
      : input_(input),
        requirements_(requirements),
        executor_(executor),
        grants_(agent, executor.User()) {}

  void Check(int i) {
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const Gap gap = CompareExecutor(need, type, input_.objects[i].name, grants_);
    if (gap.missing.empty()) return;
    const Key key{type.group, type.resource, need.scope, need.namespace_, gap.missing.bits()};
    const auto [it, inserted] = index_.try_emplace(key, findings_.size());
    if (inserted) findings_.push_back(Start(need, type, gap.missing));
    Finding& finding = findings_[it->second];
    finding.permission->needed |= gap.needed;
    finding.objects.push_back(i);
  }

  std::vector<Finding> Take() {
    for (Finding& f : findings_) Finish(f);
    return std::move(findings_);
  }

 private:
  using Key = std::tuple<std::string, std::string, ScopeKind, std::string, uint8_t>;

  Finding Start(const ObjectRequirements& need, const ResourceType& type, VerbSet missing) const {
    const FindingRule* rule = FindRule("WEC106");
    Finding finding{.rule = rule, .level = rule->level, .account = grants_.user().name};
    finding.permission = GapOn(type, need, missing);
    return finding;
  }

  void Finish(Finding& f) {
    PermissionGap& gap = *f.permission;
    gap.granted = gap.needed - gap.missing;
    const bool each_wec = gap.scope == ScopeKind::kEachWec;
    gap.via = GrantsBehind(
        gap, {each_wec ? absl::string_view() : absl::string_view(gap.namespace_)}, grants_);
    const std::string name = absl::StrCat("executor ", executor_.Display());
    f.message = absl::StrCat(name, " cannot ", gap.missing.Join(", "), " ", QualifiedResource(gap),
                             " ", DescribeScope(gap));
    const std::string held = DescribeHeld(gap);
    f.hint = absl::StrCat("missing for the ", name, held.empty() ? "" : "; ", held);
    std::vector<std::string> id = IdParts(*f.rule, gap);
    id.push_back(f.account);
    f.id = FindingId(id);
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const ServiceAccountRef& executor_;
  AgentGrants grants_;
  std::vector<Finding> findings_;
  std::map<Key, size_t> index_;
};

}  // namespace

std::vector<Finding> CollectExecutorFindings(const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const AgentGrants& agent) {
  std::vector<std::vector<int>> objects(requirements.executors.size());
  for (size_t i = 0; i < requirements.objects.size(); ++i) {
    if (const int executor = requirements.objects[i].executor; executor >= 0)
      objects[executor].push_back(static_cast<int>(i));
  }
  std::vector<Finding> findings;
  for (size_t e = 0; e < objects.size(); ++e) {
    ExecutorCollector collector(input, requirements, requirements.executors[e], agent);
    for (int i : objects[e]) collector.Check(i);
    for (Finding& f : collector.Take()) findings.push_back(std::move(f));
  }
  return findings;
}

}  // namespace wecan
