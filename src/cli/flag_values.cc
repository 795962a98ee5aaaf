// SPDX-License-Identifier: Apache-2.0
#include "src/cli/flag_values.h"

#include "absl/strings/str_split.h"

namespace wecan {
namespace {

struct Values {
  absl::string_view flag;
  absl::string_view values;  // separated by blanks
};

constexpr Values kValues[] = {
    {"--color", "auto always never"},
    {"--fail-on", "error warning note never"},
    {"--mode", "default singleton"},
    {"--rule", "error warning note off"},  // behind ID=
    {"--strategy", "aggregate cluster-binding role-binding"},
    {"--update-strategy", "Update CreateOnly ServerSideApply ReadOnly"},
    {"--verbs", "missing full"},
    {"--wrap", "none manifestwork bindingpolicy"},
    {"SHELL", "bash zsh fish"},
};

}  // namespace

std::vector<absl::string_view> FlagValues(absl::string_view flag) {
  for (const Values& v : kValues) {
    if (v.flag == flag) return absl::StrSplit(v.values, ' ');
  }
  return {};
}

}  // namespace wecan
