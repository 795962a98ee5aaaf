// SPDX-License-Identifier: Apache-2.0
// A grant must itself get to the WECs: the labels by which KubeStellar's BindingPolicies select it,
// and whether the agent may write it there.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/fixes/fix.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/model/object.h"
#include "analyzer/requirements/derive.h"
#include "analyzer/requirements/selection.h"

namespace wecan {

// The policies that select any of `objects`, in input order: a grant for these objects must go
// wherever they send them. All policies when none selects any.
std::vector<const BindingPolicy*> PoliciesOf(const std::vector<BindingPolicy>& policies,
                                             const AnalysisInput& input,
                                             const Requirements& requirements,
                                             const std::vector<int>& objects);

// A generated RBAC object as a policy sees it.
struct GrantObject {
  absl::string_view resource;  // clusterroles, roles, clusterrolebindings, rolebindings
  absl::string_view namespace_;
  absl::string_view name;
};

// Whether `policy` selects the object with these labels, in a WDS with these namespaces.
bool Selects(const BindingPolicy& policy, const GrantObject& object, const Labels& labels,
             const NamespaceLabels& namespaces);

// The sets of labels each of which, added to `labels`, makes `policy` select the object; distinct,
// in the order of the policy's clauses, each sorted by key. Empty when no clause can be met by
// labels alone.
std::vector<Labels> LabelsToSelect(const BindingPolicy& policy, const GrantObject& object,
                                   const Labels& labels, const NamespaceLabels& namespaces);

// Gives the new roles of `plan` the labels that its policies ask for, where there is one way to do
// so, and says in the plan which policies select the grants and which do not.
void ReachWecs(const std::vector<BindingPolicy>& policies, const AnalysisInput& input,
               const Requirements& requirements, FixPlan& plan);

// Whether the agent, which holds `now`, may write what is new or changed of `grants`.
bool AgentMayWrite(const std::vector<RoleGrant>& grants, const AgentGrants& now);

}  // namespace wecan
