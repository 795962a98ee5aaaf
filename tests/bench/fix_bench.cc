// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "analyzer/analyze.h"
#include "analyzer/fixes/minimal_rules.h"
#include "analyzer/fixes/needs.h"
#include "analyzer/fixes/plan_fix.h"
#include "analyzer/fixes/proof.h"
#include "tests/bench/generate.h"

namespace wecan {
namespace {

constexpr int kObjects = 10'000;
constexpr int kGaps = 300;

// The input and what is derived from it, once for all iterations.
struct Prepared {
  Loaded loaded = LoadedManifests(kObjects);
  AnalyzeOptions options;
  Requirements requirements;

  Prepared() {
    options.profile = *BuildProfile({});
    options.derive.release = options.profile.release;
    requirements = DeriveRequirements(loaded.input, options.derive);
  }
};

void SetItems(benchmark::State& state, int items) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * items);
}

void BM_CollectNeeds(benchmark::State& state) {
  const Prepared p;
  const NeedOptions needs{.resource_names = state.range(0) != 0};
  for (auto _ : state) {
    AgentGrants grants(EffectivePolicy(p.loaded.input, p.requirements, p.options),
                       p.options.agent.User());
    benchmark::DoNotOptimize(CollectNeeds(p.loaded.input, p.requirements, grants, needs).size());
  }
  SetItems(state, kObjects);
}
BENCHMARK(BM_CollectNeeds)->ArgName("names")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_MinimalRules(benchmark::State& state) {
  std::vector<PolicyRule> gaps;
  for (int i = 0; i < kGaps; ++i) {
    PolicyRule gap{.verbs = {"get", "create", "update"},
                   .api_groups = {absl::StrCat("group", i % 10, ".example.com")},
                   .resources = {absl::StrCat("widgets", i % 60)}};
    if (i % 3 == 0) gap.verbs.emplace_back("delete");
    if (i % 2 == 0) gap.resource_names = {absl::StrCat("widget-", i)};
    gaps.push_back(std::move(gap));
  }
  for (auto _ : state) benchmark::DoNotOptimize(MinimalRules(gaps).size());
  SetItems(state, kGaps);
}
BENCHMARK(BM_MinimalRules)->Unit(benchmark::kMicrosecond);

// By strategy, and with a rule for each object's name.
FixOptions Options(const benchmark::State& state) {
  return {.strategy = static_cast<GrantStrategy>(state.range(0)),
          .needs = {.resource_names = state.range(1) != 0}};
}

void BM_PlanFix(benchmark::State& state) {
  const Prepared p;
  const FixOptions fix = Options(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        PlanFix(p.loaded.input, p.requirements, p.options, fix)->grants.size());
  }
  SetItems(state, kObjects);
}
BENCHMARK(BM_PlanFix)
    ->ArgNames({"strategy", "names"})
    ->ArgsProduct({{0, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

void BM_ProveFix(benchmark::State& state) {
  const Prepared p;
  const FixOptions fix = Options(state);
  const FixPlan plan = *PlanFix(p.loaded.input, p.requirements, p.options, fix);
  RbacPolicy written;
  for (const RoleGrant& grant : plan.grants) {
    written.roles.push_back(grant.role);
    if (grant.binding) written.bindings.push_back(*grant.binding);
  }
  for (auto _ : state) {
    const Proof proof = ProveFix(p.loaded.input, p.requirements, p.options, fix.needs, written, {});
    if (!proof.closed || !proof.minimal) state.SkipWithError("the plan is not the smallest grant");
  }
  SetItems(state, kObjects);
}
BENCHMARK(BM_ProveFix)
    ->ArgNames({"strategy", "names"})
    ->ArgsProduct({{0, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wecan
