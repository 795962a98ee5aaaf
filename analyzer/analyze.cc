// SPDX-License-Identifier: Apache-2.0
#include "analyzer/analyze.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"

#include "analyzer/findings/collect.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/held_roles.h"

namespace wecan {
namespace {

void Append(std::vector<Finding>& to, std::vector<Finding> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

bool IsOff(absl::string_view rule, const AnalyzeOptions& options) {
  const auto level = options.levels.find(rule);
  return level != options.levels.end() && !level->second;
}

void ApplyLevels(const AnalyzeOptions& options, std::vector<Finding>& findings) {
  for (Finding& f : findings) {
    const auto level = options.levels.find(f.rule->id);
    if (level == options.levels.end()) continue;
    if (level->second) {
      f.level = *level->second;
    } else {
      f.rule = nullptr;  // off
    }
  }
  std::erase_if(findings, [](const Finding& f) { return f.rule == nullptr; });
}

// Errors first, then by the place of the first object; everything that two findings can differ in
// takes part, so that the order never depends on how they were found.
void Sort(const AnalysisInput& input, std::vector<Finding>& findings) {
  const auto key = [&](const Finding& f) {
    SourceLocation place;
    if (!f.objects.empty()) {
      place = input.objects[f.objects[0]].location;
    } else if (!f.locations.empty()) {
      place = f.locations[0];
    }
    return std::make_tuple(-static_cast<int>(f.level), place.file, place.document, place.line,
                           place.column, f.rule->id, absl::string_view(f.id),
                           absl::string_view(f.message));
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

void CountObjects(const AnalysisInput& input, const Requirements& requirements, Report& report) {
  Summary& s = report.summary;
  report.objects_per_file.assign(input.files.size(), 0);
  report.checked.assign(input.objects.size(), false);
  s.files = static_cast<int>(std::count_if(input.files.begin(), input.files.end(),
                                           [](const InputFile& f) { return f.requested; }));
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const ObjectState state = requirements.objects[i].state;
    if (state != ObjectState::kChecked && state != ObjectState::kRefused) continue;
    ++s.objects;
    report.checked[i] = true;
    if (input.objects[i].location.file >= 0)
      ++report.objects_per_file[input.objects[i].location.file];
  }
}

void CountFindings(Report& report) {
  Summary& s = report.summary;
  s.blocked = s.errors = s.warnings = s.notes = s.suppressed = s.baselined = 0;
  std::set<int> blocked;
  for (const Finding& f : report.findings) {
    (f.level == Level::kError ? s.errors : f.level == Level::kWarning ? s.warnings : s.notes) += 1;
    if (f.rule->blocks) blocked.insert(f.objects.begin(), f.objects.end());
  }
  s.blocked = static_cast<int>(blocked.size());
  for (const Finding& f : report.hidden) (f.baselined ? s.baselined : s.suppressed) += 1;
}

// Remarks on files, objects and suppressions.
std::vector<Diagnostic> InputRemarks(const AnalysisInput& input, const SuppressOptions& suppress) {
  std::vector<Diagnostic> remarks = input.diagnostics;
  if (!suppress.enabled)
    std::erase_if(remarks, [](const Diagnostic& d) { return d.rule == "WEC903"; });
  return remarks;
}

void SetDefaultNamespace(const std::string& ns, RbacPolicy& policy) {
  for (Role& role : policy.roles) role.namespace_ = NamespaceOf(role, ns);
  for (RoleBinding& binding : policy.bindings) binding.namespace_ = NamespaceOf(binding, ns);
}

std::vector<Diagnostic> DanglingWarnings(const AgentGrants& grants) {
  std::vector<Diagnostic> warnings;
  for (const RoleBinding* b : DanglingBindings(grants)) {
    if (b->origin.profile) continue;
    warnings.push_back(
        {.level = Level::kWarning,
         .message = absl::StrCat(BindingKindName(*b), " ", b->name, " refers to ", b->role_ref.kind,
                                 " \"", b->role_ref.name,
                                 "\", which is not in the input: it grants nothing here. "
                                 "Add the role to the input, or pass it with --load"),
         .location = b->origin.location});
  }
  return warnings;
}

// The remarks on bindings to unknown roles, but for those that are told of already as grants.
void AddUnknownRoles(const AnalyzeOptions& options, std::vector<Diagnostic> unknown,
                     std::vector<Diagnostic>& warnings) {
  if (IsOff("WEC105", options)) return;
  const auto place = [](const Diagnostic& d) {
    return std::make_tuple(d.location.file, d.location.document, d.location.line);
  };
  std::set<decltype(place(unknown[0]))> told;
  for (const Diagnostic& d : warnings) told.insert(place(d));
  for (Diagnostic& d : unknown) {
    if (told.insert(place(d)).second) warnings.push_back(std::move(d));
  }
}

}  // namespace

ServiceAccountRef AccountOf(const Requirements& requirements, const AnalyzeOptions& options,
                            int executor) {
  return executor < 0 ? options.agent.Account() : requirements.executors[executor];
}

RbacPolicy EffectivePolicy(const AnalysisInput& input, const Requirements& requirements,
                           const AnalyzeOptions& options, const PolicyChange& change) {
  const auto counts = [&](const Origin& origin) {
    if (origin.loaded || origin.object < 0) return true;
    return options.input_grants && !requirements.objects[origin.object].read_only;
  };
  RbacPolicy added;
  for (const Role& role : input.rbac.roles) {
    if (counts(role.origin) && !(change.without_ours && IsOurs(role))) added.roles.push_back(role);
  }
  for (const RoleBinding& binding : input.rbac.bindings) {
    if (counts(binding.origin)) added.bindings.push_back(binding);
  }
  SetDefaultNamespace(options.derive.default_namespace, added);
  RbacPolicy policy = MergePolicies(options.profile.policy, added);
  if (change.added != nullptr) {
    RbacPolicy more = *change.added;
    SetDefaultNamespace(options.derive.default_namespace, more);
    policy = MergePolicies(policy, more);
  }
  AggregateClusterRoles(policy);
  return policy;
}

std::unique_ptr<AgentGrants> MakeGrants(const AnalysisInput& input,
                                        const Requirements& requirements,
                                        const AnalyzeOptions& options, int executor) {
  return std::make_unique<AgentGrants>(EffectivePolicy(input, requirements, options),
                                       AccountOf(requirements, options, executor).User());
}

Report Analyze(const AnalysisInput& input, const AnalyzeOptions& options) {
  const Requirements requirements = DeriveRequirements(input, options.derive);
  const std::unique_ptr<AgentGrants> held = MakeGrants(input, requirements, options);
  AgentGrants& grants = *held;

  Report report;
  report.findings =
      CollectWorkloadFindings(input, requirements, grants, options.agent.service_account);
  Append(report.findings, CollectExecutorFindings(input, requirements, grants));
  EscalationFindings escalations =
      CollectEscalationFindings(input, requirements, options.derive.default_namespace, grants);
  Append(report.findings, std::move(escalations.findings));
  Append(report.findings, CollectGrantFindings(input, requirements, grants, options.profile.policy,
                                               !PoliciesThatCount(input, options.derive).empty()));
  Append(report.findings, CollectInputFindings(input, InputRemarks(input, options.suppress)));
  ApplyLevels(options, report.findings);

  report.warnings = DanglingWarnings(grants);
  AddUnknownRoles(options, std::move(escalations.warnings), report.warnings);
  for (const Diagnostic& d : input.diagnostics) {
    if (d.rule.empty()) report.warnings.push_back(d);
    if (d.rule == "WEC901" && !IsOff(d.rule, options)) report.errors.push_back(d);
  }
  for (const ObjectRequirements& need : requirements.objects) {
    report.namespaces.push_back(need.namespace_);
  }
  CountObjects(input, requirements, report);

  Suppressed suppressed =
      Suppress({input, report.namespaces, report.checked,
                [&](const FindingRule& rule) { return IsOff(rule.id, options); }},
               options.suppress, report.findings);
  report.hidden = std::move(suppressed.findings);
  Append(report.findings, CollectInputFindings(input, suppressed.remarks));
  ArrangeFindings(input, options, report);
  return report;
}

void LeaveOutSuppressed(const AnalysisInput& input, const AnalyzeOptions& options,
                        Requirements& requirements) {
  if (!options.suppress.enabled || input.suppressions.empty()) return;
  const Report report = Analyze(input, options);
  for (const Finding& f : report.hidden) {
    for (int object : f.objects) {
      ObjectRequirements& need = requirements.objects[object];
      need.may_escalate |= f.escalation.has_value();
      if (!f.permission) continue;
      const bool of_executor = f.rule->id == "WEC106";
      for (VerbSet* verbs : of_executor
                                ? std::vector<VerbSet*>{&need.executor_verbs}
                                : std::vector<VerbSet*>{&need.apply, &need.remove, &need.option})
        *verbs = *verbs - f.permission->missing;
    }
  }
}

void ArrangeFindings(const AnalysisInput& input, const AnalyzeOptions& options, Report& report) {
  ApplyLevels(options, report.findings);
  Sort(input, report.findings);
  Sort(input, report.hidden);
  CountFindings(report);
}

}  // namespace wecan
