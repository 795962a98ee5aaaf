// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/reach.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"

#include "analyzer/grants/escalation.h"

namespace wecan {
namespace {

Selectable AsSelectable(const GrantObject& object, const Labels& labels) {
  return {kRbacGroup, object.resource, object.namespace_, object.name, &labels};
}

// `labels` with those of `more`; nothing when a key would get another value.
std::optional<Labels> United(Labels labels, const Labels& more) {
  for (const auto& [key, value] : more) {
    const std::string* present = FindLabel(labels, key);
    if (present == nullptr) {
      labels.emplace_back(key, value);
    } else if (*present != value) {
      return std::nullopt;
    }
  }
  return labels;
}

Labels Missing(const Labels& labels, const Labels& wanted) {
  Labels missing;
  for (const auto& label : wanted) {
    if (FindLabel(labels, label.first) == nullptr) missing.push_back(label);
  }
  std::sort(missing.begin(), missing.end());
  return missing;
}

}  // namespace

std::vector<const BindingPolicy*> PoliciesOf(const std::vector<BindingPolicy>& policies,
                                             const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const std::vector<int>& objects) {
  NamespaceLabels namespaces;
  if (!policies.empty()) namespaces = CollectNamespaceLabels(input);
  std::vector<const BindingPolicy*> selecting, all;
  for (const BindingPolicy& policy : policies) {
    all.push_back(&policy);
    const bool selects = std::any_of(objects.begin(), objects.end(), [&](int i) {
      const ObjectRequirements& need = requirements.objects[i];
      const ResourceType& type = requirements.types[need.type];
      const Object& o = input.objects[i];
      return o.work < 0 &&
             Select(policy, {type.group, type.resource, need.namespace_, o.name, &o.labels},
                    namespaces)
                 .selected;
    });
    if (selects) selecting.push_back(&policy);
  }
  return selecting.empty() ? all : selecting;
}

bool Selects(const BindingPolicy& policy, const GrantObject& object, const Labels& labels,
             const NamespaceLabels& namespaces) {
  return Select(policy, AsSelectable(object, labels), namespaces).selected;
}

std::vector<Labels> LabelsToSelect(const BindingPolicy& policy, const GrantObject& object,
                                   const Labels& labels, const NamespaceLabels& namespaces) {
  std::vector<Labels> sets;
  for (const DownsyncClause& clause : policy.downsync) {
    for (const LabelSelector& selector : clause.object_selectors) {
      const std::optional<Labels> with = United(labels, selector.match_labels);
      if (!with) continue;
      // One clause and one selector at a time, by the code that decides for every object.
      BindingPolicy one{.downsync = {clause}};
      one.downsync[0].object_selectors = {selector};
      if (!Selects(one, object, *with, namespaces)) continue;
      Labels missing = Missing(labels, selector.match_labels);
      if (std::find(sets.begin(), sets.end(), missing) == sets.end())
        sets.push_back(std::move(missing));
    }
  }
  return sets;
}

namespace {

// The policies, and what they do with the roles of a plan.
class Reacher {
 public:
  Reacher(const AnalysisInput& input, const Requirements& requirements, FixPlan& plan)
      : input_(input),
        requirements_(requirements),
        plan_(plan),
        namespaces_(CollectNamespaceLabels(input)) {}

  void Run(const std::vector<BindingPolicy>& policies) {
    std::set<int> objects;
    for (const Permission& p : plan_.missing) objects.insert(p.objects.begin(), p.objects.end());
    const std::vector<const BindingPolicy*> wanted =
        PoliciesOf(policies, input_, requirements_, {objects.begin(), objects.end()});
    // A label for one policy may change what another one selects, or what it lacks.
    for (bool added = true; added;) {
      added = false;
      for (const BindingPolicy* policy : wanted) {
        for (RoleGrant& grant : plan_.grants) added |= LabelFor(*policy, grant);
      }
    }
    for (const BindingPolicy* policy : wanted) {
      for (const RoleGrant& grant : plan_.grants) {
        if (Reaches(*policy, grant)) continue;
        plan_.unreached.push_back(
            {policy->name,
             absl::StrCat("BindingPolicy ", policy->name, " does not select ",
                          RoleName(grant.role.kind, grant.role.namespace_, grant.role.name)),
             LabelsToSelect(*policy, AsGrantObject(grant.role), grant.role.labels, namespaces_)});
      }
    }
    for (const BindingPolicy& policy : policies) {
      const bool all = std::all_of(plan_.grants.begin(), plan_.grants.end(),
                                   [&](const RoleGrant& g) { return Reaches(policy, g); });
      if (all) plan_.reached_by.push_back(policy.name);
    }
  }

 private:
  static GrantObject AsGrantObject(const Role& role) {
    return {role.kind == RoleKind::kClusterRole ? "clusterroles" : "roles", role.namespace_,
            role.name};
  }
  static GrantObject AsGrantObject(const RoleBinding& b) {
    return {b.cluster ? "clusterrolebindings" : "rolebindings", b.namespace_, b.name};
  }

  // A new binding gets the labels of its role.
  const Labels& BindingLabels(const RoleGrant& grant) const {
    const int object = grant.binding->origin.object;
    return grant.binding_exists && object >= 0 ? input_.objects[object].labels : grant.role.labels;
  }

  bool Reaches(const BindingPolicy& policy, const RoleGrant& grant) const {
    return Selects(policy, AsGrantObject(grant.role), grant.role.labels, namespaces_) &&
           (!grant.binding ||
            Selects(policy, AsGrantObject(*grant.binding), BindingLabels(grant), namespaces_));
  }

  // Gives a new role the labels that `policy` asks for, when there is one way to do that. Whether
  // it did.
  bool LabelFor(const BindingPolicy& policy, RoleGrant& grant) const {
    if (grant.existing != nullptr || Reaches(policy, grant)) return false;
    const std::vector<Labels> choices =
        LabelsToSelect(policy, AsGrantObject(grant.role), grant.role.labels, namespaces_);
    if (choices.size() != 1) return false;
    grant.role.labels.insert(grant.role.labels.end(), choices[0].begin(), choices[0].end());
    return !choices[0].empty();
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  FixPlan& plan_;
  const NamespaceLabels namespaces_;
};

}  // namespace

void ReachWecs(const std::vector<BindingPolicy>& policies, const AnalysisInput& input,
               const Requirements& requirements, FixPlan& plan) {
  if (!policies.empty()) Reacher(input, requirements, plan).Run(policies);
}

bool AgentMayWrite(const std::vector<RoleGrant>& grants, const AgentGrants& now) {
  EscalationChecker checker(now.authorizer(), now.user());
  for (const RoleGrant& g : grants) {
    if (!g.changes()) continue;
    const bool local = g.role.kind == RoleKind::kRole;
    for (const char* verb : {"get", "create", "update", "delete"}) {
      const RequestAttributes request{.verb = verb,
                                      .api_group = kRbacGroup,
                                      .resource = local ? "roles" : "clusterroles",
                                      .namespace_ = g.role.namespace_};
      if (!now.authorizer().Authorize(now.user(), request).allowed) return false;
    }
    if (checker.CheckRole(g.role, g.role.namespace_, "", g.existing).outcome !=
        EscalationResult::Outcome::kAllowed) {
      return false;
    }
  }
  return true;
}

}  // namespace wecan
