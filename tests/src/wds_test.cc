// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/wds.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/cluster.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string kControl = "/apis/control.kubestellar.io/v1alpha1/";
const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1/";

ClusterReplies Control() {
  return {{"/api", RecordedReply("wds/api.json")},
          {"/apis", RecordedReply("wds/apis.json")},
          {kControl + "bindings", RecordedReply("wds/bindings.json")},
          {kControl + "bindingpolicies", RecordedReply("wds/bindingpolicies.json")},
          {kRbac + "clusterroles", RecordedReply("wds/clusterroles.json")}};
}

// Without Bindings, and with all that could be selected; what is not named holds nothing.
ClusterReplies NoBindings() {
  ClusterReplies replies = Control();
  replies[kControl + "bindings"] = RecordedReply("wds/none.json");
  for (const char* path :
       {"/api/v1/configmaps", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        "/apis/rbac.authorization.k8s.io/v1/rolebindings",
        "/apis/rbac.authorization.k8s.io/v1/roles"})
    replies[path] = RecordedReply("wds/none.json");
  replies["/api/v1/secrets"] = RecordedReply("wds/secrets-whole.json");
  replies["/api/v1/namespaces"] = RecordedReply("wds/namespaces.json");
  replies["/apis/apps/v1/deployments"] = RecordedReply("wds/deployments.json");
  replies["/apis/storage.k8s.io/v1/storageclasses"] = RecordedReply("wds/storageclasses.json");
  replies["/apis/example.com/v1/widgetz"] = RecordedReply("wds/widgets.json");
  return replies;
}

using Parts = absl::StatusOr<std::vector<LiveContents>>;

Parts ReadAt(const TestCluster& cluster, const std::string& binding = "") {
  const std::unique_ptr<HttpClient> client = cluster.Client();
  return ReadWds(*client, "wds1", binding);
}

Parts ReadAt(const ClusterReplies& replies, const std::string& binding = "") {
  return ReadAt(TestCluster(replies), binding);
}

// "NAME: Kind/namespace/name ...", diagnostics as "NAME! MESSAGE".
std::vector<std::string> Summary(const std::vector<LiveContents>& parts) {
  std::vector<std::string> texts;
  for (const LiveContents& part : parts) {
    std::string text = part.name + " =";
    for (const Object& o : part.contents.input.objects)
      absl::StrAppend(&text, " ", o.kind, "/", o.namespace_, "/", o.name);
    texts.push_back(text);
    for (const Diagnostic& d : part.contents.input.diagnostics)
      texts.push_back(absl::StrCat(part.name, "! ", d.rule, " ", d.message));
  }
  return texts;
}

TEST(ReadWds, BindingsAreWhatIsApplied) {
  TestCluster cluster(Control());
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(cluster));
  EXPECT_THAT(Summary(parts),
              ElementsAre("wds1 = BindingPolicy//nginx-bpolicy BindingPolicy//storage-bpolicy",
                          "wds1: Binding/nginx-bpolicy = Binding//nginx-bpolicy Namespace//nginx "
                          "Deployment/nginx/nginx widgetz/nginx/w1",
                          "wds1: Binding/storage-bpolicy = Binding//storage-bpolicy "
                          "StorageClass//fast ClusterRole//storage-for-the-agent"));
  const AnalysisInput& storage = parts[2].contents.input;
  EXPECT_TRUE(storage.objects[1].create_only);
  EXPECT_FALSE(storage.objects[2].create_only);
  EXPECT_THAT(storage.bindings[0].destinations, ElementsAre("cluster2"));
  // Nothing is asked for that is not needed.
  EXPECT_THAT(cluster.Targets(),
              UnorderedElementsAre("/api", "/apis", HasSubstr("/bindings?"),
                                   HasSubstr("/bindingpolicies?"), HasSubstr("/clusterroles?")));
}

TEST(ReadWds, OnlyRolesThatBindingsHoldAreGrants) {
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(Control()));
  const AnalysisInput& storage = parts[2].contents.input;
  ASSERT_THAT(storage.rbac.roles, SizeIs(1));
  EXPECT_EQ(storage.rbac.roles[0].name, "storage-for-the-agent");
  EXPECT_EQ(storage.rbac.roles[0].origin.object, 2);
  EXPECT_THAT(storage.rbac.roles[0].labels, SizeIs(1));
  EXPECT_THAT(storage.rbac.roles[0].rules, SizeIs(1));
}

