// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/builders.h"

#include <algorithm>
#include <ostream>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "analyzer/grants/compact.h"

namespace wecan {

std::vector<std::string> Words(absl::string_view text) { return absl::StrSplit(text, ','); }

PolicyRule Rule(absl::string_view verbs, absl::string_view groups, absl::string_view resources,
                absl::string_view names) {
  PolicyRule rule{
      .verbs = Words(verbs), .api_groups = Words(groups), .resources = Words(resources)};
  if (!names.empty()) rule.resource_names = Words(names);
  return rule;
}

PolicyRule UrlRule(absl::string_view verbs, absl::string_view urls) {
  return {.verbs = Words(verbs), .non_resource_urls = Words(urls)};
}

Subject User(absl::string_view name) { return {"User", "", std::string(name)}; }
Subject Group(absl::string_view name) { return {"Group", "", std::string(name)}; }
Subject ServiceAccount(absl::string_view ns, absl::string_view name) {
  return {"ServiceAccount", std::string(ns), std::string(name)};
}

Role MakeClusterRole(absl::string_view name, std::vector<PolicyRule> rules, Labels labels) {
  return {.kind = RoleKind::kClusterRole,
          .name = std::string(name),
          .labels = std::move(labels),
          .rules = std::move(rules)};
}

Role MakeRole(absl::string_view ns, absl::string_view name, std::vector<PolicyRule> rules) {
  return {.kind = RoleKind::kRole,
          .namespace_ = std::string(ns),
          .name = std::string(name),
          .rules = std::move(rules)};
}

Role MakeAggregatedRole(absl::string_view name, std::vector<LabelSelector> selectors, Labels labels,
                        std::vector<PolicyRule> rules) {
  Role role = MakeClusterRole(name, std::move(rules), std::move(labels));
  role.aggregation = std::move(selectors);
  return role;
}

RoleBinding BindClusterRole(absl::string_view role, std::vector<Subject> subjects) {
  return {.cluster = true,
          .name = absl::StrCat("bind-", role),
          .role_ref = {kRbacGroup, "ClusterRole", std::string(role)},
          .subjects = std::move(subjects)};
}

RoleBinding BindRole(absl::string_view ns, absl::string_view kind, absl::string_view role,
                     std::vector<Subject> subjects) {
  return {.namespace_ = std::string(ns),
          .name = absl::StrCat("bind-", role),
          .role_ref = {kRbacGroup, std::string(kind), std::string(role)},
          .subjects = std::move(subjects)};
}

VerbSet Verbs(absl::string_view text) {
  VerbSet verbs;
  for (absl::string_view word : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    bool known = false;
    for (int i = 0; i < kAgentVerbs; ++i) {
      const AgentVerb verb = static_cast<AgentVerb>(i);
      if (VerbName(verb) != word) continue;
      verbs.Add(verb);
      known = true;
    }
    if (!known) throw std::invalid_argument(absl::StrCat("no agent verb: ", word));
  }
  return verbs;
}

std::vector<PolicyRule> RulesOf(const ResolvedRules& resolved) {
  std::vector<PolicyRule> rules;
  for (const Grant& grant : resolved.grants) rules.push_back(*grant.rule);
  return rules;
}

PolicyRule Sorted(PolicyRule rule) {
  for (auto* list : {&rule.verbs, &rule.api_groups, &rule.resources, &rule.resource_names,
                     &rule.non_resource_urls}) {
    std::sort(list->begin(), list->end());
  }
  return rule;
}

void PrintTo(const PolicyRule& rule, std::ostream* os) { *os << CompactString(rule); }

void PrintTo(const RequestAttributes& r, std::ostream* os) {
  if (!r.resource_request) {
    *os << r.verb << " path \"" << r.path << '"';
    return;
  }
  *os << r.verb << " \"" << r.resource << '"';
  if (!r.subresource.empty()) *os << " subresource \"" << r.subresource << '"';
  *os << " group \"" << r.api_group << "\" namespace \"" << r.namespace_ << "\" name \"" << r.name
      << '"';
}

void PrintTo(const UserInfo& user, std::ostream* os) {
  *os << '"' << user.name << "\" in [" << absl::StrJoin(user.groups, ", ") << "]";
}

void PrintTo(VerbSet verbs, std::ostream* os) { *os << "{" << verbs.Join(", ") << "}"; }

}  // namespace wecan
