// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/over_broad.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"

#include "analyzer/grants/covers.h"
#include "analyzer/grants/guardrails.h"

namespace wecan {
namespace {

std::string DescribeAtom(const PolicyRule& atom) {
  if (!atom.non_resource_urls.empty())
    return absl::StrCat(atom.verbs[0], " on URL ", atom.non_resource_urls[0]);
  return absl::StrCat(atom.verbs[0], " ", atom.resources[0],
                      atom.api_groups[0].empty() ? "" : "." + atom.api_groups[0]);
}

// The first entry of each kind in `list`, where `kind_of` gives the kind of one.
template <typename KindOf>
std::vector<std::string> FirstOfEachKind(const std::vector<std::string>& list, KindOf kind_of) {
  std::vector<std::string> firsts;
  absl::flat_hash_set<std::string> seen;
  for (const std::string& entry : list) {
    if (seen.insert(kind_of(entry)).second) firsts.push_back(entry);
  }
  return firsts;
}

// `rule` without entries that neither `base` nor a guardrail tells apart from an earlier one. Lists
// of thousands of entries make billions of atoms, but few kinds of them; the first atom of each
// kind stays.
PolicyRule DistinctEntries(const PolicyRule& rule, const std::vector<PolicyRule>& base) {
  using Field = std::vector<std::string> PolicyRule::*;
  using Listed = absl::Span<const absl::string_view> Guardrail::*;
  const auto reduce = [&](Field field, Listed listed) {
    absl::flat_hash_set<absl::string_view> named;
    for (const PolicyRule& b : base) named.insert((b.*field).begin(), (b.*field).end());
    if (listed != nullptr) {
      for (const Guardrail& g : Guardrails()) named.insert((g.*listed).begin(), (g.*listed).end());
    }
    return FirstOfEachKind(rule.*field, [&](const std::string& entry) {
      if (named.contains(entry)) return entry;
      const size_t slash = std::min(entry.find('/'), entry.size());
      const std::string parent = absl::StrCat(entry.substr(0, slash), "/*");
      const std::string sub = absl::StrCat("*", entry.substr(slash));
      return absl::StrCat(named.contains(parent) ? parent : "", "\n",
                          slash < entry.size() && named.contains(sub) ? sub : "");
    });
  };
  PolicyRule distinct{
      .verbs = reduce(&PolicyRule::verbs, &Guardrail::verbs),
      .api_groups = reduce(&PolicyRule::api_groups, &Guardrail::api_groups),
      .resources = reduce(&PolicyRule::resources, &Guardrail::resources),
      .resource_names = reduce(&PolicyRule::resource_names, nullptr),
  };
  distinct.non_resource_urls =
      FirstOfEachKind(rule.non_resource_urls, [&](const std::string& entry) {
        std::string kind;
        for (const PolicyRule& b : base) {
          for (const std::string& url : b.non_resource_urls)
            kind += NonResourceURLCovers(url, entry) ? '1' : '0';
        }
        return kind;
      });
  return distinct;
}

}  // namespace

OverBroad FindOverBroad(const PolicyRule& rule, bool cluster_wide,
                        const std::vector<PolicyRule>& base) {
  OverBroad hits;
  for (const PolicyRule& atom : Uncovered(base, {DistinctEntries(rule, base)})) {
    const Guardrail* guardrail = FindGuardrail(atom, cluster_wide);
    if (guardrail != nullptr && guardrail->over_broad)
      hits.try_emplace(guardrail->id, DescribeAtom(atom));
  }
  return hits;
}

std::string DescribeOverBroad(const OverBroad& hits) {
  return absl::StrJoin(hits, ", ", [](std::string* out, const auto& hit) {
    absl::StrAppend(out, hit.first, " (", hit.second, ")");
  });
}

}  // namespace wecan
