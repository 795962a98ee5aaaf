// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/live_state.h"

#include <cstddef>

namespace wecan {
namespace {

constexpr const char* kNames[] = {"yes", "no", "denied", "not-applicable", "error"};

}  // namespace

const char* LiveStateName(LiveState state) { return kNames[static_cast<size_t>(state)]; }

std::optional<LiveState> ParseLiveState(absl::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (name == kNames[i]) return static_cast<LiveState>(i);
  }
  return std::nullopt;
}

}  // namespace wecan
