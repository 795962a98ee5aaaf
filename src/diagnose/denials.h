// SPDX-License-Identifier: Apache-2.0
// The set of denials that the input tells of, each with where it was seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "analyzer/denials/denial.h"

namespace wecan {

class DenialSet {
 public:
  // Adds a denial, or to one that is there; gives its index.
  size_t Add(Denial denial, const Sighting& where);

  // Denial `index` was seen once more.
  void SeeAgain(size_t index, const Sighting& where);

  // A refusal that is not whole stands here.
  void AddCut(const Sighting& where);

  // Adds all of another set.
  void Merge(const DenialSet& other);

  // Takes the lines from all places.
  void ForgetLines();

  // In the order in which they were first seen.
  const std::vector<Denial>& denials() const { return denials_; }
  std::vector<Denial> TakeDenials() { return std::move(denials_); }

  // Where refusals are cut: the first kSightings of `cut_times`.
  const std::vector<Sighting>& cut() const { return cut_; }
  uint64_t cut_times() const { return cut_times_; }

  bool empty() const { return denials_.empty() && cut_times_ == 0; }

 private:
  std::vector<Denial> denials_;
  absl::flat_hash_map<std::string, size_t> index_;
  std::vector<Sighting> cut_;
  uint64_t cut_times_ = 0;
};

}  // namespace wecan
