// SPDX-License-Identifier: Apache-2.0
#include "src/diagnose/denials.h"

#include <algorithm>
#include <utility>

namespace wecan {

std::optional<size_t> DenialSet::IndexOf(const Denial& denial) {
  std::string key = DenialKey(denial);
  const auto known = index_.find(key);
  if (known != index_.end()) return known->second;
  if (denials_.size() == kDistinct) return std::nullopt;
  index_.emplace(std::move(key), denials_.size());
  denials_.push_back(denial);
  denials_.back().times = 0;
  denials_.back().seen.clear();
  return denials_.size() - 1;
}

std::optional<size_t> DenialSet::Add(const Denial& denial, const Sighting& where) {
  const std::optional<size_t> index = IndexOf(denial);
  if (index) {
    SeeAgain(*index, where);
  } else {
    ++unlisted_;
  }
  return index;
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
    const std::optional<size_t> index = IndexOf(d);
    if (!index) {
      unlisted_ += d.times;
      continue;
    }
    Denial& mine = denials_[*index];
    mine.times += d.times;
    const size_t room = kSightings - mine.seen.size();
    mine.seen.insert(mine.seen.end(), d.seen.begin(),
                     d.seen.begin() + static_cast<ptrdiff_t>(std::min(room, d.seen.size())));
  }
  for (const Sighting& where : other.cut_) {
    if (cut_.size() < kSightings) cut_.push_back(where);
  }
  cut_times_ += other.cut_times_;
  unlisted_ += other.unlisted_;
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
