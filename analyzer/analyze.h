// SPDX-License-Identifier: Apache-2.0
// The front door: manifests, a profile and options in, a report out. Pure; runs the stages in
// order: requirements (what the objects need) and grants (what the agent holds) -> gaps ->
// findings.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"

#include "analyzer/findings/finding.h"
#include "analyzer/findings/suppress.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/profile.h"
#include "analyzer/model/object.h"
#include "analyzer/requirements/derive.h"

namespace wecan {

struct AnalyzeOptions {
  Agent agent;
  Profile profile;
  DeriveOptions derive;
  bool input_grants = true;  // whether RBAC objects of the input count (those of --load always do)
  // By rule id: a level of the user's, or nothing for "off". Rules that are not here keep their own
  // level.
  absl::btree_map<std::string, std::optional<Level>> levels;
  SuppressOptions suppress;
};

// `blocked` and the levels count what is reported.
struct Summary {
  int files = 0;    // read, context left out
  int objects = 0;  // checked
  int blocked = 0;  // not applied on a WEC
  int errors = 0;
  int warnings = 0;
  int notes = 0;
  int suppressed = 0;
  int baselined = 0;
};

struct Report {
  std::vector<Finding> findings;        // what is reported; errors first, then by place
  std::vector<Finding> hidden;          // suppressed or in the baseline; in the same order
  std::vector<Diagnostic> warnings;     // remarks that no rule stands for
  std::vector<Diagnostic> errors;       // why the exit code is 2
  std::vector<std::string> namespaces;  // effective ones, parallel to AnalysisInput::objects
  std::vector<bool> checked;            // parallel to AnalysisInput::objects
  std::vector<int> objects_per_file;    // checked objects, parallel to AnalysisInput::files
  Summary summary;
};

// The account with this index: the agent (-1), or one of requirements.executors.
ServiceAccountRef AccountOf(const Requirements& requirements, const AnalyzeOptions& options,
                            int executor);

// `input` must outlive the report.
Report Analyze(const AnalysisInput& input, const AnalyzeOptions& options);

// After findings were hidden or added: gives each its level, sorts them and counts them anew.
void ArrangeFindings(const AnalysisInput& input, const AnalyzeOptions& options, Report& report);

// What suppressions keep from being reported is not to be granted either: takes the verbs that they
// are about out of the requirements.
void LeaveOutSuppressed(const AnalysisInput& input, const AnalyzeOptions& options,
                        Requirements& requirements);

// Another world to ask about than that of the input.
struct PolicyChange {
  const RbacPolicy* added = nullptr;  // in addition; of equal names these count
  bool without_ours = false;          // roles that `wecan fix` wrote do not count
};

// What the agent holds: the profile, and the RBAC objects of the input that count, aggregated.
RbacPolicy EffectivePolicy(const AnalysisInput& input, const Requirements& requirements,
                           const AnalyzeOptions& options, const PolicyChange& change = {});

// What one account holds by EffectivePolicy: the agent (-1), or one of requirements.executors. The
// grants of another account share its policy by AgentGrants(grants, user).
std::unique_ptr<AgentGrants> MakeGrants(const AnalysisInput& input,
                                        const Requirements& requirements,
                                        const AnalyzeOptions& options, int executor = -1);

}  // namespace wecan
