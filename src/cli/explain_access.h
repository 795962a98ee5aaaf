// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"

#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/output/json.h"

namespace wecan {

// explain RESOURCE: for --verb, or each verb that an update needs, the Grant by which the account
// may, or its roles that come closest. NotFound when no resource or kind has that name.
absl::StatusOr<ExitCode> ExplainAccess(const Options& options, Environment& environment);

// How the report on a topic of any kind begins: docs/schema/explain-v1.json.
Json ExplainEnvelope();

}  // namespace wecan
