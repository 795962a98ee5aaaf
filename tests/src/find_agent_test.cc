// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/find_agent.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/cluster.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::HasSubstr;

constexpr char kKlusterlets[] = "/apis/operator.open-cluster-management.io/v1/klusterlets";
constexpr char kAccounts[] = "/api/v1/serviceaccounts";
const std::string kDeployments =
    "/apis/apps/v1/namespaces/open-cluster-management-agent/deployments/";

absl::StatusOr<FoundAgent> FindAt(ClusterReplies replies) {
  TestCluster cluster(std::move(replies));
  std::optional<absl::StatusOr<FoundAgent>> result;
  cluster.Run([&](HttpExchange& exchange) {
    FindAgent(exchange, 0, "wec1", [&](absl::StatusOr<FoundAgent> found) {
      EXPECT_FALSE(result) << "called twice";
      result = std::move(found);
    });
  });
  return result.value_or(absl::InternalError("never called"));
}

std::string Klusterlet(const std::string& name, const std::string& mode,
                       const std::string& ns = "") {
  return absl::StrCat(R"({"metadata": {"name": ")", name, R"("}, "spec": {"namespace": ")", ns,
                      R"(", "deployOption": {"mode": ")", mode, R"("}}})");
}

std::string Account(const std::string& ns, const std::string& name) {
  return absl::StrCat(R"({"metadata": {"name": ")", name, R"(", "namespace": ")", ns, R"("}})");
}

TestHttpReply List(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) absl::StrAppend(&text, text.empty() ? "" : ", ", item);
  return JsonReply(absl::StrCat(R"({"kind": "List", "items": [)", text, "]}"));
}

TestHttpReply Deployment(const std::string& image) {
  return JsonReply(absl::StrCat(R"({"spec": {"template": {"spec": {"containers": [{"image": ")",
                                image, R"("}]}}}})"));
}

// "NS:SA of KLUSTERLET, MODE, OCM VERSION; NOTE".
std::string Show(const FoundAgent& found) {
  return absl::StrCat(found.agent.Account().Display(), " of ", found.agent.klusterlet, ", ",
                      KlusterletModeName(found.mode), ", OCM ",
                      found.ocm ? ReleaseName(*found.ocm) : "?", found.note.empty() ? "" : "; ",
                      found.note);
}

