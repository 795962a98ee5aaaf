// SPDX-License-Identifier: Apache-2.0
// A WEC that decides by RBAC objects, for operators with different rights.
#pragma once

#include <map>
#include <string>

#include "analyzer/model/rbac.h"
#include "tests/testing/cluster.h"
#include "tests/testing/http_server.h"

namespace wecan {

struct FakeWec {
  RbacPolicy policy;  // what reviews are decided by
  // What the operator may do.
  bool impersonates = true;
  bool reviews = true;  // SubjectAccessReviews
  bool lists = true;    // RBAC objects
  // A proxy on the way takes the headers of impersonation away.
  bool strips = false;
  bool knows_callers = true;  // serves SelfSubjectReviews: Kubernetes 1.28 and later
  bool constrained = false;   // refuses in the words of Kubernetes 1.36
  std::string status;         // of every review instead of a decision: JSON, "" for a decision
  ClusterReplies replies;     // of what is not a review

  // The answer of this WEC; may be called for several listeners.
  TestHttpReply Answer(const TestHttpRequest& request) const;
};

// Discovery of namespaces, pods, deployments, storageclasses; and no custom resources.
ClusterReplies SmallDiscovery();

// Roles that let the agent of OCM's default installation do everything with these resources of one
// API group, by a ClusterRoleBinding.
RbacPolicy AgentMay(const std::string& group, const std::vector<std::string>& resources,
                    const std::vector<std::string>& names = {});

}  // namespace wecan
