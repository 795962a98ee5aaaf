// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"

#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/authorizer.h"
#include "analyzer/grants/profile.h"
#include "tests/bench/generate.h"

namespace wecan {
namespace {

constexpr int kBindings = 10'000;
constexpr int kQuestions = 1'000;

struct Question {
  UserInfo user;
  RequestAttributes request;
};

// Every user and namespace takes part; about half are allowed.
std::vector<Question> Questions() {
  std::vector<Question> questions;
  for (int i = 0; i < kQuestions; ++i) {
    questions.push_back({.user = {.name = absl::StrCat("user-", i % 500),
                                  .groups = {absl::StrCat("group-", i * 7 % 100)}},
                         .request = {.verb = i % 2 == 0 ? "get" : "delete",
                                     .api_group = absl::StrCat("group", i % 10, ".example.com"),
                                     .resource = "gadgets",
                                     .namespace_ = absl::StrCat("ns-", i * 3 % 200),
                                     .name = "x"}});
  }
  return questions;
}

// 1,000 decisions per iteration; a million take a thousand times as long.
void BM_Authorize(benchmark::State& state) {
  const RbacPolicy policy = ManyBindings(kBindings);
  const Authorizer authorizer(policy);
  const std::vector<Question> questions = Questions();
  for (auto _ : state) {
    int allowed = 0;
    for (const Question& q : questions) allowed += authorizer.Authorize(q.user, q.request).allowed;
    benchmark::DoNotOptimize(allowed);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kQuestions);
}
BENCHMARK(BM_Authorize)->Unit(benchmark::kMillisecond);

void BM_NewAuthorizer(benchmark::State& state) {
  const RbacPolicy policy = ManyBindings(kBindings);
  for (auto _ : state) benchmark::DoNotOptimize(Authorizer(policy));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kBindings);
}
BENCHMARK(BM_NewAuthorizer)->Unit(benchmark::kMillisecond);

void BM_RulesFor(benchmark::State& state) {
  const RbacPolicy policy = ManyBindings(kBindings);
  const Authorizer authorizer(policy);
  const std::vector<Question> questions = Questions();
  for (auto _ : state) {
    for (const Question& q : questions)
      benchmark::DoNotOptimize(authorizer.RulesFor(q.user, q.request.namespace_).grants.size());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kQuestions);
}
BENCHMARK(BM_RulesFor)->Unit(benchmark::kMillisecond);

RbacPolicy DefaultPolicy() {
  RbacPolicy policy = BuildProfile({})->policy;
  AggregateClusterRoles(policy);
  return policy;
}

// The first question about each of 100 resources: rules are resolved and filtered.
void BM_AgentGrantsCold(benchmark::State& state) {
  const RbacPolicy policy = DefaultPolicy();
  for (auto _ : state) {
    AgentGrants grants(policy, Agent().User());
    for (int i = 0; i < 100; ++i)
      benchmark::DoNotOptimize(grants.On("apps", absl::StrCat("widgets", i), "ns").held.size());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * 100);
}
BENCHMARK(BM_AgentGrantsCold)->Unit(benchmark::kMicrosecond);

// What is remembered.
void BM_AgentGrantsWarm(benchmark::State& state) {
  AgentGrants grants(DefaultPolicy(), Agent().User());
  for (auto _ : state) benchmark::DoNotOptimize(grants.On("apps", "deployments", "ns").held.size());
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}
BENCHMARK(BM_AgentGrantsWarm);

void BM_BuildProfile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(BuildProfile({})->policy.roles.size());
}
BENCHMARK(BM_BuildProfile)->Unit(benchmark::kMicrosecond);

// One role that takes in the rules of all others.
void BM_AggregateClusterRoles(benchmark::State& state) {
  const int sources = static_cast<int>(state.range(0));
  RbacPolicy original;
  for (int i = 0; i < sources; ++i) {
    original.roles.push_back({.kind = RoleKind::kClusterRole,
                              .name = absl::StrCat("source-", i),
                              .labels = {{"aggregate", "yes"}},
                              .rules = {{.verbs = {"get", "list"},
                                         .api_groups = {"example.com"},
                                         .resources = {absl::StrCat("widgets", i)}}}});
  }
  original.roles.push_back(
      {.kind = RoleKind::kClusterRole,
       .name = "target",
       .aggregation = std::vector<LabelSelector>{{.match_labels = {{"aggregate", "yes"}}}}});
  for (auto _ : state) {
    state.PauseTiming();
    RbacPolicy policy = original;
    state.ResumeTiming();
    AggregateClusterRoles(policy);
    benchmark::DoNotOptimize(policy.roles.size());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * sources);
}
BENCHMARK(BM_AggregateClusterRoles)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wecan
