// SPDX-License-Identifier: Apache-2.0
#include "src/cli/audit_evidence.h"

#include <algorithm>
#include <istream>
#include <memory>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/audit_log/read_evidence.h"
#include "src/cli/clusters.h"
#include "src/output/style.h"

namespace wecan {
namespace {

bool HasStdin(const std::vector<std::string>& paths) {
  return std::find(paths.begin(), paths.end(), "-") != paths.end();
}

Diagnostic Error(std::string message) {
  return {.level = Level::kError, .message = std::move(message)};
}

std::vector<Diagnostic> Doubts(const Evidence& evidence) {
  std::vector<Diagnostic> doubts;
  const auto add = [&](const std::string& message) {
    doubts.push_back({.level = Level::kWarning,
                      .message = absl::StrCat("--audit-log: ", message,
                                              "; whether a grant is not used is not known")});
  };
  if (evidence.activities.empty()) {
    add(absl::StrCat("no request of ", evidence.user, " among ", evidence.events,
                     evidence.events == 1 ? " event" : " events",
                     "; see that the audit policy logs it, or name the agent with --agent "
                     "NAMESPACE:SERVICEACCOUNT"));
  }
  if (evidence.overflow > 0) {
    add(absl::StrCat(evidence.overflow, " requests of ", evidence.user,
                     " were left out, because too many different ones were made"));
  }
  return doubts;
}

}  // namespace

absl::Status CheckAuditLogFlags(const Options& options) {
  const std::vector<std::string>& logs = options.audit.logs;
  if (logs.empty()) return absl::OkStatus();
  if (!options.audit.record.empty()) {
    return absl::InvalidArgumentError(
        "--check: the record holds no evidence; leave out --audit-log");
  }
  const auto stdin_logs = std::count(logs.begin(), logs.end(), "-");
  if (stdin_logs == 0) return absl::OkStatus();
  if (stdin_logs > 1)
    return absl::InvalidArgumentError("--audit-log -: standard input can be read only once");
  if (HasStdin(options.review.rbac)) {
    return absl::InvalidArgumentError(
        "--audit-log -: standard input is the log; name the dump of --rbac as a file");
  }
  const std::vector<std::string>& paths = options.input.paths;
  if (HasStdin(paths) || (paths.empty() && options.cluster.wds.empty())) {
    return absl::InvalidArgumentError(
        "--audit-log -: standard input is the log; name the manifests as files or folders");
  }
  return absl::OkStatus();
}

absl::Status CheckOneCluster(const Options& options, const Environment& environment) {
  if (options.audit.logs.empty() || options.cluster.contexts.empty()) return absl::OkStatus();
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(options.cluster, environment));
  WECAN_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         clusters.Match(options.cluster.contexts));
  if (names.size() <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--audit-log: a log is about one cluster, and --context names ", names.size(), " (", names[0],
      ", ", names[1], names.size() > 2 ? ", ..." : "", "); audit one at a time"));
}

LoggedUse ReadAuditLogs(const std::vector<std::string>& paths, const EvidenceOptions& options,
                        const Environment& environment) {
  LoggedUse use;
  std::vector<std::unique_ptr<std::istream>> streams;
  std::vector<AuditLog> logs;
  for (const std::string& path : paths) {
    if (path == "-") {
      logs.push_back({path, environment.in});
      continue;
    }
    absl::StatusOr<std::unique_ptr<std::istream>> in = environment.files->Open(path);
    if (!in.ok()) {
      use.errors.push_back(Error(absl::StrCat("--audit-log: ", in.status().message())));
      continue;
    }
    streams.push_back(*std::move(in));
    logs.push_back({path, streams.back().get()});
  }
  if (logs.empty()) return use;
  absl::StatusOr<Evidence> evidence = ReadEvidence(logs, options);
  if (!evidence.ok()) {
    use.errors.push_back(Error(absl::StrCat("--audit-log: ", evidence.status().message())));
    return use;
  }
  for (const std::string& name : evidence->eventless) {
    use.errors.push_back(Error(
        absl::StrCat("--audit-log: ", name, ": no audit event of audit.k8s.io/v1 was found")));
  }
  use.warnings = Doubts(*evidence);
  use.evidence = *std::move(evidence);
  return use;
}

void PrintSkipped(const Evidence& evidence, const Environment& environment) {
  for (const SkippedPart& part : evidence.skipped)
    *environment.err << "wecan: " << Printable(Describe(part)) << "\n";
}

}  // namespace wecan
