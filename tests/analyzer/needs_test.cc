// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/needs.h"

#include <algorithm>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/gaps/compare.h"
#include "tests/testing/builders.h"
#include "tests/testing/fix.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "apps/deployments @shop one: get,create"; "*" marks a guess.
std::string Show(const Need& need) {
  std::vector<std::string> verbs;
  for (AgentVerb verb : kVerbOrder) {
    if (need.verbs.Has(verb)) verbs.emplace_back(VerbName(verb));
  }
  return absl::StrCat(need.group, "/", need.resource, need.guessed ? "*" : "", " @",
                      need.namespace_, " ", need.name, ": ", absl::StrJoin(verbs, ","));
}

std::vector<std::string> Collect(const AnalysisInput& input, const AnalyzeOptions& options,
                                 const NeedOptions& needs = {}) {
  const Requirements requirements = DeriveRequirements(input, options.derive);
  AgentGrants grants(EffectivePolicy(input, requirements, options), options.agent.User());
  std::vector<std::string> shown;
  for (const Need& need : CollectNeeds(input, requirements, grants, needs)) {
    EXPECT_FALSE(need.objects.empty());
    EXPECT_TRUE(std::is_sorted(need.objects.begin(), need.objects.end()));
    shown.push_back(Show(need));
  }
  return shown;
}

// What an agent lacks that holds nothing.
std::vector<std::string> Collect(const AnalysisInput& input, const NeedOptions& needs = {}) {
  return Collect(input, OptionsOf(BareAgent()), needs);
}

AnalysisInput One(Object object) {
  AnalysisInput input;
  input.objects = {std::move(object)};
  return input;
}

// A config map in a ManifestWork, configured by `configure`.
AnalysisInput Wrapped(const std::function<void(ManifestWork&, ManifestConfig&)>& configure) {
  AnalysisInput input;
  const int work = AddWork(input, "wec1", "work");
  AddWrapped(input, work, Manifest("", "ConfigMap", "shop", "one"));
  ManifestConfig config = Config("", "configmaps", "shop", "one");
  configure(input.works[work], config);
  input.works[work].configs = {config};
  return input;
}

AnalysisInput Wrapped(UpdateStrategy strategy) {
  return Wrapped([&](ManifestWork&, ManifestConfig& config) { config.strategy = strategy; });
}

struct NeedCase {
  std::string label;
  AnalysisInput input;
  std::vector<std::string> any, named;  // without and with resource_names
};

AnalysisInput TwoPolicies() {
  AnalysisInput input = One(Manifest("", "ConfigMap", "shop", "one"));
  input.policies = {SelectResource("p", "configmaps"), SelectResource("q", "configmaps")};
  return input;
}

AnalysisInput CreateOnly() {
  AnalysisInput input = One(Manifest("", "ConfigMap", "shop", "one"));
  input.policies = {SelectResource("p", "configmaps", true)};
  return input;
}

Object Expanded(absl::string_view ns, absl::string_view name) {
  Object object = Manifest("", "ConfigMap", ns, name);
  object.expand_templates = true;
  return object;
}

AnalysisInput Mixed() {
  AnalysisInput input = Wrapped(UpdateStrategy::kServerSideApply);
  input.objects.push_back(Manifest("", "ConfigMap", "shop", "two"));
  return input;
}

