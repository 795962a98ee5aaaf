// SPDX-License-Identifier: Apache-2.0
// From a plan to the text of the files that hold its grants.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "analyzer/fixes/plan_fix.h"
#include "src/fix/grant_documents.h"
#include "src/input/file_system.h"
#include "src/output/style.h"

namespace wecan {

struct FixFile {
  std::string path;                   // "" for standard output
  std::optional<std::string> before;  // nothing: not there yet
  std::string after;

  bool changed() const { return before.value_or("") != after; }
};

struct FixFileOptions {
  std::string out;  // the file that the user names, "": none; nothing may go elsewhere then
  std::string
      fallback;  // where new roles go when the input holds none of ours; "": standard output
  GrantWrap wrap = GrantWrap::kNone;
  bool print = false;   // no file is changed: the grants, whole, go to standard output
  std::string mailbox;  // namespace of ManifestWorks, "" when not known
};

// The files that `plan` changes or creates, sorted by path. Roles that are there are changed where
// they stand, new ones go to options.out, beside our other roles, or to options.fallback.
// FailedPrecondition, Aborted (a file changed since it
// was read) and errors of reading say what stands in the way; nothing is written.
absl::StatusOr<std::vector<FixFile>> MakeFixFiles(const FixPlan& plan, const AnalysisInput& input,
                                                  const Requirements& requirements,
                                                  const AnalyzeOptions& analyze,
                                                  const FixFileOptions& options,
                                                  const FileSystem& files);

// What changes, file by file, as a unified diff.
std::string DiffOf(const std::vector<FixFile>& files, const Style& style);

// The same as printable lines, and those of any text.
std::vector<std::string> DiffLines(const std::vector<FixFile>& files);
std::vector<std::string> LinesOf(absl::string_view text);

// The roles and bindings of `plan`, as the text of `files` says them.
RbacPolicy ReadBack(const FixPlan& plan, const std::vector<FixFile>& files,
                    const std::string& default_namespace);

}  // namespace wecan
