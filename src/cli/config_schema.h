// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/output/json.h"

namespace wecan {

// The table of keys as JSON Schema 2020-12; docs/schema/config-v1.json is what it prints.
Json ConfigSchema();

}  // namespace wecan
