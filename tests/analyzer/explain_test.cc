// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/explain.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/aggregate.h"
#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const UserInfo kAnn = {"ann", {}};

// "names web,db by named", with ` <- SOURCE` for each source.
std::vector<std::string> Close(const Explanation& explanation) {
  static constexpr const char* kNames[] = {"names",       "namespace", "verbs",
                                           "subresource", "group",     "takes-in"};
  std::vector<std::string> lines;
  for (const CloseRole& close : explanation.close) {
    std::string line = absl::StrCat(kNames[static_cast<int>(close.closeness)], " ",
                                    absl::StrJoin(close.has, ","), " by ", close.role->name);
    for (const Role* source : close.sources) absl::StrAppend(&line, " <- ", source->name);
    lines.push_back(std::move(line));
  }
  return lines;
}

Explanation ExplainIn(const RbacPolicy& policy, const RequestAttributes& request) {
  return Explain(policy, Authorizer(policy), kAnn, request);
}

// One role bound to ann.
RbacPolicy With(std::vector<PolicyRule> rules) {
  RbacPolicy policy;
  policy.roles = {MakeClusterRole("r", std::move(rules))};
  policy.bindings = {BindClusterRole("r", {User("ann")})};
  return policy;
}

TEST(Explain, WhatOneRoleLacks) {
  const RequestAttributes get =
      Request("get").Group("apps").Resource("deployments").Namespace("shop").Name("web");
  const RequestAttributes scale =
      Request("get").Group("apps").Resource("deployments").Subresource("scale").Namespace("shop");
  struct Case {
    std::string name;
    PolicyRule rule;
    RequestAttributes request;
    std::vector<std::string> close;
  };
  const std::vector<Case> cases = {
      {"other verbs", Rule("list,watch", "apps", "deployments"), get, {"verbs list,watch by r"}},
      {"other verbs on all", Rule("list", "*", "*"), get, {"verbs list by r"}},
      {"other names", Rule("get", "apps", "deployments", "db,cache"), get, {"names db,cache by r"}},
      {"another group", Rule("get", "extensions", "deployments"), get, {"group extensions by r"}},
      {"the parent alone",
       Rule("get", "apps", "deployments"),
       scale,
       {"subresource deployments by r"}},
      {"a subresource alone",
       Rule("get", "apps", "deployments/scale,deployments/status"),
       get,
       {"subresource deployments/scale,deployments/status by r"}},
      {"two things at once", Rule("list", "extensions", "deployments"), get, {}},
      {"another resource", Rule("get", "apps", "statefulsets"), get, {}},
      {"another path", UrlRule("get", "/healthz"), Request("get").Path("/metrics"), {}},
  };
  for (const Case& c : cases) {
    const RbacPolicy policy = With({c.rule});
    const Explanation explanation = ExplainIn(policy, c.request);
    EXPECT_FALSE(explanation.decision.allowed) << c.name;
    EXPECT_EQ(Close(explanation), c.close) << c.name;
    EXPECT_EQ(explanation.others, c.close.empty() ? 1 : 0) << c.name;
  }
}

TEST(Explain, TheNearestRoleStandsFirst) {
  RbacPolicy policy = With({Rule("list", "", "pods"), Rule("watch,list", "", "pods")});
  policy.roles.push_back(MakeClusterRole("named", {Rule("get", "", "pods", "web")}));
  policy.roles.push_back(MakeClusterRole("nothing", {Rule("get", "", "nodes")}));
  policy.roles.push_back(MakeAggregatedRole("empty", {{.match_labels = {{"k", "v"}}}}));
  policy.roles.push_back(MakeRole("dev", "here", {Rule("get", "", "pods")}));
  for (const char* name : {"named", "nothing", "empty", "gone"})
    policy.bindings.push_back(BindClusterRole(name, {User("ann")}));
  policy.bindings.push_back(BindRole("dev", "Role", "here", {User("ann")}));
  const Explanation explanation =
      ExplainIn(policy, Request("get").Resource("pods").Namespace("shop"));
  EXPECT_THAT(Close(explanation), ElementsAre("names web by named", "namespace dev by here",
                                              "verbs list,watch by r", "takes-in k=v by empty"));
  EXPECT_EQ(explanation.others, 1);
  ASSERT_EQ(explanation.dangling.size(), 1u);
  EXPECT_EQ(explanation.dangling[0]->role_ref.name, "gone");
}

TEST(Explain, AllowedNamesThePathThroughAggregation) {
  RbacPolicy policy;
  policy.roles = {MakeAggregatedRole("admin", {{.match_labels = {{"to", "admin"}}}}),
                  MakeClusterRole("view", {Rule("get", "", "pods")}, {{"to", "admin"}})};
  policy.bindings = {BindClusterRole("admin", {User("ann")})};
  AggregateClusterRoles(policy);
  const Explanation yes = ExplainIn(policy, Request("get").Resource("pods"));
  ASSERT_TRUE(yes.decision.allowed);
  EXPECT_EQ(yes.decision.witness.role->name, "admin");
  ASSERT_EQ(yes.sources.size(), 1u);
  EXPECT_EQ(yes.sources[0]->name, "view");
  EXPECT_THAT(yes.close, IsEmpty());
  EXPECT_THAT(Close(ExplainIn(policy, Request("delete").Resource("pods"))),
              ElementsAre("verbs get by admin <- view"));
}

TEST(Explain, MastersNeedNoRule) {
  const RbacPolicy policy = With({});
  const Explanation explanation = Explain(policy, Authorizer(policy), {"root", {"system:masters"}},
                                          Request("delete").Resource("nodes"));
  EXPECT_TRUE(explanation.decision.allowed);
  EXPECT_EQ(explanation.decision.witness.rule, nullptr);
}

}  // namespace
}  // namespace wecan
