// SPDX-License-Identifier: Apache-2.0
// What a refusal means for the account that was refused: whether RBAC is the cure, which verbs
// would be refused next, and which objects of the workload ask for them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/denials/denial.h"

namespace wecan {

// The work agent that `user` is: system:serviceaccount:NAMESPACE:KLUSTERLET-work-sa, or the one
// that flags name. Nothing for everybody else.
std::optional<Agent> WorkAgentOf(const std::string& user, const Agent& named);

struct DenialVerdict {
  // What a grant has to hold, by name: all that Update needs and the profile lacks, and the refused
  // verb. Empty: no grant helps, or none is to be given.
  std::vector<std::string> verbs;
  std::vector<std::string> next;  // those of them that are refused after this one; as people say it
  bool refutes_profile = false;   // the profile claims to hold what was refused
  std::vector<std::string> via;   // the Grants behind what is held of it already
  std::string namespace_;         // where the grant is needed, "" for the whole cluster
  std::vector<int> objects;       // of the input, that ask for it
  bool granted_in_input = false;  // RBAC objects of the input hold all of it
};

// What is known beside the texts.
struct Surroundings {
  const AnalysisInput& input;  // the workload, if it was given
  const Requirements& requirements;
  const AnalyzeOptions& options;  // of the agent that was refused
  bool any_subject = false;       // the account is no work agent, and gets a grant all the same
};

// `denials` are of one account, in any order; the result is parallel to them.
std::vector<DenialVerdict> JudgeDenials(const std::vector<const Denial*>& denials,
                                        const Surroundings& around, bool work_agent);

// `policy` without what the denials disprove: rules lose the resources on which something was
// refused that they allow. Wildcards cannot lose one, and go.
RbacPolicy WithoutRefuted(const RbacPolicy& policy, const std::vector<const Denial*>& denials,
                          const std::vector<DenialVerdict>& verdicts);

}  // namespace wecan
