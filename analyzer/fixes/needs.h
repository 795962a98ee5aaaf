// SPDX-License-Identifier: Apache-2.0
// The gaps of a workload, merged: which Permissions are to be granted, and for which objects.
#pragma once

#include <string>
#include <vector>

#include "analyzer/gaps/compare.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/model/object.h"
#include "analyzer/requirements/derive.h"

namespace wecan {

struct NeedOptions {
  bool full = false;            // also the verbs that are held already, where any other is missing
  bool resource_names = false;  // one Need per object name, for the verbs that carry a name
};

// Verbs on one resource in one scope.
struct Need {
  std::string group;
  std::string resource;
  std::string namespace_;  // "": only a grant for the whole cluster helps
  std::string name;        // "": any name
  VerbSet verbs;
  bool guessed = false;      // the resource name is a guess
  std::vector<int> objects;  // indices into AnalysisInput::objects, ascending
};

// What of the objects' Requirements `grants` does not hold, sorted by group, resource, namespace
// and name. Objects that IsFixed leaves out, and kinds of which nothing can be told, need nothing.
// `grants` are those of the agent, or of one of requirements.executors, for whose objects alone is
// then asked.
std::vector<Need> CollectNeeds(const AnalysisInput& input, const Requirements& requirements,
                               AgentGrants& grants, const NeedOptions& options, int executor = -1);

// Whether a fix asks about the object: it is checked, and no grant that an earlier fix wrote. Those
// may be applied directly, so what the agent would need to write them is no part of the grant.
bool IsFixed(const AnalysisInput& input, const Requirements& requirements, int object);

// What an account needs for one object and lacks, in one scope: the rows that CollectNeeds merges.
Gap GapOf(const AnalysisInput& input, const Requirements& requirements, int object,
          AgentGrants& grants, int executor);

}  // namespace wecan
