// SPDX-License-Identifier: Apache-2.0
// Lines of an audit log as kube-apiserver writes them.
#pragma once

#include <string>

namespace wecan {

inline constexpr char kAuditedAgent[] =
    "system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa";

// One event; the default is the work agent that gets ConfigMap shop/x. Texts are put in as they
// are.
struct LoggedEvent {
  std::string stage = "ResponseComplete";
  std::string verb = "get";
  std::string uri = "/api/v1/namespaces/shop/configmaps/x";
  std::string user = kAuditedAgent;
  std::string impersonated;
  std::string subresource;
  std::string group;
  std::string resource = "configmaps";  // "": no objectRef
  std::string ns = "shop";
  std::string name = "x";
  int code = 200;
  std::string message;
  std::string decision = "allow";  // "": no annotations
  std::string time = "2026-01-02T03:04:05.000001Z";
};

// With its end of line.
std::string AuditLine(const LoggedEvent& event);

}  // namespace wecan
