// SPDX-License-Identifier: Apache-2.0
// Covers for many questions to one owner, and for rules of any size: what Uncovered() says, without
// writing out every atom.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

#include "analyzer/model/rbac.h"

namespace wecan {

// How much work may be spent, and how much may be listed. Three lists of 3,000 entries are 27
// billion atoms: kube-apiserver itself would not finish. What is used up is taken off.
struct CoverBudget {
  int64_t steps = 50'000'000;  // entries of lists compared
  int64_t atoms = 10'000;      // listed as uncovered
  int64_t bytes = 1 << 20;     // in their texts
};

// The atoms of some rules that an owner does not hold.
struct CoverGap {
  std::vector<PolicyRule> atoms;  // in breakdown order, duplicates kept
  bool complete = true;           // false: the budget ran out; there are more, or may be
};

// Immutable after construction. The rules must outlive it.
class CoverIndex {
 public:
  explicit CoverIndex(absl::Span<const PolicyRule* const> owner);

  // What of `servant` no rule of the owner holds. If it holds everything the gap is complete and
  // empty; an incomplete gap has at least one atom, which then may be held after all.
  CoverGap Uncovered(absl::Span<const PolicyRule> servant, CoverBudget& budget) const;

 private:
  // The rules that may hold some resource of `servant`; none once the budget is spent.
  std::vector<const PolicyRule*> CandidatesFor(const PolicyRule& servant,
                                               CoverBudget& budget) const;

  std::vector<const PolicyRule*> owner_;
  // Ids into owner_: rules for any name by their resources, the others by their names.
  absl::flat_hash_map<std::string, std::vector<uint32_t>> by_resource_, by_name_;
  std::vector<const PolicyRule*> with_urls_;  // and without resourceNames: only these hold URLs
};

}  // namespace wecan
