// SPDX-License-Identifier: Apache-2.0
// Audit logs on any bytes. Properties: an error is InvalidArgument on one line; what is counted
// adds up and keeps to its limits; reading in short lines never finds more than there is; and a
// line that nlohmann_json reads gives what it reads. Left out there: a byte order mark, which the
// reader of lines takes off, NUL bytes, at which nlohmann_json stops, and deeper nesting than the
// scanner takes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "src/audit_log/json_cursor.h"
#include "src/audit_log/read_evidence.h"
#include "src/audit_log/read_line.h"
#include "tests/fuzz/check.h"
#include "tests/testing/audit_oracle.h"

namespace wecan {
namespace {

constexpr size_t kLimit = 4;
constexpr char kAgent[] = "system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa";

void CheckEvidence(absl::string_view bytes, uint64_t line_limit) {
  std::istringstream in{std::string(bytes)};
  const AuditLog log{"audit.log", &in};
  const absl::StatusOr<Evidence> evidence = ReadEvidence(
      {&log, 1},
      {.user = kAgent,
       .name_matters = [](const RequestAttributes& request) { return request.verb == "get"; },
       .limit = kLimit},
      line_limit);
  if (!evidence.ok()) {
    FUZZ_CHECK(evidence.status().code() == absl::StatusCode::kInvalidArgument);
    FUZZ_CHECK(!absl::StrContains(evidence.status().message(), '\n'));
    return;
  }
  FUZZ_CHECK(evidence->activities.size() <= kLimit);
  uint64_t requests = 0, started = 0;
  for (const Activity& activity : evidence->activities) {
    requests += activity.allowed + activity.refused;
    started += activity.started;
    FUZZ_CHECK(requests + started > 0);
    FUZZ_CHECK(activity.first_time <= activity.last_time);
    FUZZ_CHECK(activity.request.name.empty() || activity.request.verb == "get");
  }
  FUZZ_CHECK(requests <= evidence->requests);
  FUZZ_CHECK(evidence->requests <= requests + evidence->overflow);
  for (const SkippedPart& part : evidence->skipped) FUZZ_CHECK(!part.reason.empty());
}

void CheckLine(absl::string_view line) {
  std::vector<AuditEvent> read;
  const std::string problem =
      ReadAuditLine(line, [&](const AuditEvent& event) { read.push_back(event); });
  const auto opened =
      std::count_if(line.begin(), line.end(), [](char c) { return c == '[' || c == '{'; });
  if (opened > JsonCursor::kMaxDepth || absl::StrContains(line, '\0') ||
      absl::StartsWith(line, "\xEF\xBB\xBF")) {
    return;
  }
  const auto expected = audit_oracle::EventsByDocument(line);
  // What nlohmann_json alone refuses are numbers beyond the range of a double.
  if (expected) {
    FUZZ_CHECK(!absl::StartsWith(problem, "no JSON"));
    FUZZ_CHECK(read == *expected);
  }
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wecan::CheckEvidence(bytes, wecan::kAuditLineLimit);
  wecan::CheckEvidence(bytes, 300);
  for (const absl::string_view line : absl::StrSplit(bytes, '\n')) wecan::CheckLine(line);
  return 0;
}
