// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/verb_set.h"

#include "absl/strings/str_join.h"

namespace wecan {

absl::string_view VerbName(AgentVerb verb) {
  static constexpr absl::string_view kNames[kAgentVerbs] = {"create", "delete", "get",  "list",
                                                            "patch",  "update", "watch"};
  return kNames[static_cast<int>(verb)];
}

std::optional<AgentVerb> ParseAgentVerb(absl::string_view name) {
  for (const AgentVerb verb : kVerbOrder) {
    if (VerbName(verb) == name) return verb;
  }
  return std::nullopt;
}

std::vector<std::string> VerbSet::Names() const {
  std::vector<std::string> names;
  ForEach([&](AgentVerb v) { names.emplace_back(VerbName(v)); });
  return names;
}

std::string VerbSet::Join(absl::string_view separator) const {
  return absl::StrJoin(Names(), separator);
}

}  // namespace wecan
