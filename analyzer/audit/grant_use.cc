// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/grant_use.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/grants/compact.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/rule_allows.h"

namespace wecan {
namespace {

// A rule that is larger when multiplied out is kept as it is.
constexpr size_t kMostAtoms = 100'000;

bool AnyAllows(const std::vector<PolicyRule>& rules, const RequestAttributes& request) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const PolicyRule& rule) { return RuleAllows(request, rule); });
}

size_t CountAtoms(const PolicyRule& rule) {
  return rule.verbs.size() * (rule.api_groups.size() * rule.resources.size() *
                                  std::max<size_t>(rule.resource_names.size(), 1) +
                              rule.non_resource_urls.size());
}

// The permission that `request` makes use of in a grant that is limited to names, or not.
PolicyRule PermissionOf(const RequestAttributes& request, bool limited) {
  PolicyRule rule{.verbs = {request.verb}};
  if (!request.resource_request) {
    rule.non_resource_urls = {request.path};
    return rule;
  }
  rule.api_groups = {request.api_group};
  rule.resources = {request.subresource.empty()
                        ? request.resource
                        : absl::StrCat(request.resource, "/", request.subresource)};
  if (limited) rule.resource_names = {request.name};
  return rule;
}

// Requests that were let in, and what they were used of.
class UseFinder {
 public:
  UseFinder(AgentGrants& baseline, const Evidence& evidence) : tells_(TellsOfNonUse(evidence)) {
    for (const Activity& activity : evidence.activities) {
      if (!activity.was_allowed()) continue;
      const RequestAttributes& request = activity.request;
      const std::vector<Grant>& grants = baseline.All(request.namespace_);
      const bool given = std::any_of(grants.begin(), grants.end(),
                                     [&](const Grant& g) { return RuleAllows(request, *g.rule); });
      if (request.resource_request && !request.namespace_.empty())
        in_namespace_[request.namespace_].push_back(logged_.size());
      everywhere_.push_back(logged_.size());
      logged_.push_back({&activity, given});
    }
  }

  GrantUse UseOf(const AuditedGrant& grant) {
    GrantUse use;
    const bool broad = !grant.over_broad.empty();
    std::vector<PolicyRule> all, unneeded;
    for (const size_t i : Reached(*grant.path.binding)) {
      Logged& logged = logged_[i];
      const RequestAttributes& request = logged.activity->request;
      if (!grant.is_default && (logged.by_baseline || (broad && logged.by_narrow))) continue;
      if (!RuleAllows(request, *grant.rule)) continue;
      if (!grant.is_default && !broad) logged.by_narrow = true;
      Add(*logged.activity, *grant.rule, use.all, all);
      if (AnyAllows(grant.unused, request) && !AnyAllows(grant.needed, request))
        Add(*logged.activity, *grant.rule, use.unneeded, unneeded);
    }
    if (use.all.times > 0 || tells_) use.used = use.all.times > 0;
    use.all.rules = MinimalRules(all);
    use.unneeded.rules = MinimalRules(unneeded);
    if (use.used && !grant.is_default) use.keep = Keep(grant, std::move(unneeded));
    return use;
  }

 private:
  struct Logged {
    const Activity* activity;
    bool by_baseline;
    bool by_narrow = false;  // a grant beyond it that is not over-broad
  };

  const std::vector<size_t>& Reached(const RoleBinding& binding) const {
    static const auto* none = new std::vector<size_t>();
    if (binding.cluster) return everywhere_;
    const auto found = in_namespace_.find(binding.namespace_);
    return found == in_namespace_.end() ? *none : found->second;
  }

  static void Add(const Activity& activity, const PolicyRule& rule, UsedPart& part,
                  std::vector<PolicyRule>& permissions) {
    part.times += activity.let_in();
    part.last = std::max(part.last, activity.last_allowed);
    permissions.push_back(PermissionOf(activity.request, !rule.resource_names.empty()));
  }

