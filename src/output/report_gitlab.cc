// SPDX-License-Identifier: Apache-2.0
// GitLab's Code Quality: a list of issues, told apart by their fingerprints. Source: GitLab's
// documentation, "Code Quality report format".
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"

#include "src/output/json.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

const char* Severity(Level level) {
  switch (level) {
    case Level::kError:
      return "critical";
    case Level::kWarning:
      return "major";
    case Level::kNote:
      return "minor";
  }
  return "";
}

}  // namespace

std::string ReportGitlab(const ReportContext& context) {
  Json issues = Json::array();
  // GitLab shows one issue of those with equal fingerprints, so equal ones are numbered.
  std::map<std::string, int> seen;
  for (const Finding& f : context.report.findings) {
    for (const Result& result : ResultsOf(context.input, f)) {
      const std::string object = ResultObject(context, result);
      const RepositoryPlace place = PlaceInRepository(context, result);
      std::string fingerprint = ResultFingerprint(context, result);
      const int before = seen[fingerprint]++;
      if (before > 0) fingerprint = FindingId({fingerprint, absl::StrCat(before)});
      issues.push_back({{"description", absl::StrCat(OneLine(object), object.empty() ? "" : ": ",
                                                     OneLine(f.message))},
                        {"check_name", absl::StrCat("wecan/", f.rule->id)},
                        {"fingerprint", fingerprint},
                        {"severity", Severity(f.level)},
                        {"location",
                         {{"path", Printable(place.path)},
                          {"lines", {{"begin", std::max(place.location.line, 1u)}}}}}});
    }
  }
  return DumpJson(issues);
}

}  // namespace wecan
