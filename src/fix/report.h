// SPDX-License-Identifier: Apache-2.0
// What a fix did, for people and for machines. Printers read results and decide nothing.
#pragma once

#include <string>
#include <vector>

#include "analyzer/fixes/plan_fix.h"
#include "analyzer/fixes/proof.h"
#include "src/fix/fix_files.h"
#include "src/output/style.h"

namespace wecan {

struct FixContext {
  const AnalysisInput& input;
  const Requirements& requirements;
  const AnalyzeOptions& options;
  const FixPlan& plan;
  const Proof& proof;
  const std::vector<FixFile>& files;
  GrantWrap wrap = GrantWrap::kNone;
  std::string mailbox;           // of the ManifestWorks that are written, "" when not known
  std::string mode;              // print, diff, write or check
  std::string command;           // that was run, without its mode: "wecan fix deploy/"
  std::string narrower_command;  // the same for the narrowest strategy
  int exit_code = 0;
};

// What an auditor asks: which permissions, why, for which objects, how wide, is that proved, and
// how it gets to a WEC. `all`: every permission and object.
std::string FixSummary(const FixContext& context, const Style& style, bool all);

// What the role held before and does not hold any more: one rule for each resource, or URL.
std::vector<PolicyRule> RemovedRules(const RoleGrant& grant);

// docs/schema/fix-v1.json.
std::string FixJson(const FixContext& context);

// A suite with a case for each file that the grant is for, which fails where --diff and --check
// find it out of date, and one for each thing that no grant helps.
std::string FixJunit(const FixContext& context);

// A comment for a pull request: what is missing, the grant, how wide it is, what is proved, what is
// not solved, and how it gets to a WEC.
std::string FixMarkdown(const FixContext& context);

}  // namespace wecan
