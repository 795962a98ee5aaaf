// SPDX-License-Identifier: Apache-2.0
// A refusal of rules/refusals.yaml as `explain` prints it.
#pragma once

#include <string>

#include "analyzer/denials/refusal.h"
#include "src/output/json.h"

namespace wecan {

std::string RefusalText(const Refusal& refusal);
Json RefusalJson(const Refusal& refusal);

}  // namespace wecan
