// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/reach.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/fix.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

LabelSelector Matching(Labels labels) { return {.match_labels = std::move(labels)}; }

BindingPolicy Policy(std::vector<DownsyncClause> clauses) {
  return {.name = "p", .downsync = std::move(clauses)};
}

const NamespaceLabels& Namespaces() {
  static const auto* namespaces = new NamespaceLabels{{"shop", {{"env", "prod"}}}};
  return *namespaces;
}

struct ClauseCase {
  std::string label;
  DownsyncClause clause;
  bool cluster_role;  // whether ClusterRole grants is selected
  bool role;          // whether Role shop/grants is
  bool role_binding;  // whether RoleBinding shop/grants is
};

TEST(Reach, EachFieldOfAClause) {
  const std::vector<ClauseCase> cases = {
      {"empty", {}, true, true, true},
      {"group", {.api_group = kRbacGroup}, true, true, true},
      {"other group", {.api_group = "apps"}, false, false, false},
      {"core group", {.api_group = ""}, false, false, false},
      {"roles", {.resources = {"roles"}}, false, true, false},
      {"clusterroles", {.resources = {"clusterroles"}}, true, false, false},
      {"both", {.resources = {"roles", "rolebindings"}}, false, true, true},
      {"any resource", {.resources = {"*"}}, true, true, true},
      {"namespace", {.namespaces = {"shop"}}, false, true, true},
      {"other namespace", {.namespaces = {"lab"}}, false, false, false},
      {"name", {.object_names = {"grants"}}, true, true, true},
      {"other name", {.object_names = {"other"}}, false, false, false},
      {"label", {.object_selectors = {Matching({{"app", "web"}})}}, true, true, true},
      {"other label", {.object_selectors = {Matching({{"app", "db"}})}}, false, false, false},
      {"expression",
       {.object_selectors = {{.match_expressions = {{"app", "In", {"web"}}}}}},
       true,
       true,
       true},
      {"label of the namespace",
       {.namespace_selectors = {Matching({{"env", "prod"}})}},
       false,
       true,
       true},
      {"other label of the namespace",
       {.namespace_selectors = {Matching({{"env", "test"}})}},
       false,
       false,
       false},
  };
  const Labels labels = {{"app", "web"}};
  for (const ClauseCase& c : cases) {
    const BindingPolicy policy = Policy({c.clause});
    EXPECT_EQ(Selects(policy, {"clusterroles", "", "grants"}, labels, Namespaces()), c.cluster_role)
        << c.label;
    EXPECT_EQ(Selects(policy, {"roles", "shop", "grants"}, labels, Namespaces()), c.role)
        << c.label;
    EXPECT_EQ(Selects(policy, {"rolebindings", "shop", "grants"}, labels, Namespaces()),
              c.role_binding)
        << c.label;
    // What is selected without more labels needs none; what is not cannot be helped by any.
    const std::vector<Labels> sets =
        LabelsToSelect(policy, {"roles", "shop", "grants"}, labels, Namespaces());
    if (!c.role) {
      EXPECT_THAT(sets, IsEmpty()) << c.label;
    }
  }
  EXPECT_FALSE(Selects(Policy({}), {"roles", "shop", "grants"}, labels, {}));
}

struct LabelCase {
  std::string label;
  std::vector<DownsyncClause> clauses;
  std::vector<Labels> sets;
};

