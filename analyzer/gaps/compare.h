// SPDX-License-Identifier: Apache-2.0
// Requirements against Grants: the first place where both are known.
#pragma once

#include "absl/strings/string_view.h"

#include "analyzer/grants/agent_grants.h"
#include "analyzer/requirements/derive.h"

namespace wecan {

// What one object needs and what of it the account lacks. The verbs that apply and remove it, and
// those of options (sharing, feedback), are kept apart because they are reported apart.
struct Gap {
  VerbSet needed, missing;
  VerbSet option_needed, option_missing;
  bool unknown =
      false;  // the kind is not known in a group that some rule names: nothing can be told
};

// The verbs whose requests do not carry the object's name, so that resourceNames cannot narrow
// them: list, watch, and create unless it is part of a server-side apply.
VerbSet UnnamedVerbs(const ObjectRequirements& need);

// The verbs that `grants` holds on the object `name` of `type`.
VerbSet HeldVerbs(const ObjectRequirements& need, const ResourceType& type, absl::string_view name,
                  AgentGrants& grants);

Gap Compare(const ObjectRequirements& need, const ResourceType& type, absl::string_view name,
            AgentGrants& grants);

// The verbs of `need.executor_verbs` that the executor, whose grants these are, lacks. The agent
// asks with the name of the object and in its own namespace, so a Role inside a namespace does not
// count for the Namespace object. option_needed and option_missing stay empty.
// Source: OCM v1.3.1 pkg/work/spoke/auth/basic/auth.go.
Gap CompareExecutor(const ObjectRequirements& need, const ResourceType& type,
                    absl::string_view name, AgentGrants& executor);

// The verbs that it holds on the object, asked as above.
VerbSet HeldByExecutor(const ObjectRequirements& need, const ResourceType& type,
                       absl::string_view name, AgentGrants& executor);

}  // namespace wecan
