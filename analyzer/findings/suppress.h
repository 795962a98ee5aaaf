// SPDX-License-Identifier: Apache-2.0
// Keeps what somebody wished not to be told of apart from what is reported, and says which of these
// wishes are in vain.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analyzer/findings/finding.h"
#include "analyzer/model/object.h"

namespace wecan {

struct SuppressOptions {
  bool enabled = true;  // false: no suppression counts, and none is judged
  std::string today;    // YYYY-MM-DD; "": nothing has expired
  // The input is only part of what the configuration is about: its entries that match nothing are
  // no mistake.
  bool partial = false;
};

// What a suppression is held against.
struct SuppressContext {
  const AnalysisInput& input;
  const std::vector<std::string>& namespaces;  // effective ones, parallel to input.objects
  const std::vector<bool>& checked;            // parallel to input.objects
  std::function<bool(const FindingRule&)> is_off;
};

struct Suppressed {
  std::vector<Finding> findings;    // with Finding::suppression set
  std::vector<Diagnostic> remarks;  // WEC903
};

// Whether a suppression or a baseline may keep the rule from being reported: not errors of reading
// (WEC901), nor remarks on suppressions and baselines themselves (WEC903, WEC904).
bool CanBeHidden(const FindingRule& rule);

// Takes every pair of a finding and an object that a suppression covers out of `findings`. What is
// left of a finding keeps its place; one of which nothing is left is gone.
Suppressed Suppress(const SuppressContext& context, const SuppressOptions& options,
                    std::vector<Finding>& findings);

}  // namespace wecan
