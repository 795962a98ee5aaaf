// SPDX-License-Identifier: Apache-2.0
// The live client against servers on loopback that answer after 5 ms. The servers run in a process
// of their own, so that processor time and memory are the client's.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "src/cluster/http_client.h"
#include "tests/testing/http_server.h"

namespace wecan {
namespace {

constexpr int kQuestions = 40;
constexpr char kReviewPath[] = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

// A child process with `ports` listening ports, until this goes.
class ServerProcess {
 public:
  explicit ServerProcess(size_t ports) {
    int to_us[2];
    int to_it[2];
    if (pipe(to_us) != 0 || pipe(to_it) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      close(to_it[1]);
      Serve(ports, to_us[1], to_it[0]);
    }
    close(to_us[1]);
    close(to_it[0]);
    open_ = to_it[1];
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while (text.find("\n\n") == std::string::npos &&
           (got = read(to_us[0], buffer, sizeof(buffer))) > 0) {
      text.append(buffer, got);
    }
    close(to_us[0]);
    for (size_t at = 0; text[at] != '\n'; at = text.find('\n', at) + 1) {
      urls_.push_back(text.substr(at, text.find('\n', at) - at));
    }
  }
  ~ServerProcess() {
    close(open_);
    waitpid(child_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::vector<std::string>& urls() const { return urls_; }

 private:
  [[noreturn]] static void Serve(size_t ports, int out, int until_closed) {
    TestHttpServer server(
        [](const TestHttpRequest&) {
          return TestHttpReply{
              .status = 201, .body = R"({"status":{"allowed":true}})", .delay_ms = 5};
        },
        ports);
    server.KeepNoRequests();
    std::string text;
    for (size_t i = 0; i < ports; ++i) absl::StrAppend(&text, server.Url(i), "\n");
    text += "\n";
    char byte = 0;
    if (write(out, text.data(), text.size()) > 0 && read(until_closed, &byte, 1) == 0) _exit(0);
    _exit(1);
  }

  pid_t child_ = -1;
  int open_ = -1;
  std::vector<std::string> urls_;
};

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
  const ServerProcess process(count);
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