TEST(ReadWds, KindsComeFromDiscovery) {
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(Control()));
  const std::vector<CustomResource>& crds = parts[0].contents.input.crds;
  ASSERT_THAT(crds, SizeIs(1));
  EXPECT_EQ(crds[0].kind, "Widget");
  EXPECT_EQ(crds[0].plural, "widgetz");
  EXPECT_TRUE(crds[0].namespaced);
}

TEST(ReadWds, OneBinding) {
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(Control(), "storage-bpolicy"));
  EXPECT_THAT(Summary(parts),
              ElementsAre("wds1 = BindingPolicy//storage-bpolicy",
                          "wds1: Binding/storage-bpolicy = Binding//storage-bpolicy "
                          "StorageClass//fast ClusterRole//storage-for-the-agent"));
  EXPECT_THAT(ReadAt(Control(), "storage-bpolic"),
              StatusIs(absl::StatusCode::kNotFound,
                       "--binding: wds1 has no Binding \"storage-bpolic\"; did you mean "
                       "\"storage-bpolicy\"?"));
}

TEST(ReadWds, WithoutBindingsWhatPoliciesSelect) {
  TestCluster cluster(NoBindings());
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(cluster));
  EXPECT_THAT(Summary(parts),
              ElementsAre("wds1 = BindingPolicy//nginx-bpolicy BindingPolicy//storage-bpolicy",
                          "wds1: namespaces = Namespace//nginx", "wds1: secrets = Secret/nginx/tls",
                          "wds1: deployments.apps = Deployment/nginx/nginx",
                          "wds1: clusterroles.rbac.authorization.k8s.io = "
                          "ClusterRole//storage-for-the-agent",
                          "wds1: storageclasses.storage.k8s.io = StorageClass//fast",
                          "wds1: widgetz.example.com = Widget/nginx/w1"));
  EXPECT_THAT(parts[4].contents.input.rbac.roles, SizeIs(1));
  // What KubeStellar never copies is not listed.
  EXPECT_THAT(cluster.Targets(),
              Each(Not(testing::AnyOf(HasSubstr("/endpoints"), HasSubstr("/events"),
                                      HasSubstr("/nodes")))));
}

TEST(ReadWds, OnlyMetadataIsAskedFor) {
  TestCluster cluster(NoBindings());
  ASSERT_THAT(ReadAt(cluster), IsOk());
  for (const TestHttpRequest& request : cluster.server().requests()) {
    const bool whole = absl::StartsWith(request.target, kControl) ||
                       absl::StartsWith(request.target, kRbac) ||
                       absl::StartsWith(request.target, "/apis?") || request.target == "/api" ||
                       request.target == "/apis";
    if (whole) continue;
    EXPECT_EQ(request.Header("accept"),
              "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
        << request.target;
  }
}

TEST(ReadWds, ResourcesThatNoClauseCanMatchAreNotListed) {
  ClusterReplies replies = NoBindings();
  replies[kControl + "bindingpolicies"] = JsonReply(
      R"({"items": [{"metadata": {"name": "p"}, "spec": {"downsync": [{"apiGroup": "apps"},
          {"resources": ["storageclasses"], "namespaces": ["shop"]}]}}]})");
  TestCluster cluster(replies);
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(cluster));
  EXPECT_THAT(Summary(parts), ElementsAre("wds1 = BindingPolicy//p",
                                          "wds1: deployments.apps = Deployment/nginx/nginx "
                                          "Deployment/nginx/other"));
  EXPECT_THAT(cluster.Targets(), SizeIs(5));
}

TEST(ReadWds, NamespacesByTheirLabels) {
  ClusterReplies replies = NoBindings();
  replies[kControl + "bindingpolicies"] = JsonReply(
      R"({"items": [{"metadata": {"name": "p"}, "spec": {"downsync": [{"resources": ["deployments"],
          "namespaceSelectors": [{"matchLabels": {"app.kubernetes.io/name": "nginx"}}]}]}}]})");
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(replies));
  EXPECT_THAT(
      Summary(parts),
      ElementsAre("wds1 = BindingPolicy//p",
                  "wds1: labels of namespaces = Namespace//default Namespace//nginx",
                  "wds1: deployments.apps = Deployment/nginx/nginx Deployment/nginx/other"));
  EXPECT_TRUE(parts[1].context);
  // With other labels nothing is selected.
  replies["/api/v1/namespaces"] = RecordedReply("wds/none.json");
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> none, ReadAt(replies));
  EXPECT_THAT(Summary(none), Contains("wds1! WEC905 no BindingPolicy here selects an object"));
}

