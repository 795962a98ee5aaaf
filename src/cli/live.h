// SPDX-License-Identifier: Apache-2.0
// Asks the clusters that a command is about, and puts what they say into a report.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cli/can_i_report.h"
#include "src/cli/clusters.h"
#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/cluster/ask.h"

namespace wecan {

using LiveQuestions = std::shared_ptr<const std::vector<LiveQuestion>>;

// A WEC, and what is asked there.
struct LiveTarget {
  std::string context;
  LiveQuestions questions;
  std::string why_not;  // why it cannot be asked, one line; "" if it can
  // What the static engine answers, parallel to the questions; nullptr: not to be compared.
  std::shared_ptr<const std::vector<bool>> expected;
  std::string cluster;  // what a WDS or an ITS calls it; "" if that is not known
  // What else is wrong with it, though it is asked: WEC403, one line each.
  std::vector<std::string> problems;
};

// The contexts that --context or --all-contexts means, sorted.
absl::StatusOr<std::vector<std::string>> ChooseContexts(const ClusterOptions& options,
                                                        const Clusters& clusters);

// InvalidArgument for flags that mean nothing when clusters are asked.
absl::Status CheckLiveFlags(const Options& options);

// Part K of N, as --shard has it: K from 0 (as an Indexed Job counts) or from 1 (N is 0). The part
// of a cluster depends on its name and N alone.
struct Shard {
  uint64_t part = 0, parts = 1;
  bool Has(const std::string& name) const;
};
absl::StatusOr<Shard> ParseShard(const std::string& text);

// Whom the questions are about: --as, the agent that flags and configuration name, or with
// `--agent auto` that of each WEC.
absl::StatusOr<UserInfo> LiveSubject(const Options& options);

// One ClusterAnswers per target, in their order; answers are parallel to its questions. `subject`
// is what LiveSubject gives; --agent auto puts that of each WEC in its place. What is wrong with
// one cluster is its error alone.
absl::StatusOr<std::vector<ClusterAnswers>> AskTargets(const Options& options,
                                                       const Clusters& clusters,
                                                       const std::vector<LiveTarget>& targets,
                                                       const UserInfo& subject,
                                                       Environment& environment);

// Adds to each cluster's notes what it is called elsewhere, and WEC403 for the problems of targets.
// `report.clusters` are what AskTargets gave.
void AddTargetRemarks(const std::vector<LiveTarget>& targets, CanIReport& report);

// WEC401 and WEC403 by cause, and the exit code.
void AddLiveFindings(CanIReport& report);
ExitCode LiveExitCode(const CanIReport& report);

}  // namespace wecan
