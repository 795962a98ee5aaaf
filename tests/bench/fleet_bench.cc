// SPDX-License-Identifier: Apache-2.0
// `wecan can-i -f` on a fleet, from the command line to the report: 40 Permissions on WECs that
// answer after 5 ms, each with discovery and with the proof of impersonation.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "src/input/file_system.h"
#include "tests/bench/server_process.h"
#include "tests/testing/fake_wec.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

constexpr int kManifests = 10;  // each needs get, create, update and delete

TestHttpReply Answer(const TestHttpRequest& request) {
  static const FakeWec* const wec =
      new FakeWec{.policy = AgentMay("apps", {"deployments"}), .replies = SmallDiscovery()};
  TestHttpReply reply = wec->Answer(request);
  reply.delay_ms = 5;
  return reply;
}

std::string Kubeconfig(const std::vector<std::string>& urls) {
  std::string clusters, contexts;
  for (size_t i = 0; i < urls.size(); ++i) {
    absl::StrAppend(&clusters, "- {name: wec", i, ", cluster: {server: '", urls[i], "'}}\n");
    absl::StrAppend(&contexts, "- {name: wec", i, ", context: {cluster: wec", i, ", user: u}}\n");
  }
  return absl::StrCat("apiVersion: v1\nkind: Config\nusers: [{name: u, user: {}}]\nclusters:\n",
                      clusters, "contexts:\n", contexts);
}

std::string Manifests() {
  std::string text;
  for (int i = 0; i < kManifests; ++i) {
    absl::StrAppend(&text, i > 0 ? "---\n" : "", "apiVersion: apps/v1\nkind: Deployment\n",
                    "metadata: {name: web, namespace: team-", i, "}\n");
  }
  return text;
}

double PeakMiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// The format is text (0) or JSON (1).
void BM_CanIFleet(benchmark::State& state) {
  const size_t count = static_cast<size_t>(state.range(0));
  const ServerProcess process(count, Answer);
  const char* format = state.range(1) == 0 ? "text" : "json";
  MemoryFileSystem files({{"config", Kubeconfig(process.urls())}, {"deploy.yaml", Manifests()}});
  for (auto _ : state) {
    const RunResult result = wecan::Run({"can-i", "-f", "deploy.yaml", "--kubeconfig", "config",
                                         "--all-contexts", "-j", "64", "--no-config", "-o", format},
                                        RunOptions{.files = &files, .in_is_terminal = true});
    if (result.exit_code != 0) {
      state.SkipWithError(result.out.substr(0, 500).c_str());
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * kManifests * 4);
  state.counters["peak_MiB"] = PeakMiB();
}
BENCHMARK(BM_CanIFleet)
    ->Args({1, 0})
    ->Args({100, 0})
    ->Args({1'000, 0})
    ->Args({1'000, 1})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wecan
