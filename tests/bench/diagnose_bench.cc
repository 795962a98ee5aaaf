// SPDX-License-Identifier: Apache-2.0
// Agent logs of 100 MB to denials: one refused line in ten, every line refused, and noise alone.
#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "src/diagnose/read_objects.h"

namespace wecan {
namespace {

constexpr size_t kBytes = 100'000'000;

std::string Header(size_t i) {
  return absl::StrCat("1120 10:", 10 + i % 50, ":", 10 + i % 47, ".", 100000 + i % 900000,
                      "       1 base_controller.go:268] ");
}

// `refused` of 100 lines are refusals: of 50 objects, again and again, as an agent retries.
std::string Log(int refused) {
  std::string log;
  for (size_t i = 0; log.size() < kBytes; ++i) {
    if (static_cast<int>(i % 100) >= refused) {
      absl::StrAppend(&log, "I", Header(i), "Reconciling ManifestWork \"cluster1/work-", i % 500,
                      "\", generation ", i % 7, ", nothing to do\n");
      continue;
    }
    absl::StrAppend(
        &log, "E", Header(i), "\"AppliedManifestWorkFinalizer\" controller failed to sync \"6ef0-w",
        i % 999, "\", err: failed to delete resource storage.k8s.io/v1, Resource=storageclasses ",
        "with key /fast-", i % 50, ": storageclasses.storage.k8s.io \"fast-", i % 50,
        "\" is forbidden: User \"system:serviceaccount:open-cluster-management-agent:",
        "klusterlet-work-sa\" cannot delete resource \"storageclasses\" in API group ",
        "\"storage.k8s.io\" at the cluster scope\n");
  }
  return log;
}

void BM_DiagnoseLog(benchmark::State& state) {
  const std::string log = Log(static_cast<int>(state.range(0)));
  const Recognizer recognizer;
  for (auto _ : state) {
    DenialSet denials;
    ReadDenials(log, "agent.log", Budgets(), recognizer, denials);
    benchmark::DoNotOptimize(denials.denials().size());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * log.size()));
}
BENCHMARK(BM_DiagnoseLog)
    ->Arg(0)
    ->Arg(10)
    ->Arg(100)
    ->ArgName("refused_percent")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wecan
