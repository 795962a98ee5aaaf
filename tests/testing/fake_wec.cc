// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/fake_wec.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "analyzer/grants/authorizer.h"
#include "analyzer/grants/profile.h"
#include "analyzer/model/request.h"
#include "src/output/json.h"

namespace wecan {
namespace {

using json = nlohmann::json;

constexpr char kOperator[] = "op";

std::string Forbidden(const std::string& what) {
  return absl::StrCat("it is forbidden: User \"", kOperator, "\" cannot ", what);
}

TestHttpReply Posted(const json& body) { return {.status = 201, .body = body.dump()}; }

RequestAttributes AttributesOf(const json& spec) {
  if (spec.contains("nonResourceAttributes")) {
    const json& a = spec["nonResourceAttributes"];
    return {.resource_request = false, .verb = a.value("verb", ""), .path = a.value("path", "")};
  }
  const json& a = spec["resourceAttributes"];
  return {.verb = a.value("verb", ""),
          .api_group = a.value("group", ""),
          .resource = a.value("resource", ""),
          .subresource = a.value("subresource", ""),
          .namespace_ = a.value("namespace", ""),
          .name = a.value("name", "")};
}

TestHttpReply Decide(const FakeWec& wec, const UserInfo& user, const json& review) {
  if (!wec.status.empty()) return Posted({{"status", json::parse(wec.status)}});
  const RequestAttributes request = AttributesOf(review["spec"]);
  const Authorizer authorizer(wec.policy);
  const Decision decision = authorizer.Authorize(user, request);
  return Posted(
      {{"status",
        {{"allowed", decision.allowed}, {"reason", authorizer.Reason(user, request, decision)}}}});
}

// RBAC objects as the API lists them.
TestHttpReply ListOf(const FakeWec& wec, const std::string& target) {
  Json items = Json::array();
  for (const Role& role : wec.policy.roles) {
    const char* name = role.kind == RoleKind::kRole ? "/roles?" : "/clusterroles?";
    if (absl::StrContains(target, name)) items.push_back(RoleJson(role));
  }
  for (const RoleBinding& binding : wec.policy.bindings) {
    const char* name = binding.cluster ? "/clusterrolebindings?" : "/rolebindings?";
    if (absl::StrContains(target, name)) items.push_back(BindingJson(binding));
  }
  return JsonReply(Json({{"apiVersion", "rbac.authorization.k8s.io/v1"},
                         {"kind", "List"},
                         {"metadata", Json::object()},
                         {"items", items}})
                       .dump());
}

}  // namespace

TestHttpReply FakeWec::Answer(const TestHttpRequest& request) const {
  const std::string& target = request.target;
  if (request.method != "POST") {
    if (absl::StrContains(target, "/rbac.authorization.k8s.io/v1/")) {
      return lists ? ListOf(*this, target)
                   : StatusReply(403, Forbidden("list resource \"clusterroles\""));
    }
    const auto found = replies.find(target.substr(0, target.find('?')));
    return found == replies.end() ? StatusReply(404, "no such page") : found->second;
  }
  const std::string as = strips ? "" : request.Header("impersonate-user");
  if (!as.empty() && !impersonates) {
    return StatusReply(403, Forbidden(constrained ? "impersonate-on:serviceaccount:create resource"
                                                  : "impersonate resource \"serviceaccounts\""));
  }
  const std::string groups = request.Header("impersonate-group");
  UserInfo user =
      as.empty() ? UserInfo{kOperator, {"system:authenticated"}} : WithImplicitGroups(as, {});
  if (!as.empty() && !groups.empty()) user = WithImplicitGroups(as, {groups});
  const json review = json::parse(request.body, nullptr, false);
  if (absl::EndsWith(target, "/selfsubjectreviews")) {
    if (!knows_callers) return StatusReply(404, "no such page");
    return Posted({{"status", {{"userInfo", {{"username", user.name}, {"groups", user.groups}}}}}});
  }
  if (absl::EndsWith(target, "/selfsubjectaccessreviews")) return Decide(*this, user, review);
  if (!reviews) return StatusReply(403, Forbidden("create resource \"subjectaccessreviews\""));
  const json& spec = review["spec"];
  return Decide(*this, {spec.value("user", ""), spec.value("groups", std::vector<std::string>())},
                review);
}

ClusterReplies SmallDiscovery() {
  const auto resource = [](const char* name, const char* kind, const char* single, bool namespaced,
                           const char* short_name) -> json {
    return {{"resource", name},
            {"responseKind", {{"group", ""}, {"version", ""}, {"kind", kind}}},
            {"scope", namespaced ? "Namespaced" : "Cluster"},
            {"singularResource", single},
            {"verbs", {"create", "delete", "get", "list", "update", "watch"}},
            {"shortNames", {short_name}}};
  };
  const auto group = [](const char* name, const json& resources) -> json {
    return {
        {"metadata", {{"name", name}}},
        {"versions",
         json::array({{{"version", "v1"}, {"freshness", "Current"}, {"resources", resources}}})}};
  };
  const auto reply = [](const json& items) -> TestHttpReply {
    return {.headers = {{"Content-Type",
                         "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}},
            .body = json({{"kind", "APIGroupDiscoveryList"},
                          {"apiVersion", "apidiscovery.k8s.io/v2"},
                          {"items", items}})
                        .dump()};
  };
  return {{"/api", reply({group("", {resource("namespaces", "Namespace", "namespace", false, "ns"),
                                     resource("pods", "Pod", "pod", true, "po")})})},
          {"/apis",
           reply({group("apps", json::array({resource("deployments", "Deployment", "deployment",
                                                      true, "deploy")})),
                  group("storage.k8s.io", json::array({resource("storageclasses", "StorageClass",
                                                                "storageclass", false, "sc")}))})}};
}

RbacPolicy AgentMay(const std::string& group, const std::vector<std::string>& resources,
                    const std::vector<std::string>& names) {
  const Agent agent;
  RbacPolicy policy;
  policy.roles.push_back({.kind = RoleKind::kClusterRole,
                          .name = "granted",
                          .rules = {{.verbs = {"*"},
                                     .api_groups = {group},
                                     .resources = resources,
                                     .resource_names = names}}});
  policy.bindings.push_back({.cluster = true,
                             .name = "granted",
                             .role_ref = {kRbacGroup, "ClusterRole", "granted"},
                             .subjects = {{.kind = "ServiceAccount",
                                           .namespace_ = agent.namespace_,
                                           .name = agent.service_account}}});
  return policy;
}

}  // namespace wecan
