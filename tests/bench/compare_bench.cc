// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "analyzer/analyze.h"
#include "analyzer/findings/collect.h"
#include "analyzer/grants/agent_grants.h"
#include "src/output/report.h"
#include "tests/bench/generate.h"

namespace wecan {
namespace {

constexpr int kObjects = 10'000;

AnalyzeOptions DefaultOptions() {
  AnalyzeOptions options;
  options.profile = *BuildProfile({});
  options.derive.release = options.profile.release;
  return options;
}

void SetObjects(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kObjects);
}

void BM_DeriveRequirements(benchmark::State& state) {
  const Loaded loaded = LoadedManifests(kObjects);
  const AnalyzeOptions options = DefaultOptions();
  for (auto _ : state)
    benchmark::DoNotOptimize(DeriveRequirements(loaded.input, options.derive).objects.size());
  SetObjects(state);
}
BENCHMARK(BM_DeriveRequirements)->Unit(benchmark::kMillisecond);

void BM_DeriveAndCompare(benchmark::State& state) {
  const Loaded loaded = LoadedManifests(kObjects);
  const AnalyzeOptions options = DefaultOptions();
  for (auto _ : state) {
    const Requirements requirements = DeriveRequirements(loaded.input, options.derive);
    AgentGrants grants(EffectivePolicy(loaded.input, requirements, options), options.agent.User());
    benchmark::DoNotOptimize(
        CollectWorkloadFindings(loaded.input, requirements, grants, options.agent.service_account)
            .size());
  }
  SetObjects(state);
}
BENCHMARK(BM_DeriveAndCompare)->Unit(benchmark::kMillisecond);

void BM_Analyze(benchmark::State& state) {
  const Loaded loaded = LoadedManifests(kObjects);
  const AnalyzeOptions options = DefaultOptions();
  for (auto _ : state) benchmark::DoNotOptimize(Analyze(loaded.input, options).findings.size());
  SetObjects(state);
}
BENCHMARK(BM_Analyze)->Unit(benchmark::kMillisecond);

void BM_ReportJson(benchmark::State& state) {
  const Loaded loaded = LoadedManifests(kObjects);
  const AnalyzeOptions options = DefaultOptions();
  const Report report = Analyze(loaded.input, options);
  const ReportContext context{loaded.input, report, options};
  size_t bytes = 0;
  for (auto _ : state) {
    bytes = ReportJson(context).size();
    benchmark::DoNotOptimize(bytes);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes));
}
BENCHMARK(BM_ReportJson)->Unit(benchmark::kMillisecond);

void BM_ReportText(benchmark::State& state) {
  const Loaded loaded = LoadedManifests(kObjects);
  const AnalyzeOptions options = DefaultOptions();
  const Report report = Analyze(loaded.input, options);
  const ReportContext context{loaded.input, report, options};
  for (auto _ : state) benchmark::DoNotOptimize(ReportText(context, {.all_objects = true}).size());
  SetObjects(state);
}
BENCHMARK(BM_ReportText)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wecan
