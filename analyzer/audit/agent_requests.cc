// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/agent_requests.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

bool PathMatches(absl::string_view pattern, absl::string_view path) {
  return absl::ConsumeSuffix(&pattern, "*") ? absl::StartsWith(path, pattern) : path == pattern;
}

bool Matches(const AgentRequest& own, const RequestAttributes& request,
             absl::string_view agent_namespace) {
  if (own.path.empty() != request.resource_request) return false;
  if (std::find(own.verbs.begin(), own.verbs.end(), request.verb) == own.verbs.end()) return false;
  if (!own.path.empty()) return PathMatches(own.path, request.path);
  const absl::string_view ns = own.namespace_ == "${AGENT_NS}" ? agent_namespace : own.namespace_;
  const std::string resource = request.subresource.empty()
                                   ? request.resource
                                   : absl::StrCat(request.resource, "/", request.subresource);
  return own.group == request.api_group && own.resource == resource && ns == request.namespace_;
}

}  // namespace

bool IsOwnRequest(const RequestAttributes& request, absl::string_view agent_namespace) {
  const absl::Span<const AgentRequest> all = AgentRequests();
  return std::any_of(all.begin(), all.end(), [&](const AgentRequest& own) {
    return Matches(own, request, agent_namespace);
  });
}

}  // namespace wecan
