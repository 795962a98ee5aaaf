// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "src/edit/splice.h"
#include "src/edit/unified_diff.h"

namespace wecan {
namespace {

std::string RoleText(int64_t rules) {
  std::string text =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: r\nrules:\n";
  for (int64_t i = 0; i < rules; ++i) {
    absl::StrAppend(&text, "- apiGroups: [example.com]  # rule ", i, "\n  resources:\n  - things",
                    i, "\n  verbs: [get, list]\n");
  }
  return text;
}

RoleEdit EditEveryRule(int64_t rules) {
  RoleEdit edit{.name = "r"};
  for (int i = 0; i < rules; ++i)
    edit.rules.push_back({.rule = i, .add_verbs = {"create"}, .remove_verbs = {"list"}});
  edit.append = {{.verbs = {"get"}, .api_groups = {""}, .resources = {"pods"}}};
  return edit;
}

void BM_SpliceFile(benchmark::State& state) {
  const std::string text = RoleText(state.range(0));
  const std::vector<RoleEdit> edits = {EditEveryRule(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(SpliceFile("f.yaml", text, edits, {}));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_SpliceFile)->Arg(300)->Arg(10'000)->Unit(benchmark::kMillisecond);

void BM_UnifiedDiff(benchmark::State& state) {
  const std::string before = RoleText(state.range(0));
  const std::string after =
      SpliceFile("f.yaml", before, {EditEveryRule(state.range(0))}, {}).value();
  for (auto _ : state) benchmark::DoNotOptimize(UnifiedDiff("a", "b", before, after, Style{}));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(before.size()));
}
BENCHMARK(BM_UnifiedDiff)->Arg(300)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wecan
