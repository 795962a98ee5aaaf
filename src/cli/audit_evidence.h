// SPDX-License-Identifier: Apache-2.0
// --audit-log: the logs that the command line names, as evidence of what the agent did.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "analyzer/audit/evidence.h"
#include "analyzer/base/diagnostic.h"
#include "src/cli/options.h"
#include "src/cli/program.h"

namespace wecan {

// Standard input is one thing alone, and the record holds no evidence.
absl::Status CheckAuditLogFlags(const Options& options);

// The logs are those of one cluster: InvalidArgument when --context names several.
absl::Status CheckOneCluster(const Options& options, const Environment& environment);

struct LoggedUse {
  std::optional<Evidence> evidence;  // nothing when no log could be read
  std::vector<Diagnostic> errors;    // logs that could not be read, or hold no event
  std::vector<Diagnostic> warnings;  // why the evidence tells less than it seems to
};

// What cannot be read of the logs is told, and the rest counts.
LoggedUse ReadAuditLogs(const std::vector<std::string>& paths, const EvidenceOptions& options,
                        const Environment& environment);

// The parts that were skipped, on standard error.
void PrintSkipped(const Evidence& evidence, const Environment& environment);

}  // namespace wecan
