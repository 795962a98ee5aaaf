// SPDX-License-Identifier: Apache-2.0
#include "src/fix/finding_edits.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_join.h"

#include "analyzer/base/utf8.h"
#include "analyzer/fixes/plan_fix.h"
#include "src/fix/edit_of.h"

namespace wecan {
namespace {

constexpr size_t kMaxEdits = 100;
constexpr uint64_t kMaxFileBytes = 1 << 20;

// The lines of a text with their ends.
std::vector<absl::string_view> LinesOf(absl::string_view text) {
  std::vector<absl::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end == absl::string_view::npos ? text.size() : end + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

uint32_t Utf16Length(absl::string_view text) {
  uint32_t length = 0;
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    length += c.code >= 0x10000 ? 2 : 1;
    text.remove_prefix(c.length);
  }
  return length;
}

bool IsRefused(const FixPlan& plan, const PolicyRule& rule) {
  return std::any_of(plan.refused.begin(), plan.refused.end(), [&](const GuardrailHit& hit) {
    return hit.rule.api_groups == rule.api_groups && hit.rule.resources == rule.resources;
  });
}

// The role of ours that `wecan fix` would extend for the agent, or nullptr.
const Role* RoleToExtend(const FixPlan& plan) {
  if (plan.strategy != GrantStrategy::kAggregate) return nullptr;
  for (const RoleGrant& grant : plan.grants) {
    if (grant.existing != nullptr && grant.executor < 0) return grant.existing;
  }
  return nullptr;
}

bool HasOurRole(const AnalysisInput& input) {
  return std::any_of(input.rbac.roles.begin(), input.rbac.roles.end(), [&](const Role& role) {
    const int file = role.origin.location.file;
    return IsOurs(role) && !role.origin.loaded && file >= 0 && input.files[file].is_file();
  });
}

}  // namespace

RegionEdit LineEdit(absl::string_view before, absl::string_view after) {
  const std::vector<absl::string_view> old_lines = LinesOf(before), new_lines = LinesOf(after);
  const size_t shorter = std::min(old_lines.size(), new_lines.size());
  size_t head = 0, tail = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  RegionEdit edit{.line = static_cast<uint32_t>(head + 1)};
  const size_t end = old_lines.size() - tail;
  edit.end_line = static_cast<uint32_t>(end + 1);
  // The last line may have no end.
  if (end > head && old_lines[end - 1].back() != '\n') {
    edit.end_line = static_cast<uint32_t>(end);
    edit.end_column = Utf16Length(old_lines[end - 1]) + 1;
  }
  edit.text = absl::StrJoin(new_lines.begin() + static_cast<std::ptrdiff_t>(head),
                            new_lines.end() - static_cast<std::ptrdiff_t>(tail), "");
  return edit;
}

std::map<std::string, RegionEdit> FindingEdits(const AnalysisInput& input, const Report& report,
                                               const AnalyzeOptions& options,
                                               const FileSystem& files) {
  std::map<std::string, RegionEdit> edits;
  if (!HasOurRole(input)) return edits;
  const Requirements requirements = DeriveRequirements(input, options.derive);
  const absl::StatusOr<FixPlan> plan = PlanFix(input, requirements, options, {});
  const Role* role = plan.ok() ? RoleToExtend(*plan) : nullptr;
  if (role == nullptr || role->origin.location.file < 0) return edits;
  if (!input.files[role->origin.location.file].is_file()) return edits;
  const int file = role->origin.location.file;
  const std::string& path = input.files[file].path;
  const absl::StatusOr<std::string> text = files.Read(path, kMaxFileBytes);
  if (!text.ok()) return edits;

  for (const Finding& f : report.findings) {
    if (!f.permission || f.permission->missing.empty() || f.account != options.agent.User().name)
      continue;
    const PolicyRule rule{.verbs = f.permission->missing.Names(),
                          .api_groups = {f.permission->group},
                          .resources = {f.permission->resource}};
    if (IsRefused(*plan, rule)) continue;
    const absl::StatusOr<std::string> after =
        SpliceFile(path, *text, {EditOf(*role, ExtendRules(role->rules, {rule}))}, {});
    if (!after.ok() || edits.size() == kMaxEdits) return edits;
    RegionEdit edit = LineEdit(*text, *after);
    edit.file = file;
    edits[f.id] = std::move(edit);
  }
  return edits;
}

}  // namespace wecan
