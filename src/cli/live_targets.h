// SPDX-License-Identifier: Apache-2.0
// Which WECs are asked, and which part of the input for.
#pragma once

#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "analyzer/model/object.h"
#include "src/cli/clusters.h"
#include "src/cli/live.h"
#include "src/cli/options.h"

namespace wecan {

// The questions about what goes to a WEC, as LiveTarget has them.
struct Asked {
  LiveQuestions questions;
  std::shared_ptr<const std::vector<bool>> expected;
};

// Called once for WECs that get the same.
using MakeQuestions = absl::FunctionRef<Asked(const AnalysisInput& input)>;

// Sorted by context. Without --wds and --its: the chosen contexts, each with all of `input`.
// Otherwise the destinations of `input` (see FindDestinations) with what goes there, and beside
// --its the chosen contexts that are none of them with all of it. Those outside the --shard are
// left out. Errors: those of Clusters, ReadItsOf and FindDestinations; InvalidArgument for
// --context beside --wds.
absl::StatusOr<std::vector<LiveTarget>> FindTargets(const Options& options,
                                                    const Clusters& clusters,
                                                    const AnalysisInput& input, MakeQuestions make);

}  // namespace wecan
