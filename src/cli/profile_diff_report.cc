// SPDX-License-Identifier: Apache-2.0
#include "src/cli/profile_diff_report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/fixes/minimal_rules.h"
#include "src/output/style.h"
#include "src/output/version.h"

namespace wecan {
namespace {

constexpr size_t kWidestColumn = 100;

// "deployments.apps/scale", with the one name that it is limited to; or a URL.
std::string TargetOf(const PolicyRule& rule) {
  if (!rule.non_resource_urls.empty()) return Printable(rule.non_resource_urls[0]);
  const std::string& resource = rule.resources[0];
  const std::string& group = rule.api_groups[0];
  const size_t slash = std::min(resource.find('/'), resource.size());
  return Printable(absl::StrCat(
      resource.substr(0, slash), group.empty() ? "" : ".", group, resource.substr(slash),
      rule.resource_names.empty() ? "" : absl::StrCat(" \"", rule.resource_names[0], "\"")));
}

std::string ScopeOf(const ScopeDiff& scope) {
  return scope.namespace_.empty() ? "cluster" : absl::StrCat("ns ", Printable(scope.namespace_));
}

struct Line {
  std::string what;  // "+ get,create pods"
  std::string scope;
};

std::vector<Line> LinesOf(const ProfileDiff& diff) {
  std::vector<Line> lines;
  for (const ScopeDiff& scope : diff.scopes) {
    const auto add = [&](const char* sign, const std::vector<PolicyRule>& rules) {
      for (const PolicyRule& rule : rules) {
        std::vector<std::string> verbs = rule.verbs;
        SortVerbs(verbs);
        lines.push_back(
            {absl::StrCat(sign, " ", Printable(absl::StrJoin(verbs, ",")), " ", TargetOf(rule)),
             ScopeOf(scope)});
      }
    };
    add("+", scope.gained);
    add("-", scope.lost);
  }
  return lines;
}

Json ChangesJson(const ProfileDiff& diff) {
  Json changes = Json::array();
  for (const ScopeDiff& scope : diff.scopes) {
    const auto add = [&](const char* change, const std::vector<PolicyRule>& rules) {
      for (const PolicyRule& rule : rules) {
        Json json = {{"change", change},
                     {"scope", scope.namespace_.empty() ? "cluster" : "namespace"},
                     {"namespace", scope.namespace_}};
        json["rule"] = RuleJson(rule);
        changes.push_back(std::move(json));
      }
    };
    add("gained", scope.gained);
    add("lost", scope.lost);
  }
  return changes;
}

// Verbs, each on one resource or URL in one scope.
size_t CountPermissions(const ProfileDiff& diff, std::vector<PolicyRule> ScopeDiff::*side) {
  size_t count = 0;
  for (const ScopeDiff& scope : diff.scopes) {
    for (const PolicyRule& rule : scope.*side) count += rule.verbs.size();
  }
  return count;
}

}  // namespace

std::string ProfileDiffText(const ProfileDiffReport& report) {
  const std::string names = absl::StrCat(Printable(report.before), " to ", Printable(report.after));
  const std::string account = Printable(report.agent.Account().Display());
  if (report.diff.equal() && report.diff.complete)
    return absl::StrCat("From ", names, " nothing changes for ", account, ".\n");
  const std::vector<Line> lines = LinesOf(report.diff);
  size_t width = 0;
  for (const Line& line : lines) width = std::max(width, std::min(line.what.size(), kWidestColumn));
  std::string text;
  for (const Line& line : lines)
    absl::StrAppend(&text, Pad(line.what, width), "  ", line.scope, "\n");
  absl::StrAppend(&text, "From ", names, " ", account, " gains ",
                  CountPermissions(report.diff, &ScopeDiff::gained), " permissions and loses ",
                  CountPermissions(report.diff, &ScopeDiff::lost), ".\n");
  return text;
}

Json ProfileDiffJson(const ProfileDiffReport& report) {
  return {
      {"$schema", "urn:wecan:schema:profiles-diff-v1"},
      {"schemaVersion", "1.0"},
      {"kind", "ProfileDiff"},
      {"tool", {{"name", "wecan"}, {"version", kVersion}}},
      {"agent",
       {{"namespace", report.agent.namespace_}, {"serviceAccount", report.agent.service_account}}},
      {"before", report.before},
      {"after", report.after},
      {"summary",
       {{"equal", report.diff.equal()},
        {"gained", CountPermissions(report.diff, &ScopeDiff::gained)},
        {"lost", CountPermissions(report.diff, &ScopeDiff::lost)},
        {"incomplete", !report.diff.complete}}},
      {"changes", ChangesJson(report.diff)}};
}

}  // namespace wecan
