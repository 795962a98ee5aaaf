// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/audit_findings.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/findings/collect.h"
#include "analyzer/fixes/grant_choice.h"
#include "analyzer/grants/compact.h"

namespace wecan {
namespace {

bool IsOfInput(const Origin& origin) {
  return !origin.profile && !origin.loaded && origin.object >= 0;
}

bool HasRole(const RbacPolicy& policy, const Role& role) {
  return std::any_of(policy.roles.begin(), policy.roles.end(), [&](const Role& r) {
    return r.kind == role.kind && r.namespace_ == role.namespace_ && r.name == role.name;
  });
}

bool HasBinding(const RbacPolicy& policy, const RoleBinding& binding) {
  return std::any_of(policy.bindings.begin(), policy.bindings.end(), [&](const RoleBinding& b) {
    return b.cluster == binding.cluster && b.namespace_ == binding.namespace_ &&
           b.name == binding.name;
  });
}

// Kubernetes' own roles: no label of ours can be put on them.
bool IsBuiltIn(const Role& role, const RbacPolicy& baseline) {
  const std::string* bootstrapping = FindLabel(role.labels, "kubernetes.io/bootstrapping");
  return bootstrapping != nullptr || absl::StartsWith(role.name, "system:") ||
         HasRole(baseline, role);
}

// The first label that takes the role into one of those that people are bound to, or "".
std::string UserFacingLabel(const Role& role) {
  for (const char* target : {"admin", "edit", "view"}) {
    std::string label = absl::StrCat("aggregate-to-", target);
    const std::string* value =
        FindLabel(role.labels, absl::StrCat("rbac.authorization.k8s.io/", label));
    if (value != nullptr && *value == "true") return label;
  }
  return "";
}

std::vector<std::string> PathIds(const HeldRole& path) {
  std::vector<std::string> ids;
  if (path.binding != nullptr) {
    ids = {BindingKindName(*path.binding), path.binding->namespace_, path.binding->name};
  }
  for (const Role* role : {path.bound, path.role}) {
    if (role != nullptr)
      ids.insert(ids.end(), {RoleKindName(role->kind), role->namespace_, role->name});
  }
  return ids;
}

class Collector {
 public:
  Collector(const AuditSubject& subject, const std::vector<AuditedGrant>& grants)
      : s_(subject), grants_(grants), account_(subject.options.agent.Account()) {}

  std::vector<AuditFinding> Run() {
    for (size_t i = 0; i < grants_.size(); ++i) AddGrant(static_cast<int>(i));
    if (TakesInLabelled(s_.held)) AddLegacy();
    if (s_.of_input) AddUnselected();
    AddDangling();
    AddStrangers();
    return std::move(findings_);
  }

 private:
  // ---- WEC301 and WEC302

  void AddGrant(int index) {
    const AuditedGrant& grant = grants_[index];
    if (grant.is_default) return;
    const std::vector<std::string> more = {CompactString(*grant.rule)};
    if (!grant.over_broad.empty()) {
      Add("WEC302", grant.path, more,
          absl::StrCat("over-broad for the work agent: ", DescribeOverBroad(grant.over_broad)),
          index);
    } else if (!grant.unused.empty()) {
      Add("WEC301", grant.path, more,
          absl::StrCat("needed by none of the manifests: ",
                       absl::StrJoin(grant.unused, ", ",
                                     [](std::string* out, const PolicyRule& rule) {
                                       absl::StrAppend(out, CompactString(rule));
                                     })),
          index);
    }
  }

  // ---- WEC303

  void AddLegacy() {
    std::set<const void*> told;
    for (const AuditedGrant& grant : grants_) {
      if (grant.is_default) continue;
      const HeldRole& path = grant.path;
      if (IsDirect(path) && told.insert(path.binding).second) {
        Add("WEC303", {path.bound, path.binding, path.bound}, {},
            "bound directly, deprecated since OCM 0.12: the label aggregate-to-work will do");
      }
      if (!grant.needed.empty() && IsLabelledForUsers(path) && told.insert(path.role).second) {
        Add("WEC303", path, {},
            absl::StrCat("by the label ", UserFacingLabel(*path.role),
                         ", which widens that role for everybody: the label aggregate-to-work "
                         "will do"));
      }
    }
  }

