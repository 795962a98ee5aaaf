// SPDX-License-Identifier: Apache-2.0
#include "src/cli/destinations.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"
#include "tests/testing/status.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

TEST(ParseContextMap, ClustersAndContexts) {
  ASSERT_OK_AND_ASSIGN(const ContextMap map, ParseContextMap({"a=x", "b=arn:aws:eks=1", "a=y"}));
  EXPECT_THAT(map, ElementsAre(Pair("a", "y"), Pair("b", "arn:aws:eks=1")));
  for (const char* bad : {"", "a", "a=", "=x"}) {
    EXPECT_THAT(ParseContextMap({"a=x", bad}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("--map: \"", bad,
                                      "\" is not CLUSTER=CONTEXT, for example "
                                      "cluster1=kind-cluster1")));
  }
}

// ---- which there are

// "c1 -> x", "c2 -> none: why; why".
std::vector<std::string> Found(const AnalysisInput& input, const ContextMap& map, const Its* its,
                               const std::vector<std::string>& contexts = {"c1", "c2", "x"}) {
  const auto found = FindDestinations(input, map, contexts, its);
  if (!found.ok()) return {std::string(found.status().message())};
  std::vector<std::string> texts;
  for (const Destination& d : *found) {
    texts.push_back(absl::StrCat(d.cluster, " -> ", d.context.empty() ? "none" : d.context));
    for (const std::string& problem : d.problems) absl::StrAppend(&texts.back(), "\n", problem);
  }
  return texts;
}

AnalysisInput TwoBindings() {
  AnalysisInput input;
  AddBinding(input, "b1", {"c2", "c1"});
  AddBinding(input, "b2", {"c2"});
  return input;
}

constexpr char kNoC3[] =
    "c3 -> none\ncluster c3: no context maps to it; name one with --map c3=CONTEXT or wecs.map in "
    ".wecan.yaml";

TEST(FindDestinations, MapThenEqualName) {
  const AnalysisInput input = TwoBindings();
  EXPECT_THAT(Found(input, {}, nullptr), ElementsAre("c1 -> c1", "c2 -> c2"));
  EXPECT_THAT(Found(input, {{"c1", "x"}}, nullptr), ElementsAre("c1 -> x", "c2 -> c2"));
  // What is mapped to a context that is not there is not guessed at.
  EXPECT_THAT(Found(input, {{"c1", "xx"}}, nullptr),
              ElementsAre("c1 -> none\ncluster c1: it is mapped to context \"xx\", which is not "
                          "there; did you mean \"x\"?; change --map or wecs.map in .wecan.yaml",
                          "c2 -> c2"));
  // Nothing but the whole name is its name.
  EXPECT_THAT(Found(input, {}, nullptr, {"c10", "kind-c1"}),
              ElementsAre(testing::StartsWith("c1 -> none"), testing::StartsWith("c2 -> none")));
}

TEST(FindDestinations, NothingOfTheItsIsSkipped) {
  const Its its{.clusters = {{.name = "c1"},
                             {.name = "c2", .problem = "it is not available"},
                             {.name = "c3"}}};
  EXPECT_THAT(Found(TwoBindings(), {}, &its),
              ElementsAre("c1 -> c1", "c2 -> c2\ncluster c2: it is not available", kNoC3));
}

TEST(FindDestinations, WhatTheItsDoesNotHave) {
  const Its its{.clusters = {{.name = "c2"}}};
  EXPECT_THAT(Found(TwoBindings(), {}, &its),
              ElementsAre("c1 -> c1\ncluster c1: the ITS has no ManagedCluster of this name; look "
                          "at kubectl get managedclusters",
                          "c2 -> c2"));
}

TEST(FindDestinations, WithoutBindingsWhatPoliciesSelect) {
  AnalysisInput input;
  input.policies = {SelectResource("p1", "pods"), SelectResource("p2", "pods")};
  input.policies[0].cluster_selectors = {{.match_labels = {{"env", "prod"}}}};
  const Its its{.clusters = {{.name = "c1", .labels = {{"env", "prod"}}},
                             {.name = "c2", .labels = {{"env", "test"}}}}};
  EXPECT_THAT(Found(input, {}, &its), ElementsAre("c1 -> c1"));
  // An empty selector matches all clusters, an empty list of selectors none.
  input.policies[1].cluster_selectors = {{}};
  EXPECT_THAT(Found(input, {}, &its), ElementsAre("c1 -> c1", "c2 -> c2"));
  ASSERT_OK_AND_ASSIGN(const auto found, FindDestinations(input, {}, {}, &its));
  EXPECT_THAT(found[0].policies, ElementsAre(0, 1));
  EXPECT_THAT(found[1].policies, ElementsAre(1));
  EXPECT_THAT(Found(input, {}, nullptr),
              ElementsAre("--wds: there are no Bindings, and which clusters BindingPolicies select "
                          "is known in the ITS alone; give --its CONTEXT as well"));
}

