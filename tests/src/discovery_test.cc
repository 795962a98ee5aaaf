// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/discovery.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/cluster.h"
#include "tests/testing/source_path.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Result = absl::StatusOr<std::shared_ptr<const Discovery>>;

// Recorded at a kube-apiserver 1.36, cut down to a few groups.
ClusterReplies Aggregated() {
  return {{"/api", RecordedReply("discovery/api-v2.json")},
          {"/apis", RecordedReply("discovery/apis-v2.json")}};
}

ClusterReplies Unaggregated() {
  ClusterReplies replies = {{"/api", RecordedReply("discovery/api.json")},
                            {"/api/v1", RecordedReply("discovery/api__v1.json")},
                            {"/apis", RecordedReply("discovery/apis.json")}};
  for (const char* path :
       {"apps/v1", "autoscaling/v1", "autoscaling/v2", "events.k8s.io/v1",
        "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1", "storage.k8s.io/v1beta1"}) {
    replies[absl::StrCat("/apis/", path)] = RecordedReply(
        absl::StrCat("discovery/apis__", absl::StrReplaceAll(path, {{"/", "__"}}), ".json"));
  }
  return replies;
}

Result DiscoverAt(TestCluster& cluster) {
  std::optional<Result> result;
  DiscoveryCache cache;
  cluster.Run([&](HttpExchange& exchange) {
    Discover(exchange, 0, "wec1", cache, [&](Result r) {
      EXPECT_FALSE(result) << "called twice";
      result = std::move(r);
    });
  });
  return result.value_or(absl::InternalError("never called"));
}

Result DiscoverOf(ClusterReplies replies) {
  TestCluster cluster(std::move(replies));
  return DiscoverAt(cluster);
}

std::string Show(const DiscoveredResource* r) {
  if (r == nullptr) return "none";
  return absl::StrCat(r->resource, ".", r->version, ".", r->group);
}

TEST(Discovery, TwoRequestsWhereItIsAggregated) {
  TestCluster cluster(Aggregated());
  ASSERT_OK_AND_ASSIGN(const auto discovery, DiscoverAt(cluster));
  EXPECT_THAT(cluster.Targets(), ElementsAre("/api", "/apis"));
  EXPECT_THAT(cluster.server().requests()[0].Header("accept"),
              AllOf(HasSubstr("v=v2;"), HasSubstr("v=v2beta1;"), HasSubstr(",application/json")));
  EXPECT_THAT(discovery->errors(), IsEmpty());
  const DiscoveredResource* pods = discovery->ByKind("", "v1", "Pod");
  ASSERT_NE(pods, nullptr);
  EXPECT_EQ(pods->singular, "pod");
  EXPECT_THAT(pods->short_names, ElementsAre("po"));
  EXPECT_THAT(pods->subresources, Contains("log"));
  EXPECT_TRUE(pods->namespaced);
  EXPECT_TRUE(pods->lists_and_watches);
  const DiscoveredResource* bindings = discovery->ByKind("", "v1", "Binding");
  ASSERT_NE(bindings, nullptr);
  EXPECT_FALSE(bindings->lists_and_watches);
  EXPECT_FALSE(discovery->ByKind("", "v1", "Namespace")->namespaced);
}

TEST(Discovery, SaysTheSameInBothForms) {
  ASSERT_OK_AND_ASSIGN(const auto aggregated, DiscoverOf(Aggregated()));
  ASSERT_OK_AND_ASSIGN(const auto unaggregated, DiscoverOf(Unaggregated()));
  EXPECT_THAT(unaggregated->errors(), IsEmpty());
  EXPECT_GT(aggregated->resources().size(), 30u);
  EXPECT_EQ(aggregated->resources(), unaggregated->resources());
}

TEST(Discovery, FormsMayBeMixed) {
  ASSERT_OK_AND_ASSIGN(const auto aggregated, DiscoverOf(Aggregated()));
  ClusterReplies replies = Unaggregated();
  replies["/api"] = Aggregated()["/api"];
  ASSERT_OK_AND_ASSIGN(const auto old_groups, DiscoverOf(replies));
  EXPECT_EQ(aggregated->resources(), old_groups->resources());
  replies = Unaggregated();
  replies["/apis"] = Aggregated()["/apis"];
  ASSERT_OK_AND_ASSIGN(const auto old_core, DiscoverOf(replies));
  EXPECT_EQ(aggregated->resources(), old_core->resources());
  replies = Aggregated();
  replies["/apis"].body =
      absl::StrReplaceAll(replies["/apis"].body, {{"k8s.io/v2\"", "k8s.io/v2beta1\""}});
  ASSERT_OK_AND_ASSIGN(const auto v2beta1, DiscoverOf(replies));
  EXPECT_EQ(aggregated->resources(), v2beta1->resources());
}

