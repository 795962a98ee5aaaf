// SPDX-License-Identifier: Apache-2.0
// Audit logs of 100 MB to Evidence: every event the agent's, or one in a hundred.
#include <benchmark/benchmark.h>

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

#include "src/audit_log/read_evidence.h"
#include "tests/testing/audit_events.h"

namespace wecan {
namespace {

constexpr size_t kBytes = 100'000'000;

// `own` of 100 events are the agent's.
std::string Log(int own) {
  static constexpr const char* kVerbs[] = {"get", "update", "create", "delete", "patch"};
  std::string log;
  for (size_t i = 0; log.size() < kBytes; ++i) {
    const std::string ns = absl::StrCat("team-", i % 200), name = absl::StrCat("object-", i % 5000);
    log +=
        AuditLine({.verb = kVerbs[i % 5],
                   .uri = absl::StrCat("/apis/apps/v1/namespaces/", ns, "/deployments/", name),
                   .user = static_cast<int>(i % 100) < own ? kAuditedAgent : "system:node:worker-7",
                   .group = "apps",
                   .resource = "deployments",
                   .ns = ns,
                   .name = name,
                   .time = absl::StrCat("2026-01-02T03:04:05.", 100000 + i % 900000, "Z")});
  }
  return log;
}

void BM_AuditLog(benchmark::State& state) {
  const std::string log = Log(static_cast<int>(state.range(0)));
  uint64_t events = 0;
  for (auto _ : state) {
    std::istringstream in(log);
    const AuditLog source{"audit.log", &in};
    const auto evidence = ReadEvidence({&source, 1}, {.user = kAuditedAgent});
    events = evidence->events;
    benchmark::DoNotOptimize(evidence->activities.size());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * log.size()));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * events));
}
BENCHMARK(BM_AuditLog)->Arg(100)->Arg(1)->ArgName("own_percent")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wecan
