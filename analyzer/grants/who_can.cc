// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/who_can.h"

#include <algorithm>

#include "analyzer/grants/rule_allows.h"
#include "analyzer/grants/rule_sources.h"

namespace wecan {
namespace {

constexpr char kMasters[] = "system:masters";

// Whether the authorizer would look at the binding for `request`.
bool Counts(const RoleBinding& binding, const RequestAttributes& request, bool any_namespace) {
  if (binding.cluster) return true;
  if (!request.resource_request || binding.namespace_.empty()) return false;
  return binding.namespace_ == request.namespace_ || (any_namespace && request.namespace_.empty());
}

// The subject as somebody could be it: with its namespace; kind "" if it matches nobody.
Subject Resolved(const Subject& subject, const RoleBinding& binding) {
  if (subject.kind == "User" || subject.kind == "Group") return subject;
  Subject account = subject;
  if (account.namespace_.empty()) account.namespace_ = binding.namespace_;
  if (account.kind != "ServiceAccount" || account.namespace_.empty()) account.kind.clear();
  return account;
}

const PolicyRule* FirstAllowing(const Role& role, const RequestAttributes& request) {
  const auto rule = std::find_if(role.rules.begin(), role.rules.end(),
                                 [&](const PolicyRule& r) { return RuleAllows(request, r); });
  return rule == role.rules.end() ? nullptr : &*rule;
}

}  // namespace

bool WhoCan::anybody() const {
  return std::any_of(holders.begin(), holders.end(), [](const Holder& holder) {
    return holder.subject.kind != "Group" || holder.subject.name != kMasters;
  });
}

WhoCan FindWhoCan(const RbacPolicy& policy, const RequestAttributes& request, bool any_namespace) {
  const Authorizer authorizer(policy);
  WhoCan who;
  who.holders.push_back({.subject = {.kind = "Group", .name = kMasters}});
  for (const RoleBinding* binding : authorizer.bindings()) {
    if (!Counts(*binding, request, any_namespace)) continue;
    const Role* role = authorizer.RoleOf(*binding);
    if (role == nullptr) {
      who.dangling.push_back(binding);
      continue;
    }
    const PolicyRule* rule = FirstAllowing(*role, request);
    if (rule == nullptr) continue;
    for (const Subject& subject : binding->subjects) {
      Subject resolved = Resolved(subject, *binding);
      if (resolved.kind.empty()) continue;
      who.holders.push_back({.subject = std::move(resolved),
                             .namespace_ = binding->namespace_,
                             .binding = binding,
                             .role = role,
                             .rule = rule,
                             .sources = RuleSources(*role, *rule, policy)});
    }
  }
  return who;
}

}  // namespace wecan
