// SPDX-License-Identifier: Apache-2.0
// can-i --rbac r.yaml --reviews s.json as a whole program in memory. The input is the dump, a line
// `#### reviews`, and the reviews. Properties: never an internal error; the output is JSON; and the
// answers, given back as YAML to be asked again, are answered the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include <nlohmann/json.hpp>

#include "tests/fuzz/check.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

constexpr absl::string_view kMarker = "#### reviews\n";

// The answers go to the file `answers` as YAML as well.
RunResult Ask(FileSystem& files, const std::string& reviews, const std::string& answers) {
  RunResult run = Run({"can-i", "--rbac", "r.yaml", "--aggregate", "--reviews", reviews, "-o",
                       "json", "-o", "yaml=" + answers, "-o", "text=answers.txt"},
                      {.files = &files, .threads = 1});
  FUZZ_CHECK(run.exit_code != static_cast<int>(ExitCode::kInternal));
  FUZZ_CHECK(run.exit_code != static_cast<int>(ExitCode::kUsage) || !run.err.empty());
  return run;
}

void Check(absl::string_view text) {
  const size_t marker = text.find(kMarker);
  const absl::string_view dump = text.substr(0, marker);
  const absl::string_view reviews =
      marker == absl::string_view::npos ? text : text.substr(marker + kMarker.size());
  MemoryFileSystem files({{"r.yaml", std::string(dump)}, {"s.json", std::string(reviews)}});
  const RunResult answers = Ask(files, "s.json", "answers.yaml");
  if (answers.out.empty()) return;  // the dump could not be read
  FUZZ_CHECK(nlohmann::json::accept(answers.out));
  const RunResult again = Ask(files, "answers.yaml", "again.yaml");
  // The List around them takes one level of depth and some nodes more.
  if (absl::StrContains(again.err, "nested deeper") || absl::StrContains(again.err, "more than"))
    return;
  FUZZ_CHECK(again.out == answers.out);
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  wecan::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
