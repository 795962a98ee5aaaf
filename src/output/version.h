// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace wecan {

inline constexpr char kVersion[] = WECAN_VERSION;

}  // namespace wecan
