// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/audit.h"

#include <algorithm>
#include <memory>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "analyzer/audit/audit_findings.h"
#include "analyzer/audit/grant_needs.h"
#include "analyzer/audit/leftover.h"
#include "analyzer/findings/suppress.h"
#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/grants/cover_index.h"

namespace wecan {
namespace {

// Rules of one audit are compared with the baseline within one budget.
constexpr CoverBudget kBudget = {.steps = 200'000'000, .atoms = 200'000, .bytes = 16 << 20};

// What the baseline holds in one namespace.
struct BaselineScope {
  explicit BaselineScope(const std::vector<Grant>& grants)
      : rules(RulesOf(grants)), index(PointersTo(rules)) {}

  static std::vector<PolicyRule> RulesOf(const std::vector<Grant>& grants) {
    std::vector<PolicyRule> rules;
    for (const Grant& g : grants) rules.push_back(*g.rule);
    return rules;
  }
  static std::vector<const PolicyRule*> PointersTo(const std::vector<PolicyRule>& rules) {
    std::vector<const PolicyRule*> pointers;
    for (const PolicyRule& rule : rules) pointers.push_back(&rule);
    return pointers;
  }

  const std::vector<PolicyRule> rules;
  const CoverIndex index;
};

bool HoldsNothing(const PolicyRule& rule) {
  const bool resources = !rule.api_groups.empty() && !rule.resources.empty();
  return rule.verbs.empty() || (!resources && rule.non_resource_urls.empty());
}

class Auditor {
 public:
  explicit Auditor(const AuditSubject& subject) : s_(subject) {}

  std::vector<AuditedGrant> Run() {
    NoteUnknownGroups(s_.held);
    NoteUnknownGroups(s_.baseline);
    absl::flat_hash_set<std::tuple<const RoleBinding*, const Role*, PolicyRule>> told;
    for (const HeldRule& held : SortedRules()) {
      if (HoldsNothing(*held.rule)) continue;
      if (told.emplace(held.by.binding, held.by.role, *held.rule).second)
        grants_.push_back(Compare(held));
    }
    Judge();
    return std::move(grants_);
  }

 private:
  void NoteUnknownGroups(AgentGrants& grants) {
    for (int object : UnknownObjects(s_.input, s_.requirements, grants)) {
      const ObjectRequirements& need = s_.requirements.objects[object];
      unknown_groups_.insert(s_.requirements.types[need.type].group);
    }
  }

  // By path, whatever the order of the files that the roles are in.
  std::vector<HeldRule> SortedRules() const {
    std::vector<HeldRule> rules = HeldRules(s_.held);
    const auto key = [](const HeldRule& held) {
      const RoleBinding& b = *held.by.binding;
      return std::make_tuple(!b.cluster, absl::string_view(b.namespace_), absl::string_view(b.name),
                             held.by.role != held.by.bound, absl::string_view(held.by.role->name));
    };
    std::stable_sort(rules.begin(), rules.end(),
                     [&](const HeldRule& a, const HeldRule& b) { return key(a) < key(b); });
    return rules;
  }

  const BaselineScope& ScopeOf(const RoleBinding& binding) {
    const std::string& ns = binding.namespace_;
    const std::vector<std::string>& namespaces = s_.baseline.namespaces();
    const bool own = std::binary_search(namespaces.begin(), namespaces.end(), ns);
    std::unique_ptr<BaselineScope>& scope = scopes_[own ? ns : ""];
    if (scope == nullptr) scope = std::make_unique<BaselineScope>(s_.baseline.All(own ? ns : ""));
    return *scope;
  }

  // Against the baseline.
  AuditedGrant Compare(const HeldRule& held) {
    AuditedGrant grant{.path = held.by, .rule = held.rule};
    const BaselineScope& scope = ScopeOf(*held.by.binding);
    const CoverGap gap = scope.index.Uncovered({*held.rule}, budget_);
    grant.is_default = gap.complete && gap.atoms.empty();
    if (grant.is_default) return grant;
    grant.over_broad = FindOverBroad(*held.rule, held.by.binding->cluster, scope.rules);
    grant.unknown = std::any_of(held.rule->api_groups.begin(), held.rule->api_groups.end(),
                                [&](const std::string& g) { return unknown_groups_.count(g) > 0; });
    return grant;
  }

  // Against what is needed: over-broad grants for what is missing without all of them, so that none
  // is kept for what a narrower one gives.
  void Judge() {
    GrantNeeds beside_baseline(s_.input, s_.requirements, s_.options, s_.baseline);
    bool any_broad = false;
    for (AuditedGrant& grant : grants_) {
      if (grant.is_default) continue;
      any_broad |= !grant.over_broad.empty();
      if (grant.over_broad.empty()) SetNeeds(beside_baseline, grant);
    }
    if (!any_broad) return;
    AgentGrants narrow(WithNarrowGrants(), s_.held.user());
    GrantNeeds beside_narrow(s_.input, s_.requirements, s_.options, narrow);
    for (AuditedGrant& grant : grants_) {
      if (!grant.over_broad.empty()) SetNeeds(beside_narrow, grant);
    }
  }

  // The baseline and every grant that is not over-broad, bound as it is.
  RbacPolicy WithNarrowGrants() const {
    RbacPolicy policy = s_.baseline.policy();
    for (const AuditedGrant& grant : grants_) {
      if (grant.is_default || !grant.over_broad.empty()) continue;
      const std::string name = absl::StrCat("\n", policy.roles.size());  // no object is called so
      policy.roles.push_back(
          {.kind = RoleKind::kClusterRole, .name = name, .rules = {*grant.rule}});
      RoleBinding binding = *grant.path.binding;
      binding.name = name;
      binding.role_ref = {kRbacGroup, "ClusterRole", name};
      policy.bindings.push_back(std::move(binding));
    }
    return policy;
  }

  void SetNeeds(GrantNeeds& needs, AuditedGrant& grant) {
    PolicyRule known = *grant.rule;
    if (grant.unknown)
      std::erase_if(known.api_groups,
                    [&](const std::string& g) { return unknown_groups_.count(g) > 0; });
    RuleNeeds of_rule = needs.Of(known, *grant.path.binding);
    grant.needed = std::move(of_rule.rules);
    grant.objects = std::move(of_rule.objects);
    const std::vector<PolicyRule> left = Leftover(known, grant.needed);
    CoverGap beyond = ScopeOf(*grant.path.binding).index.Uncovered(left, budget_);
    grant.complete = beyond.complete;
    grant.unused = beyond.complete ? MinimalRules(beyond.atoms) : left;
  }

  const AuditSubject& s_;
  CoverBudget budget_ = kBudget;
  std::set<std::string> unknown_groups_;
  std::map<std::string, std::unique_ptr<BaselineScope>> scopes_;
  std::vector<AuditedGrant> grants_;
};

// Moves what the user wishes not to be told of out of the findings. They are told apart by their
// ids.
void Hide(const AuditSubject& subject, AuditResult& result) {
  std::vector<std::string> namespaces;
  std::vector<bool> checked;
  for (const ObjectRequirements& need : subject.requirements.objects) {
    namespaces.push_back(need.namespace_);
    checked.push_back(need.state == ObjectState::kChecked);
  }
  std::vector<Finding> findings;
  for (const AuditFinding& f : result.findings) {
    if (f.finding.rule != nullptr && !f.finding.objects.empty()) findings.push_back(f.finding);
  }
  const Suppressed hidden =
      Suppress({subject.input, namespaces, checked, [](const FindingRule&) { return false; }},
               subject.options.suppress, findings);
  std::set<std::string> ids;
  for (const Finding& f : hidden.findings) ids.insert(f.id);
  result.suppressed = static_cast<int>(std::erase_if(
      result.findings, [&](const AuditFinding& f) { return ids.count(f.finding.id) > 0; }));
}

}  // namespace

AuditResult Audit(const AuditSubject& subject) {
  AuditResult result;
  result.grants = Auditor(subject).Run();
  for (const AuditedGrant& grant : result.grants) {
    ++(grant.is_default ? result.defaults : result.beyond);
    if (!grant.is_default && grant.needed.empty() && !grant.unknown) ++result.unused;
  }
  result.findings = CollectAuditFindings(subject, result.grants);
  Hide(subject, result);
  std::stable_sort(result.findings.begin(), result.findings.end(),
                   [](const AuditFinding& a, const AuditFinding& b) {
                     return a.finding.level > b.finding.level;
                   });
  return result;
}

RbacPolicy AuditBaseline(const AnalysisInput& input, const Requirements& requirements,
                         const AnalyzeOptions& options) {
  AnalyzeOptions without = options;
  without.input_grants = false;
  return EffectivePolicy(input, requirements, without);
}

}  // namespace wecan
