// SPDX-License-Identifier: Apache-2.0
// The record that is kept beside the manifests.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/cli/audit_report.h"
#include "src/output/markdown.h"

namespace wecan {
namespace {

constexpr size_t kMaxObjects = 20;  // named in one row
constexpr size_t kMaxLine = 2000;

// Nobody cuts a record.
constexpr size_t kUnlimited = std::numeric_limits<size_t>::max() / 2;

std::string EachAsCode(const std::vector<std::string>& texts) {
  return absl::StrJoin(texts, " ", [](std::string* out, const std::string& text) {
    absl::StrAppend(out, MarkdownCode(text));
  });
}

// "`get create` `pods` `jobs.batch`", with all names, groups and resources.
std::string RuleCell(const PolicyRule& rule) {
  std::vector<std::string> targets = rule.non_resource_urls;
  for (const std::string& group : rule.api_groups) {
    for (const std::string& resource : rule.resources) {
      if (targets.size() > kMaxObjects) break;
      targets.push_back(RuleResources({.api_groups = {group}, .resources = {resource}}));
    }
  }
  const size_t all = rule.api_groups.size() * rule.resources.size() + rule.non_resource_urls.size();
  std::string cell = absl::StrCat(MarkdownCode(RuleVerbs({.verbs = rule.verbs})), " ");
  if (targets.size() > kMaxObjects) targets.resize(kMaxObjects);
  absl::StrAppend(&cell, EachAsCode(targets));
  if (all > targets.size()) absl::StrAppend(&cell, " and ", all - targets.size(), " more");
  if (!rule.resource_names.empty())
    absl::StrAppend(&cell, " only ", EachAsCode(rule.resource_names));
  return cell;
}

std::string ScopeCell(const RoleBinding& binding) {
  return binding.cluster ? "everywhere" : MarkdownCode(binding.namespace_);
}

class RecordWriter {
 public:
  explicit RecordWriter(const AuditReport& report) : r_(report), page_(kUnlimited) {}

  std::string Write() {
    const AnalyzeOptions& o = r_.options;
    page_.Write(absl::StrCat(
        "# Grants of ", MarkdownCode(o.agent.Account().Display()), "\n\n", "Beyond profile ",
        MarkdownCode(o.profile.name), o.profile.singleton ? ", singleton" : "",
        o.profile.kubernetes.empty() ? "" : absl::StrCat(", Kubernetes ", o.profile.kubernetes),
        ".\n"));
    for (const AuditedCluster& cluster : r_.clusters) WriteCluster(cluster);
    return page_.Take();
  }

 private:
  void WriteCluster(const AuditedCluster& cluster) {
    if (!cluster.context.empty())
      page_.Write(absl::StrCat("\n## ", MarkdownCode(cluster.context), "\n"));
    if (!cluster.error.empty()) {
      page_.Write("\nCould not be asked.\n");
      return;
    }
    std::vector<std::string> rows;
    for (const AuditedGrant& grant : cluster.result.grants) {
      if (!grant.is_default) AddRows(grant, rows);
    }
    if (rows.empty()) page_.Write("\nNothing is granted beyond it.\n");
    page_.WriteRows("\n| permission | where | by | reason |\n|---|---|---|---|\n", Distinct(rows));
    WriteRemarks(cluster.result);
  }

  void AddRows(const AuditedGrant& grant, std::vector<std::string>& rows) const {
    const auto add = [&](const PolicyRule& rule, const std::string& reason) {
      rows.push_back(absl::StrCat("| ", RuleCell(rule), " | ", ScopeCell(*grant.path.binding),
                                  " | ", MarkdownCode(DescribePath(grant.path)), " | ", reason,
                                  " |"));
    };
    const std::string broad =
        grant.over_broad.empty()
            ? ""
            : absl::StrCat(", over-broad: ",
                           MarkdownCode(DescribeOverBroad(grant.over_broad), kMaxLine));
    for (const PolicyRule& rule : grant.needed)
      add(rule, absl::StrCat("to apply and remove ", Objects(grant), broad));
    for (const PolicyRule& rule : grant.unused) add(rule, "nothing needs it" + broad);
    if (grant.unknown) add(*grant.rule, "in part for kinds that are unknown");
  }

  std::string Objects(const AuditedGrant& grant) const {
    std::vector<std::string> names;
    for (int object : grant.objects) names.push_back(ObjectNames(r_, {object}, 1));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const size_t more = names.size() - std::min(names.size(), kMaxObjects);
    names.resize(names.size() - more);
    return absl::StrCat(EachAsCode(names), more == 0 ? "" : absl::StrCat(" and ", more, " more"));
  }

  void WriteRemarks(const AuditResult& result) {
    std::vector<std::string> rows;
    for (const AuditFinding& f : result.findings) {
      if (f.grant >= 0) continue;
      const std::string id = f.finding.rule == nullptr ? "" : std::string(f.finding.rule->id);
      rows.push_back(absl::StrCat("| ", id, id.empty() ? "| " : " | ",
                                  MarkdownCode(DescribePath(f.path)), " | ",
                                  MarkdownCode(f.finding.message, kMaxLine), " |"));
    }
    page_.WriteRows("\n| rule | grant | remark |\n|---|---|---|\n", Distinct(rows));
  }

  static std::vector<std::string> Distinct(std::vector<std::string> rows) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
  }

  const AuditReport& r_;
  MarkdownPage page_;
};

}  // namespace

std::string AuditMarkdown(const AuditReport& report) { return RecordWriter(report).Write(); }

}  // namespace wecan
