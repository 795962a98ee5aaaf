// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/unpredicted.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/audit/agent_requests.h"
#include "tests/testing/builders.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

constexpr char kAgentNamespace[] = "open-cluster-management-agent";

struct Case {
  std::string name;
  RequestAttributes request;
  bool expected;
};

TEST(AgentRequests, WhatTheAgentAsksForItself) {
  const std::vector<Case> cases = {
      {"authentication of clients", Request("get").Resource("configmaps").Namespace("kube-system"),
       true},
      {"a ConfigMap elsewhere", Request("get").Resource("configmaps").Namespace("shop"), false},
      {"pods beside it", Request("list").Resource("pods").Namespace(kAgentNamespace), true},
      {"pods elsewhere", Request("list").Resource("pods").Namespace("shop"), false},
      {"all pods", Request("list").Resource("pods"), false},
      {"another verb", Request("delete").Resource("pods").Namespace(kAgentNamespace), false},
      {"asking for executors",
       Request("create").Group("authorization.k8s.io").Resource("subjectaccessreviews"), true},
      {"the group counts", Request("create").Resource("subjectaccessreviews"), false},
      {"its records",
       Request("patch")
           .Group("work.open-cluster-management.io")
           .Resource("appliedmanifestworks")
           .Subresource("status")
           .Name("x"),
       true},
      {"no other subresource",
       Request("patch")
           .Group("work.open-cluster-management.io")
           .Resource("appliedmanifestworks")
           .Subresource("scale"),
       false},
      {"discovery", Request("get").Path("/apis/apps/v1"), true},
      {"no other method", Request("post").Path("/apis/apps/v1"), false},
      {"no other path", Request("get").Path("/metrics"), false},
      {"a path that only begins alike", Request("get").Path("/versions"), false},
  };
  for (const Case& c : cases)
    EXPECT_EQ(IsOwnRequest(c.request, kAgentNamespace), c.expected) << c.name;
}

TEST(UnpredictedRequests, WhatManifestsAndTheAgentItselfDoNotExplain) {
  AnalysisInput input;
  input.objects = {Manifest("apps", "Deployment", "shop"),
                   Manifest("storage.k8s.io", "StorageClass")};
  input.objects.push_back(Manifest("", "ConfigMap", "{{ns}}"));
  input.objects.back().expand_templates = true;
  const Requirements requirements = DeriveRequirements(
      input, {.release = {1, 3, 1}, .executor = ServiceAccountRef{"shop", "deployer"}});
  const std::vector<Case> cases = {
      {"needed", Request("update").Group("apps").Resource("deployments").Namespace("shop"), false},
      {"needed to remove",
       Request("delete").Group("apps").Resource("deployments").Namespace("shop"), false},
      {"another namespace",
       Request("update").Group("apps").Resource("deployments").Namespace("dev"), true},
      {"another verb",
       Request("deletecollection").Group("apps").Resource("deployments").Namespace("shop"), true},
      {"a verb of no option",
       Request("patch").Group("apps").Resource("deployments").Namespace("shop"), true},
      {"another group",
       Request("get").Group("extensions").Resource("deployments").Namespace("shop"), true},
      {"a subresource",
       Request("get").Group("apps").Resource("deployments").Subresource("scale").Namespace("shop"),
       true},
      {"at cluster scope", Request("create").Group("storage.k8s.io").Resource("storageclasses"),
       false},
      {"a namespace that each WEC names differently",
       Request("get").Resource("configmaps").Namespace("wec7"), false},
      {"in the name of the executor",
       Request("impersonate").Resource("serviceaccounts").Namespace("shop"), false},
      {"in another's name", Request("impersonate").Resource("users"), true},
      {"its own", Request("get").Path("/version"), false},
      {"nobody's", Request("get").Path("/metrics"), true},
  };
  for (const Case& c : cases) {
    const Evidence evidence{.activities = {{.request = c.request, .allowed = 1}}};
    EXPECT_EQ(!UnpredictedRequests(evidence, requirements, kAgentNamespace).empty(), c.expected)
        << c.name;
  }
}

}  // namespace
}  // namespace wecan