TEST(FindDestinations, ABindingDecidesForItsPolicy) {
  AnalysisInput input = TwoBindings();
  input.policies = {SelectResource("b2", "pods"), SelectResource("alone", "pods")};
  ASSERT_OK_AND_ASSIGN(const auto found, FindDestinations(input, {}, {}, nullptr));
  EXPECT_THAT(found[0].bindings, ElementsAre(0));
  EXPECT_THAT(found[0].policies, ElementsAre(1));
  EXPECT_THAT(found[1].bindings, ElementsAre(0, 1));
  EXPECT_THAT(found[1].policies, ElementsAre(0, 1));
}

// ---- what goes there

std::vector<std::string> Names(const AnalysisInput& input) {
  std::vector<std::string> names;
  for (const Object& o : input.objects) names.push_back(o.name);
  return names;
}

TEST(InputFor, EntriesOfItsBindings) {
  AnalysisInput input = TwoBindings();
  AddBinding(input, "nowhere", {});
  AddEntry(input, 0, "apps", "deployments", "shop", "web");
  AddEntry(input, 1, "", "secrets", "shop", "key");
  AddEntry(input, 2, "", "secrets", "shop", "unused");
  EXPECT_THAT(Names(InputFor(input, {.cluster = "c1", .bindings = {0}})), ElementsAre("web"));
  EXPECT_THAT(Names(InputFor(input, {.cluster = "c2", .bindings = {0, 1}})),
              ElementsAre("web", "key"));
  EXPECT_THAT(Names(InputFor(input, {.cluster = "c3"})), IsEmpty());
}

TEST(InputFor, ObjectsOfAWdsThatItsPoliciesSelect) {
  AnalysisInput input;
  input.files = {{.path = "wds1: x", .live = true}, {.path = "a.yaml"}};
  input.policies = {SelectResource("p0", "deployments"), SelectResource("p1", "secrets")};
  const auto add = [&](const char* group, const char* kind, const char* name, int file) {
    input.objects.push_back(Manifest(group, kind, "shop", name));
    input.objects.back().location.file = file;
  };
  add("apps", "Deployment", "web", 0);
  add("", "Secret", "key", 0);
  add("", "Secret", "of-a-file", 1);
  EXPECT_THAT(Names(InputFor(input, {.cluster = "c1", .policies = {0}})),
              ElementsAre("web", "of-a-file"));
  EXPECT_THAT(Names(InputFor(input, {.cluster = "c1", .policies = {1}})),
              ElementsAre("key", "of-a-file"));
  EXPECT_THAT(InputFor(input, {.cluster = "c1", .policies = {1}}).policies, SizeIs(1));
}

TEST(InputFor, ManifestWorksOfItsMailbox) {
  AnalysisInput input;
  AddWrapped(input, AddWork(input, "c1", "w1"), Manifest("", "Secret", "shop", "one"));
  AddWrapped(input, AddWork(input, "c2", "w2"), Manifest("", "Secret", "shop", "two"));
  EXPECT_THAT(Names(InputFor(input, {.cluster = "c1"})), ElementsAre("one"));
}

TEST(InputFor, RbacObjectsFollowTheirManifests) {
  AnalysisInput input = TwoBindings();
  AddEntry(input, 0, "rbac.authorization.k8s.io", "clusterroles", "", "a");
  AddEntry(input, 1, "rbac.authorization.k8s.io", "clusterroles", "", "b");
  input.rbac.roles = {{.name = "a", .origin = {.object = 0}},
                      {.name = "b", .origin = {.object = 1}}};
  const AnalysisInput there = InputFor(input, {.cluster = "c2", .bindings = {1}});
  ASSERT_THAT(there.rbac.roles, SizeIs(1));
  EXPECT_EQ(there.rbac.roles[0].name, "b");
  EXPECT_EQ(there.rbac.roles[0].origin.object, 0);
}

TEST(InputFor, TemplatesAreExpandedWhereAskedForAndKnown) {
  AnalysisInput input;
  for (const char* ns : {"{{.clusterName}}-x", "{{.zone}}", "plain"}) {
    input.objects.push_back(Manifest("", "Secret", ns, "{{.clusterName}}"));
    input.objects.back().expand_templates = true;
  }
  input.objects.push_back(Manifest("", "Secret", "{{.clusterName}}-x", "a"));
  const Destination destination{.cluster = "c1", .properties = {{"clusterName", "c1"}}};
  std::vector<std::string> namespaces;
  for (const Object& o : InputFor(input, destination).objects) namespaces.push_back(o.namespace_);
  EXPECT_THAT(namespaces, ElementsAre("c1-x", "{{.zone}}", "plain", "{{.clusterName}}-x"));
  EXPECT_THAT(Names(InputFor(input, destination)), ElementsAre("c1", "c1", "c1", "a"));
  EXPECT_EQ(InputFor(input, {.cluster = "c1"}).objects[0].namespace_, "{{.clusterName}}-x");
}

}  // namespace
}  // namespace wecan
