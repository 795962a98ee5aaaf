// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "analyzer/findings/collect.h"
#include "analyzer/findings/via.h"
#include "analyzer/gaps/compare.h"

namespace wecan {
namespace {

class WorkloadCollector {
 public:
  WorkloadCollector(const AnalysisInput& input, const Requirements& requirements,
                    AgentGrants& grants, absl::string_view agent_name)
      : input_(input), requirements_(requirements), grants_(grants), agent_name_(agent_name) {}

  std::vector<Finding> Run() {
    for (size_t i = 0; i < input_.objects.size(); ++i) Check(static_cast<int>(i));
    for (Finding& f : findings_) Finish(f);
    return std::move(findings_);
  }

 private:
  // Findings of one cause: rule, resource, where, and which verbs are missing. `text` tells apart
  // findings without verbs.
  using Key = std::tuple<const FindingRule*, std::string, std::string, ScopeKind, std::string,
                         uint8_t, std::string>;

  const ObjectRequirements& Need(int object) const { return requirements_.objects[object]; }
  const ResourceType& Type(int object) const { return requirements_.types[Need(object).type]; }

  void Check(int i) {
    const ObjectRequirements& need = Need(i);
    switch (need.state) {
      case ObjectState::kLoaded:
      case ObjectState::kSteering:
      case ObjectState::kUnselected:
        return;
      case ObjectState::kNotForAWec:
        AddRemark("WEC204", i);
        return;
      case ObjectState::kNeverDownsynced:
        AddRemark("WEC205", i);
        return;
      case ObjectState::kRefused:
        if (need.missing_namespace) AddRemark("WEC202", i);
        if (need.missing_name) AddRemark("WEC203", i);
        return;
      case ObjectState::kChecked:
        CheckPermissions(i);
    }
  }

  void CheckPermissions(int i) {
    const ObjectRequirements& need = Need(i);
    const ResourceType& type = Type(i);
    if (need.recreated_each_sync) AddRemark("WEC206", i);
    if (type.source == ResourceSource::kGuess) AddRemark("WEC201", i);
    const Gap gap = Compare(need, type, input_.objects[i].name, grants_);
    if (gap.unknown) return;
    if (!gap.missing.empty()) {
      const bool only_removal = (gap.missing & need.apply).empty();
      AddGap(only_removal   ? "WEC103"
             : type.builtin ? "WEC101"
                            : "WEC102",
             i, gap.needed, gap.missing);
    }
    if (!gap.option_missing.empty()) AddGap("WEC104", i, gap.option_needed, gap.option_missing);
  }

  Finding& Find(absl::string_view rule_id, int i, VerbSet missing) {
    const FindingRule* rule = FindRule(rule_id);
    const ResourceType& type = Type(i);
    const ObjectRequirements& need = Need(i);
    const Key key{rule,
                  type.group,
                  type.resource,
                  need.scope,
                  need.namespace_,
                  missing.bits(),
                  rule_id == "WEC201" ? type.kind : ""};
    const auto [it, inserted] = index_.try_emplace(key, findings_.size());
    if (inserted) {
      Finding finding{.rule = rule, .level = rule->level};
      finding.permission = GapOn(type, need, missing);
      findings_.push_back(std::move(finding));
    }
    Finding& finding = findings_[it->second];
    finding.objects.push_back(i);
    return finding;
  }

  void AddGap(absl::string_view rule_id, int i, VerbSet needed, VerbSet missing) {
    PermissionGap& gap = *Find(rule_id, i, missing).permission;
    gap.needed |= needed;
    gap.granted = gap.needed - gap.missing;
  }

  // A finding about the object itself; the verbs it needs are told, but none is called missing.
  void AddRemark(absl::string_view rule_id, int i) {
    PermissionGap& gap = *Find(rule_id, i, VerbSet()).permission;
    gap.needed |= Need(i).apply | Need(i).remove;
  }

  // The Grants that hold any of `gap.granted` for the finding's first object.
  std::vector<std::string> Via(const Finding& f) {
    const PermissionGap& gap = *f.permission;
    std::vector<absl::string_view> namespaces = {
        gap.scope == ScopeKind::kEachWec ? absl::string_view() : gap.namespace_};
    // A request for one Namespace carries its name as namespace: Roles inside it count.
    if (gap.group.empty() && gap.resource == "namespaces")
      namespaces.push_back(input_.objects[f.objects[0]].name);
    return GrantsBehind(gap, namespaces, grants_);
  }

  void Finish(Finding& f) {
    PermissionGap& gap = *f.permission;
    const bool remark = gap.missing.empty();
    if (remark) gap.granted = VerbSet();
    if (!gap.granted.empty()) gap.via = Via(f);
    if (!remark) f.account = grants_.user().name;
    f.message = Message(f);
    f.hint = Hint(f);
    f.id = FindingId(IdParts(*f.rule, gap));
  }

  std::string Message(const Finding& f) const {
    const PermissionGap& gap = *f.permission;
    const Object& first = input_.objects[f.objects[0]];
    const std::string resource = QualifiedResource(gap);
    const std::string scope = DescribeScope(gap);
    const absl::string_view id = f.rule->id;
    if (id == "WEC101" || id == "WEC102") {
      return absl::StrCat(agent_name_, " cannot ", gap.missing.Join(", "), " ", resource, " ",
                          scope);
    }
    if (id == "WEC103")
      return absl::StrCat(agent_name_, " can apply ", resource, " but not delete them ", scope);
    if (id == "WEC104") {
      const bool shared = gap.missing.Has(AgentVerb::kPatch);
      return absl::StrCat(agent_name_, " cannot ", gap.missing.Join(", "), " ", resource, " ",
                          scope, ", needed ",
                          shared ? "when one of two owners goes" : "for watch feedback");
    }
    if (id == "WEC201") {
      const bool unknown = gap.group.empty() || grants_.NamesGroup(gap.group);
      const std::string kind = absl::StrCat(
          "kind ", first.kind,
          gap.group.empty() ? " of the core group" : absl::StrCat(" of group ", gap.group),
          " is not known");
      return unknown ? absl::StrCat(kind, "; whether ", agent_name_,
                                    " may apply it cannot be told. Add its CRD to the input")
                     : absl::StrCat(kind, "; the resource name ", gap.resource,
                                    " is a guess. Add its CRD to the input");
    }
    if (id == "WEC202") {
      return absl::StrCat(
          first.kind, " is namespaced, but this manifest inside a ManifestWork names no namespace");
    }
    if (id == "WEC203")
      return "a manifest inside a ManifestWork needs metadata.name; generateName is refused";
    if (id == "WEC204") {
      return absl::StrCat(
          first.kind,
          " steers the hub or KubeStellar; wrapped in a ManifestWork it does nothing on a WEC");
    }
    if (id == "WEC205") return absl::StrCat("KubeStellar never copies ", resource, " to a WEC");
    return "without reclaimPolicy and volumeBindingMode this StorageClass is deleted and created "
           "at every sync";
  }

  static std::string Hint(const Finding& f) {
    const PermissionGap& gap = *f.permission;
    if (f.rule->id == "WEC103") return "can be applied, not removed";
    return DescribeHeld(gap);
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  AgentGrants& grants_;
  const std::string agent_name_;
  std::vector<Finding> findings_;
  absl::flat_hash_map<Key, size_t> index_;
};

}  // namespace

std::vector<Finding> CollectWorkloadFindings(const AnalysisInput& input,
                                             const Requirements& requirements, AgentGrants& grants,
                                             absl::string_view agent_name) {
  return WorkloadCollector(input, requirements, grants, agent_name).Run();
}

}  // namespace wecan
