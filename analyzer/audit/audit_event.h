// SPDX-License-Identifier: Apache-2.0
// What one event of kube-apiserver's audit log says about who asked for what, and the way from it
// to what RBAC was asked. Source: kubernetes/apiserver v0.36 pkg/apis/audit/v1/types.go,
// pkg/audit/request.go.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/model/request.h"

namespace wecan {

// What an event names by objectRef. `resource` is "" for requests for a path.
struct AuditedObject {
  std::string api_group;
  std::string resource;
  std::string subresource;
  std::string namespace_;
  std::string name;

  friend bool operator==(const AuditedObject&, const AuditedObject&) = default;
};

// The members of an event that matter here; what is absent, null or of another type is "" or 0.
struct AuditEvent {
  std::string kind;
  std::string api_version;
  std::string stage;
  std::string verb;
  std::string request_uri;
  std::string user;          // user.username
  std::string impersonated;  // impersonatedUser.username
  AuditedObject object;
  int code = 0;               // responseStatus.code
  std::string message;        // responseStatus.message
  std::string decision;       // annotations["authorization.k8s.io/decision"]
  std::string received_time;  // requestReceivedTimestamp
  std::string stage_time;     // stageTimestamp

  friend bool operator==(const AuditEvent&, const AuditEvent&) = default;
};

// The account that was authorized: whom the request impersonated, else who sent it.
inline const std::string& AccountOf(const AuditEvent& event) {
  return event.impersonated.empty() ? event.user : event.impersonated;
}

// When the request was received, as logged.
inline const std::string& TimeOf(const AuditEvent& event) {
  return event.received_time.empty() ? event.stage_time : event.received_time;
}

enum class Outcome {
  kAllowed,
  kRefused,
  kStarted,  // a long request (watch, exec) that was let in; its end is an event of its own
};

struct LoggedRequest {
  RequestAttributes request;
  Outcome outcome = Outcome::kAllowed;
};

// What RBAC was asked for the event's request: nothing for the stage in which no answer is known
// yet, else the request itself. A PUT or PATCH that created its object, or was refused only that,
// was asked `create` with the object's name as well. A 403 of admission is an allowed request.
std::vector<LoggedRequest> RequestsOf(const AuditEvent& event);

}  // namespace wecan
