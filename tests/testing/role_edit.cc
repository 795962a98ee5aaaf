// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/role_edit.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "tests/testing/builders.h"

namespace wecan {

RoleEdit EditInWords(absl::string_view words) {
  RoleEdit edit{.name = "r"};
  for (absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    const absl::string_view rest = word.substr(1);
    if (word[0] == '+') {
      const std::vector<std::string> parts = absl::StrSplit(rest, '|');
      edit.append.push_back(Rule(parts[0], parts[1], parts[2]));
    } else if (word[0] == '@') {
      edit.annotations.insert(std::pair<std::string, std::string>(absl::StrSplit(rest, '=')));
    } else {
      const size_t sign = rest.find_first_of("+-");
      int number = 0;
      (void)absl::SimpleAtoi(rest.substr(0, sign), &number);
      if (edit.rules.empty() || edit.rules.back().rule != number)
        edit.rules.push_back({.rule = number});
      RuleEdit& rule = edit.rules.back();
      rule.drop = word[0] == 'x';
      if (!rule.drop) {
        const bool add = rest[sign] == '+', verbs = word[0] == 'v';
        (verbs ? (add ? rule.add_verbs : rule.remove_verbs)
               : (add ? rule.add_resources : rule.remove_resources))
            .emplace_back(rest.substr(sign + 1));
      }
    }
  }
  return edit;
}

}  // namespace wecan
