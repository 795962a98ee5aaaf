// SPDX-License-Identifier: Apache-2.0
// One grant for all denials of an account, and its proof.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "analyzer/denials/judge.h"
#include "analyzer/fixes/fix.h"

namespace wecan {

// Who gets the grant.
struct Grantee {
  Subject subject;
  UserInfo user;
  std::string klusterlet;  // "" for an account that is no work agent
};

struct DenialGrant {
  GrantStrategy strategy = GrantStrategy::kAggregate;
  std::vector<RoleGrant> roles;     // new ones; ClusterRoles first, then by namespace
  int verbs = 0;                    // granted: verbs on single resources in single scopes
  std::vector<std::string> faults;  // what speaks against the proof; empty: proved
};

// `held` is what the account holds, without what the denials disprove; not aggregated. Of `fix`
// strategy, name and labels count. FailedPrecondition when the strategy is none of the release, or
// the API server would refuse the name.
// Proved: with the roles every verb of the verdicts is allowed, and they hold no verb but those,
// and none that is allowed without them.
absl::StatusOr<DenialGrant> PlanDenialGrant(const std::vector<const Denial*>& denials,
                                            const std::vector<DenialVerdict>& verdicts,
                                            const Grantee& grantee, const RbacPolicy& held,
                                            const FixOptions& fix);

}  // namespace wecan