  // With what is not judged, or too large to be, as it is.
  static std::vector<PolicyRule> Keep(const AuditedGrant& grant, std::vector<PolicyRule> used) {
    size_t atoms = 0;
    for (const PolicyRule& rule : grant.needed) atoms += CountAtoms(rule);
    if (grant.unknown || atoms > kMostAtoms) return {*grant.rule};
    for (const PolicyRule& rule : grant.needed) {
      for (PolicyRule& atom : BreakdownRule(rule)) used.push_back(std::move(atom));
    }
    return MinimalRules(used);
  }

  const bool tells_;
  std::vector<Logged> logged_;
  std::vector<size_t> everywhere_;  // all of logged_
  absl::flat_hash_map<std::string, std::vector<size_t>> in_namespace_;
};

std::string UsedText(const UsedPart& part) {
  return absl::StrCat("used ", DescribeTimes(part.times, part.last), ": ",
                      absl::StrJoin(part.rules, ", ", [](std::string* out, const PolicyRule& rule) {
                        absl::StrAppend(out, CompactString(rule));
                      }));
}

// The rules that are limited to names, by each resource that they name.
struct NamedRules {
  absl::flat_hash_map<std::string, std::vector<const PolicyRule*>> by_resource;
  std::vector<const PolicyRule*> any;  // with a wildcard for resources

  void Add(const PolicyRule& rule) {
    if (rule.resource_names.empty()) return;
    for (const std::string& resource : rule.resources) {
      (absl::StartsWith(resource, "*") ? any : by_resource[resource]).push_back(&rule);
    }
  }

  // Other names are as good as none: no rule lists them.
  bool Has(const RequestAttributes& request) const {
    const auto matches = [&](const PolicyRule* rule) { return RuleAllows(request, *rule); };
    const auto here = by_resource.find(
        request.subresource.empty() ? request.resource
                                    : absl::StrCat(request.resource, "/", request.subresource));
    return std::any_of(any.begin(), any.end(), matches) ||
           (here != by_resource.end() &&
            std::any_of(here->second.begin(), here->second.end(), matches));
  }
};

}  // namespace

bool TellsOfNonUse(const Evidence& evidence) {
  return !evidence.activities.empty() && evidence.overflow == 0;
}

std::vector<GrantUse> FindUse(const AuditResult& result, AgentGrants& baseline,
                              const Evidence& evidence) {
  UseFinder finder(baseline, evidence);
  std::vector<GrantUse> uses(result.grants.size());
  // Over-broad grants last: by then it is known what the others give.
  for (const bool broad : {false, true}) {
    for (size_t i = 0; i < uses.size(); ++i) {
      if (result.grants[i].over_broad.empty() != broad) uses[i] = finder.UseOf(result.grants[i]);
    }
  }
  return uses;
}

void NoteUse(absl::Span<const GrantUse> uses, AuditResult& result) {
  for (AuditFinding& f : result.findings) {
    if (f.grant < 0 || !uses[f.grant].used) continue;
    const GrantUse& use = uses[f.grant];
    const bool broad = !result.grants[f.grant].over_broad.empty();
    const UsedPart& part = broad ? use.all : use.unneeded;
    absl::StrAppend(&f.finding.message, "; ",
                    part.times == 0 ? "never used in the logs"
                                    : absl::StrCat(broad ? "" : "but ", UsedText(part)));
  }
}

NameMatters NamesOfRules(const AuditResult& result, const AgentGrants& baseline) {
  auto rules = std::make_shared<NamedRules>();
  for (const AuditedGrant& grant : result.grants) rules->Add(*grant.rule);
  for (const Role& role : baseline.policy().roles) {
    for (const PolicyRule& rule : role.rules) rules->Add(rule);
  }
  return [rules](const RequestAttributes& request) { return rules->Has(request); };
}

}  // namespace wecan
