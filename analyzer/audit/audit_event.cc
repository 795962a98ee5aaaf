// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/audit_event.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"

namespace wecan {
namespace {

constexpr int kCreated = 201, kForbidden = 403;

// The method of a verb whose request has a body, "" for the others.
absl::string_view MethodWithBody(absl::string_view verb) {
  if (verb == "create") return "POST";
  if (verb == "update") return "PUT";
  if (verb == "patch") return "PATCH";
  return "";
}

// The event's objectRef takes names and namespaces from the body where the URL has none, so for
// requests with a body the URL decides.
void NameByUrl(const AuditEvent& event, RequestAttributes& request) {
  const absl::string_view method = MethodWithBody(request.verb);
  if (method.empty()) return;
  const RequestAttributes asked = ParseRequestInfo(method, event.request_uri).attributes;
  if (asked.resource_request && asked.resource == request.resource &&
      asked.subresource == request.subresource) {
    request.namespace_ = asked.namespace_;
    request.name = asked.name;
  } else if (request.verb == "create" && request.subresource.empty()) {
    request.name.clear();
  }
}

RequestAttributes AttributesOf(const AuditEvent& event) {
  if (event.object.resource.empty()) {
    RequestAttributes request{.resource_request = false, .verb = event.verb};
    // As a GET, whatever the method: only the path is taken from it.
    request.path = ParseRequestInfo("GET", event.request_uri).attributes.path;
    if (request.path.empty())
      request.path = event.request_uri.substr(0, event.request_uri.find('?'));
    return request;
  }
  const AuditedObject& object = event.object;
  RequestAttributes request{.verb = event.verb,
                            .api_group = object.api_group,
                            .resource = object.resource,
                            .subresource = object.subresource,
                            .namespace_ = object.namespace_,
                            .name = object.name};
  NameByUrl(event, request);
  return request;
}

bool IsRefused(const AuditEvent& event) {
  return event.decision.empty() ? event.code == kForbidden : event.decision == "forbid";
}

// What the check before an object comes to be by PUT or PATCH said; nothing if none was made.
std::optional<Outcome> CreationOutcome(const AuditEvent& event, const RequestAttributes& request) {
  if (!request.resource_request || (request.verb != "update" && request.verb != "patch")) return {};
  if (event.code == kCreated) return Outcome::kAllowed;
  if (event.code == kForbidden && absl::StrContains(event.message, "\" cannot create resource \""))
    return Outcome::kRefused;
  return {};
}

}  // namespace

std::vector<LoggedRequest> RequestsOf(const AuditEvent& event) {
  const bool started = event.stage == "ResponseStarted";
  if (!started && event.stage != "ResponseComplete" && event.stage != "Panic") return {};
  std::vector<LoggedRequest> requests;
  RequestAttributes request = AttributesOf(event);
  const std::optional<Outcome> creation =
      started || IsRefused(event) ? std::nullopt : CreationOutcome(event, request);
  if (creation) {
    RequestAttributes create = request;
    create.verb = "create";
    requests.push_back({std::move(create), *creation});
  }
  const Outcome outcome = IsRefused(event) ? Outcome::kRefused
                          : started        ? Outcome::kStarted
                                           : Outcome::kAllowed;
  requests.push_back({std::move(request), outcome});
  return requests;
}

}  // namespace wecan
