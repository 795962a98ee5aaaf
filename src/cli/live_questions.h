// SPDX-License-Identifier: Apache-2.0
// From what manifests need to what is asked of a WEC.
#pragma once

#include <string>
#include <vector>

#include "analyzer/grants/agent_grants.h"
#include "analyzer/model/object.h"
#include "analyzer/requirements/derive.h"
#include "src/cluster/ask.h"

namespace wecan {

// Each Permission once, in the order of resources and verbs. Of a namespace that is a template only
// what holds in all namespaces counts.
std::vector<LiveQuestion> QuestionsOf(const AnalysisInput& input, const Requirements& requirements,
                                      const std::string& default_namespace);

// What the static engine answers to each of them. The names count as in a live answer.
std::vector<bool> StaticAnswers(const std::vector<LiveQuestion>& questions, AgentGrants& grants);

}  // namespace wecan
