// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/guardrails.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

bool Lists(absl::Span<const absl::string_view> list, const std::vector<std::string>& of_atom) {
  if (list.empty()) return true;
  if (of_atom.empty()) return false;
  return std::any_of(list.begin(), list.end(), [&](absl::string_view entry) {
    if (absl::ConsumeSuffix(&entry, "/*")) {
      return absl::StartsWith(of_atom[0], entry) && of_atom[0].size() > entry.size() &&
             of_atom[0][entry.size()] == '/';
    }
    return entry == of_atom[0];
  });
}

}  // namespace

const Guardrail* FindGuardrail(const PolicyRule& atom, bool cluster_wide) {
  for (const Guardrail& g : Guardrails()) {
    if (g.cluster_only && !cluster_wide) continue;
    if (Lists(g.verbs, atom.verbs) && Lists(g.api_groups, atom.api_groups) &&
        Lists(g.resources, atom.resources)) {
      return &g;
    }
  }
  return nullptr;
}

}  // namespace wecan
