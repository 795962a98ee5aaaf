// SPDX-License-Identifier: Apache-2.0
// The grants of a fix as the API objects that people apply or downsync.
#pragma once

#include <string>
#include <vector>

#include "analyzer/fixes/plan_fix.h"
#include "src/output/json.h"

namespace wecan {

enum class GrantWrap { kNone, kManifestWork, kBindingPolicy };

// The annotations by which an auditor finds out what a role is there for: grant.wecan/for,
// /reason, /scope and /objects (20 at most). No times.
std::vector<std::pair<std::string, std::string>> GrantAnnotations(const RoleGrant& grant,
                                                                  const AnalysisInput& input,
                                                                  const Requirements& requirements,
                                                                  const AnalyzeOptions& options);

// "Kind/namespace/name" of objects, sorted; of more than `limit` the rest as "+N more".
std::vector<std::string> ObjectNames(const AnalysisInput& input, const Requirements& requirements,
                                     const std::vector<int>& objects, size_t limit);

// What of `grant` is new: its role, its binding, each a document of its own; inside one
// ManifestWork when so wrapped, in `mailbox` if that is not "".
std::vector<Json> GrantDocuments(
    const RoleGrant& grant, const std::vector<std::pair<std::string, std::string>>& annotations,
    GrantWrap wrap, const std::string& mailbox);

// A BindingPolicy that sends all of `grants` to the clusters that `policies` name.
Json GrantBindingPolicy(const std::vector<RoleGrant>& grants,
                        const std::vector<BindingPolicy>& policies);

// A role's name as the name of another object: what is no letter, digit or dot becomes a dash.
std::string DnsName(absl::string_view name);

}  // namespace wecan
