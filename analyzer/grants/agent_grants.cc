// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/agent_grants.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"

#include "analyzer/grants/rule_allows.h"

namespace wecan {
namespace {

constexpr VerbSet kUnnamed{AgentVerb::kList, AgentVerb::kWatch};

bool Contains(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

VerbSet VerbsOf(const PolicyRule& rule) {
  VerbSet verbs;
  for (int i = 0; i < kAgentVerbs; ++i) {
    if (VerbMatches(rule, VerbName(static_cast<AgentVerb>(i))))
      verbs.Add(static_cast<AgentVerb>(i));
  }
  return verbs;
}

}  // namespace

RbacPolicy MergePolicies(const RbacPolicy& base, const RbacPolicy& added) {
  const auto role_key = [](const Role& r) { return std::make_tuple(r.kind, r.namespace_, r.name); };
  const auto binding_key = [](const RoleBinding& b) {
    return std::make_tuple(b.cluster, b.namespace_, b.name);
  };
  // From the last to the first, so that of equal ones the last stays; then back into the original
  // order.
  const auto merge = [](const auto& first, const auto& second, auto key, auto& out) {
    std::set<decltype(key(first[0]))> seen;
    for (const auto* list : {&second, &first}) {
      for (auto it = list->rbegin(); it != list->rend(); ++it) {
        if (seen.insert(key(*it)).second) out.push_back(*it);
      }
    }
    std::reverse(out.begin(), out.end());
  };
  RbacPolicy merged;
  merge(base.roles, added.roles, role_key, merged.roles);
  merge(base.bindings, added.bindings, binding_key, merged.bindings);
  return merged;
}

VerbSet ResourceGrants::VerbsOn(absl::string_view name, bool create_named) const {
  VerbSet unnamed = kUnnamed;
  if (!create_named) unnamed.Add(AgentVerb::kCreate);
  VerbSet verbs;
  for (const Held& h : held) {
    const std::vector<std::string>& names = h.grant->rule->resource_names;
    if (names.empty()) {
      verbs |= h.verbs;
      continue;
    }
    if (Contains(names, name)) verbs |= h.verbs - unnamed;
    if (Contains(names, ""))
      verbs |= h.verbs & unnamed;  // "" in resourceNames matches unnamed requests
  }
  return verbs;
}

AgentGrants::AgentGrants(UserInfo user, std::shared_ptr<const Policy> policy)
    : policy_(std::move(policy)),
      user_(std::move(user)),
      namespaces_(authorizer().NamespacesOf(user_)) {}

AgentGrants::AgentGrants(RbacPolicy policy, UserInfo user)
    : AgentGrants(std::move(user), std::make_shared<const Policy>(std::move(policy))) {}

AgentGrants::AgentGrants(const AgentGrants& other, UserInfo user)
    : AgentGrants(std::move(user), other.policy_) {}

absl::string_view AgentGrants::Relevant(absl::string_view ns) const {
  const auto it = std::lower_bound(
      namespaces_.begin(), namespaces_.end(), ns,
      [](const std::string& a, absl::string_view b) { return absl::string_view(a) < b; });
  return it != namespaces_.end() && *it == ns ? absl::string_view(*it) : absl::string_view();
}

const std::vector<Grant>& AgentGrants::All(absl::string_view ns) {
  std::unique_ptr<std::vector<Grant>>& grants = by_namespace_[Relevant(ns)];
  if (grants == nullptr) {
    grants =
        std::make_unique<std::vector<Grant>>(authorizer().RulesFor(user_, Relevant(ns)).grants);
  }
  return *grants;
}

const ResourceGrants& AgentGrants::On(absl::string_view group, absl::string_view resource,
                                      absl::string_view ns) {
  constexpr absl::string_view kNul("\0", 1);
  std::unique_ptr<ResourceGrants>& found =
      by_resource_[absl::StrCat(group, kNul, resource, kNul, Relevant(ns))];
  if (found == nullptr) {
    auto grants = std::make_unique<ResourceGrants>();
    for (const Grant& grant : All(ns)) {
      if (!APIGroupMatches(*grant.rule, group) || !ResourceMatches(*grant.rule, resource, ""))
        continue;
      const VerbSet verbs = VerbsOf(*grant.rule);
      if (!verbs.empty()) grants->held.push_back({&grant, verbs});
    }
    found = std::move(grants);
  }
  return *found;
}

bool AgentGrants::NamesGroup(absl::string_view group) {
  const auto [it, inserted] = names_group_.try_emplace(group, false);
  if (inserted) {
    const auto names = [&](absl::string_view ns) {
      const std::vector<Grant>& grants = All(ns);
      return std::any_of(grants.begin(), grants.end(),
                         [&](const Grant& g) { return APIGroupMatches(*g.rule, group); });
    };
    it->second = names("") || std::any_of(namespaces_.begin(), namespaces_.end(), names);
  }
  return it->second;
}

}  // namespace wecan
