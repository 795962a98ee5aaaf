// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/profile_diff.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

#include "analyzer/grants/cover_index.h"
#include "analyzer/grants/covers.h"

namespace wecan {
namespace {

// All that a user holds in one namespace ("" for cluster-wide).
std::vector<const PolicyRule*> HeldIn(const Authorizer& authorizer, const UserInfo& user,
                                      absl::string_view ns) {
  std::vector<const PolicyRule*> rules;
  for (const Grant& grant : authorizer.RulesFor(user, ns).grants) rules.push_back(grant.rule);
  return rules;
}

// What a user holds by RoleBindings of the namespace, or with "" by ClusterRoleBindings. URLs are
// in no namespace.
std::vector<PolicyRule> BoundIn(const Authorizer& authorizer, const UserInfo& user,
                                absl::string_view ns) {
  std::vector<PolicyRule> rules;
  for (const Grant& grant : authorizer.RulesFor(user, ns).grants) {
    if (grant.binding->cluster != ns.empty()) continue;
    rules.push_back(*grant.rule);
    if (!ns.empty()) rules.back().non_resource_urls.clear();
  }
  return rules;
}

bool HasWildcard(const PolicyRule& atom) {
  const auto is_wild = [](const std::vector<std::string>& list) {
    return std::any_of(list.begin(), list.end(),
                       [](const std::string& text) { return absl::StrContains(text, '*'); });
  };
  return is_wild(atom.verbs) || is_wild(atom.api_groups) || is_wild(atom.resources) ||
         is_wild(atom.non_resource_urls);
}

// One rule per resource and name, or URL.
std::vector<PolicyRule> Compacted(const std::vector<PolicyRule>& atoms) {
  const absl::flat_hash_set<PolicyRule> all(atoms.begin(), atoms.end());
  std::vector<PolicyRule> wide;
  std::copy_if(all.begin(), all.end(), std::back_inserter(wide), HasWildcard);
  const auto is_repeated = [&](const PolicyRule& atom) {
    PolicyRule any_name = atom;
    any_name.resource_names.clear();
    return (any_name != atom && all.contains(any_name)) ||
           std::any_of(wide.begin(), wide.end(), [&](const PolicyRule& owner) {
             return owner != atom && RuleCovers(owner, atom);
           });
  };
  using Lists = std::vector<std::string>;
  absl::btree_map<std::tuple<Lists, Lists, Lists, Lists>, absl::btree_set<std::string>> verbs;
  for (const PolicyRule& atom : all) {
    if (is_repeated(atom)) continue;
    verbs[{atom.non_resource_urls, atom.api_groups, atom.resources, atom.resource_names}].insert(
        atom.verbs[0]);
  }
  std::vector<PolicyRule> rules;
  for (const auto& [key, held] : verbs) {
    const auto& [urls, groups, resources, names] = key;
    rules.push_back({.verbs = {held.begin(), held.end()},
                     .api_groups = groups,
                     .resources = resources,
                     .resource_names = names,
                     .non_resource_urls = urls});
  }
  return rules;
}

// Lives as long as one call of DiffProfiles.
class Comparison {
 public:
  Comparison(const Authorizer& before, const Authorizer& after, const UserInfo& user)
      : before_(before), after_(after), user_(user) {}

  ProfileDiff Run() {
    absl::btree_set<std::string> scopes = {""};
    for (const Authorizer* side : {&before_, &after_}) {
      for (std::string& ns : side->NamespacesOf(user_)) scopes.insert(std::move(ns));
    }
    for (const std::string& ns : scopes) {
      ScopeDiff scope{.namespace_ = ns,
                      .gained = Excess(after_, before_, ns),
                      .lost = Excess(before_, after_, ns)};
      if (!scope.gained.empty() || !scope.lost.empty()) diff_.scopes.push_back(std::move(scope));
    }
    return std::move(diff_);
  }

 private:
  // What `one` holds in this scope, and in no wider one, that `other` does not.
  std::vector<PolicyRule> Excess(const Authorizer& one, const Authorizer& other,
                                 const std::string& ns) {
    std::vector<PolicyRule> held = BoundIn(one, user_, ns);
    if (!ns.empty()) held = Uncovered(HeldIn(one, user_, ""), held);
    return Compacted(Uncovered(HeldIn(other, user_, ns), held));
  }

  std::vector<PolicyRule> Uncovered(const std::vector<const PolicyRule*>& owner,
                                    const std::vector<PolicyRule>& servant) {
    CoverBudget budget;
    CoverGap gap = CoverIndex(owner).Uncovered(servant, budget);
    diff_.complete = diff_.complete && gap.complete;
    return std::move(gap.atoms);
  }

  const Authorizer& before_;
  const Authorizer& after_;
  const UserInfo& user_;
  ProfileDiff diff_;
};

}  // namespace

ProfileDiff DiffProfiles(const Authorizer& before, const Authorizer& after, const UserInfo& user) {
  return Comparison(before, after, user).Run();
}

}  // namespace wecan
