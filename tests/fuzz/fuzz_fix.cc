// SPDX-License-Identifier: Apache-2.0
// The whole of `wecan fix`, on files in memory. A line `#### NAME` starts another file of the
// folder that is fixed; NAME ends with .yaml or .json. Properties: the grant is proved, or the run
// is refused with exit 2; what one run wrote the next finds in sync; a check afterwards finds
// nothing that a grant would help, but for what a guardrail refused; the same bytes with one thread
// and with three; nothing unprintable gets to a terminal.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "src/output/json.h"
#include "tests/fuzz/check.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using Words = std::vector<std::string>;

RunResult RunThreads(int threads, const Words& words, FileSystem& files) {
  return Run(words, {.files = &files, .threads = threads});
}

const Words kBudgets = {"--max-depth", "100", "--max-nodes", "20000"};

Words With(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::map<std::string, std::string> Files(absl::string_view text) {
  std::map<std::string, std::string> files;
  std::string name = "in/0.yaml";
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, "#### ") &&
        (absl::EndsWith(rest, ".yaml") || absl::EndsWith(rest, ".json"))) {
      name =
          absl::StrCat("in/", files.size() + 1, absl::EndsWith(rest, ".json") ? ".json" : ".yaml");
      files[name];
    } else {
      absl::StrAppend(&files[name], line, "\n");
    }
  }
  return files;
}

// Each input is run with one of these.
const std::vector<Words>& Flags() {
  static const auto* flags = new std::vector<Words>{
      {},
      {"--strategy", "cluster-binding"},
      {"--strategy", "role-binding"},
      {"--resource-names"},
      {"--verbs", "full"},
      {"--prune"},
      {"--wrap", "manifestwork"},
      {"--wrap", "bindingpolicy"},
      {"--allow-escalation"},
      {"--strategy", "role-binding", "--prune", "--resource-names"},
      {"--no-input-grants"},
      {"--strategy", "cluster-binding", "--wrap", "manifestwork", "--name", "shop"},
      {"--update-strategy", "ServerSideApply", "--resource-names", "--allow-escalation"},
  };
  return *flags;
}

void CheckPrintable(absl::string_view text) {
  for (const char c : text) FUZZ_CHECK(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

// A check finds no permission missing but for objects that `fix` refused, by their names, and what
// is suppressed.
void CheckNoGap(const Words& flags, const Json& fixed, MemoryFileSystem& files) {
  Words words = With({"check", "in", "-o", "json"}, kBudgets);
  for (size_t i = 0; i < flags.size(); ++i) {
    if (flags[i] == "--no-input-grants") return;  // the grant is one of them
    if (flags[i] == "--update-strategy") words = With(words, {flags[i], flags[i + 1]});
  }
  std::set<std::string> refused;
  for (const Json& hit : fixed["refused"]) {
    for (const Json& name : hit["objects"]) refused.insert(name);
  }
  const Json report = Json::parse(RunThreads(1, words, files).out, nullptr, false);
  FUZZ_CHECK(!report.is_discarded());
  for (const Json& finding : report["findings"]) {
    const std::string rule = finding["rule"];
    if (rule < "WEC101" || rule > "WEC104" || !finding["suppression"].is_null()) continue;
    for (const Json& object : finding["objects"]) {
      const std::string ns = object["namespace"], kind = object["kind"], name = object["name"];
      const std::string full = absl::StrCat(kind, "/", ns, ns.empty() ? "" : "/", name);
      if (refused.count(full) == 0) std::fprintf(stderr, "%s: %s\n", rule.c_str(), full.c_str());
      FUZZ_CHECK(refused.count(full) > 0);
    }
  }
}

void Fix(const std::map<std::string, std::string>& input, const Words& flags) {
  const Words fix = With(With({"fix", "in"}, kBudgets), flags);
  const auto check_exit = [&](const RunResult& run, bool holds) {
    if (!holds) std::fprintf(stderr, "%s\n%s", absl::StrJoin(fix, " ").c_str(), run.err.c_str());
    FUZZ_CHECK(holds);
  };
  MemoryFileSystem files(input), others(input);
  const RunResult printed = RunThreads(3, fix, files);
  check_exit(printed, printed.exit_code != 4);
  FUZZ_CHECK(files.files() == input);
  CheckPrintable(printed.err);

  const RunResult written = RunThreads(1, With(fix, {"--write", "-o", "json"}), files);
  check_exit(written, written.exit_code != 4);
  RunThreads(3, With(fix, {"--write", "-o", "json"}), others);
  FUZZ_CHECK(files.files() == others.files());
  if (written.exit_code == 2) return;
  const RunResult in_sync = RunThreads(1, With(fix, {"--check"}), files);
  check_exit(in_sync, in_sync.exit_code == written.exit_code);
  FUZZ_CHECK(in_sync.out.empty());
  const Json report = Json::parse(written.out, nullptr, false);
  FUZZ_CHECK(!report.is_discarded());
  CheckNoGap(flags, report, files);
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::map<std::string, std::string> input = wecan::Files(text);
  size_t hash = size;
  for (const char c : text) hash = hash * 31 + static_cast<unsigned char>(c);
  wecan::Fix(input, wecan::Flags()[hash % wecan::Flags().size()]);
  return 0;
}
