// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/grant_needs.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/container/flat_hash_map.h"

#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/fixes/role_change.h"
#include "analyzer/grants/covers.h"

namespace wecan {
namespace {

// What is needed is not what a fix would grant: guardrails have no say.
constexpr bool kAllowEscalation = true;

bool IsAboutNamespaces(const PolicyRule& rule) {
  return rule.resources == std::vector<std::string>{"namespaces"} &&
         rule.api_groups == std::vector<std::string>{""};
}

// The requests that carry the name of a Namespace object have it as their namespace, too, so a Role
// inside serves them. Source: kubernetes/apiserver pkg/endpoints/request/requestinfo.go.
PolicyRule NamedRequests(PolicyRule rule) {
  std::erase_if(rule.verbs, [](const std::string& verb) {
    return verb == "create" || verb == "list" || verb == "watch";
  });
  return rule;
}

}  // namespace

GrantNeeds::GrantNeeds(const AnalysisInput& input, const Requirements& requirements,
                       const AnalyzeOptions& options, AgentGrants& without)
    : input_(input),
      requirements_(requirements),
      needed_(FindNeeded(input, requirements, options, {.allow_escalation = kAllowEscalation},
                         GrantStrategy::kClusterBinding, without)) {
  for (const Permission& p : needed_.permissions) {
    if (p.rule.non_resource_urls.empty() && !p.namespace_.empty())
      in_namespace_[p.namespace_].push_back(&p);
    if (p.executor < 0 && IsAboutNamespaces(p.rule)) about_namespaces_.push_back(&p);
  }
}

const GrantNeeds::Scope& GrantNeeds::ScopeOf(const RoleBinding& binding) {
  Key key(binding.cluster ? "" : binding.namespace_, {});
  for (size_t i = 0; i < requirements_.executors.size(); ++i) {
    if (AppliesTo(binding.subjects, requirements_.executors[i].User(), key.first) >= 0)
      key.second.push_back(static_cast<int>(i));
  }
  const auto [it, inserted] = scopes_.try_emplace(key);
  Scope& scope = it->second;
  if (!inserted) return scope;
  const std::string& ns = key.first;
  absl::flat_hash_map<PolicyRule, std::vector<int>> objects;
  std::vector<PolicyRule> rules;
  const auto add = [&](const PolicyRule& rule, const std::vector<int>& whose) {
    if (rule.verbs.empty()) return;
    std::vector<int>& all = objects[rule];
    if (all.empty()) rules.push_back(rule);
    all.insert(all.end(), whose.begin(), whose.end());
  };
  const auto serve = [&](const Permission& p) {
    if (p.executor < 0 || std::binary_search(key.second.begin(), key.second.end(), p.executor))
      add(p.rule, p.objects);
  };
  if (ns.empty()) {
    for (const Permission& p : needed_.permissions) serve(p);
  } else {
    if (const auto here = in_namespace_.find(ns); here != in_namespace_.end()) {
      for (const Permission* p : here->second) serve(*p);
    }
    for (const Permission* p : about_namespaces_) {
      std::vector<int> named;
      std::copy_if(p->objects.begin(), p->objects.end(), std::back_inserter(named),
                   [&](int object) { return input_.objects[object].name == ns; });
      if (!named.empty()) add(NamedRequests(p->rule), named);
    }
  }
  scope.rules = MinimalRules(rules);
  for (const PolicyRule& rule : rules) scope.objects.emplace_back(rule, std::move(objects[rule]));
  return scope;
}

RuleNeeds GrantNeeds::Of(const PolicyRule& rule, const RoleBinding& binding) {
  const Scope& scope = ScopeOf(binding);
  RuleNeeds needs;
  needs.rules = ApplyChange({rule}, PruneRules({rule}, scope.rules, {}));
  if (needs.rules.empty()) return needs;
  std::set<int> objects;
  for (const auto& [needed, whose] : scope.objects) {
    if (!ApplyChange({rule}, PruneRules({rule}, {needed}, {})).empty())
      objects.insert(whose.begin(), whose.end());
  }
  needs.objects.assign(objects.begin(), objects.end());
  return needs;
}

}  // namespace wecan
