// SPDX-License-Identifier: Apache-2.0
// Finds refusals in a message by the patterns of rules/refusals.yaml, in time that grows with its
// length alone.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/denials/denial.h"

namespace wecan {

struct Recognized {
  struct Match {
    Denial denial;      // without sightings
    size_t offset = 0;  // where it starts in the text as it was given; 0 if that was escaped
  };
  std::vector<Match> matches;  // in the order of the text
  bool cut = false;            // a refusal starts or ends in the text, but is not whole

  bool empty() const { return matches.empty() && !cut; }
};

// Compiles each pattern once. Not for use by several threads at once.
class Recognizer {
 public:
  Recognizer();
  ~Recognizer();

  // All refusals of a message, whatever it was quoted or escaped by. A line break in it stands for
  // a blank, as where YAML or a window folds a line.
  Recognized Recognize(absl::string_view message) const;

  // Where from `begin` on a refusal may stand: the end of a word that every one of them holds, or
  // npos. For texts of any size.
  size_t NextTrigger(absl::string_view text, size_t begin) const;

  struct Pattern;

 private:
  Recognized MatchAll(absl::string_view text) const;

  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

// Rules as the API server prints them, {APIGroups:["a" "b"], ..., Verbs:["get"]}, one after the
// other, in any order of their fields; commas between texts are understood as well.
std::vector<PolicyRule> ParsePrintedRules(absl::string_view text);

}  // namespace wecan