TEST(Reach, LabelsToSelect) {
  const DownsyncClause of_web{.object_selectors = {Matching({{"app", "web"}})}};
  const DownsyncClause of_db{.object_selectors = {Matching({{"app", "db"}})}};
  DownsyncClause of_pods = of_web;
  of_pods.resources = {"pods"};
  DownsyncClause elsewhere = of_web;
  elsewhere.namespaces = {"lab"};
  const std::vector<LabelCase> cases = {
      {"no clause", {}, {}},
      {"no selector", {{.resources = {"pods"}}}, {}},
      {"one", {of_web}, {{{"app", "web"}}}},
      {"two clauses", {of_db, of_web}, {{{"app", "db"}}, {{"app", "web"}}}},
      {"two selectors",
       {{.object_selectors = {Matching({{"app", "db"}}), Matching({{"app", "web"}})}}},
       {{{"app", "db"}}, {{"app", "web"}}}},
      {"twice the same", {of_web, of_web}, {{{"app", "web"}}}},
      {"twice the same in another order",
       {{.object_selectors = {Matching({{"b", "2"}, {"a", "1"}}),
                              Matching({{"a", "1"}, {"b", "2"}})}}},
       {{{"a", "1"}, {"b", "2"}}}},
      {"a clause of other resources", {of_pods}, {}},
      {"a clause of other namespaces", {elsewhere}, {}},
      {"one of two possible", {of_pods, of_db}, {{{"app", "db"}}}},
      {"a label that is there",
       {{.object_selectors = {Matching({{"own", "yes"}, {"app", "web"}})}}},
       {{{"app", "web"}}}},
      {"a label that has another value",
       {{.object_selectors = {Matching({{"own", "no"}, {"app", "web"}})}}},
       {}},
      {"an expression that holds",
       {{.object_selectors = {{.match_labels = {{"app", "web"}},
                               .match_expressions = {{"tier", "DoesNotExist", {}}}}}}},
       {{{"app", "web"}}}},
      {"an expression that does not",
       {{.object_selectors = {{.match_labels = {{"app", "web"}},
                               .match_expressions = {{"tier", "Exists", {}}}}}}},
       {}},
      {"an expression that the label itself breaks",
       {{.object_selectors = {{.match_labels = {{"app", "web"}},
                               .match_expressions = {{"app", "NotIn", {"web"}}}}}}},
       {}},
      {"an invalid selector",
       {{.object_selectors = {{.match_labels = {{"app", "web"}},
                               .match_expressions = {{"x", "In", {}}}}}}},
       {}},
      {"a namespace that its labels select",
       {{.object_selectors = {Matching({{"app", "web"}})},
         .namespace_selectors = {Matching({{"env", "prod"}})}}},
       {{{"app", "web"}}}},
  };
  const Labels own = {{"own", "yes"}};
  for (const LabelCase& c : cases) {
    const GrantObject role{"roles", "shop", "grants"};
    const std::vector<Labels> sets = LabelsToSelect(Policy(c.clauses), role, own, Namespaces());
    EXPECT_EQ(sets, c.sets) << c.label;
    for (const Labels& set : sets) {
      Labels all = own;
      all.insert(all.end(), set.begin(), set.end());
      EXPECT_TRUE(Selects(Policy(c.clauses), role, all, Namespaces())) << c.label;
    }
  }
}

std::vector<std::string> Names(const std::vector<const BindingPolicy*>& policies) {
  std::vector<std::string> names;
  for (const BindingPolicy* policy : policies) names.push_back(policy->name);
  return names;
}

TEST(Reach, PoliciesOf) {
  AnalysisInput input;
  input.objects = {Manifest("", "ConfigMap", "shop", "one"),
                   Manifest("apps", "Deployment", "", "w"), Manifest("", "Secret", "shop", "s"),
                   Manifest("", "Namespace", "", "shop")};
  input.objects[3].labels = {{"env", "prod"}};
  AddWrapped(input, AddWork(input, "wec1", "work"), Manifest("", "Pod", "shop", "p"));
  BindingPolicy in_default{.name = "default", .downsync = {{.namespaces = {"default"}}}};
  BindingPolicy of_prod{.name = "prod",
                        .downsync = {{.resources = {"secrets"},
                                      .namespace_selectors = {Matching({{"env", "prod"}})}}}};
  const std::vector<BindingPolicy> policies = {SelectResource("cm", "configmaps"), in_default,
                                               of_prod, SelectResource("pods", "pods")};
  const Requirements requirements = DeriveRequirements(input, OptionsOf({}).derive);
  const auto of = [&](const std::vector<int>& objects) {
    return Names(PoliciesOf(policies, input, requirements, objects));
  };
  EXPECT_THAT(of({0}), ElementsAre("cm"));
  EXPECT_THAT(of({1}), ElementsAre("default"));
  EXPECT_THAT(of({2}), ElementsAre("prod"));
  EXPECT_THAT(of({0, 1, 2}), ElementsAre("cm", "default", "prod"));
  // What a ManifestWork wraps no policy selects: any of them may be meant.
  EXPECT_THAT(of({4}), ElementsAre("cm", "default", "prod", "pods"));
  EXPECT_THAT(of({}), ElementsAre("cm", "default", "prod", "pods"));
  EXPECT_THAT(PoliciesOf({}, input, requirements, {0}), IsEmpty());
}

}  // namespace
}  // namespace wecan