TEST(Discovery, ByKind) {
  ASSERT_OK_AND_ASSIGN(const auto discovery, DiscoverOf(Aggregated()));
  struct Case {
    const char *group, *version, *kind, *found;
  };
  for (const Case& c : std::vector<Case>{
           {"apps", "v1", "Deployment", "deployments.v1.apps"},
           {"apps", "", "Deployment", "deployments.v1.apps"},
           {"apps", "v1beta1", "Deployment", "deployments.v1.apps"},  // not served
           {"apps", "v1", "deployment", "none"},
           {"", "v1", "Deployment", "none"},
           {"autoscaling", "", "HorizontalPodAutoscaler",
            "horizontalpodautoscalers.v2.autoscaling"},
           {"autoscaling", "v1", "HorizontalPodAutoscaler",
            "horizontalpodautoscalers.v1.autoscaling"},
           {"", "v1", "Event", "events.v1."},
           {"events.k8s.io", "", "Event", "events.v1.events.k8s.io"},
           {"storage.k8s.io", "v1beta1", "StorageClass", "none"},  // served, without that kind
           {"example.com", "v1", "Event", "none"},
       }) {
    EXPECT_EQ(Show(discovery->ByKind(c.group, c.version, c.kind)), c.found)
        << c.group << "/" << c.version << " " << c.kind;
  }
}

TEST(Discovery, ByName) {
  ASSERT_OK_AND_ASSIGN(const auto discovery, DiscoverOf(Aggregated()));
  struct Case {
    const char *word, *group, *found;  // group "*": any
  };
  for (const Case& c : std::vector<Case>{
           {"deployments", "*", "deployments.v1.apps"},
           {"deployment", "*", "deployments.v1.apps"},
           {"Deployment", "*", "deployments.v1.apps"},
           {"deploy", "*", "deployments.v1.apps"},
           {"deploy", "apps", "deployments.v1.apps"},
           {"deploy", "", "none"},
           {"events", "*", "events.v1."},  // the core group comes first
           {"events", "events.k8s.io", "events.v1.events.k8s.io"},
           {"ev", "*", "events.v1."},
           {"hpa", "*", "horizontalpodautoscalers.v2.autoscaling"},
           {"widgets", "*", "none"},
           {"", "*", "none"},
       }) {
    const bool any = c.group == absl::string_view("*");
    EXPECT_EQ(Show(discovery->ByName(c.word, any ? "" : c.group, any)), c.found)
        << c.word << " " << c.group;
  }
}

constexpr char kPlurals[] = R"({"kind": "APIGroupDiscoveryList", "items": [
  {"metadata": {"name": "a.example"}, "versions": [{"version": "v1", "resources": [
    {"resource": "widgets", "responseKind": {"kind": "Widget"}, "shortNames": ["po", "gadgets"]},
    {"resource": "oldwidgets", "responseKind": {"kind": "Widget"}},
    {"resource": "metrics", "subresources": [{"subresource": "cpu"}]}]}]},
  {"metadata": {"name": "b.example"}, "versions": [{"version": "v1", "resources": [
    {"resource": "gadgets", "responseKind": {"kind": "Gadget"}}]}]}]})";

TEST(Discovery, NamesBeatShortNamesAndTheLastOfAKindCounts) {
  ClusterReplies replies = Aggregated();
  replies["/apis"] = JsonReply(kPlurals);
  ASSERT_OK_AND_ASSIGN(const auto discovery, DiscoverOf(replies));
  EXPECT_EQ(Show(discovery->ByName("gadgets", "", true)), "gadgets.v1.b.example");
  EXPECT_EQ(Show(discovery->ByName("gadgets", "a.example", false)), "widgets.v1.a.example");
  EXPECT_EQ(Show(discovery->ByName("po", "", true)), "pods.v1.");
  EXPECT_EQ(Show(discovery->ByKind("a.example", "v1", "Widget")), "oldwidgets.v1.a.example");
  EXPECT_EQ(Show(discovery->ByName("metrics", "", true)), "metrics.v1.a.example");
  EXPECT_THAT(discovery->ByName("metrics", "", true)->subresources, ElementsAre("cpu"));
}

