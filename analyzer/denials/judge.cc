// SPDX-License-Identifier: Apache-2.0
#include "analyzer/denials/judge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"

#include "analyzer/findings/via.h"
#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/requirements/strategy.h"

namespace wecan {
namespace {

constexpr VerbSet kListWatch = {AgentVerb::kList, AgentVerb::kWatch};

// What the agent asks for an object under the strategy, as long as it lives alone.
VerbSet NeededVerbs(const DeriveOptions& options) {
  const StrategyRule& rule = RuleOf(options.update_strategy.value_or(UpdateStrategy::kUpdate));
  return rule.apply | rule.remove | (options.shared ? rule.shared : VerbSet());
}

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// The namespace that a grant has to reach. The API server names one for a Namespace, too.
std::string GrantNamespace(const Denial& d) {
  const bool is_namespace = d.group.empty() && d.resource == "namespaces";
  return is_namespace ? "" : d.namespace_;
}

class Judge {
 public:
  Judge(const Surroundings& around, bool work_agent)
      : around_(around),
        work_agent_(work_agent),
        profile_(Aggregated(around.options.profile.policy), around.options.agent.User()),
        with_input_(EffectivePolicy(around.input, around.requirements, around.options),
                    around.options.agent.User()) {}

  DenialVerdict Run(const Denial& d) {
    DenialVerdict v;
    v.objects = ObjectsOf(d);
    if (!d.Is(kMissingPermission) || d.refusal->id == "rbac-forbidden-elided") return v;
    if (!work_agent_ && (!around_.any_subject || d.user.empty())) return v;
    v.namespace_ = GrantNamespace(d);
    const std::optional<AgentVerb> verb = ParseAgentVerb(d.verb);
    // Of others nobody knows what they ask next; of URLs and subresources nothing follows.
    if (!work_agent_ || !verb || !d.path.empty() || !d.subresource.empty()) {
      v.verbs = {d.verb};
      return v;
    }
    JudgeAgent(d, *verb, v);
    return v;
  }

 private:
  static RbacPolicy Aggregated(RbacPolicy policy) {
    AggregateClusterRoles(policy);
    return policy;
  }

  void JudgeAgent(const Denial& d, AgentVerb verb, DenialVerdict& v) {
    const ResourceGrants& grants = profile_.On(d.group, d.resource, v.namespace_);
    const VerbSet held = grants.VerbsOn(d.name, false);
    v.refutes_profile = held.Has(verb);
    VerbSet verbs;
    if (kListWatch.Has(verb)) {
      verbs = kListWatch;
    } else {
      const VerbSet needed = NeededVerbs(around_.options.derive);
      verbs = (v.refutes_profile ? needed : needed - held) | VerbSet{verb};
      if (!v.refutes_profile && !(needed & held).empty()) {
        const PermissionGap gap{.group = d.group, .resource = d.resource, .granted = needed & held};
        const absl::string_view ns = v.namespace_;
        v.via = GrantsBehind(gap, {ns}, profile_);
      }
    }
    v.granted_in_input =
        !around_.input.rbac.roles.empty() &&
        (verbs - with_input_.On(d.group, d.resource, v.namespace_).VerbsOn(d.name, false)).empty();
    v.verbs = verbs.Names();
    v.next = (verbs - VerbSet{verb}).Names();
    SortVerbs(v.next);
  }

  // Those that the denial may be about: of its resource, in its namespace, with its name.
  std::vector<int> ObjectsOf(const Denial& d) const {
    std::vector<int> objects;
    const AnalysisInput& input = around_.input;
    if (d.resource.empty() && d.kind.empty()) return objects;
    for (size_t i = 0; i < input.objects.size(); ++i) {
      const Object& o = input.objects[i];
      const ObjectRequirements& need = around_.requirements.objects[i];
      if (need.type < 0) continue;
      const ResourceType& type = around_.requirements.types[need.type];
      const bool same_type = d.resource.empty()
                                 ? o.kind == d.kind
                                 : type.group == d.group && type.resource == d.resource;
      const bool same_place =
          d.namespace_.empty() || GrantNamespace(d).empty() || need.namespace_ == d.namespace_;
      const bool same_name = d.name.empty() || o.name == d.name;
      if (same_type && same_place && same_name) objects.push_back(static_cast<int>(i));
    }
    return objects;
  }

  const Surroundings& around_;
  const bool work_agent_;
  AgentGrants profile_, with_input_;
};

// What is left of `rule` when it says nothing of the resource any more.
std::vector<PolicyRule> Without(const PolicyRule& rule, const std::string& group,
                                const std::string& resource) {
  const bool all_groups = Contains(rule.api_groups, "*");
  if (!all_groups && !Contains(rule.api_groups, group)) return {rule};
  const bool all_resources = Contains(rule.resources, "*");
  if (!all_resources && !Contains(rule.resources, resource)) return {rule};
  std::vector<PolicyRule> rest;
  if (!all_groups && rule.api_groups.size() > 1) {
    PolicyRule others = rule;
    std::erase(others.api_groups, group);
    rest.push_back(std::move(others));
  }
  if (!all_resources && rule.resources.size() > 1) {
    PolicyRule others = rule;
    std::erase(others.resources, resource);
    if (!all_groups) others.api_groups = {group};
    rest.push_back(std::move(others));
  }
  return rest;
}

}  // namespace

std::optional<Agent> WorkAgentOf(const std::string& user, const Agent& named) {
  std::string ns, name;
  if (!ParseServiceAccountUsername(user, &ns, &name)) return std::nullopt;
  if (ServiceAccountRef{ns, name} == named.Account()) return named;
  absl::string_view klusterlet = name;
  if (!absl::ConsumeSuffix(&klusterlet, "-work-sa") || klusterlet.empty()) return std::nullopt;
  return Agent{.namespace_ = ns, .service_account = name, .klusterlet = std::string(klusterlet)};
}

std::vector<DenialVerdict> JudgeDenials(const std::vector<const Denial*>& denials,
                                        const Surroundings& around, bool work_agent) {
  Judge judge(around, work_agent);
  std::vector<DenialVerdict> verdicts;
  verdicts.reserve(denials.size());
  for (const Denial* d : denials) verdicts.push_back(judge.Run(*d));
  return verdicts;
}

RbacPolicy WithoutRefuted(const RbacPolicy& policy, const std::vector<const Denial*>& denials,
                          const std::vector<DenialVerdict>& verdicts) {
  RbacPolicy left = policy;
  for (size_t i = 0; i < denials.size(); ++i) {
    if (!verdicts[i].refutes_profile) continue;
    for (Role& role : left.roles) {
      std::vector<PolicyRule> rules;
      for (const PolicyRule& rule : role.rules) {
        for (PolicyRule& r : Without(rule, denials[i]->group, denials[i]->resource))
          rules.push_back(std::move(r));
      }
      role.rules = std::move(rules);
    }
  }
  return left;
}

}  // namespace wecan
