// SPDX-License-Identifier: Apache-2.0
// Builders for what the readers hand to the analysis.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "analyzer/model/object.h"

namespace wecan {

// A plain manifest.
Object Manifest(absl::string_view group, absl::string_view kind, absl::string_view ns = "",
                absl::string_view name = "x");

// Adds a ManifestWork to `input` and gives its index; `input.works[index]` can be changed further.
int AddWork(AnalysisInput& input, absl::string_view mailbox, absl::string_view name);
// Adds a manifest that the work at `work` wraps.
Object& AddWrapped(AnalysisInput& input, int work, Object object);

// Adds a Binding without objects and gives its index.
int AddBinding(AnalysisInput& input, absl::string_view name, std::vector<std::string> destinations);
// Adds an entry of the Binding at `binding`; the kind is unknown, as in a real Binding.
Object& AddEntry(AnalysisInput& input, int binding, absl::string_view group,
                 absl::string_view resource, absl::string_view ns, absl::string_view name);

// A policy whose only clause selects the resource everywhere.
BindingPolicy SelectResource(absl::string_view name, absl::string_view resource,
                             bool create_only = false);

// A manifestConfig that names one object.
ManifestConfig Config(absl::string_view group, absl::string_view resource, absl::string_view ns,
                      absl::string_view name);

}  // namespace wecan