TEST(Discovery, WhatIsStaleIsUnknownAndTheRestCounts) {
  ClusterReplies replies = Aggregated();
  replies["/apis"].body = R"({"kind": "APIGroupDiscoveryList", "items": [
    {"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1",
     "freshness": "Stale", "resources": [{"resource": "pods", "responseKind": {"kind": "P"}}]}]},
    {"metadata": {"name": "example.com"}, "versions": [{"version": "v1", "freshness": "Current",
     "resources": [{"resource": "widgets", "responseKind": {"kind": "Widget"}}]}]}]})";
  ASSERT_OK_AND_ASSIGN(const auto discovery, DiscoverOf(replies));
  EXPECT_TRUE(discovery->Unknown("metrics.k8s.io"));
  EXPECT_FALSE(discovery->Unknown("example.com"));
  EXPECT_FALSE(discovery->Unknown("nowhere.example"));
  EXPECT_FALSE(discovery->Unknown(""));
  EXPECT_EQ(Show(discovery->ByKind("metrics.k8s.io", "", "P")), "none");
  EXPECT_EQ(Show(discovery->ByKind("example.com", "", "Widget")), "widgets.v1.example.com");
  EXPECT_THAT(discovery->errors(),
              ElementsAre("/apis/metrics.k8s.io/v1beta1: stale: the API server does not reach what "
                          "serves it; look at the status of its APIService"));
}

TEST(Discovery, WhatFailsIsUnknownAndTheRestCounts) {
  struct Case {
    const char* path;
    TestHttpReply reply;
    const char *unknown, *known;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"/apis/apps/v1", StatusReply(503, "no backend"), "apps", "storage.k8s.io",
       "/apis/apps/v1: the server failed (503): no backend; try later, and look at the server's "
       "log"},
      {"/apis/apps/v1",
       {.misbehaviour = Misbehaviour::kReset},
       "apps",
       "storage.k8s.io",
       "/apis/apps/v1: the connection broke off: Recv failure: Connection reset by peer; run "
       "again; "
       "if it stays, look at the server's log and at proxies between"},
      {"/apis/apps/v1", JsonReply("[]"), "apps", "storage.k8s.io",
       "/apis/apps/v1: the answer is no discovery document; check that the URL is an API server's"},
      {"/apis/apps/v1", RecordedReply("discovery/api__v1.json"), "apps", "storage.k8s.io",
       "/apis/apps/v1: the answer is about another group or version; look at the server"},
      {"/apis", StatusReply(403, "no"), "apps", "",
       "/apis: forbidden (403): no; ask for this permission, or use another user"},
      {"/api", StatusReply(404, "no"), "", "apps",
       "/api: not found (404): no; check that the URL is an API server's and that it serves this "
       "API"},
      {"/api/v1", StatusReply(403, "no"), "", "apps",
       "/api/v1: forbidden (403): no; ask for this permission, or use another user"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.error);
    ClusterReplies replies = Unaggregated();
    replies[c.path] = c.reply;
    ASSERT_OK_AND_ASSIGN(const auto discovery, DiscoverOf(replies));
    EXPECT_TRUE(discovery->Unknown(c.unknown));
    EXPECT_FALSE(discovery->Unknown(c.known));
    EXPECT_FALSE(discovery->resources().empty());
    EXPECT_THAT(discovery->errors(), ElementsAre(c.error));
  }
}

