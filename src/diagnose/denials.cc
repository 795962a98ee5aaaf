// SPDX-License-Identifier: Apache-2.0
#include "src/diagnose/denials.h"

#include <algorithm>
#include <utility>

namespace wecan {

size_t DenialSet::Add(Denial denial, const Sighting& where) {
  const auto [it, inserted] = index_.try_emplace(DenialKey(denial), denials_.size());
  if (inserted) denials_.push_back(std::move(denial));
  SeeAgain(it->second, where);
  return it->second;
}

void DenialSet::SeeAgain(size_t index, const Sighting& where) {
  Denial& d = denials_[index];
  ++d.times;
  if (d.seen.size() == kSightings || std::find(d.seen.begin(), d.seen.end(), where) != d.seen.end())
    return;
  d.seen.push_back(where);
}

void DenialSet::Merge(const DenialSet& other) {
  for (const Denial& d : other.denials_) {
    const auto [it, inserted] = index_.try_emplace(DenialKey(d), denials_.size());
    if (inserted) {
      denials_.push_back(d);
      continue;
    }
    Denial& mine = denials_[it->second];
    mine.times += d.times;
    const size_t room = kSightings - mine.seen.size();
    mine.seen.insert(mine.seen.end(), d.seen.begin(),
                     d.seen.begin() + static_cast<ptrdiff_t>(std::min(room, d.seen.size())));
  }
  for (const Sighting& where : other.cut_) {
    if (cut_.size() < kSightings) cut_.push_back(where);
  }
  cut_times_ += other.cut_times_;
}

void DenialSet::ForgetLines() {
  for (Denial& d : denials_) {
    for (Sighting& where : d.seen) where.line = 0;
    d.seen.erase(std::unique(d.seen.begin(), d.seen.end()), d.seen.end());
  }
  for (Sighting& where : cut_) where.line = 0;
}

void DenialSet::AddCut(const Sighting& where) {
  ++cut_times_;
  if (cut_.size() < kSightings) cut_.push_back(where);
}

}  // namespace wecan
