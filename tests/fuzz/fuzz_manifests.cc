// SPDX-License-Identifier: Apache-2.0
// The whole way from files to a report. A line `#### check` starts another file to be checked, and
// `#### load`, `#### context`, `#### crds` and `#### policies` one of context. Properties: the
// report is the same with one thread and with three, whether context is parsed as a whole or only
// where it can matter, and every printer takes it.
#include <cstddef>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "analyzer/analyze.h"
#include "src/input/load.h"
#include "src/output/report.h"
#include "tests/fuzz/check.h"

namespace wecan {
namespace {

constexpr absl::string_view kMarker = "#### ";

// Beside the input, so that several threads have work to share.
constexpr char kAnother[] = R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}})";

std::map<std::string, std::string> Files(absl::string_view text) {
  std::map<std::string, std::string> files = {{"check/z.json", kAnother}};
  std::string folder = "check";
  std::string name = absl::StrCat(folder, "/0.yaml");
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, kMarker) &&
        (rest == "check" || rest == "load" || rest == "context" || rest == "crds" ||
         rest == "policies")) {
      name = absl::StrCat(rest, "/", files.size(), files.size() % 3 == 0 ? ".json" : ".yaml");
      files[name];
    } else {
      absl::StrAppend(&files[name], line, "\n");
    }
  }
  return files;
}

std::string Reports(const MemoryFileSystem& files, int threads, bool whole_context) {
  LoadRequest request{.paths = {"check"}, .threads = threads};
  request.budgets.depth = 100;
  request.budgets.nodes = 20'000;
  const auto take = [&](const std::string& folder, std::vector<std::string>& list) {
    if (files.IsDirectory(folder).ok()) list.push_back(folder);
  };
  take("load", request.load);
  take("context", whole_context ? request.load : request.load_if_not_checked);
  take("crds", request.crds);
  take("policies", request.policies);
  std::istringstream in;
  const Loaded loaded = Load(request, files, in);
  AnalyzeOptions options;
  static const Profile profile = *BuildProfile({});
  options.profile = profile;
  options.derive.release = options.profile.release;
  if (!request.policies.empty()) options.derive.binding_policies = &loaded.policies;
  const Report report = Analyze(loaded.input, options);
  const ReportContext context{loaded.input, report, options};
  const std::string json = ReportJson(context);
  FUZZ_CHECK(!ReportText(context, {.all_objects = true, .wide = true}).empty());
  FUZZ_CHECK(!ReportJunit(context).empty() && !ReportSarif(context).empty());
  // What is broken and cannot matter is not seen.
  if (whole_context && !report.errors.empty()) return "";
  return absl::StrCat(json, ReportShort(context), ReportNames(context), ReportYaml(context));
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const wecan::MemoryFileSystem files(
      wecan::Files(absl::string_view(reinterpret_cast<const char*>(data), size)));
  const std::string report = wecan::Reports(files, 1, false);
  FUZZ_CHECK(report == wecan::Reports(files, 3, false));
  const std::string whole = wecan::Reports(files, 1, true);
  FUZZ_CHECK(whole.empty() || whole == report);
  return 0;
}
