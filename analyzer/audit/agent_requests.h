// SPDX-License-Identifier: Apache-2.0
// rules/agent_requests.yaml: what a work agent asks for itself, whatever the workload.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/model/request.h"

namespace wecan {

// Either `resource` (with "/SUB" for a subresource) or `path` is set.
struct AgentRequest {
  absl::Span<const absl::string_view> verbs;
  absl::string_view group;
  absl::string_view resource;
  absl::string_view namespace_;  // "" for cluster scope, "${AGENT_NS}" for the agent's own
  absl::string_view path;        // a trailing "*" stands for any text
};

absl::Span<const AgentRequest> AgentRequests();

// Whether an agent in namespace `agent_namespace` asks `request` for itself. Names do not count.
bool IsOwnRequest(const RequestAttributes& request, absl::string_view agent_namespace);

}  // namespace wecan
