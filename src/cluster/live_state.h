// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace wecan {

// The answer to one question.
enum class LiveState : uint8_t {
  kYes,
  kNo,
  kDenied,         // an authorizer other than RBAC forbids it: no grant helps
  kNotApplicable,  // the cluster serves no such resource
  kError,          // this question could not be answered
};

// "yes", "no", "denied", "not-applicable", "error".
const char* LiveStateName(LiveState state);
std::optional<LiveState> ParseLiveState(absl::string_view name);

}  // namespace wecan
