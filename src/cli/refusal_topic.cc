// SPDX-License-Identifier: Apache-2.0
#include "src/cli/refusal_topic.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace wecan {
namespace {

// An example of several lines, as one that is indented.
std::string Example(absl::string_view text) {
  return absl::StrCat("  ", absl::StrReplaceAll(text, {{"\n", "\n  "}}), "\n");
}

const char* Cure(const Refusal& refusal) {
  if (refusal.classification == kMissingPermission)
    return "wecan diagnose makes a grant of it when a work agent was refused.";
  return "wecan diagnose never makes a grant of it.";
}

}  // namespace

std::string RefusalText(const Refusal& refusal) {
  std::string text = absl::StrCat(refusal.id, "  (", refusal.classification, ")\n", refusal.title,
                                  ".\n\n", refusal.cause, "\n\nWhere to look next:\n  ",
                                  refusal.next, "\n  ", Cure(refusal), "\n\nReads, for example:\n");
  for (const RefusalExample& example : refusal.examples)
    absl::StrAppend(&text, Example(example.text));
  absl::StrAppend(&text, "\nNot to be taken for it:\n");
  for (absl::string_view other : refusal.counterexamples) absl::StrAppend(&text, Example(other));
  return text;
}

Json RefusalJson(const Refusal& refusal) {
  Json examples = Json::array(), counterexamples = Json::array();
  for (const RefusalExample& e : refusal.examples) examples.push_back(Text(e.text));
  for (absl::string_view text : refusal.counterexamples) counterexamples.push_back(Text(text));
  return {{"id", Text(refusal.id)},       {"classification", Text(refusal.classification)},
          {"title", Text(refusal.title)}, {"cause", Text(refusal.cause)},
          {"next", Text(refusal.next)},   {"pattern", Text(refusal.pattern)},
          {"examples", examples},         {"counterexamples", counterexamples}};
}

}  // namespace wecan
