// SPDX-License-Identifier: Apache-2.0
#include "src/cli/audit_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/output/report.h"

namespace wecan {
namespace {

constexpr size_t kMaxNames = 3;

bool Has(const std::vector<std::string>& list, absl::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string Qualified(const std::string& resource, const std::string& group) {
  if (!group.empty()) return absl::StrCat(resource, ".", group);
  return resource == "*" ? "*.\"\"" : resource;  // all of the core group, and not all there is
}

std::string Few(const std::vector<std::string>& list, size_t limit, absl::string_view separator) {
  if (list.size() <= limit) return absl::StrJoin(list, separator);
  return absl::StrCat(
      absl::StrJoin(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(limit), separator),
      " +", list.size() - limit, " more");
}

std::string RoleLabel(const Role& role) {
  if (role.kind == RoleKind::kClusterRole) return absl::StrCat("ClusterRole/", role.name);
  return absl::StrCat("Role/", role.namespace_, "/", role.name);
}

std::string BindingLabel(const RoleBinding& b) {
  return b.cluster ? absl::StrCat("ClusterRoleBinding/", b.name)
                   : absl::StrCat("RoleBinding/", b.namespace_, "/", b.name);
}

}  // namespace

AuditCounts CountFindings(const AuditResult& result) {
  AuditCounts counts;
  for (const AuditFinding& f : result.findings) {
    ++(f.finding.level == Level::kError     ? counts.errors
       : f.finding.level == Level::kWarning ? counts.warnings
                                            : counts.notes);
  }
  return counts;
}

std::string RuleResources(const PolicyRule& rule) {
  const size_t all = rule.api_groups.size() * rule.resources.size() + rule.non_resource_urls.size();
  if (all == 0) return "nothing";
  std::string first = !rule.api_groups.empty() && !rule.resources.empty()
                          ? Qualified(rule.resources[0], rule.api_groups[0])
                          : absl::StrCat("URL ", rule.non_resource_urls[0]);
  return all == 1 ? first : absl::StrCat(first, " +", all - 1, " more");
}

std::string RuleVerbs(const PolicyRule& rule) {
  std::string verbs = Has(rule.verbs, "*") ? "all verbs" : Few(rule.verbs, 12, " ");
  if (!rule.resource_names.empty())
    absl::StrAppend(&verbs, " only ", Few(rule.resource_names, kMaxNames, " "));
  return verbs;
}

std::string GrantScope(const RoleBinding& binding) {
  return binding.cluster ? "*" : absl::StrCat("ns ", binding.namespace_);
}

std::string DescribePath(const HeldRole& path) {
  if (path.role != nullptr && path.bound != nullptr && path.role != path.bound)
    return absl::StrCat(RoleLabel(*path.role), " -> ", path.bound->name);
  if (path.binding == nullptr) return path.role == nullptr ? "" : RoleLabel(*path.role);
  std::string binding = BindingLabel(*path.binding);
  if (path.bound == nullptr) return binding;
  const bool role = path.bound->kind == RoleKind::kRole;
  return absl::StrCat(binding, " -> ", role ? "Role/" : "", path.bound->name);
}

std::string ObjectNames(const AuditReport& report, const std::vector<int>& objects, size_t limit) {
  std::vector<std::string> names;
  for (int object : objects) {
    names.push_back(
        ObjectName(report.input.objects[object], report.requirements.objects[object].namespace_));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return Few(names, limit, ", ");
}

}  // namespace wecan
