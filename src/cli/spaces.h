// SPDX-License-Identifier: Apache-2.0
// The WDS and the ITS that flags name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cli/clusters.h"
#include "src/cli/options.h"
#include "src/cluster/its.h"
#include "src/input/load.h"

namespace wecan {

// What --wds and --binding say is to be applied. InvalidArgument or NotFound, naming the flag, when
// they name nothing that is there; Unavailable when the cluster did not answer.
absl::StatusOr<std::vector<LiveContents>> ReadWdsOf(const ClusterOptions& options,
                                                    const Clusters& clusters);

// What --its knows; nothing without the flag. Errors as above.
absl::StatusOr<std::optional<Its>> ReadItsOf(const ClusterOptions& options,
                                             const Clusters& clusters);

// The objects of one collection, as the JSON texts of their pages.
struct LivePages {
  std::string context;  // its full name
  std::vector<std::string> pages;
};

// Lists the collection at `path` of the context that `pattern`, the value of `flag`, names. Errors
// as above.
absl::StatusOr<LivePages> ListObjectsOf(const char* flag, const std::string& pattern,
                                        const std::string& path, const Clusters& clusters);

}  // namespace wecan
