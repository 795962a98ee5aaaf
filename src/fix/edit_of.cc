// SPDX-License-Identifier: Apache-2.0
#include "src/fix/edit_of.h"

namespace wecan {

RoleEdit EditOf(const Role& role, const RoleChange& change) {
  RoleEdit edit{
      .kind = role.kind, .namespace_ = role.namespace_, .name = role.name, .append = change.append};
  for (const RuleChange& c : change.rules) {
    edit.rules.push_back(
        {.rule = c.rule, .drop = c.drop, .add_verbs = c.add_verbs, .remove_verbs = c.remove_verbs});
  }
  return edit;
}

}  // namespace wecan
