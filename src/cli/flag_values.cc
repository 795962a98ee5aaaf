// SPDX-License-Identifier: Apache-2.0
#include "src/cli/flag_values.h"

#include "absl/strings/str_split.h"

#include "src/config/keys.h"

namespace wecan {
namespace {

struct Values {
  absl::string_view flag;
  absl::string_view values;  // separated by blanks
};

// Those that no key of the configuration stands for.
constexpr Values kValues[] = {
    {"--update-strategy", "Update CreateOnly ServerSideApply ReadOnly"},
    {"--exec-plugins", "allow deny"},
    {"SHELL", "bash zsh fish"},
};

}  // namespace

std::vector<absl::string_view> FlagValues(absl::string_view flag) {
  for (const Values& v : kValues) {
    if (v.flag == flag) return absl::StrSplit(v.values, ' ');
  }
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.flag == flag && !key.values.empty()) return absl::StrSplit(key.values, ' ');
  }
  return {};
}

}  // namespace wecan
