// SPDX-License-Identifier: Apache-2.0
// The findings that are known and not reported again, so that a gate can start on a repository that
// is not clean. No line and no column takes part, so edits elsewhere in a file change nothing.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "analyzer/analyze.h"

namespace wecan {

// One finding about one object of one file, as often as the file holds it.
struct BaselineEntry {
  std::string id;       // Finding::id
  std::string rule;     // WEC101
  std::string path;     // of the file, from the folder of the baseline
  std::string object;   // "StorageClass/local", or "" for findings about a file
  int count = 0;        // 1 or more
  std::string message;  // for people; takes no part in matching

  friend bool operator==(const BaselineEntry&, const BaselineEntry&) = default;
};

// Sorted by rule, path, object and id, which no two share.
using Baseline = std::vector<BaselineEntry>;

// All that `report` reports and a baseline may hold. `paths`: what entries call the files, parallel
// to AnalysisInput::files.
Baseline BaselineOf(const AnalysisInput& input, const Report& report,
                    const std::vector<std::string>& paths);

// Moves what `baseline` knows from report.findings to report.hidden, each entry as often as it
// counts: first the same object in the same file, then whatever has the same id, for files and
// objects are renamed. Gives what of the baseline was found no more.
Baseline HideKnown(const AnalysisInput& input, const Baseline& baseline,
                   const std::vector<std::string>& paths, Report& report);

// Entries of both, counts added; and those of `all` without those of `part`.
Baseline AddBaselines(const Baseline& a, const Baseline& b);
Baseline SubtractBaseline(const Baseline& all, const Baseline& part);

// The file's text, and back. InvalidArgument says what is wrong and where, without the file's name.
std::string WriteBaseline(const Baseline& baseline);
absl::StatusOr<Baseline> ReadBaseline(absl::string_view text);

}  // namespace wecan
