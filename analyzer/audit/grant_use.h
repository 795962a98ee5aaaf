// SPDX-License-Identifier: Apache-2.0
// What audit logs show of audited grants: which are in use, and what of them has to stay for that.
// Evidence only adds: what the manifests need is decided without it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"

#include "analyzer/audit/audit.h"
#include "analyzer/audit/evidence.h"

namespace wecan {

// A part of a grant that was used.
struct UsedPart {
  std::vector<PolicyRule> rules;  // the smallest ones that hold it
  uint64_t times = 0;
  std::string last;  // as logged
};

struct GrantUse {
  // Whether anything of it was used that the baseline does not give, nor, where the grant is
  // over-broad, a narrower one. Of a default grant: anything at all. Nothing: the logs do not tell.
  std::optional<bool> used;
  UsedPart all;
  UsedPart unneeded;             // of that, what no manifest needs
  std::vector<PolicyRule> keep;  // the smallest rules that hold what is needed and what was used
};

// Whether the logs can tell at all that something was not used: they show the account, and all that
// they show of it was kept.
bool TellsOfNonUse(const Evidence& evidence);

// Of each grant of `result`. `baseline` is what the audit compared with.
std::vector<GrantUse> FindUse(const AuditResult& result, AgentGrants& baseline,
                              const Evidence& evidence);

// Says in the findings on whole rules (WEC301, WEC302) whether and how far they are in use.
void NoteUse(absl::Span<const GrantUse> uses, AuditResult& result);

// Whose names matter: requests that a rule of `result` or of `baseline` allows by their name.
// Both must outlive it.
NameMatters NamesOfRules(const AuditResult& result, const AgentGrants& baseline);

}  // namespace wecan
