// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <sstream>

#include "src/input/load.h"
#include "src/input/manifest_reader.h"
#include "src/input/parse.h"
#include "tests/bench/generate.h"

namespace wecan {
namespace {

constexpr int kObjects = 10'000;

void SetBytes(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes));
}

void SetObjects(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kObjects);
}

void BM_ParseYaml(benchmark::State& state) {
  const std::string text = ManifestStream(kObjects);
  Document document{Budgets{}};
  for (auto _ : state) {
    int documents = 0;
    benchmark::DoNotOptimize(ParseYaml(text, document, [&](const Document&) { ++documents; }));
    benchmark::DoNotOptimize(documents);
  }
  SetBytes(state, text.size());
}
BENCHMARK(BM_ParseYaml)->Unit(benchmark::kMillisecond);

void BM_ParseJson(benchmark::State& state) {
  const std::string text = ManifestJson(kObjects);
  Document document{Budgets{}};
  for (auto _ : state) benchmark::DoNotOptimize(ParseJson(text, document, [](const Document&) {}));
  SetBytes(state, text.size());
}
BENCHMARK(BM_ParseJson)->Unit(benchmark::kMillisecond);

void BM_SplitDocuments(benchmark::State& state) {
  const std::string text = ManifestStream(kObjects);
  for (auto _ : state) benchmark::DoNotOptimize(SplitDocuments(text));
  SetBytes(state, text.size());
}
BENCHMARK(BM_SplitDocuments)->Unit(benchmark::kMillisecond);

void BM_ReadYaml(benchmark::State& state) {
  const std::string text = ManifestStream(kObjects);
  for (auto _ : state) {
    Contents contents;
    ReadYaml(SplitDocuments(text), false, Budgets{}, contents);
    benchmark::DoNotOptimize(contents.input.objects.size());
  }
  SetBytes(state, text.size());
  SetObjects(state);
}
BENCHMARK(BM_ReadYaml)->Unit(benchmark::kMillisecond);

// One List of all objects: positions deep inside one long document.
void BM_ReadJson(benchmark::State& state) {
  const int objects = static_cast<int>(state.range(0));
  const std::string text = ManifestJson(objects);
  for (auto _ : state) {
    Contents contents;
    ReadJson(text, true, Budgets{}, contents);
    benchmark::DoNotOptimize(contents.input.objects.size());
  }
  SetBytes(state, text.size());
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * objects);
}
BENCHMARK(BM_ReadJson)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

// Arguments: files, threads.
void BM_Load(benchmark::State& state) {
  const std::map<std::string, std::string> texts =
      ManifestFiles(kObjects, static_cast<int>(state.range(0)));
  size_t bytes = 0;
  for (const auto& [path, text] : texts) bytes += text.size();
  const MemoryFileSystem files(texts);
  const LoadRequest request{.paths = {"corpus"}, .threads = static_cast<int>(state.range(1))};
  for (auto _ : state) {
    std::istringstream in;
    benchmark::DoNotOptimize(Load(request, files, in).input.objects.size());
  }
  SetBytes(state, bytes);
  SetObjects(state);
}
BENCHMARK(BM_Load)
    ->ArgsProduct({{1, 100}, {1, 2}})
    ->ArgNames({"files", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace wecan
