// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/explain.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/grants/rule_allows.h"
#include "analyzer/grants/rule_sources.h"

namespace wecan {
namespace {

using Texts = std::vector<std::string>;

void AddNew(const Texts& from, Texts& to) {
  for (const std::string& text : from) {
    if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
  }
}

// What `rule` would have to be to allow the request, one part of it apart.
bool MatchesBut(const PolicyRule& rule, const RequestAttributes& r, Closeness part) {
  const bool group = part == Closeness::kGroup || APIGroupMatches(rule, r.api_group);
  const bool verb = part == Closeness::kVerbs || VerbMatches(rule, r.verb);
  const bool resource =
      part == Closeness::kSubresource || ResourceMatches(rule, r.resource, r.subresource);
  const bool names = part == Closeness::kNames || ResourceNameMatches(rule, r.name);
  return r.resource_request && group && verb && resource && names;
}

// The entries of the rule that are another part of the same resource: pods for pods/log, and the
// other way round.
Texts OtherParts(const PolicyRule& rule, const RequestAttributes& r) {
  Texts parts;
  for (const std::string& entry : rule.resources) {
    const bool parent = entry == r.resource;
    if (parent || absl::StartsWith(entry, absl::StrCat(r.resource, "/"))) parts.push_back(entry);
  }
  return parts;
}

// What `rule` has of the request when `part` of it is another; empty if it is not close in that.
Texts PartOf(const PolicyRule& rule, const RequestAttributes& r, Closeness part) {
  if (!MatchesBut(rule, r, part)) return {};
  switch (part) {
    case Closeness::kNames:
      return rule.resource_names;
    case Closeness::kVerbs:
      return rule.verbs;
    case Closeness::kSubresource:
      return OtherParts(rule, r);
    case Closeness::kGroup:
      return rule.api_groups;
    case Closeness::kNamespace:
    case Closeness::kTakesIn:
      return {};
  }
  return {};
}

// Labels that bring a role's rules into `role`.
Texts WantedLabels(const Role& role) {
  Texts labels;
  for (const LabelSelector& selector : *role.aggregation) {
    for (const auto& [key, value] : selector.match_labels)
      labels.push_back(absl::StrCat(key, "=", value));
  }
  return labels;
}

// How a role that is bound where it counts is close; nothing if it is not.
std::optional<CloseRole> CloseBy(const BoundRole& bound, const RequestAttributes& request,
                                 const RbacPolicy& policy) {
  CloseRole close{.binding = bound.binding, .role = bound.role};
  for (Closeness part :
       {Closeness::kNames, Closeness::kVerbs, Closeness::kSubresource, Closeness::kGroup}) {
    close.closeness = part;
    for (const PolicyRule& rule : bound.role->rules) {
      const Texts has = PartOf(rule, request, part);
      if (!has.empty() && close.has.empty()) close.sources = RuleSources(*bound.role, rule, policy);
      AddNew(has, close.has);
    }
    if (!close.has.empty()) return close;
  }
  if (!bound.role->aggregation) return std::nullopt;
  close.closeness = Closeness::kTakesIn;
  close.has = WantedLabels(*bound.role);
  return close;
}

// Roles that would allow it, were they not bound in another namespace.
void AddOtherNamespaces(const Authorizer& authorizer, const UserInfo& user,
                        const RequestAttributes& request, const RbacPolicy& policy,
                        std::vector<CloseRole>& close) {
  if (!request.resource_request) return;
  const size_t cluster_wide = authorizer.BoundRoles(user, "").size();
  for (const std::string& ns : authorizer.NamespacesOf(user)) {
    if (ns == request.namespace_) continue;
    const std::vector<BoundRole> bound = authorizer.BoundRoles(user, ns);
    for (size_t i = cluster_wide; i < bound.size(); ++i) {
      if (bound[i].role == nullptr) continue;
      const std::vector<PolicyRule>& rules = bound[i].role->rules;
      const auto rule = std::find_if(rules.begin(), rules.end(),
                                     [&](const PolicyRule& r) { return RuleAllows(request, r); });
      if (rule == rules.end()) continue;
      close.push_back({bound[i].binding,
                       bound[i].role,
                       Closeness::kNamespace,
                       {ns},
                       RuleSources(*bound[i].role, *rule, policy)});
    }
  }
}

}  // namespace

Explanation Explain(const RbacPolicy& policy, const Authorizer& authorizer, const UserInfo& user,
                    const RequestAttributes& request) {
  Explanation explanation;
  explanation.decision = authorizer.Authorize(user, request);
  const Grant& witness = explanation.decision.witness;
  if (explanation.decision.allowed) {
    if (witness.rule != nullptr)
      explanation.sources = RuleSources(*witness.role, *witness.rule, policy);
    return explanation;
  }
  const std::string ns = request.resource_request ? request.namespace_ : "";
  for (const BoundRole& bound : authorizer.BoundRoles(user, ns)) {
    if (bound.role == nullptr) {
      explanation.dangling.push_back(bound.binding);
    } else if (std::optional<CloseRole> close = CloseBy(bound, request, policy)) {
      explanation.close.push_back(*std::move(close));
    } else {
      ++explanation.others;
    }
  }
  AddOtherNamespaces(authorizer, user, request, policy, explanation.close);
  std::stable_sort(
      explanation.close.begin(), explanation.close.end(),
      [](const CloseRole& a, const CloseRole& b) { return a.closeness < b.closeness; });
  return explanation;
}

}  // namespace wecan
