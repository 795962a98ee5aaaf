// SPDX-License-Identifier: Apache-2.0
// What the tests of analyzer/fixes share: small agents, roles with their manifests, and a judge
// that knows nothing of how the analysis compares.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/analyze.h"
#include "analyzer/fixes/plan_fix.h"

namespace wecan {

inline constexpr char kAgentRole[] = "agent";  // of BareAgent

// The ClusterRole that the agent is bound to, taking in what is labelled for it, and nothing else.
RbacPolicy BareAgent();
// The agent as a subject.
std::vector<Subject> AgentSubject();

// Options for an agent that holds `policy`, of the newest OCM release; or of a built-in profile.
AnalyzeOptions OptionsOf(RbacPolicy policy);
AnalyzeOptions OptionsOfProfile(absl::string_view name);

// `role` as `wecan fix` would have written it: with its label, and with the one for aggregation if
// it is a ClusterRole and `aggregated`.
Role Ours(Role role, bool aggregated = true);

// Adds an RBAC object and its manifest to `input`.
Role& AddRole(AnalysisInput& input, Role role);
RoleBinding& AddRoleBinding(AnalysisInput& input, RoleBinding binding);

// The roles that `plan` changes, as they are to be, and their bindings.
RbacPolicy WrittenBy(const FixPlan& plan);

// `input` after the plan has been written into it; with `manifests`, what is new is to be applied
// by the agent as well.
AnalysisInput AfterFix(AnalysisInput input, const FixPlan& plan, bool manifests = false);

// Every request that the agent makes for the object at `index`, as RBAC sees it.
std::vector<RequestAttributes> RequestsFor(const AnalysisInput& input,
                                           const Requirements& requirements, int index);

// How many of `requests` are refused, each asked by itself. `policy` is aggregated already.
int Refused(const RbacPolicy& policy, const std::vector<RequestAttributes>& requests);

}  // namespace wecan
