// SPDX-License-Identifier: Apache-2.0
#include "src/output/report_parts.h"

#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "src/input/find_files.h"

namespace wecan {

std::string Count(int n, absl::string_view word) {
  return absl::StrCat(n, " ", word, n == 1 ? "" : "s");
}

std::vector<Block> Fold(const Report& report) {
  using Key = std::tuple<absl::string_view, std::string, std::string, std::string, uint8_t, uint8_t,
                         Level, std::string>;
  std::vector<Block> blocks;
  std::map<Key, size_t> index;
  for (const Finding& f : report.findings) {
    const bool of_file = f.objects.empty() && f.level != Level::kError;
    const bool namespaced = f.permission && f.permission->scope != ScopeKind::kCluster;
    if (!of_file && !namespaced) {
      blocks.push_back({{&f}});
      continue;
    }
    const PermissionGap gap = f.permission.value_or(PermissionGap());
    // Remarks without missing verbs stay apart by what they say.
    const Key key{
        f.rule->id,         f.account,         gap.group, gap.resource,
        gap.missing.bits(), gap.needed.bits(), f.level,   gap.missing.empty() ? f.message : ""};
    const auto [it, inserted] = index.try_emplace(key, blocks.size());
    if (inserted) {
      blocks.push_back({{&f}});
    } else {
      blocks[it->second].findings.push_back(&f);
    }
  }
  return blocks;
}

std::vector<PolicyRule> RulesToGrant(const Finding& f) {
  if (f.escalation) return f.escalation->missing;
  if (!f.permission || f.permission->missing.empty()) return {};
  return {{.verbs = f.permission->missing.Names(),
           .api_groups = {f.permission->group},
           .resources = {f.permission->resource}}};
}

std::vector<Result> ResultsOf(const AnalysisInput& input, const Finding& f) {
  std::vector<Result> results;
  results.reserve(f.objects.size() + f.locations.size());
  for (int i : f.objects) results.push_back({&f, i, input.objects[i].location});
  for (const SourceLocation& l : f.locations) results.push_back({&f, -1, l});
  return results;
}

std::string PathInRepository(const AnalysisInput& input, int file) {
  if (file < 0 || input.files[file].path == "-") return "stdin";
  const InputFile& f = input.files[file];
  return NormalPath(f.live ? absl::StrReplaceAll(f.path, {{": ", "/"}}) : f.path);
}

RepositoryPlace PlaceInRepository(const ReportContext& context, const Result& result) {
  if (result.object >= 0) {
    const std::string& source = context.input.objects[result.object].source;
    if (context.chart_files.count(source) > 0) return {NormalPath(source), {}};
  }
  const int file = result.location.file;
  return {PathInRepository(context.input, file), result.location,
          file >= 0 && context.input.files[file].is_file()};
}

std::string ResultFingerprint(const ReportContext& context, const Result& result) {
  std::vector<std::string> parts = {result.finding->id,
                                    PathInRepository(context.input, result.location.file)};
  if (result.object >= 0) {
    const Object& o = context.input.objects[result.object];
    parts.insert(parts.end(),
                 {o.group, o.version, o.kind, context.report.namespaces[result.object], o.name});
  }
  return FindingId(parts);
}

std::string ResultObject(const ReportContext& context, const Result& result) {
  if (result.object < 0) return "";
  return ObjectName(context.input.objects[result.object], context.report.namespaces[result.object]);
}

std::string DescribeCounts(const Summary& s) {
  std::vector<std::string> counts;
  if (s.errors > 0) counts.push_back(Count(s.errors, "error"));
  if (s.warnings > 0) counts.push_back(Count(s.warnings, "warning"));
  if (s.notes > 0) counts.push_back(Count(s.notes, "note"));
  if (!counts.empty()) return absl::StrJoin(counts, ", ");
  return s.suppressed + s.baselined > 0 ? "Nothing else is missing" : "Nothing is missing";
}

std::string DescribeHidden(const Summary& s) {
  std::vector<std::string> counts;
  if (s.suppressed > 0) counts.push_back(absl::StrCat(s.suppressed, " suppressed"));
  if (s.baselined > 0) counts.push_back(absl::StrCat(s.baselined, " in the baseline"));
  return counts.empty() ? "" : absl::StrCat(" ", absl::StrJoin(counts, ", "), ".");
}

std::string DescribeObjects(const Summary& s) {
  if (s.objects == 0) return absl::StrCat("no object to check in ", Count(s.files, "file"));
  if (s.blocked == 0)
    return absl::StrCat(Count(s.objects, "object"), " checked, none blocked on a WEC");
  return absl::StrCat(s.blocked, " of ", Count(s.objects, "object"), " blocked on a WEC");
}

std::string DescribeProfile(const AnalyzeOptions& options) {
  const Profile& p = options.profile;
  const bool usual = p.source != "builtin" || p.kubernetes == DefaultKubernetesVersion();
  return absl::StrCat("profile ", p.name, p.singleton ? ", singleton" : "",
                      usual ? "" : ", Kubernetes " + p.kubernetes, ", ",
                      options.agent.service_account);
}

std::string PrintableLines(absl::string_view text) {
  return absl::StrJoin(
      absl::StrSplit(text, '\n'), "\n",
      [](std::string* out, absl::string_view line) { absl::StrAppend(out, Printable(line)); });
}

std::string OneLine(absl::string_view text) {
  if (text.find('\n') == absl::string_view::npos) return Printable(text);
  return Printable(absl::StrReplaceAll(text, {{"\n", " "}}));
}

}  // namespace wecan
