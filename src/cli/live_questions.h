// SPDX-License-Identifier: Apache-2.0
// From what manifests need to what is asked of a WEC.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/grants/agent_grants.h"
#include "analyzer/model/object.h"
#include "analyzer/requirements/derive.h"
#include "src/cluster/ask.h"

namespace wecan {

// Which objects, and where those with a namespace that differs per WEC are.
struct QuestionScope {
  // Whether the object with this index goes to the WEC; empty: all do.
  std::function<bool(size_t object)> goes;
  // The namespace there of a text with templates; nothing where it cannot be told: then only what
  // holds in all namespaces counts. Empty: never to be told.
  std::function<std::optional<std::string>(const std::string& text)> expand;
};

// Each Permission once, in the order of resources and verbs.
std::vector<LiveQuestion> QuestionsOf(const AnalysisInput& input, const Requirements& requirements,
                                      const std::string& default_namespace,
                                      const QuestionScope& scope = {});

// What the static engine answers to each of them. The names count as in a live answer.
std::vector<bool> StaticAnswers(const std::vector<LiveQuestion>& questions, AgentGrants& grants);

}  // namespace wecan
