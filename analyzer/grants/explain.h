// SPDX-License-Identifier: Apache-2.0
// Why an account may do something, or which of its roles came closest.
#pragma once

#include <string>
#include <vector>

#include "analyzer/grants/authorizer.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

// What a role that does not allow a request has of it; the nearest first.
enum class Closeness {
  kNames,        // the verb, limited to other names: `has` are these
  kNamespace,    // all of it, bound in another namespace: `has` is that one
  kVerbs,        // other verbs on the resource: `has` are these
  kSubresource,  // the verb on the resource but another part of it: `has` are such resources
  kGroup,        // the verb on a resource of that name in other API groups: `has` are these
  kTakesIn,      // nothing yet, but it takes in other roles: `has` are labels, as KEY=VALUE
};

struct CloseRole {
  const RoleBinding* binding = nullptr;
  const Role* role = nullptr;
  Closeness closeness = Closeness::kTakesIn;
  std::vector<std::string> has;
  std::vector<const Role*> sources;  // as RuleSources gives them, for the first rule that is close
};

struct Explanation {
  Decision decision;
  std::vector<const Role*> sources;  // of the witness's rule, as RuleSources gives them
  // When denied: the roles bound to the account that are close, nearest first, then in resolution
  // order; how many others are bound; bindings whose role is nowhere.
  std::vector<CloseRole> close;
  int others = 0;
  std::vector<const RoleBinding*> dangling;
};

// `policy` is that of `authorizer`.
Explanation Explain(const RbacPolicy& policy, const Authorizer& authorizer, const UserInfo& user,
                    const RequestAttributes& request);

}  // namespace wecan
