// SPDX-License-Identifier: Apache-2.0
// Evidence of what one account did: its requests as audit logs of kube-apiserver show them, each
// distinct one once. src/audit_log reads the logs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

#include "analyzer/audit/audit_event.h"
#include "analyzer/model/request.h"

namespace wecan {

// All that was logged about one distinct request.
struct Activity {
  RequestAttributes request;  // its name is "" unless it matters
  uint64_t allowed = 0;
  uint64_t refused = 0;
  uint64_t started = 0;  // long requests let in; those that ended in the log are in `allowed`, too
  std::string first_time, last_time;  // as logged: RFC 3339 in UTC, which compares as text
  std::string last_allowed;           // the last time that it was let in

  bool was_allowed() const { return allowed + started > 0; }
  // How often at least, each long request once.
  uint64_t let_in() const { return std::max(allowed, started); }
};

// A part of the logs that could not be read, or holds something else; one for each file and reason.
struct SkippedPart {
  std::string file;    // "-" for standard input
  uint64_t line = 0;   // the first such line, 1-based; 0: the file as a whole
  uint64_t lines = 1;  // how many there are
  std::string reason;  // what is wrong and what to do next

  friend bool operator==(const SkippedPart&, const SkippedPart&) = default;
};

// "audit.log:17: no JSON (and 2 more lines)".
std::string Describe(const SkippedPart& part);

// A request that the account sent in another's name counts as `impersonate` on that user alone.
struct Evidence {
  std::string user;                  // the account
  std::vector<Activity> activities;  // sorted by the request
  uint64_t events = 0;               // read in all, of any account and stage
  uint64_t requests = 0;  // of the account: all `allowed` and `refused`, and the overflow
  uint64_t overflow = 0;  // requests left out because too many distinct ones were made
  std::string first_time, last_time;   // of the account's requests
  std::vector<SkippedPart> skipped;    // in the order of the logs
  std::vector<std::string> eventless;  // the logs that hold something, but no event at all
};

// A logged time without fractions of a second; what is no time is cut.
std::string ShortTime(absl::string_view time);

// "3 times, last at 2026-01-02T03:04:05Z".
std::string DescribeTimes(uint64_t times, absl::string_view last);

// Whether the object's name is kept: for a rule with resourceNames it tells which of them is used.
// Called once for each request.
using NameMatters = std::function<bool(const RequestAttributes&)>;

struct EvidenceOptions {
  std::string user;          // as the API server names the account
  NameMatters name_matters;  // nothing: never
  size_t limit = 100'000;    // of distinct requests; more are counted and left out
};

struct RequestHash {
  size_t operator()(const RequestAttributes& request) const;
};

// Gathers the Evidence of one account, event by event.
class EvidenceBuilder {
 public:
  explicit EvidenceBuilder(EvidenceOptions options);

  // Events of other accounts are only counted.
  void Add(const AuditEvent& event);
  // Events that somebody else has found to be of other accounts.
  void AddOthers(uint64_t events) { evidence_.events += events; }
  void AddSkipped(const std::string& file, uint64_t line, const std::string& reason);

  void AddEventless(const std::string& file) { evidence_.eventless.push_back(file); }

  uint64_t events() const { return evidence_.events; }
  const std::string& user() const { return evidence_.user; }

  // What was gathered; the builder is empty afterwards.
  Evidence Take();

 private:
  void Count(LoggedRequest logged, const std::string& time);

  EvidenceOptions options_;
  Evidence evidence_;
  absl::flat_hash_map<RequestAttributes, size_t, RequestHash> index_;  // into evidence_.activities
};

}  // namespace wecan
