// SPDX-License-Identifier: Apache-2.0
// What `wecan profiles diff` prints.
#pragma once

#include <string>

#include "analyzer/grants/profile.h"
#include "analyzer/grants/profile_diff.h"
#include "src/output/json.h"

namespace wecan {

struct ProfileDiffReport {
  std::string before, after;  // names of the profiles
  Agent agent;
  ProfileDiff diff;
};

// One line for each resource, name or URL and scope, "+" gained and "-" lost; then the counts.
std::string ProfileDiffText(const ProfileDiffReport& report);

// docs/schema/profiles-diff-v1.json describes it.
Json ProfileDiffJson(const ProfileDiffReport& report);

}  // namespace wecan
