// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/selection.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

// A Deployment shop/web with app=web, in a WDS whose namespace shop has team=a.
bool SelectsWeb(const DownsyncClause& clause) {
  const Labels labels = {{"app", "web"}, {"tier", "front"}};
  const NamespaceLabels namespaces = {{"shop", {{"team", "a"}}}, {"other", {{"team", "b"}}}};
  return Select({.name = "p", .downsync = {clause}},
                {"apps", "deployments", "shop", "web", &labels}, namespaces)
      .selected;
}

// A StorageClass fast without labels.
bool SelectsStorageClass(const DownsyncClause& clause) {
  const Labels none;
  const NamespaceLabels namespaces = {{"", {{"team", "a"}}}};
  return Select({.name = "p", .downsync = {clause}},
                {"storage.k8s.io", "storageclasses", "", "fast", &none}, namespaces)
      .selected;
}

LabelSelector Matching(std::string key, std::string value) {
  return {.match_labels = {{std::move(key), std::move(value)}}};
}

struct ClauseCase {
  std::string name;
  DownsyncClause clause;
  bool selected;
};

TEST(Selection, ClauseAgainstANamespacedObject) {
  const std::vector<ClauseCase> cases = {
      {"empty", {}, true},
      {"group", {.api_group = "apps"}, true},
      {"other group", {.api_group = "batch"}, false},
      {"core group", {.api_group = ""}, false},
      {"group is no pattern", {.api_group = "*"}, false},
      {"resource", {.resources = {"pods", "deployments"}}, true},
      {"other resource", {.resources = {"pods"}}, false},
      {"resource star", {.resources = {"*"}}, true},
      {"kind is no resource", {.resources = {"Deployment"}}, false},
      {"singular is no resource", {.resources = {"deployment"}}, false},
      {"namespace", {.namespaces = {"shop"}}, true},
      {"other namespace", {.namespaces = {"shops"}}, false},
      {"namespace star", {.namespaces = {"*"}}, true},
      {"name", {.object_names = {"web"}}, true},
      {"other name", {.object_names = {"db"}}, false},
      {"name star", {.object_names = {"*"}}, true},
      {"name is no glob", {.object_names = {"we*"}}, false},
      {"label", {.object_selectors = {Matching("app", "web")}}, true},
      {"other label", {.object_selectors = {Matching("app", "db")}}, false},
      {"one of two selectors",
       {.object_selectors = {Matching("app", "db"), Matching("tier", "front")}},
       true},
      {"empty selector", {.object_selectors = {{}}}, true},
      {"invalid selector",
       {.object_selectors = {{.match_expressions = {{"app", "In", {}}}}}},
       false},
      {"namespace label", {.namespace_selectors = {Matching("team", "a")}}, true},
      {"other namespace label", {.namespace_selectors = {Matching("team", "b")}}, false},
      {"empty namespace selector", {.namespace_selectors = {Matching("team", "b"), {}}}, true},
      {"namespace selectors look at no object labels",
       {.namespace_selectors = {Matching("app", "web")}},
       false},
      {"all fields",
       {.api_group = "apps",
        .resources = {"deployments"},
        .namespaces = {"shop"},
        .object_names = {"web"},
        .object_selectors = {Matching("app", "web")}},
       true},
      {"all but one",
       {.api_group = "apps",
        .resources = {"deployments"},
        .namespaces = {"shop"},
        .object_names = {"db"},
        .object_selectors = {Matching("app", "web")}},
       false},
  };
  for (const ClauseCase& c : cases) EXPECT_EQ(SelectsWeb(c.clause), c.selected) << c.name;
}

TEST(Selection, ClauseAgainstAClusterScopedObject) {
  const std::vector<ClauseCase> cases = {
      {"empty", {}, true},
      {"namespace star", {.namespaces = {"*"}}, true},
      {"a namespace", {.namespaces = {"default"}}, false},
      {"empty namespace selector", {.namespace_selectors = {{}}}, false},
      {"namespace selector", {.namespace_selectors = {Matching("team", "a")}}, false},
      {"label of an object without labels", {.object_selectors = {Matching("app", "web")}}, false},
      {"absent label",
       {.object_selectors = {{.match_expressions = {{"app", "DoesNotExist", {}}}}}},
       true},
  };
  for (const ClauseCase& c : cases) EXPECT_EQ(SelectsStorageClass(c.clause), c.selected) << c.name;
}

TEST(Selection, NamespaceWithoutAnObjectInTheInput) {
  const Labels labels;
  const Selectable object{"apps", "deployments", "unseen", "web", &labels};
  const auto select = [&](LabelSelector s) {
    return Select({.name = "p", .downsync = {{.namespace_selectors = {std::move(s)}}}}, object, {})
        .selected;
  };
  EXPECT_TRUE(select({}));
  EXPECT_FALSE(select(Matching("team", "a")));
}

TEST(Selection, AnyClauseSelectsAndAnyMatchingOneSaysCreateOnly) {
  const Labels labels;
  const Selectable web{"apps", "deployments", "shop", "web", &labels};
  const DownsyncClause plain{.resources = {"deployments"}},
      create_only{.object_names = {"web"}, .create_only = true},
      elsewhere{.object_names = {"db"}, .create_only = true};
  const auto select = [&](std::vector<DownsyncClause> clauses) {
    return Select({.name = "p", .downsync = std::move(clauses)}, web, {});
  };
  EXPECT_FALSE(select({}).selected);
  EXPECT_TRUE(select({elsewhere, plain}).selected);
  EXPECT_FALSE(select({elsewhere, plain}).create_only);
  EXPECT_TRUE(select({plain, create_only}).create_only);
  EXPECT_TRUE(select({create_only, plain}).create_only);
  EXPECT_FALSE(select({elsewhere}).selected);
  EXPECT_FALSE(select({elsewhere}).create_only);
}

}  // namespace
}  // namespace wecan