TEST(FindAgent, Found) {
  struct Case {
    const char* name;
    ClusterReplies replies;
    const char* found;
  };
  const std::vector<Case> cases = {
      {"recorded",
       {{kKlusterlets, RecordedReply("agent/klusterlets.json")},
        {kDeployments + "klusterlet-work-agent", RecordedReply("agent/work-agent.json")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM 1.0.0"},
      {"no mode, digest behind the tag",
       {{kKlusterlets, List({R"({"metadata": {"name": "klusterlet"}})"})},
        {kDeployments + "klusterlet-work-agent",
         Deployment("localhost:5000/work:v0.16.1@sha256:0123")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM 0.16.1"},
      {"singleton",
       {{kKlusterlets, List({Klusterlet("klusterlet", "Singleton")})},
        {kDeployments + "klusterlet-agent", Deployment("quay.io/x/registration-operator:v1.0.0")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Singleton, OCM 1.0.0"},
      {"named otherwise",
       {{kKlusterlets, List({Klusterlet("edge", "Default", "agents")})},
        {"/apis/apps/v1/namespaces/agents/deployments/edge-work-agent",
         Deployment("quay.io/x/work:v1.3.1")}},
       "agents:edge-work-sa of edge, Default, OCM 1.3.1"},
      {"no version: no Deployment",
       {{kKlusterlets, List({Klusterlet("klusterlet", "Default")})}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM ?"},
      {"no version: refused",
       {{kKlusterlets, List({Klusterlet("klusterlet", "Default")})},
        {kDeployments + "klusterlet-work-agent", StatusReply(403, "no")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM ?"},
      {"no version: port, digest, words",
       {{kKlusterlets, List({Klusterlet("klusterlet", "Default")})},
        {kDeployments + "klusterlet-work-agent", Deployment("localhost:5000/work@sha256:01")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM ?"},
      {"no version: no Deployment at all",
       {{kKlusterlets, List({Klusterlet("klusterlet", "Default")})},
        {kDeployments + "klusterlet-work-agent", JsonReply("[1")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM ?"},
      {"own one beside hosted ones",
       {{kKlusterlets, List({Klusterlet("a", "Hosted"), Klusterlet("klusterlet", "Default"),
                             Klusterlet("b", "SingletonHosted")})}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM ?"},
      {"klusterlets refused",
       {{kKlusterlets, StatusReply(403, "no")},
        {kAccounts, List({Account("default", "default"), Account("shop", "work-sa"),
                          Account("open-cluster-management-agent", "klusterlet-work-sa")})},
        {kDeployments + "klusterlet-work-agent", Deployment("x:v1.2.0")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Default, OCM 1.2.0"},
      {"no klusterlets, singleton",
       {{kAccounts, List({Account("open-cluster-management-agent", "klusterlet-work-sa")})},
        {kDeployments + "klusterlet-agent", Deployment("x:v1.2.0")}},
       "open-cluster-management-agent:klusterlet-work-sa of klusterlet, Singleton, OCM 1.2.0"},
      {"hosted elsewhere",
       {{kAccounts, List({Account("ocm-x", "klusterlet-hosted-x-work-sa")})}},
       "ocm-x:klusterlet-hosted-x-work-sa of klusterlet-hosted-x, unknown, OCM ?; the agent's "
       "Deployment is not to be seen here: it may be hosted by another cluster; it acts here as "
       "ServiceAccount ocm-x:klusterlet-hosted-x-work-sa"},
      {"hosted here",
       {{kKlusterlets, List({Klusterlet("k", "Hosted", "ocm-k"), Klusterlet("l", "Hosted")})},
        {kAccounts, List({Account("ocm-k", "k-work-sa")})}},
       "ocm-k:k-work-sa of k, Hosted, OCM ?; the agent is hosted: it runs in another namespace or "
       "cluster, and acts here as ServiceAccount ocm-k:k-work-sa"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ASSERT_OK_AND_ASSIGN(const FoundAgent found, FindAt(c.replies));
    EXPECT_EQ(Show(found), c.found);
  }
}

TEST(FindAgent, NotFound) {
  struct Case {
    const char* name;
    ClusterReplies replies;
    absl::StatusCode code;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"several",
       {{kKlusterlets, List({Klusterlet("b", "Default", "y"), Klusterlet("a", "Singleton", "x")})}},
       absl::StatusCode::kFailedPrecondition,
       "wec1: there are 2 Klusterlets: x:a-work-sa, y:b-work-sa; name the agent with --agent "
       "NAMESPACE:SERVICEACCOUNT"},
      {"several ServiceAccounts",
       {{kAccounts, List({Account("x", "b-work-sa"), Account("x", "a-work-sa")})}},
       absl::StatusCode::kFailedPrecondition,
       "wec1: there are 2 ServiceAccounts of work agents: x:a-work-sa, x:b-work-sa; name the agent "
       "with --agent NAMESPACE:SERVICEACCOUNT"},
      {"none",
       {{kAccounts, List({Account("x", "-work-sa"), Account("x", "default")})}},
       absl::StatusCode::kNotFound,
       "wec1: there is no work agent: no ServiceAccount is called NAME-work-sa; name the agent "
       "with "
       "--agent NAMESPACE:SERVICEACCOUNT"},
      {"nothing may be listed",
       {{kKlusterlets, StatusReply(403, "no")}, {kAccounts, StatusReply(403, "no")}},
       absl::StatusCode::kPermissionDenied,
       "wec1: neither Klusterlets nor ServiceAccounts may be listed; name the agent with --agent "
       "NAMESPACE:SERVICEACCOUNT"},
      {"ServiceAccounts may not be listed",
       {{kAccounts, StatusReply(403, "no")}},
       absl::StatusCode::kPermissionDenied,
       "wec1: there is no Klusterlet here, and ServiceAccounts may not be listed; name the agent "
       "with --agent NAMESPACE:SERVICEACCOUNT"},
      {"refused altogether",
       {{kKlusterlets, StatusReply(401, "who")}},
       absl::StatusCode::kUnauthenticated,
       "the credentials are refused"},
      {"names that fit into no URL",
       {{kKlusterlets, List({Klusterlet("../x", "Default"), Klusterlet("y", "Default", "a/b")})},
        {kAccounts, List({})}},
       absl::StatusCode::kNotFound,
       "there is no work agent"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(FindAt(c.replies), StatusIs(c.code, HasSubstr(c.error)));
  }
}

}  // namespace
}  // namespace wecan