  // A ClusterRoleBinding that names the agent itself, and a role to which a label can be added.
  bool IsDirect(const HeldRole& path) const {
    const RoleBinding& b = *path.binding;
    if (!b.cluster || HasBinding(s_.baseline.policy(), b) ||
        IsBuiltIn(*path.bound, s_.baseline.policy()))
      return false;
    return AppliesTo(b.subjects, {.name = account_.User().name}, "") >= 0;
  }

  // One of the user's own that serves the agent: those of operators are meant for people.
  bool IsLabelledForUsers(const HeldRole& path) const {
    if (path.role == path.bound || UserFacingLabel(*path.role).empty() ||
        IsBuiltIn(*path.role, s_.baseline.policy()))
      return false;
    return IsOfInput(path.role->origin) || HasRole(s_.input.rbac, *path.role);
  }

  // ---- WEC304

  void AddUnselected() {
    const bool has_policies = !PoliciesThatCount(s_.input, s_.options.derive).empty();
    if (!has_policies) return;
    for (Finding& f : CollectGrantFindings(s_.input, s_.requirements, s_.held,
                                           s_.options.profile.policy, has_policies)) {
      if (f.rule->id != "WEC304") continue;
      const HeldRole path = PathOf(f.objects[0]);
      f.locations = {s_.input.objects[f.objects[0]].location};
      f.message = "no BindingPolicy of the input selects it, so it does not reach a WEC";
      AddFinding({.finding = std::move(f), .path = path});
    }
  }

  HeldRole PathOf(int object) const {
    for (const AuditedGrant& grant : grants_) {
      if (grant.path.role->origin.object == object && IsOfInput(grant.path.role->origin))
        return grant.path;
      if (grant.path.binding->origin.object == object && IsOfInput(grant.path.binding->origin))
        return {grant.path.bound, grant.path.binding, grant.path.bound};
    }
    return {};
  }

  // ---- bindings that grant nothing

  bool IsAudited(const RoleBinding& binding) const {
    return s_.of_input ? IsOfInput(binding.origin) : !HasBinding(s_.baseline.policy(), binding);
  }

  void AddDangling() {
    for (const RoleBinding* b : DanglingBindings(s_.held)) {
      if (!IsAudited(*b)) continue;
      AddRemark(*b, absl::StrCat("grants nothing: ", b->role_ref.kind, " ", b->role_ref.name,
                                 s_.of_input ? " is not in the input" : " is not there",
                                 "; whoever makes one grants it to the agent"));
    }
  }

  // Accounts that are there: those that the profile and the workload name, and those of the dump.
  std::set<std::pair<std::string, std::string>> KnownAccounts() const {
    std::set<std::pair<std::string, std::string>> known = s_.accounts;
    known.emplace(account_.namespace_, "default");
    for (const RoleBinding& b : s_.baseline.policy().bindings) {
      for (const Subject& subject : b.subjects) {
        if (subject.kind == "ServiceAccount")
          known.emplace(subject.namespace_.empty() ? b.namespace_ : subject.namespace_,
                        subject.name);
      }
    }
    for (size_t i = 0; i < s_.input.objects.size(); ++i) {
      const Object& o = s_.input.objects[i];
      if (o.group.empty() && o.kind == "ServiceAccount")
        known.emplace(s_.requirements.objects[i].namespace_, o.name);
    }
    for (const ServiceAccountRef& e : s_.requirements.executors)
      known.emplace(e.namespace_, e.name);
    return known;
  }

  // An account in the agent's namespace that is not there; or one of the agent's name in a
  // namespace that is nearly the agent's.
  bool IsStranger(const ServiceAccountRef& a,
                  const std::set<std::pair<std::string, std::string>>& known) const {
    if (a == account_ || known.count({a.namespace_, a.name}) > 0) return false;
    if (a.namespace_ == account_.namespace_) return true;
    return a.name == account_.name &&
           !DidYouMean(a.namespace_, {absl::string_view(account_.namespace_)}).empty();
  }