TEST(Discovery, NothingAtAllIsAnError) {
  struct Case {
    TestHttpReply reply;
    absl::StatusCode code;
    const char* error;
  };
  const std::string huge = absl::StrCat("{\"kind\": \"", std::string(33 << 20, 'x'), "\"}");
  const std::vector<Case> cases = {
      {StatusReply(403, "no"), absl::StatusCode::kPermissionDenied,
       "wec1: /api: forbidden (403): no; ask for this permission, or use another user"},
      {StatusReply(401, "who"), absl::StatusCode::kUnauthenticated,
       "wec1: /api: the credentials are refused (401): who; they may have expired: log in again, "
       "or "
       "check the user of this context"},
      {JsonReply("<html>"), absl::StatusCode::kUnknown,
       "wec1: /api: the answer is no JSON; check that the URL is an API server's"},
      {JsonReply(""), absl::StatusCode::kUnknown,
       "wec1: /api: the answer is empty; check that the URL is an API server's"},
      {JsonReply("{\"kind\": 1}"), absl::StatusCode::kUnknown,
       "wec1: /api: the answer is no discovery document; check that the URL is an API server's"},
      {JsonReply(std::string(100'000, '[')), absl::StatusCode::kUnknown,
       "wec1: /api: the answer is no usable discovery document: too large or too deep; check the "
       "server"},
      {JsonReply(huge), absl::StatusCode::kUnknown,
       "wec1: /api: the answer is no usable discovery document: larger than 33554432 bytes; check "
       "the server"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.error);
    EXPECT_THAT(DiscoverOf({{"/api", c.reply}, {"/apis", c.reply}}), StatusIs(c.code, c.error));
  }
  TestCluster html({{"/api", {.headers = {{"Content-Type", "text/html"}}, .body = "<html>"}}});
  EXPECT_THAT(DiscoverAt(html).status().message(), HasSubstr("HTML page"));
}

TEST(Discovery, AFleetIsReadOnce) {
  constexpr size_t kClusters = 100;
  TestCluster fleet(Unaggregated(), kClusters);
  DiscoveryCache cache;
  std::vector<std::shared_ptr<const Discovery>> found;
  fleet.Run([&](HttpExchange& exchange) {
    for (size_t i = 0; i < kClusters; ++i) {
      Discover(exchange, i, absl::StrCat("wec", i + 1), cache, [&](Result r) {
        ASSERT_THAT(r, IsOk());
        found.push_back(*r);
      });
    }
  });
  ASSERT_THAT(found, SizeIs(kClusters));
  EXPECT_EQ(cache.documents(), Unaggregated().size());
  for (const auto& discovery : found) EXPECT_EQ(discovery, found[0]);
}

TEST(Discovery, ClustersThatLackTheSameShareIt) {
  ClusterReplies replies = Unaggregated();
  replies["/apis/apps/v1"] = StatusReply(503, "down");
  TestCluster fleet(replies, 2);
  DiscoveryCache cache;
  std::vector<std::shared_ptr<const Discovery>> found;
  fleet.Run([&](HttpExchange& exchange) {
    for (size_t i = 0; i < 2; ++i) {
      Discover(exchange, i, absl::StrCat("wec", i + 1), cache,
               [&](Result r) { found.push_back(r.value_or(nullptr)); });
    }
  });
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0], found[1]);
  EXPECT_TRUE(found[0]->Unknown("apps"));
}

TEST(Discovery, DocumentsOfOddShapes) {
  struct Case {
    const char* name;
    const char* text;
    size_t versions, resources;
  };
  const std::vector<Case> cases = {
      {"wrong types", R"({"kind": "APIGroupDiscoveryList", "items": {"a": 1}})", 0, 0},
      {"null items", R"({"kind": "APIGroupDiscoveryList", "items": null})", 0, 0},
      {"odd items", R"({"kind": "APIGroupDiscoveryList", "items": [1, "x", null, [], {}]})", 0, 0},
      {"versions of odd types",
       R"({"kind": "APIGroupDiscoveryList", "items": [{"metadata": 1, "versions": [
           {"version": 1}, {"version": "v1", "resources": "x", "freshness": 3}]}]})",
       1, 0},
      {"resources of odd types",
       R"({"kind": "APIGroupDiscoveryList", "items": [{"versions": [{"version": "v1",
           "resources": [{"resource": 1}, {"resource": "a", "verbs": [1, "list"], "shortNames": 2,
           "responseKind": [], "subresources": [3, {"subresource": 4}]}]}]}]})",
       1, 1},
      {"names that none can have",
       R"({"kind": "APIGroupDiscoveryList", "items": [{"versions": [{"version": "v1",
           "resources": [{"resource": "*"}, {"resource": "a/b"}, {"resource": "A"},
           {"resource": ""}]}]}]})",
       1, 0},
      {"groups that fit into no URL",
       R"({"kind": "APIGroupList", "groups": [{"name": "../x", "versions": [{"version": "v1"}]},
           {"name": "a", "versions": [{"version": "v1?watch=1"}, {"version": "v1"}]},
           {"name": "", "versions": [{"version": "v1"}]}]})",
       1, 0},
      {"the preferred version goes first",
       R"({"kind": "APIGroupList", "groups": [{"name": "a", "preferredVersion": {"version": "v2"},
           "versions": [{"version": "v1"}, {"version": "v2"}]}]})",
       2, 0},
      {"subresources without parent",
       R"({"kind": "APIResourceList", "groupVersion": "a/v1", "resources": [{"name": "b/c"},
           {"name": "b/"}, {"name": "/c"}, {"name": "b"}]})",
       1, 1},
      {"no group and version", R"({"kind": "APIResourceList", "resources": [{"name": "b"}]})", 0,
       0},
      {"core versions", R"({"kind": "APIVersions", "versions": ["v1", 2, "../x"]})", 1, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ASSERT_OK_AND_ASSIGN(const DiscoveryDocument document, ReadDiscoveryDocument(c.text));
    size_t resources = 0;
    for (const DiscoveredVersion& v : document.versions) resources += v.resources.size();
    EXPECT_EQ(document.versions.size(), c.versions);
    EXPECT_EQ(resources, c.resources);
  }
  EXPECT_EQ(ReadDiscoveryDocument(cases[7].text)->versions[0].version, "v2");
  EXPECT_THAT(ReadDiscoveryDocument(cases[8].text)->versions[0].resources[0].subresources,
              ElementsAre("c"));
}

TEST(Discovery, NoListOfVersionsWithoutEnd) {
  std::string versions;
  for (int i = 0; i < 6'000; ++i) absl::StrAppend(&versions, i > 0 ? "," : "", "\"v", i, "\"");
  EXPECT_THAT(ReadDiscoveryDocument(
                  absl::StrCat(R"({"kind": "APIVersions", "versions": [)", versions, "]}")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("more than 5000 versions")));
}

}  // namespace
}  // namespace wecan
