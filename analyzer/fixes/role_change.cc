// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/role_change.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <utility>

#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/grants/covers.h"

namespace wecan {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::vector<PolicyRule> Atoms(absl::Span<const PolicyRule> rules) {
  std::vector<PolicyRule> atoms;
  for (const PolicyRule& rule : rules) {
    for (PolicyRule& atom : BreakdownRule(rule)) atoms.push_back(std::move(atom));
  }
  return atoms;
}

// Whether `rule` holds `atom` by naming all of it, and not by something wider.
bool Lists(const PolicyRule& rule, const PolicyRule& atom) {
  const auto all = [](const std::vector<std::string>& list, const std::vector<std::string>& texts) {
    return std::all_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return Contains(list, text); });
  };
  return all(rule.verbs, atom.verbs) && all(rule.api_groups, atom.api_groups) &&
         all(rule.resources, atom.resources) && all(rule.resource_names, atom.resource_names) &&
         all(rule.non_resource_urls, atom.non_resource_urls);
}

// What `rule` holds of `atom`: all, nothing, or the names that the rule is limited to.
std::vector<PolicyRule> HeldPart(const PolicyRule& rule, const PolicyRule& atom) {
  if (RuleCovers(rule, atom)) return {atom};
  if (!atom.non_resource_urls.empty() || !atom.resource_names.empty()) return {};
  std::vector<PolicyRule> parts;
  for (const std::string& name : rule.resource_names) {
    PolicyRule part = atom;
    part.resource_names = {name};
    if (RuleCovers(rule, part)) parts.push_back(std::move(part));
  }
  return parts;
}

// The change while it is made: which rules stay, and what is still to be held by new ones.
class Changer {
 public:
  explicit Changer(absl::Span<const PolicyRule> rules)
      : rules_(rules), changes_(rules.size()), current_(rules.begin(), rules.end()) {
    for (size_t i = 0; i < rules.size(); ++i) changes_[i].rule = static_cast<int>(i);
  }

  void Prune(const std::vector<PolicyRule>& needed) {
    for (size_t i = 0; i < rules_.size(); ++i) PruneRule(i, needed);
    // What a rule that stays holds as well needs no new one.
    std::vector<PolicyRule> kept = std::move(kept_);
    kept_.clear();
    std::erase_if(kept, [&](const PolicyRule& atom) { return Held(atom); });
    kept_ = std::move(kept);
  }

  void Extend(const std::vector<PolicyRule>& wanted) {
    for (const PolicyRule& atom : wanted) {
      if (!Held(atom)) Add(atom);
    }
  }

  RoleChange Finish() {
    RoleChange change;
    for (RuleChange& c : changes_) {
      SortVerbs(c.add_verbs);
      if (c.drop || !c.add_verbs.empty() || !c.remove_verbs.empty())
        change.rules.push_back(std::move(c));
    }
    append_.insert(append_.end(), kept_.begin(), kept_.end());
    change.append = MinimalRules(append_);
    return change;
  }

 private:
  bool Held(const PolicyRule& atom) const {
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (!changes_[i].drop && RuleCovers(current_[i], atom)) return true;
    }
    return std::any_of(kept_.begin(), kept_.end(),
                       [&](const PolicyRule& rule) { return RuleCovers(rule, atom); });
  }

  // Of a rule that is wider than needed by verbs alone, the verbs go; one that is wider in another
  // way (a wildcard, a resource that nothing needs) gives way to minimal rules.
  void PruneRule(size_t i, const std::vector<PolicyRule>& needed) {
    const PolicyRule& rule = rules_[i];
    std::set<std::string> verbs;
    std::vector<PolicyRule> used;
    for (const PolicyRule& atom : needed) {
      for (const PolicyRule& part : HeldPart(rule, atom)) {
        verbs.insert(part.verbs[0]);
        used.push_back(part);
      }
    }
    const uint64_t names = std::max<size_t>(rule.resource_names.size(), 1);
    const uint64_t wide =
        rule.api_groups.size() * rule.resources.size() * names + rule.non_resource_urls.size();
    const bool exact =
        used.size() == wide * verbs.size() &&
        std::all_of(used.begin(), used.end(), [&](const PolicyRule& p) { return Lists(rule, p); });
    if (!exact || used.empty()) {
      changes_[i].drop = true;
      kept_.insert(kept_.end(), used.begin(), used.end());
      return;
    }
    for (const std::string& verb : rule.verbs) {
      if (verbs.count(verb) == 0) changes_[i].remove_verbs.push_back(verb);
    }
    current_[i].verbs.assign(verbs.begin(), verbs.end());
  }

  void Add(const PolicyRule& atom) {
    for (size_t i = 0; i < rules_.size(); ++i) {
      const PolicyRule& rule = current_[i];
      if (changes_[i].drop || rule.api_groups != atom.api_groups ||
          rule.resources != atom.resources || rule.resource_names != atom.resource_names ||
          !rule.non_resource_urls.empty() || !atom.non_resource_urls.empty()) {
        continue;
      }
      changes_[i].add_verbs.push_back(atom.verbs[0]);
      current_[i].verbs.push_back(atom.verbs[0]);
      return;
    }
    append_.push_back(atom);
  }

  absl::Span<const PolicyRule> rules_;
  std::vector<RuleChange> changes_;  // parallel to rules_
  std::vector<PolicyRule> current_;  // parallel to rules_: as they are now
  std::vector<PolicyRule> kept_;     // of dropped rules, what is needed
  std::vector<PolicyRule> append_;
};

}  // namespace

RoleChange ExtendRules(absl::Span<const PolicyRule> rules, absl::Span<const PolicyRule> wanted) {
  Changer changer(rules);
  changer.Extend(Atoms(MinimalRules(wanted)));
  return changer.Finish();
}

RoleChange PruneRules(absl::Span<const PolicyRule> rules, absl::Span<const PolicyRule> needed,
                      absl::Span<const PolicyRule> wanted) {
  Changer changer(rules);
  changer.Prune(Atoms(MinimalRules(needed)));
  changer.Extend(Atoms(MinimalRules(wanted)));
  return changer.Finish();
}

std::vector<PolicyRule> ApplyChange(absl::Span<const PolicyRule> rules, const RoleChange& change) {
  std::vector<PolicyRule> result(rules.begin(), rules.end());
  std::set<int, std::greater<>> dropped;
  for (const RuleChange& c : change.rules) {
    std::vector<std::string>& verbs = result[c.rule].verbs;
    std::erase_if(verbs, [&](const std::string& v) { return Contains(c.remove_verbs, v); });
    verbs.insert(verbs.end(), c.add_verbs.begin(), c.add_verbs.end());
    if (c.drop) dropped.insert(c.rule);
  }
  for (int rule : dropped) result.erase(result.begin() + rule);
  result.insert(result.end(), change.append.begin(), change.append.end());
  return result;
}

}  // namespace wecan
