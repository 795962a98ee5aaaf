// SPDX-License-Identifier: Apache-2.0
#include "analyzer/gaps/compare.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

const UserInfo& Bob() {
  static const auto* bob = new UserInfo{"bob", {}};
  return *bob;
}

// Deployments cluster-wide but for delete; everything on configmaps a in dev; namespaces from
// inside team.
RbacPolicy SomePolicy() {
  return {.roles = {MakeClusterRole("deployer", {Rule("get,create,update", "apps", "deployments")}),
                    MakeRole("dev", "one", {Rule("*", "", "configmaps", "a")}),
                    MakeRole("team", "own", {Rule("*", "", "namespaces")})},
          .bindings = {BindClusterRole("deployer", {User("bob")}),
                       BindRole("dev", "Role", "one", {User("bob")}),
                       BindRole("team", "Role", "own", {User("bob")})}};
}

ResourceType Known(absl::string_view group, absl::string_view resource, bool namespaced = true) {
  return {.group = std::string(group),
          .resource = std::string(resource),
          .namespaced = namespaced,
          .source = ResourceSource::kCatalog};
}

struct GapCase {
  std::string label;
  ResourceType type;
  std::string ns, name;
  bool create_named;
  ScopeKind scope;
  std::string missing;  // of get, create, update, delete
};

TEST(Compare, Gaps) {
  const std::vector<GapCase> cases = {
      {"cluster-wide", Known("apps", "deployments"), "dev", "x", false, ScopeKind::kNamespace,
       "delete"},
      {"namespace differs per WEC", Known("apps", "deployments"), "{{.x}}", "x", false,
       ScopeKind::kEachWec, "delete"},
      {"nothing held", Known("apps", "statefulsets"), "dev", "x", false, ScopeKind::kNamespace,
       "get,create,update,delete"},
      {"by name, POST", Known("", "configmaps"), "dev", "a", false, ScopeKind::kNamespace,
       "create"},
      {"by name, apply", Known("", "configmaps"), "dev", "a", true, ScopeKind::kNamespace, ""},
      {"other name", Known("", "configmaps"), "dev", "b", true, ScopeKind::kNamespace,
       "get,create,update,delete"},
      {"other namespace", Known("", "configmaps"), "test", "a", true, ScopeKind::kNamespace,
       "get,create,update,delete"},
      {"local grant, namespace differs per WEC", Known("", "configmaps"), "dev", "a", true,
       ScopeKind::kEachWec, "get,create,update,delete"},
      {"a Namespace from inside", Known("", "namespaces", false), "", "team", false,
       ScopeKind::kCluster, "create"},
      {"a Namespace from inside, apply", Known("", "namespaces", false), "", "team", true,
       ScopeKind::kCluster, ""},
      {"another Namespace", Known("", "namespaces", false), "", "dev", false, ScopeKind::kCluster,
       "get,create,update,delete"},
  };
  AgentGrants grants(SomePolicy(), Bob());
  for (const GapCase& c : cases) {
    const ObjectRequirements need{.scope = c.scope,
                                  .namespace_ = c.ns,
                                  .apply = Verbs("get,create,update"),
                                  .remove = Verbs("delete"),
                                  .option = Verbs("patch"),
                                  .create_named = c.create_named};
    const Gap gap = Compare(need, c.type, c.name, grants);
    EXPECT_FALSE(gap.unknown) << c.label;
    EXPECT_EQ(gap.needed, Verbs("get,create,update,delete")) << c.label;
    EXPECT_EQ(gap.missing, Verbs(c.missing)) << c.label;
    EXPECT_EQ(gap.option_needed, Verbs("patch")) << c.label;
  }
}

TEST(Compare, OptionsAreAPartOfTheirOwn) {
  AgentGrants grants(SomePolicy(), Bob());
  const ObjectRequirements need{.namespace_ = "dev",
                                .apply = Verbs("get,create,update"),
                                .remove = Verbs("delete"),
                                .option = Verbs("patch,list")};
  const Gap gap = Compare(need, Known("apps", "deployments"), "x", grants);
  EXPECT_EQ(gap.missing, Verbs("delete"));
  EXPECT_EQ(gap.option_missing, Verbs("patch,list"));
}

struct UnknownCase {
  std::string group;
  ResourceSource source;
  bool unknown;
};

TEST(Compare, AGuessIsUnknownOnlyInAGroupThatIsNamed) {
  const std::vector<UnknownCase> cases = {{"example.com", ResourceSource::kGuess, false},
                                          {"apps", ResourceSource::kGuess, true},
                                          {"", ResourceSource::kGuess, true},
                                          {"apps", ResourceSource::kCatalog, false},
                                          {"apps", ResourceSource::kInput, false}};
  AgentGrants grants(SomePolicy(), Bob());
  for (const UnknownCase& c : cases) {
    ResourceType type = Known(c.group, "planets");
    type.source = c.source;
    const Gap gap = Compare({.namespace_ = "dev", .apply = Verbs("get")}, type, "x", grants);
    EXPECT_EQ(gap.unknown, c.unknown) << c.group;
    EXPECT_EQ(gap.missing, c.unknown ? VerbSet() : Verbs("get")) << c.group;
  }
}

TEST(Compare, ExecutorsAreAskedByNameAndInTheObjectsOwnNamespace) {
  AgentGrants grants(SomePolicy(), Bob());
  const auto missing = [&](const ResourceType& type, const std::string& ns, const std::string& name,
                           ScopeKind scope = ScopeKind::kNamespace) {
    const ObjectRequirements need{.scope = scope,
                                  .namespace_ = ns,
                                  .apply = Verbs("list,watch"),
                                  .executor_verbs = Verbs("get,create,update,patch,delete")};
    const Gap gap = CompareExecutor(need, type, name, grants);
    EXPECT_TRUE(gap.option_needed.empty());
    return gap.missing;
  };
  EXPECT_EQ(missing(Known("apps", "deployments"), "dev", "x"), Verbs("patch,delete"));
  EXPECT_EQ(missing(Known("", "configmaps"), "dev", "a"), VerbSet()) << "create carries the name";
  EXPECT_EQ(missing(Known("", "configmaps"), "dev", "b"), Verbs("get,create,update,patch,delete"));
  EXPECT_EQ(missing(Known("", "configmaps"), "dev", "a", ScopeKind::kEachWec),
            Verbs("get,create,update,patch,delete"));
  EXPECT_EQ(missing(Known("", "namespaces", false), "", "team", ScopeKind::kCluster),
            Verbs("get,create,update,patch,delete"))
      << "the review names no namespace, so a Role inside does not count";
}

TEST(Compare, WhatIsUnknownIsNoGapOfTheExecutor) {
  AgentGrants grants(SomePolicy(), Bob());
  ResourceType type = Known("apps", "planets");
  type.source = ResourceSource::kGuess;
  const ObjectRequirements need{.namespace_ = "dev", .executor_verbs = Verbs("get")};
  EXPECT_TRUE(CompareExecutor(need, type, "x", grants).unknown);
  type.group = "example.com";
  EXPECT_EQ(CompareExecutor(need, type, "x", grants).missing, Verbs("get"));
}

}  // namespace
}  // namespace wecan