TEST(Needs, OfAnAgentThatHoldsNothing) {
  const std::vector<NeedCase> cases = {
      {"Update",
       One(Manifest("", "ConfigMap", "shop", "one")),
       {"/configmaps @shop : get,create,update,delete"},
       {"/configmaps @shop : create", "/configmaps @shop one: get,update,delete"}},
      {"CreateOnly",
       CreateOnly(),
       {"/configmaps @shop : get,create,delete"},
       {"/configmaps @shop : create", "/configmaps @shop one: get,delete"}},
      {"two policies",
       TwoPolicies(),
       {"/configmaps @shop : get,create,update,patch,delete"},
       {"/configmaps @shop : create", "/configmaps @shop one: get,update,patch,delete"}},
      {"ServerSideApply creates by name",
       Wrapped(UpdateStrategy::kServerSideApply),
       {"/configmaps @shop : get,create,patch,delete"},
       {"/configmaps @shop one: get,create,patch,delete"}},
      {"ReadOnly",
       Wrapped(UpdateStrategy::kReadOnly),
       {"/configmaps @shop : get"},
       {"/configmaps @shop one: get"}},
      {"Orphan",
       Wrapped([](ManifestWork& work, ManifestConfig&) { work.orphan_all = true; }),
       {"/configmaps @shop : get,create,update"},
       {"/configmaps @shop : create", "/configmaps @shop one: get,update"}},
      {"Watch",
       Wrapped([](ManifestWork&, ManifestConfig& c) { c.feedback_scrape_type = "Watch"; }),
       {"/configmaps @shop : get,create,update,delete,list,watch"},
       {"/configmaps @shop : create,list,watch", "/configmaps @shop one: get,update,delete"}},
      {"Poll",
       Wrapped([](ManifestWork&, ManifestConfig& c) { c.feedback_scrape_type = "Poll"; }),
       {"/configmaps @shop : get,create,update,delete"},
       {"/configmaps @shop : create", "/configmaps @shop one: get,update,delete"}},
      {"one named, one unnamed create",
       Mixed(),
       {"/configmaps @shop : get,create,update,patch,delete"},
       {"/configmaps @shop : create", "/configmaps @shop one: get,create,patch,delete",
        "/configmaps @shop two: get,update,delete"}},
      {"the namespace differs per WEC",
       One(Expanded("{{.where}}", "one")),
       {"/configmaps @ : get,create,update,delete"},
       {"/configmaps @ : create", "/configmaps @ one: get,update,delete"}},
      {"the name differs per WEC",
       One(Expanded("shop", "{{.who}}")),
       {"/configmaps @shop : get,create,update,delete"},
       {"/configmaps @shop : get,create,update,delete"}},
      {"braces without expansion are a name",
       One(Manifest("", "ConfigMap", "shop", "{{.who}}")),
       {"/configmaps @shop : get,create,update,delete"},
       {"/configmaps @shop : create", "/configmaps @shop {{.who}}: get,update,delete"}},
      {"without a name",
       One(Manifest("", "ConfigMap", "shop", "")),
       {"/configmaps @shop : get,create,update,delete"},
       {"/configmaps @shop : get,create,update,delete"}},
      {"without a namespace",
       One(Manifest("", "ConfigMap", "", "one")),
       {"/configmaps @default : get,create,update,delete"},
       {"/configmaps @default : create", "/configmaps @default one: get,update,delete"}},
      {"a Namespace",
       One(Manifest("", "Namespace", "", "shop")),
       {"/namespaces @ : get,create,update,delete"},
       {"/namespaces @ : create", "/namespaces @ shop: get,update,delete"}},
      {"cluster-scoped, whatever the manifest says",
       One(Manifest("storage.k8s.io", "StorageClass", "shop", "fast")),
       {"storage.k8s.io/storageclasses @ : get,create,update,delete"},
       {"storage.k8s.io/storageclasses @ : create",
        "storage.k8s.io/storageclasses @ fast: get,update,delete"}},
      {"a guess",
       One(Manifest("acme.example.org", "Gizmo", "shop", "g")),
       {"acme.example.org/gizmos* @shop : get,create,update,delete"},
       {"acme.example.org/gizmos* @shop : create",
        "acme.example.org/gizmos* @shop g: get,update,delete"}},
      {"unknown in the core group", One(Manifest("", "Comet", "shop", "c")), {}, {}},
      {"steering", One(Manifest("control.kubestellar.io", "BindingPolicy", "", "p")), {}, {}},
      {"never downsynced", One(Manifest("", "Event", "shop", "e")), {}, {}},
      {"refused before RBAC",
       [] {
         AnalysisInput input;
         AddWrapped(input, AddWork(input, "wec1", "w"), Manifest("", "ConfigMap", "", "x"));
         return input;
       }(),
       {},
       {}},
  };
  for (const NeedCase& c : cases) {
    EXPECT_EQ(Collect(c.input), c.any) << c.label;
    EXPECT_EQ(Collect(c.input, {.resource_names = true}), c.named) << c.label;
    // Nothing is held, so that full adds nothing.
    EXPECT_EQ(Collect(c.input, {.full = true}), c.any) << c.label;
  }
}

TEST(Needs, Shared) {
  AnalyzeOptions options = OptionsOf(BareAgent());
  const AnalysisInput input = One(Manifest("", "ConfigMap", "shop", "one"));
  options.derive.shared = true;
  EXPECT_THAT(Collect(input, options),
              ElementsAre("/configmaps @shop : get,create,update,patch,delete"));
  EXPECT_THAT(Collect(Wrapped(UpdateStrategy::kReadOnly), options),
              ElementsAre("/configmaps @shop : get"));
  options.derive.update_strategy = UpdateStrategy::kCreateOnly;
  EXPECT_THAT(Collect(input, options), ElementsAre("/configmaps @shop : get,create,patch,delete"));
}

