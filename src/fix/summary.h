// SPDX-License-Identifier: Apache-2.0
// What text and comments say of a fix: the same words in the same order, each drawn in its way.
// Nothing here is made printable yet.
#pragma once

#include <string>
#include <vector>

#include "src/fix/report.h"

namespace wecan {

// What is missing on one resource, in one namespace or in many alike.
struct MissingRow {
  std::string resource, names, verbs;  // names and verbs separated by blanks
  int executor = -1;                   // as in Permission
  std::vector<std::string> namespaces;
  std::vector<int> objects;
  bool guessed = false;
};
std::vector<MissingRow> FoldMissing(const std::vector<Permission>& missing);

// "cluster", "ns shop +2 more".
std::string ScopeOf(const MissingRow& row);

// "only a b", "for executor shop:deployer".
std::vector<std::string> RemarksOn(const FixContext& context, const MissingRow& row);

// "storageclasses.storage.k8s.io", "pods", "/metrics": what a rule with one of them is about.
std::string RuleTarget(const PolicyRule& rule);

// "klusterlet-work-sa (profile ocm-1.3) lacks, for 2 of 6 objects", or that nothing is missing.
std::string DescribeMissing(const FixContext& context);

// An empty head continues the line before it.
struct SummaryLine {
  std::string head, text;
};

// Names of at most `objects` objects for each line, and at most `lines` lines of one kind.
struct SummaryLimits {
  size_t objects = 3, lines = 20;
};
inline constexpr size_t kUnlimited = ~size_t{0};

// The roles and their files, how wide they are, and that this is proved; none without a grant.
std::vector<SummaryLine> GrantLines(const FixContext& context, const SummaryLimits& limits);

// What is not granted, may not arrive, or cannot be told, and why.
std::vector<SummaryLine> ProblemLines(const FixContext& context, const SummaryLimits& limits);

// How the grant gets to a WEC; none when nothing changes.
std::vector<SummaryLine> DeliveryLines(const FixContext& context, const SummaryLimits& limits);

}  // namespace wecan
