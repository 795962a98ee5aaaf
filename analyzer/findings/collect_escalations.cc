// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

#include "analyzer/findings/collect.h"
#include "analyzer/gaps/escalations.h"
#include "analyzer/grants/compact.h"

namespace wecan {
namespace {

using Outcome = EscalationResult::Outcome;

class EscalationCollector {
 public:
  EscalationCollector(const AnalysisInput& input, const Requirements& requirements)
      : input_(input), requirements_(requirements) {}

  void Add(EscalationGap gap, const std::string& account) {
    if (gap.result.outcome == Outcome::kRoleNotFound) {
      AddUnknown(gap.object);
    } else {
      AddRefused(std::move(gap), account);
    }
  }

  EscalationFindings Take() { return std::move(result_); }

 private:
  // Copies of one object are one finding.
  using Key = std::tuple<std::string, std::string, std::string>;  // account, namespace, message

  void AddRefused(EscalationGap gap, const std::string& account) {
    const Object& o = input_.objects[gap.object];
    const std::string& ns = requirements_.objects[gap.object].namespace_;
    const auto [it, inserted] =
        index_.try_emplace({account, ns, gap.result.message}, result_.findings.size());
    if (inserted) {
      const FindingRule* rule = FindRule("WEC105");
      std::vector<std::string> id = {std::string(rule->id), o.group, o.kind, ns, o.name, account};
      for (const PolicyRule& missing : gap.result.missing) id.push_back(CompactString(missing));
      result_.findings.push_back({.id = FindingId(id),
                                  .rule = rule,
                                  .level = rule->level,
                                  .message = gap.result.message,
                                  .hint = Hint(gap),
                                  .account = account,
                                  .escalation = std::move(gap.result)});
    }
    result_.findings[it->second].objects.push_back(gap.object);
  }

  // The smaller power first.
  std::string Hint(const EscalationGap& gap) const {
    const Object& o = input_.objects[gap.object];
    std::string who = "the agent";
    if (gap.executor >= 0)
      who = absl::StrCat("the executor ", requirements_.executors[gap.executor].Display());
    if (gap.result.aggregation) {
      return absl::StrCat("write the rules out instead of the aggregationRule, or grant ", who,
                          " escalate on clusterroles, which is as much as cluster-admin");
    }
    if (o.kind == "Role" || o.kind == "ClusterRole") {
      return absl::StrCat("grant ", who, " these rules; escalate on ",
                          o.kind == "Role" ? "roles" : "clusterroles",
                          " would be as much as cluster-admin");
    }
    return absl::StrCat("grant ", who, " these rules, or bind on the role alone (resourceNames)");
  }

  // Neither yes nor no.
  void AddUnknown(int object) {
    if (!unknown_.insert(object).second) return;
    const Object& o = input_.objects[object];
    result_.warnings.push_back(
        {.level = Level::kWarning,
         .message = absl::StrCat(o.kind, " ", o.name,
                                 " refers to a role that is not in the input, so whether its "
                                 "rules may be granted cannot be told. "
                                 "Add the role to the input, or pass it with --load"),
         .location = o.location});
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  EscalationFindings result_;
  std::map<Key, size_t> index_;
  std::set<int> unknown_;
};

}  // namespace

EscalationFindings CollectEscalationFindings(const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const std::string& default_namespace,
                                             const AgentGrants& agent) {
  EscalationCollector collector(input, requirements);
  for (EscalationGap& gap : FindAllEscalations(input, requirements, default_namespace, agent)) {
    const std::string account =
        gap.executor < 0 ? agent.user().name : requirements.executors[gap.executor].User().name;
    collector.Add(std::move(gap), account);
  }
  return collector.Take();
}

}  // namespace wecan
