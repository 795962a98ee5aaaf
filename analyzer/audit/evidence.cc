// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/evidence.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "analyzer/model/impersonation.h"

namespace wecan {
namespace {

auto SortKey(const Activity& a) {
  const RequestAttributes& r = a.request;
  return std::tie(r.resource_request, r.api_group, r.resource, r.subresource, r.namespace_, r.name,
                  r.path, r.verb);
}

void Widen(const std::string& time, std::string& first, std::string& last) {
  if (time.empty()) return;
  if (first.empty() || time < first) first = time;
  if (time > last) last = time;
}

}  // namespace

std::string Describe(const SkippedPart& part) {
  const std::string more = part.lines == 1 ? ""
                           : part.lines == 2
                               ? " (and 1 more line)"
                               : absl::StrCat(" (and ", part.lines - 1, " more lines)");
  const std::string line = part.line == 0 ? "" : absl::StrCat(":", part.line);
  return absl::StrCat(part.file, line, ": ", part.reason, more);
}

std::string ShortTime(absl::string_view time) {
  constexpr size_t kSeconds = sizeof("2026-01-02T03:04:05") - 1, kLongest = 40;
  if (time.size() > kLongest) return absl::StrCat(time.substr(0, kLongest), "...");
  if (time.size() <= kSeconds || time[kSeconds] != '.') return std::string(time);
  size_t end = kSeconds + 1;
  while (end < time.size() && absl::ascii_isdigit(static_cast<unsigned char>(time[end]))) ++end;
  return absl::StrCat(time.substr(0, kSeconds), time.substr(end));
}

std::string DescribeTimes(uint64_t times, absl::string_view last) {
  return absl::StrCat(times, times == 1 ? " time" : " times",
                      last.empty() ? "" : absl::StrCat(", last at ", ShortTime(last)));
}

size_t RequestHash::operator()(const RequestAttributes& r) const {
  return absl::HashOf(r.resource_request, r.verb, r.api_group, r.resource, r.subresource,
                      r.namespace_, r.name, r.path);
}

EvidenceBuilder::EvidenceBuilder(EvidenceOptions options) : options_(std::move(options)) {
  evidence_.user = options_.user;
}

void EvidenceBuilder::Add(const AuditEvent& event) {
  ++evidence_.events;
  const bool own = AccountOf(event) == evidence_.user;
  if (!own && event.user != evidence_.user) return;
  std::vector<LoggedRequest> requests = RequestsOf(event);
  if (!own) {
    // It was let act as another, which is a right of its own.
    if (requests.empty()) return;
    const bool started = requests.back().outcome == Outcome::kStarted;
    Count({ImpersonationCheck(event.impersonated), started ? Outcome::kStarted : Outcome::kAllowed},
          TimeOf(event));
    return;
  }
  for (LoggedRequest& logged : requests) Count(std::move(logged), TimeOf(event));
}

void EvidenceBuilder::Count(LoggedRequest logged, const std::string& time) {
  if (logged.outcome != Outcome::kStarted) ++evidence_.requests;
  Widen(time, evidence_.first_time, evidence_.last_time);
  RequestAttributes& request = logged.request;
  if (!request.name.empty() && !(options_.name_matters && options_.name_matters(request)))
    request.name.clear();
  auto found = index_.find(request);
  if (found == index_.end()) {
    if (index_.size() >= options_.limit) {
      ++evidence_.overflow;
      return;
    }
    found = index_.emplace(request, evidence_.activities.size()).first;
    evidence_.activities.push_back({.request = std::move(request)});
  }
  Activity& activity = evidence_.activities[found->second];
  Widen(time, activity.first_time, activity.last_time);
  if (logged.outcome != Outcome::kRefused)
    activity.last_allowed = std::max(activity.last_allowed, time);
  ++(logged.outcome == Outcome::kAllowed   ? activity.allowed
     : logged.outcome == Outcome::kRefused ? activity.refused
                                           : activity.started);
}

void EvidenceBuilder::AddSkipped(const std::string& file, uint64_t line,
                                 const std::string& reason) {
  for (SkippedPart& part : evidence_.skipped) {
    if (part.file != file || part.reason != reason) continue;
    ++part.lines;
    return;
  }
  evidence_.skipped.push_back({.file = file, .line = line, .reason = reason});
}

Evidence EvidenceBuilder::Take() {
  std::sort(evidence_.activities.begin(), evidence_.activities.end(),
            [](const Activity& a, const Activity& b) { return SortKey(a) < SortKey(b); });
  Evidence taken = std::move(evidence_);
  evidence_ = {.user = options_.user};
  index_.clear();
  return taken;
}

}  // namespace wecan