TEST(ReadWds, WhatMayNotBeListedIsOneRemark) {
  struct Case {
    std::string path, part;
  };
  for (const Case& c :
       {Case{"/api/v1/secrets", "wds1: secrets"},
        Case{kRbac + "clusterroles", "wds1: clusterroles.rbac.authorization.k8s.io"},
        Case{kControl + "bindings", "wds1: bindings.control.kubestellar.io"}}) {
    ClusterReplies replies = NoBindings();
    replies[c.path] = StatusReply(403, "no");
    ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(replies));
    EXPECT_THAT(Summary(parts),
                testing::AllOf(Contains(absl::StrCat(
                                   c.part, "! WEC901 GET ", c.path,
                                   ": forbidden (403): no; ask for this permission, or use another "
                                   "user")),
                               Contains("wds1: deployments.apps = Deployment/nginx/nginx")))
        << c.path;
  }
}

TEST(ReadWds, PoliciesThatMayNotBeListedDoNotHideBindings) {
  ClusterReplies replies = Control();
  replies[kControl + "bindingpolicies"] = StatusReply(403, "no");
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(replies));
  EXPECT_THAT(parts, SizeIs(4));
  EXPECT_THAT(Summary(parts),
              Contains(HasSubstr("wds1: bindingpolicies.control.kubestellar.io! WEC901")));
}

TEST(ReadWds, APolicyWithoutItsBindingIsTold) {
  ClusterReplies replies = Control();
  replies[kControl + "bindings"] =
      JsonReply(R"({"items": [{"metadata": {"name": "nginx-bpolicy"}, "spec": {"workload":
          {"clusterScope": [{"version": "v1", "resource": "namespaces", "name": "a"}]}}}]})");
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(replies));
  EXPECT_THAT(Summary(parts),
              Contains("wds1!  BindingPolicy storage-bpolicy has no Binding, so what it selects is "
                       "not looked at; look at the log of KubeStellar's controller-manager"));
}

TEST(ReadWds, NothingToApply) {
  ClusterReplies replies = Control();
  for (const char* list : {"bindings", "bindingpolicies"})
    replies[kControl + list] = RecordedReply("wds/none.json");
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(replies));
  EXPECT_THAT(
      Summary(parts),
      ElementsAre("wds1 =", "wds1! WEC905 no Binding and no BindingPolicy here holds an object"));
}

TEST(ReadWds, NoWds) {
  ClusterReplies replies = Control();
  replies.erase(kControl + "bindings");
  EXPECT_THAT(ReadAt(replies),
              StatusIs(absl::StatusCode::kNotFound,
                       "--wds: wds1 serves no bindings.control.kubestellar.io/v1alpha1, so it is "
                       "no WDS; name the context of one"));
  replies = Control();
  replies["/api"] = replies["/apis"] = StatusReply(401, "who");
  EXPECT_THAT(ReadAt(replies),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("wds1: /api")));
}

// Stored objects are what they are: a name that looks like a template, or one that a client would
// pass over, loses neither itself nor the others.
TEST(ReadWds, OddObjectsLoseNothing) {
  ClusterReplies replies = NoBindings();
  replies[kRbac + "clusterroles"] = JsonReply(
      R"({"items": [7, {"metadata": {"name": "{{.clusterName}}", "annotations":
          {"control.kubestellar.io/expand-templates": "true"}}},
          {"metadata": {"name": "{{x}}", "annotations": {"config.kubernetes.io/local-config": "true"}},
           "rules": "none"}, {"metadata": 1}]})");
  replies[kControl + "bindingpolicies"] = JsonReply(
      R"({"items": [{"metadata": {"name": "p"}, "spec": {"downsync": [
          {"resources": ["clusterroles"]}]}}]})");
  ASSERT_OK_AND_ASSIGN(const std::vector<LiveContents> parts, ReadAt(replies));
  EXPECT_THAT(Summary(parts),
              ElementsAre("wds1 = BindingPolicy//p",
                          "wds1: clusterroles.rbac.authorization.k8s.io = "
                          "ClusterRole//{{.clusterName}} ClusterRole//{{x}} ClusterRole//",
                          "wds1: clusterroles.rbac.authorization.k8s.io! WEC901 rules is not a "
                          "list"));
  EXPECT_TRUE(parts[1].contents.input.objects[0].expand_templates);
  EXPECT_FALSE(parts[1].contents.input.objects[1].expand_templates);
}

}  // namespace
}  // namespace wecan
