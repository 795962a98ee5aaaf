// SPDX-License-Identifier: Apache-2.0
#include "src/audit_log/read_evidence.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "src/audit_log/byte_source.h"
#include "src/audit_log/line_reader.h"
#include "src/audit_log/read_line.h"

namespace wecan {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Tells the lines that need not be parsed: those in which the account's name stands in no spelling.
class NameFinder {
 public:
  explicit NameFinder(const std::string& name)
      : plain_(std::all_of(name.begin(), name.end(),
                           [](char c) {
                             return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                                    absl::StrContains(":.-_", c);
                           })),
        searcher_(name.data(), name.data() + name.size()) {}

  bool MayName(absl::string_view line) const {
    const char* end = line.data() + line.size();
    if (std::search(line.data(), end, searcher_) != end) return true;
    // JSON may spell any character \uXXXX, and others than letters and the like in a shorter way.
    return absl::StrContains(line, plain_ ? "\\u" : "\\");
  }

 private:
  const bool plain_;
  const std::boyer_moore_horspool_searcher<const char*> searcher_;
};

void ReadLog(const AuditLog& log, const NameFinder& finder, uint64_t line_limit,
             EvidenceBuilder& builder) {
  const uint64_t before = builder.events();
  bool any_line = false;
  const std::unique_ptr<ByteSource> source = OpenByteSource(*log.in);
  LineReader lines(*source, line_limit);
  absl::string_view line;
  while (lines.Next(&line)) {
    if (lines.too_long()) {
      any_line = true;
      builder.AddSkipped(log.name, lines.number(),
                         absl::StrCat("longer than ", line_limit >> 20, " MiB"));
    }
    line = absl::StripPrefix(line, kByteOrderMark);
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    any_line = true;
    if (LooksLikeAuditEvent(line) && !finder.MayName(line)) {
      builder.AddOthers(1);
      continue;
    }
    const std::string problem =
        ReadAuditLine(line, [&](const AuditEvent& event) { builder.Add(event); });
    if (!problem.empty()) builder.AddSkipped(log.name, lines.number(), problem);
  }
  if (const std::string problem = source->problem(); !problem.empty()) {
    any_line = true;
    builder.AddSkipped(log.name, 0, problem);
  }
  if (any_line && builder.events() == before) builder.AddEventless(log.name);
}

}  // namespace

absl::StatusOr<Evidence> ReadEvidence(absl::Span<const AuditLog> logs,
                                      const EvidenceOptions& options, uint64_t line_limit) {
  if (options.user.empty()) return absl::InvalidArgumentError("audit log: no account is named");
  EvidenceBuilder builder(options);
  const NameFinder finder(builder.user());
  for (const AuditLog& log : logs) ReadLog(log, finder, line_limit, builder);
  const bool any_event = builder.events() > 0;
  Evidence evidence = builder.Take();
  if (!any_event && !evidence.eventless.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        evidence.skipped.empty() ? evidence.eventless[0] : Describe(evidence.skipped[0]),
        "; no audit event of audit.k8s.io/v1 was found"));
  }
  return evidence;
}

}  // namespace wecan
