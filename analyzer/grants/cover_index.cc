// SPDX-License-Identifier: Apache-2.0
// A rule is a box: the product of its groups, resources, verbs and names. A rule of the owner holds
// the product of a subset of each list, so it cuts a box out of a box, which leaves at most one box
// for each list. Only what is left at the end is broken down into atoms.
#include "analyzer/grants/cover_index.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "analyzer/grants/covers.h"

namespace wecan {
namespace {

// More pieces than this of one rule only come from rules made to have them.
constexpr size_t kMaxBoxes = 1000;

using Indices = std::vector<uint32_t>;  // into a list of the servant, ascending
constexpr size_t kLists = 4;
using Box = std::array<Indices, kLists>;  // in the order in which atoms are listed

Indices All(size_t size) {
  Indices all(size);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Indices Common(const Indices& a, const Indices& b) {
  Indices both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

Indices Without(const Indices& a, const Indices& b) {
  Indices rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
  return rest;
}

// "*/scale" for "deployments/scale": what else in an owner's list holds the resource. "" for none.
std::string SubresourceWildcard(absl::string_view resource) {
  const size_t slash = resource.find('/');
  return slash == absl::string_view::npos ? "" : absl::StrCat("*", resource.substr(slash));
}

// The entries of one list of the servant, by what an owner's list must hold.
class Entries {
 public:
  explicit Entries(const std::vector<std::string>& list) : size_(list.size()) {
    for (uint32_t i = 0; i < list.size(); ++i) where_[list[i]].push_back(i);
  }

  // Entries "a/b" are held by "*/b" as well.
  void AddSubresourceWildcards(const std::vector<std::string>& list) {
    for (uint32_t i = 0; i < list.size(); ++i) {
      const std::string wildcard = SubresourceWildcard(list[i]);
      if (!wildcard.empty() && wildcard != list[i]) where_[wildcard].push_back(i);
    }
  }

  Indices HeldBy(const std::vector<std::string>& owner, bool star) const {
    Indices held;
    for (const std::string& entry : owner) {
      if (star && entry == "*") return All(size_);
      if (const auto it = where_.find(entry); it != where_.end())
        held.insert(held.end(), it->second.begin(), it->second.end());
    }
    std::sort(held.begin(), held.end());
    held.erase(std::unique(held.begin(), held.end()), held.end());
    return held;
  }

  size_t size() const { return size_; }

 private:
  size_t size_;
  absl::flat_hash_map<std::string, Indices> where_;
};

// The boxes of one kind of atoms of one rule: those for resources, or those for URLs.
class Region {
 public:
  Region(Box whole, CoverBudget& budget) : budget_(budget), exhausted_(budget.steps < 0) {
    if (!Empty(whole)) boxes_.push_back(std::move(whole));
  }

  bool empty() const { return boxes_.empty(); }
  bool exhausted() const { return exhausted_; }
  const std::vector<Box>& boxes() const { return boxes_; }

  // Takes `cost` off the budget; false if it is used up: the caller stops.
  bool Spend(size_t cost) {
    budget_.steps -= static_cast<int64_t>(cost);
    if (budget_.steps < 0 || boxes_.size() > kMaxBoxes) exhausted_ = true;
    return !exhausted_;
  }

  void Subtract(const Box& held) {
    if (Empty(held)) return;
    std::vector<Box> left;
    for (Box& box : boxes_) Cut(std::move(box), held, left);
    boxes_ = std::move(left);
  }

 private:
  static bool Empty(const Box& box) {
    return std::any_of(box.begin(), box.end(), [](const Indices& list) { return list.empty(); });
  }

  void Cut(Box box, const Box& held, std::vector<Box>& left) {
    Box common;
    for (size_t i = 0; i < kLists; ++i) {
      common[i] = Common(box[i], held[i]);
      budget_.steps -= static_cast<int64_t>(box[i].size());
    }
    if (Empty(common)) {
      left.push_back(std::move(box));
      return;
    }
    for (size_t i = 0; i < kLists; ++i) {
      Box rest = box;
      rest[i] = Without(box[i], common[i]);
      if (!rest[i].empty()) left.push_back(std::move(rest));
      box[i] = common[i];
    }
  }

  std::vector<Box> boxes_;
  CoverBudget& budget_;
  bool exhausted_;
};

using Place = std::array<uint32_t, kLists>;

// The places of all atoms in the boxes, in breakdown order; at most `limit`.
std::vector<Place> PlacesIn(const Region& region, int64_t limit) {
  std::vector<Place> places;
  const auto full = [&] { return static_cast<int64_t>(places.size()) >= limit; };
  for (const Box& box : region.boxes()) {
    for (uint32_t a : box[0]) {
      for (uint32_t b : box[1]) {
        for (uint32_t c : box[2]) {
          for (uint32_t d : box[3]) {
            if (full()) break;
            places.push_back({a, b, c, d});
          }
          if (full()) break;
        }
        if (full()) break;
      }
      if (full()) break;
    }
  }
  std::sort(places.begin(), places.end());
  return places;
}

size_t BytesOf(const PolicyRule& atom) {
  size_t bytes = 64;  // what surrounds the texts
  for (const auto* list : {&atom.verbs, &atom.api_groups, &atom.resources, &atom.resource_names,
                           &atom.non_resource_urls}) {
    for (const std::string& entry : *list) bytes += entry.size();
  }
  return bytes;
}

// Lists the atoms of `region`, as `atom_at` makes them.
template <typename AtomAt>
void List(const Region& region, AtomAt atom_at, CoverBudget& budget, CoverGap& gap) {
  if (region.empty()) return;
  if (region.exhausted()) gap.complete = false;
  // One more than may be listed, to know whether there is more; and never none, which would read
  // as held.
  const int64_t limit = std::max<int64_t>(budget.atoms, gap.atoms.empty() ? 1 : 0);
  for (const Place& place : PlacesIn(region, limit + 1)) {
    PolicyRule atom = atom_at(place);
    const auto bytes = static_cast<int64_t>(BytesOf(atom));
    if (!gap.atoms.empty() && (budget.atoms <= 0 || budget.bytes < bytes)) {
      gap.complete = false;
      return;
    }
    budget.atoms -= 1;
    budget.bytes -= bytes;
    gap.atoms.push_back(std::move(atom));
  }
}

void UncoveredResources(const PolicyRule& servant, absl::Span<const PolicyRule* const> owner,
                        CoverBudget& budget, CoverGap& gap) {
  const std::vector<std::string> unnamed = {""};
  const bool named = !servant.resource_names.empty();
  const std::vector<std::string>& names = named ? servant.resource_names : unnamed;
  Region region({All(servant.api_groups.size()), All(servant.resources.size()),
                 All(servant.verbs.size()), All(names.size())},
                budget);
  if (region.empty()) return;
  const Entries groups(servant.api_groups), verbs(servant.verbs), by_name(names);
  Entries resources(servant.resources);
  resources.AddSubresourceWildcards(servant.resources);
  for (const PolicyRule* rule : owner) {
    if (region.empty() || !region.Spend(1 + rule->api_groups.size() + rule->resources.size() +
                                        rule->verbs.size() + rule->resource_names.size())) {
      break;
    }
    Box held = {groups.HeldBy(rule->api_groups, true), resources.HeldBy(rule->resources, true),
                verbs.HeldBy(rule->verbs, true), All(names.size())};
    if (!rule->resource_names.empty())
      held[3] = named ? by_name.HeldBy(rule->resource_names, false) : Indices();
    region.Subtract(held);
  }
  List(
      region,
      [&](const Place& at) {
        PolicyRule atom{.verbs = {servant.verbs[at[2]]},
                        .api_groups = {servant.api_groups[at[0]]},
                        .resources = {servant.resources[at[1]]}};
        if (named) atom.resource_names = {names[at[3]]};
        return atom;
      },
      budget, gap);
}

void UncoveredUrls(const PolicyRule& servant, absl::Span<const PolicyRule* const> owner,
                   CoverBudget& budget, CoverGap& gap) {
  const std::vector<std::string>& urls = servant.non_resource_urls;
  Region region({All(urls.size()), All(servant.verbs.size()), All(1), All(1)}, budget);
  if (region.empty()) return;
  const Entries verbs(servant.verbs);
  for (const PolicyRule* rule : owner) {
    if (region.empty() ||
        !region.Spend(1 + rule->verbs.size() + rule->non_resource_urls.size() * urls.size())) {
      break;
    }
    Box held = {Indices(), verbs.HeldBy(rule->verbs, true), All(1), All(1)};
    for (uint32_t i = 0; i < urls.size(); ++i) {
      const bool covered = std::any_of(
          rule->non_resource_urls.begin(), rule->non_resource_urls.end(),
          [&](const std::string& pattern) { return NonResourceURLCovers(pattern, urls[i]); });
      if (covered) held[0].push_back(i);
    }
    region.Subtract(held);
  }
  List(
      region,
      [&](const Place& at) {
        return PolicyRule{.verbs = {servant.verbs[at[1]]}, .non_resource_urls = {urls[at[0]]}};
      },
      budget, gap);
}

}  // namespace

CoverIndex::CoverIndex(absl::Span<const PolicyRule* const> owner) {
  absl::flat_hash_set<PolicyRule> seen;  // many bindings to one role bring the same rules
  for (const PolicyRule* rule : owner) {
    if (!seen.insert(*rule).second) continue;
    const auto id = static_cast<uint32_t>(owner_.size());
    owner_.push_back(rule);
    const bool named = !rule->resource_names.empty();
    for (const std::string& key : named ? rule->resource_names : rule->resources)
      (named ? by_name_ : by_resource_)[key].push_back(id);
    if (!rule->non_resource_urls.empty() && rule->resource_names.empty())
      with_urls_.push_back(rule);
  }
}

std::vector<const PolicyRule*> CoverIndex::CandidatesFor(const PolicyRule& servant,
                                                         CoverBudget& budget) const {
  if (budget.steps < 0) return {};
  absl::flat_hash_set<std::string> resources(servant.resources.begin(), servant.resources.end());
  for (const std::string& resource : servant.resources) {
    if (std::string wildcard = SubresourceWildcard(resource); !wildcard.empty())
      resources.insert(std::move(wildcard));
  }
  resources.insert("*");
  absl::flat_hash_set<std::string> names(servant.resource_names.begin(),
                                         servant.resource_names.end());
  Indices ids;
  for (const auto& [index, keys] :
       {std::make_pair(&by_resource_, &resources), std::make_pair(&by_name_, &names)}) {
    for (const std::string& key : *keys) {
      const auto it = index->find(key);
      if (it == index->end()) continue;
      budget.steps -= static_cast<int64_t>(it->second.size());
      if (budget.steps < 0) {
        budget.steps = -1;  // the same in whatever order the keys come
        return {};
      }
      ids.insert(ids.end(), it->second.begin(), it->second.end());
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<const PolicyRule*> rules;
  for (uint32_t id : ids) rules.push_back(owner_[id]);
  return rules;
}

CoverGap CoverIndex::Uncovered(absl::Span<const PolicyRule> servant, CoverBudget& budget) const {
  CoverGap gap;
  for (const PolicyRule& rule : servant) {
    UncoveredResources(rule, CandidatesFor(rule, budget), budget, gap);
    UncoveredUrls(rule, with_urls_, budget, gap);
    if (!gap.complete) break;
  }
  return gap;
}

}  // namespace wecan
