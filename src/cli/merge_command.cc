// SPDX-License-Identifier: Apache-2.0
// merge: the reports of the shards of a fleet become one.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/can_i_print.h"
#include "src/cli/can_i_report.h"
#include "src/cli/commands.h"
#include "src/cli/live.h"
#include "src/cli/setup.h"

namespace wecan {
namespace {

constexpr uint64_t kMaxReportBytes = uint64_t{1} << 30;

absl::Status At(const std::string& path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

// OK if both reports answer one question, so that they can stand in one table.
absl::Status CheckAlike(const std::string& path, const CanIReport& report,
                        const std::string& first_path, const CanIReport& first) {
  if (!report.live) return At(path, "not of live clusters; merge takes reports of can-i --context");
  if (report.kind != first.kind)
    return At(path, absl::StrCat("asks something else than ", first_path));
  if (report.user.name != first.user.name)
    return At(path, absl::StrCat("is about ", report.user.name, ", and ", first_path, " about ",
                                 first.user.name));
  return absl::OkStatus();
}

absl::StatusOr<CanIReport> ReadReport(const std::string& path, const Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::string text, environment.files->Read(path, kMaxReportBytes));
  absl::StatusOr<CanIReport> report = ReadCanIReport(text);
  if (!report.ok()) return At(path, report.status().message());
  return report;
}

// Differences from a profile are what each shard found; the rest follows from the answers.
void AddFindings(std::vector<LiveFinding> found, CanIReport& report) {
  std::map<std::tuple<std::string, std::vector<std::string>>, LiveFinding> causes;
  for (LiveFinding& f : found) {
    if (f.rule != "WEC402") continue;
    const auto [it, fresh] = causes.try_emplace({f.message, f.verbs}, f);
    if (fresh) continue;
    std::vector<std::string>& contexts = it->second.contexts;
    contexts.insert(contexts.end(), f.contexts.begin(), f.contexts.end());
    std::sort(contexts.begin(), contexts.end());
  }
  AddLiveFindings(report);
  const auto place =
      std::find_if(report.findings.begin(), report.findings.end(),
                   [](const LiveFinding& f) { return f.rule > std::string("WEC402"); });
  std::vector<LiveFinding> differences;
  for (auto& [key, finding] : causes) differences.push_back(std::move(finding));
  report.findings.insert(place, differences.begin(), differences.end());
}

absl::StatusOr<ExitCode> Merge(const Options& options, Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckCanIFormats(options));
  CanIReport merged;
  std::vector<LiveFinding> findings;
  std::map<std::string, std::string> report_of;  // by context
  const std::vector<std::string>& paths = options.reports;
  for (size_t i = 0; i < paths.size(); ++i) {
    WECAN_ASSIGN_OR_RETURN(CanIReport report, ReadReport(paths[i], environment));
    WECAN_RETURN_IF_ERROR(CheckAlike(paths[i], report, paths[0], i == 0 ? report : merged));
    for (const ClusterAnswers& cluster : report.clusters) {
      const auto [it, fresh] = report_of.try_emplace(cluster.context, paths[i]);
      if (!fresh)
        return At(paths[i], absl::StrCat("WEC \"", cluster.context, "\" is in ", it->second,
                                         " already; give each report once, and shards of one N"));
    }
    findings.insert(findings.end(), report.findings.begin(), report.findings.end());
    if (i == 0) {
      merged = std::move(report);
      continue;
    }
    std::move(report.clusters.begin(), report.clusters.end(), std::back_inserter(merged.clusters));
    std::move(report.errors.begin(), report.errors.end(), std::back_inserter(merged.errors));
  }
  std::sort(merged.clusters.begin(), merged.clusters.end(),
            [](const ClusterAnswers& a, const ClusterAnswers& b) { return a.context < b.context; });
  merged.findings.clear();
  AddFindings(std::move(findings), merged);
  const ExitCode code = LiveExitCode(merged);
  return FinishCanI(options, paths, std::move(merged), code, environment);
}

}  // namespace

ExitCode RunMerge(const Options& options, Environment& environment) {
  return Finish(Merge(options, environment), environment);
}

}  // namespace wecan
