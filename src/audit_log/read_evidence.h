// SPDX-License-Identifier: Apache-2.0
// Audit logs of kube-apiserver, from streams to Evidence: lines of JSON of audit.k8s.io/v1, one
// Event (as the log backend writes) or one EventList (as webhooks get) each; plain or gzip, also
// several gzip members in a row. Memory does not grow with the logs.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "analyzer/audit/evidence.h"

namespace wecan {

struct AuditLog {
  std::string name;            // for messages, "-" for standard input
  std::istream* in = nullptr;  // binary
};

// A longer line is skipped.
inline constexpr uint64_t kAuditLineLimit = uint64_t{16} << 20;

// Reads all `logs`, in their order. What cannot be read is in Evidence::skipped, and the rest
// counts. InvalidArgument when the logs hold something, but no audit event at all: an answer
// "never used" from another file would be a lie.
absl::StatusOr<Evidence> ReadEvidence(absl::Span<const AuditLog> logs,
                                      const EvidenceOptions& options,
                                      uint64_t line_limit = kAuditLineLimit);

}  // namespace wecan
