// SPDX-License-Identifier: Apache-2.0
// Changes roles inside the text of an existing YAML or JSON file. The text is never written anew:
// what an edit does not name keeps its bytes, comments, style and line ends.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "analyzer/model/rbac.h"
#include "src/input/document.h"
#include "src/output/json.h"

namespace wecan {

// What to change in one rule: `rule` counts from 0 in the role's `rules` as the file has them. What
// is there already is not added again, what is not there needs no removing; a text that is to be
// added and removed stays. Where `drop` is set the rest does not matter.
struct RuleEdit {
  int rule = 0;
  bool drop = false;
  std::vector<std::string> add_verbs, remove_verbs, add_resources, remove_resources;
};

// What to change in one role, which is found by kind, namespace and name as the file writes them:
// in any document, in Lists, and in ManifestWorks.
struct RoleEdit {
  RoleKind kind = RoleKind::kClusterRole;
  std::string namespace_, name;
  std::vector<RuleEdit> rules;
  std::vector<PolicyRule> append;                  // behind the rules that are there
  std::map<std::string, std::string> annotations;  // replaced or added
};

// An object to add at the end of the file.
struct NewDocument {
  Json json;
  std::string yaml;  // how it stands in a YAML file, without `---`; DumpYaml(json) when empty
};

// `text`, the content of `path`, with the edits made and the new documents added. A path that ends
// with .json holds JSON; in other files the text tells. New rules take the style of the last rule
// of their list, everything new the line ends of its neighbour. In a JSON file whose only value is
// a List, new documents become items of it.
//
// The result is read again, and is what was asked for in every key and value of every document.
//
// FailedPrecondition "PATH:LINE:COL: why, and what to do" where an edit cannot be made in place:
// the file does not parse; anchors, aliases, tags, merge keys, templates or keys that stand twice
// where text would change; rules that are no list of mappings; a role that stands twice. NotFound
// where a role is not in the file, InvalidArgument for a rule that the role does not have, and for
// two edits of one role or rule.
absl::StatusOr<std::string> SpliceFile(absl::string_view path, absl::string_view text,
                                       const std::vector<RoleEdit>& edits,
                                       const std::vector<NewDocument>& new_documents,
                                       const Budgets& budgets = {});

}  // namespace wecan
