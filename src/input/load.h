// SPDX-License-Identifier: Apache-2.0
// Paths to an AnalysisInput: finds the files, reads them in parallel and puts them together in the
// order of their paths, so that the result depends neither on the order of the arguments nor on the
// number of threads.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "analyzer/model/object.h"
#include "src/input/contents.h"
#include "src/input/document.h"
#include "src/input/file_system.h"
#include "src/input/find_files.h"

namespace wecan {

// What was read already, from a cluster. Its places become those of InputFile::live.
struct LiveContents {
  std::string name;      // "CONTEXT: WHAT"
  bool context = false;  // as LoadRequest::load
  Contents contents;
};

struct LoadRequest {
  std::vector<std::string> paths;  // files, folders, "-" for standard input: to be checked
  std::vector<std::string> load;   // context: grants and CRDs count, nothing is reported
  std::vector<std::string> load_if_not_checked;  // the same, but for files among `paths`
  std::vector<std::string> crds;                 // CustomResourceDefinitions alone are taken
  std::vector<std::string> policies;             // BindingPolicies alone are taken
  std::vector<LiveContents> live;                // come before all files
  std::vector<std::string>
      exclude;  // globs over paths found in folders: * within a name, ** across folders
  bool require_objects = false;  // a folder without objects is an error
  Budgets budgets;
  int threads = 0;  // 0: as many as the machine has
};

struct Loaded {
  AnalysisInput input;
  std::vector<BindingPolicy> policies;  // of LoadRequest::policies
};

// Never fails as a whole: what cannot be read is a diagnostic (WEC901) of the result. `in` is read
// for "-".
Loaded Load(const LoadRequest& request, const FileSystem& files, std::istream& in);

}  // namespace wecan
