// SPDX-License-Identifier: Apache-2.0
// The live client against servers on loopback that answer after 5 ms. The servers run in a process
// of their own, so that processor time and memory are the client's.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "src/cluster/http_client.h"
#include "tests/bench/server_process.h"

namespace wecan {
namespace {

constexpr int kQuestions = 40;
constexpr char kReviewPath[] = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

HttpRequest Review(size_t server, int number) {
  return {.server = server,
          .method = HttpMethod::kPost,
          .path = kReviewPath,
          .body = absl::StrCat(R"({"apiVersion":"authorization.k8s.io/v1",)",
                               R"("kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":)",
                               R"({"namespace":"ns-)", number,
                               R"(","verb":"get","group":"apps","resource":"deployments"}}})")};
}

// One question to each server, the others when it is answered.
void BM_AskServers(benchmark::State& state) {
  const size_t count = static_cast<size_t>(state.range(0));
  const ServerProcess process(count, [](const TestHttpRequest&) {
    return TestHttpReply{.status = 201, .body = R"({"status":{"allowed":true}})", .delay_ms = 5};
  });
  int64_t answers = 0;
  for (auto _ : state) {
    std::vector<HttpServer> servers;
    std::vector<HttpRequest> requests;
    for (size_t i = 0; i < count; ++i) {
      servers.push_back({.name = absl::StrCat("wec", i), .url = process.urls()[i], .token = [] {
                           return std::string("token");
                         }});
      requests.push_back(Review(i, 0));
    }
    auto client = HttpClient::Create(std::move(servers));
    if (!client.ok()) return state.SkipWithError(client.status().ToString().c_str());
    std::vector<int> asked(count, 0);
    (*client)->Run(std::move(requests), [&](const HttpRequest& request, const HttpReply& reply,
                                            std::vector<HttpRequest>& more) {
      if (reply.status == 201) ++answers;
      if (asked[request.server]++ > 0) return;
      for (int i = 1; i < kQuestions; ++i) more.push_back(Review(request.server, i));
    });
  }
  state.SetItemsProcessed(answers);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
  if (answers != static_cast<int64_t>(state.iterations() * count * kQuestions)) {
    state.SkipWithError("some questions were not answered; is `ulimit -n` large enough?");
  }
}
BENCHMARK(BM_AskServers)
    ->Arg(1)
    ->Arg(100)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wecan
