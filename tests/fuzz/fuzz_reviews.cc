// SPDX-License-Identifier: Apache-2.0
// can-i --rbac r.yaml --reviews s.json as a whole program in memory. The input is the dump, a line
// `#### reviews`, and the reviews. Properties: never an internal error; the output is JSON; and the
// answers, given back as YAML to be asked again, are answered the same.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include <nlohmann/json.hpp>

#include "src/cli/program.h"
#include "src/input/file_system.h"
#include "tests/fuzz/check.h"

namespace wecan {
namespace {

constexpr absl::string_view kMarker = "#### reviews\n";

struct Answers {
  std::string json, err;
};

Answers Ask(FileSystem& files, const std::string& reviews) {
  std::istringstream in;
  std::ostringstream out, err;
  Environment environment;
  environment.files = &files;
  environment.in = &in;
  environment.out = &out;
  environment.err = &err;
  environment.variable = [](const std::string&) { return std::nullopt; };
  environment.threads = 1;
  const ExitCode code =
      RunProgram({"can-i", "--rbac", "r.yaml", "--aggregate", "--reviews", reviews, "-o", "json",
                  "-o", "yaml=answers.yaml", "-o", "text=answers.txt"},
                 environment);
  FUZZ_CHECK(code != ExitCode::kInternal);
  FUZZ_CHECK(code != ExitCode::kUsage || !err.str().empty());
  return {out.str(), err.str()};
}

void Check(absl::string_view text) {
  const size_t marker = text.find(kMarker);
  const absl::string_view dump = text.substr(0, marker);
  const absl::string_view reviews =
      marker == absl::string_view::npos ? text : text.substr(marker + kMarker.size());
  MemoryFileSystem files({{"r.yaml", std::string(dump)}, {"s.json", std::string(reviews)}});
  const Answers answers = Ask(files, "s.json");
  if (answers.json.empty()) return;  // the dump could not be read
  FUZZ_CHECK(nlohmann::json::accept(answers.json));
  const Answers again = Ask(files, "answers.yaml");
  // The List around them takes one level of depth and some nodes more.
  if (absl::StrContains(again.err, "nested deeper") || absl::StrContains(again.err, "more than"))
    return;
  FUZZ_CHECK(again.json == answers.json);
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  wecan::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
