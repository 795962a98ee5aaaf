// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "src/output/json.h"

namespace wecan {

// What yaml-cpp reads, as JSON; a plain scalar of YAML's core schema becomes a number, a boolean or
// null, everything else a string. Throws what yaml-cpp throws.
Json JsonFromYaml(const std::string& yaml);

}  // namespace wecan