TEST(Needs, WhatIsHeldIsNoNeedUnlessFull) {
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(MakeClusterRole(
      "held", {Rule("get,delete", "", "configmaps"), Rule("*", "apps", "deployments")},
      {{kAggregateToWorkLabel, "true"}}));
  const AnalyzeOptions options = OptionsOf(policy);
  AnalysisInput input = One(Manifest("", "ConfigMap", "shop", "one"));
  input.objects.push_back(Manifest("apps", "Deployment", "shop", "web"));
  EXPECT_THAT(Collect(input, options), ElementsAre("/configmaps @shop : create,update"));
  EXPECT_THAT(Collect(input, options, {.full = true}),
              ElementsAre("/configmaps @shop : get,create,update,delete"));
  EXPECT_THAT(
      Collect(input, options, {.full = true, .resource_names = true}),
      ElementsAre("/configmaps @shop : create", "/configmaps @shop one: get,update,delete"));
}

// A grant by name helps the named requests of that object, and no create.
TEST(Needs, HeldByName) {
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(MakeClusterRole("held", {Rule("*", "", "configmaps", "one")},
                                         {{kAggregateToWorkLabel, "true"}}));
  const AnalyzeOptions options = OptionsOf(policy);
  EXPECT_THAT(Collect(One(Manifest("", "ConfigMap", "shop", "one")), options),
              ElementsAre("/configmaps @shop : create"));
  EXPECT_THAT(Collect(One(Manifest("", "ConfigMap", "shop", "two")), options),
              ElementsAre("/configmaps @shop : get,create,update,delete"));
  EXPECT_THAT(Collect(Wrapped(UpdateStrategy::kServerSideApply), options), IsEmpty());
}

TEST(Needs, MergeAndSort) {
  AnalysisInput input;
  input.objects = {Manifest("b.example.org", "Gizmo", "z", "g"), Manifest("", "Secret", "b", "x"),
                   Manifest("", "ConfigMap", "b", "y"), Manifest("", "ConfigMap", "a", "z"),
                   Manifest("", "ConfigMap", "b", "x")};
  const AnalyzeOptions options = OptionsOf(BareAgent());
  const Requirements requirements = DeriveRequirements(input, options.derive);
  AgentGrants grants(EffectivePolicy(input, requirements, options), options.agent.User());
  const std::vector<Need> needs = CollectNeeds(input, requirements, grants, {});
  ASSERT_EQ(needs.size(), 4u);
  EXPECT_THAT(needs[0].objects, ElementsAre(3));
  EXPECT_THAT(needs[1].objects, ElementsAre(2, 4));
  EXPECT_EQ(needs[2].resource, "secrets");
  EXPECT_EQ(needs[3].group, "b.example.org");
  const std::vector<Need> named =
      CollectNeeds(input, requirements, grants, {.resource_names = true});
  ASSERT_EQ(named.size(), 9u);
  EXPECT_TRUE(std::is_sorted(named.begin(), named.end(), [](const Need& a, const Need& b) {
    return std::tie(a.group, a.resource, a.namespace_, a.name) <
           std::tie(b.group, b.resource, b.namespace_, b.name);
  }));
}

// One kind guesses the name that another one knows: it is no guess, in either order.
TEST(Needs, AGuessThatIsConfirmed) {
  AnalysisInput input;
  input.crds = {{"acme.example.org", "Gadget", "gizmos", true}};
  input.objects = {Manifest("acme.example.org", "Gizmo", "shop", "a"),
                   Manifest("acme.example.org", "Gadget", "shop", "b")};
  for (int order = 0; order < 2; ++order) {
    EXPECT_THAT(Collect(input),
                ElementsAre("acme.example.org/gizmos @shop : get,create,update,delete"));
    std::swap(input.objects[0], input.objects[1]);
  }
}

TEST(Needs, UnnamedVerbs) {
  EXPECT_EQ(UnnamedVerbs({.create_named = false}), Verbs("create,list,watch"));
  EXPECT_EQ(UnnamedVerbs({.create_named = true}), Verbs("list,watch"));
}

}  // namespace
}  // namespace wecan
