// SPDX-License-Identifier: Apache-2.0
// What an audit found, for people, for machines and for the record. Printers read results and
// decide nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/audit/audit.h"
#include "analyzer/audit/evidence.h"
#include "analyzer/audit/grant_use.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {

// The grants of one cluster; of the input or of a dump there is one without a name.
struct AuditedCluster {
  std::string context;
  std::string error;                            // why nothing is known of it, or ""
  std::unique_ptr<AgentGrants> held, baseline;  // what `result` points into
  AuditResult result;
  std::vector<GrantUse> uses;  // of each grant of `result`; empty without logs
};

enum class AuditSource { kInput, kDump, kContext };

struct AuditReport {
  const AnalysisInput& input;
  const Requirements& requirements;
  const AnalyzeOptions& options;
  AuditSource source = AuditSource::kInput;
  std::vector<AuditedCluster> clusters;      // by context
  std::vector<Diagnostic> errors;            // what of the input could not be read
  std::vector<Diagnostic> warnings;          // what else of it does not count
  int objects = 0;                           // whose needs count
  bool all = false;                          // the rules of the baseline as well
  std::string next_command;                  // that makes grants smaller, or ""
  const Evidence* evidence = nullptr;        // of the only cluster; nullptr without logs
  std::vector<const Activity*> unpredicted;  // of the evidence
  bool more_in_use = false;  // than the manifests need: no command makes the grants smaller
  int exit_code = 0;
};

// The remarks of a cluster by their levels; those that no rule stands for are warnings.
struct AuditCounts {
  int errors = 0, warnings = 0, notes = 0;
};
AuditCounts CountFindings(const AuditResult& result);

// A section for each cluster, then one line of figures each. `details`: what is needed of every
// grant.
std::string AuditText(const AuditReport& report, const Style& style, bool details);

// A table of the requests in the logs, and what they amount to.
std::string AuditUseText(const AuditReport& report, const Style& style, bool details);

// docs/schema/audit-v1.json.
Json AuditJson(const AuditReport& report);

// The record: every grant beyond the profile, for what, and the remarks. Holds no time, no path and
// no line, nor what logs say, so that it changes only when the grants or what needs them do.
std::string AuditMarkdown(const AuditReport& report);

// ---- what they have in common

// "storageclasses.storage.k8s.io +2 more", "*.*", "URL /metrics"; and "get create", "all verbs",
// with "only NAME" where names limit the rule.
std::string RuleResources(const PolicyRule& rule);
std::string RuleVerbs(const PolicyRule& rule);

// "*" for everywhere, or "ns NAME".
std::string GrantScope(const RoleBinding& binding);

// "ClusterRoleBinding/x -> cluster-admin"; of what is aggregated, "ClusterRole/y -> ROLE", where
// the role is the one that takes it in.
std::string DescribePath(const HeldRole& path);

// "Deployment/shop/web", at most `limit` of them and how many more.
std::string ObjectNames(const AuditReport& report, const std::vector<int>& objects, size_t limit);

}  // namespace wecan