  std::vector<const RoleBinding*> SortedBindings() const {
    std::vector<const RoleBinding*> sorted;
    for (const RoleBinding& b : s_.held.policy().bindings) {
      if (IsAudited(b)) sorted.push_back(&b);
    }
    std::sort(sorted.begin(), sorted.end(), [](const RoleBinding* a, const RoleBinding* b) {
      return std::tie(b->cluster, a->namespace_, a->name) <
             std::tie(a->cluster, b->namespace_, b->name);
    });
    return sorted;
  }

  void AddStrangers() {
    const std::set<std::pair<std::string, std::string>> known = KnownAccounts();
    for (const RoleBinding* binding : SortedBindings()) {
      const RoleBinding& b = *binding;
      for (const Subject& subject : b.subjects) {
        ServiceAccountRef account{subject.namespace_.empty() ? b.namespace_ : subject.namespace_,
                                  subject.name};
        if (subject.kind == "User") {
          if (!ParseServiceAccountUsername(subject.name, &account.namespace_, &account.name))
            continue;
        } else if (subject.kind != "ServiceAccount") {
          continue;
        }
        if (IsStranger(account, known)) AddStranger(b, account);
      }
    }
  }

  void AddStranger(const RoleBinding& binding, const ServiceAccountRef& account) {
    const bool listed = std::any_of(s_.accounts.begin(), s_.accounts.end(),
                                    [&](const auto& a) { return a.first == account.namespace_; });
    const std::string agent = account_.Display();
    AddRemark(binding,
              absl::StrCat("grants the agent nothing: it names ServiceAccount ", account.Display(),
                           listed ? ", which does not exist" : ", which is not the agent",
                           DidYouMean(account.Display(), {absl::string_view(agent)})));
  }

  // ---- what all have in common

  void AddRemark(const RoleBinding& binding, std::string message) {
    AuditFinding f{.path = {.binding = &binding}};
    f.finding.level = Level::kWarning;
    f.finding.message = std::move(message);
    std::vector<std::string> parts = {"grants-nothing", f.finding.message};
    for (std::string& id : PathIds(f.path)) parts.push_back(std::move(id));
    f.finding.id = FindingId(parts);
    AddFinding(std::move(f));
  }

  void Add(absl::string_view rule, const HeldRole& path, const std::vector<std::string>& more,
           std::string message, int grant = -1) {
    AuditFinding f{.grant = grant, .path = path};
    f.finding.rule = FindRule(rule);
    f.finding.level = f.finding.rule->level;
    f.finding.message = std::move(message);
    std::vector<std::string> parts = {std::string(rule)};
    for (std::string& id : PathIds(path)) parts.push_back(std::move(id));
    parts.insert(parts.end(), more.begin(), more.end());
    f.finding.id = FindingId(parts);
    AddFinding(std::move(f));
  }

  void AddFinding(AuditFinding f) {
    if (f.finding.rule != nullptr) {
      const auto level = s_.options.levels.find(f.finding.rule->id);
      if (level != s_.options.levels.end() && !level->second) return;  // off
      if (level != s_.options.levels.end()) f.finding.level = *level->second;
    }
    if (s_.of_input && f.finding.objects.empty()) Place(f);
    findings_.push_back(std::move(f));
  }

  // The object of the input that it is about: the role, or the binding to one that was there
  // before.
  static void Place(AuditFinding& f) {
    const Origin* origin = nullptr;
    if (f.path.role != nullptr && IsOfInput(f.path.role->origin)) origin = &f.path.role->origin;
    const bool about_binding = f.path.role == f.path.bound;
    if (f.path.binding != nullptr && IsOfInput(f.path.binding->origin) &&
        (origin == nullptr ||
         (f.finding.rule != nullptr && f.finding.rule->id == "WEC303" && about_binding)))
      origin = &f.path.binding->origin;
    if (origin == nullptr) return;
    f.finding.objects = {origin->object};
    f.finding.locations = {origin->location};
  }

  const AuditSubject& s_;
  const std::vector<AuditedGrant>& grants_;
  const ServiceAccountRef account_;
  std::vector<AuditFinding> findings_;
};

}  // namespace

std::vector<AuditFinding> CollectAuditFindings(const AuditSubject& subject,
                                               const std::vector<AuditedGrant>& grants) {
  return Collector(subject, grants).Run();
}

}  // namespace wecan
