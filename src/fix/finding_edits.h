// SPDX-License-Identifier: Apache-2.0
// The change of text that closes one finding, for editors to apply.
#pragma once

#include <map>
#include <string>

#include "absl/strings/string_view.h"

#include "analyzer/analyze.h"
#include "src/input/file_system.h"
#include "src/output/report.h"

namespace wecan {

// By the id of the finding: what extends the role that an earlier fix wrote for the agent. Only
// findings that `wecan fix` would close in that role have one, and only the first hundred; where
// the role cannot be changed in place there is none at all.
std::map<std::string, RegionEdit> FindingEdits(const AnalysisInput& input, const Report& report,
                                               const AnalyzeOptions& options,
                                               const FileSystem& files);

// The lines in which `after` differs from `before`, as one replacement.
RegionEdit LineEdit(absl::string_view before, absl::string_view after);

}  // namespace wecan
