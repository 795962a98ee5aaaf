// SPDX-License-Identifier: Apache-2.0
// Beyond the conformance cases: paths, -A, names, URLs, and that it agrees with the authorizer.
#include "analyzer/grants/who_can.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/matched_part.h"
#include "analyzer/grants/rule_allows.h"
#include "analyzer/grants/rule_sources.h"
#include "tests/testing/builders.h"
#include "tests/testing/load.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "User ann", "ServiceAccount shop/ci in shop"; system:masters is left out.
std::vector<std::string> Names(const WhoCan& who) {
  std::vector<std::string> names;
  for (size_t i = 1; i < who.holders.size(); ++i) {
    const Holder& h = who.holders[i];
    names.push_back(absl::StrCat(
        h.subject.kind, " ", h.subject.kind == "ServiceAccount" ? h.subject.namespace_ + "/" : "",
        h.subject.name, h.namespace_.empty() ? "" : " in " + h.namespace_));
  }
  return names;
}

RbacPolicy Policy() {
  RbacPolicy policy;
  policy.roles = {MakeClusterRole("all-pods", {Rule("get,list", "", "pods")}),
                  MakeClusterRole("one-secret", {Rule("get", "", "secrets", "web")}),
                  MakeClusterRole("logs", {Rule("get", "", "*/log"), UrlRule("get", "/healthz/*")}),
                  MakeRole("shop", "editor", {Rule("*", "apps", "*")}),
                  MakeRole("dev", "editor", {Rule("get", "apps", "deployments")})};
  policy.bindings = {BindClusterRole("all-pods", {User("ann"), Group("team")}),
                     BindClusterRole("one-secret", {User("sam")}),
                     BindClusterRole("logs", {ServiceAccount("", "lost"), User("log")}),
                     BindRole("shop", "Role", "editor", {ServiceAccount("", "ci")}),
                     BindRole("dev", "Role", "editor", {ServiceAccount("ops", "ci"), User("eve")}),
                     BindRole("shop", "ClusterRole", "gone", {User("nobody")})};
  return policy;
}

TEST(WhoCan, ByRequest) {
  struct Case {
    std::string name;
    RequestAttributes request;
    bool any_namespace;
    std::vector<std::string> who;
  };
  const std::vector<std::string> nobody;
  const std::vector<Case> cases = {
      {"cluster-wide", Request("list").Resource("pods"), false, {"User ann", "Group team"}},
      {"another verb", Request("delete").Resource("pods"), false, nobody},
      {"another group", Request("list").Group("metrics.k8s.io").Resource("pods"), false, nobody},
      {"a name that is listed",
       Request("get").Resource("secrets").Name("web"),
       false,
       {"User sam"}},
      {"a name that is not", Request("get").Resource("secrets").Name("db"), false, nobody},
      {"no name", Request("get").Resource("secrets"), false, nobody},
      {"any parent's subresource",
       Request("get").Resource("pods").Subresource("log"),
       false,
       {"User log"}},
      {"not the parent", Request("get").Resource("nodes"), false, nobody},
      {"a path", Request("get").Path("/healthz/live"), false, {"User log"}},
      {"a path that the prefix does not take in", Request("get").Path("/healthz"), false, nobody},
      {"in the namespace, by a subject that names none",
       Request("patch").Group("apps").Resource("deployments").Namespace("shop"),
       false,
       {"ServiceAccount shop/ci in shop"}},
      {"in another namespace",
       Request("patch").Group("apps").Resource("deployments").Namespace("dev"), false, nobody},
      {"across namespaces", Request("get").Group("apps").Resource("deployments"), false, nobody},
      {"in any namespace",
       Request("get").Group("apps").Resource("deployments"),
       true,
       {"ServiceAccount ops/ci in dev", "User eve in dev", "ServiceAccount shop/ci in shop"}},
      {"in any namespace, but the request names one",
       Request("get").Group("apps").Resource("deployments").Namespace("dev"),
       true,
       {"ServiceAccount ops/ci in dev", "User eve in dev"}},
      {"a path is in no namespace", Request("get").Path("/x"), true, nobody},
  };
  const RbacPolicy policy = Policy();
  for (const Case& c : cases) {
    const WhoCan who = FindWhoCan(policy, c.request, c.any_namespace);
    EXPECT_EQ(Names(who), c.who) << c.name;
    EXPECT_EQ(who.anybody(), !c.who.empty()) << c.name;
    EXPECT_EQ(who.holders[0].subject.name, "system:masters") << c.name;
  }
}

// A role that is nowhere grants nothing, and is told where it would count.
TEST(WhoCan, DanglingBindings) {
  const RbacPolicy policy = Policy();
  const RequestAttributes in_shop = Request("get").Resource("pods").Namespace("shop");
  const WhoCan who = FindWhoCan(policy, in_shop, false);
  ASSERT_EQ(who.dangling.size(), 1u);
  EXPECT_EQ(who.dangling[0]->role_ref.name, "gone");
  EXPECT_THAT(FindWhoCan(policy, Request("get").Resource("pods"), false).dangling, IsEmpty());
}

TEST(WhoCan, TheLastOfEqualBindingsCounts) {
  RbacPolicy policy = Policy();
  policy.bindings.push_back(policy.bindings[0]);
  policy.bindings.back().subjects = {User("bea")};
  EXPECT_THAT(Names(FindWhoCan(policy, Request("list").Resource("pods"), false)),
              ElementsAre("User bea"));
}

// The user or group that somebody is by this subject; an account's name is what it logs in as.
UserInfo As(const Subject& subject, const std::string& binding_namespace) {
  if (subject.kind == "User") return {subject.name, {}};
  if (subject.kind == "Group") return {"", {subject.name}};
  const std::string& ns = subject.namespace_.empty() ? binding_namespace : subject.namespace_;
  return {ServiceAccountUsername(ns, subject.name), {}};
}

bool Named(const WhoCan& who, const UserInfo& user) {
  return std::any_of(who.holders.begin(), who.holders.end(), [&](const Holder& holder) {
    const UserInfo held = As(holder.subject, "");
    return held.name == user.name && held.groups == user.groups;
  });
}

// Whoever is named may, by the rule that is named; any other subject of the policy may not.
TEST(WhoCan, AgreesWithTheAuthorizer) {
  const std::vector<RequestAttributes> requests = {
      Request("get").Resource("pods").Namespace("ns1"), Request("list").Resource("secrets"),
      Request("create").Group("apps").Resource("deployments").Namespace("ns2"),
      Request("update").Group("apps").Resource("deployments").Subresource("scale"),
      Request("get").Path("/metrics")};
  for (const char* number : {"001", "002", "003"}) {
    RbacPolicy policy;
    AddRbacList(LoadSource("fixtures/conformance/sar/builtin.yaml"), policy);
    AddRbacList(LoadSource(absl::StrCat("fixtures/conformance/sar/", number, "/rbac.yaml")),
                policy);
    const Authorizer authorizer(policy);
    for (const RequestAttributes& request : requests) {
      const WhoCan who = FindWhoCan(policy, request, false);
      for (const Holder& holder : who.holders)
        EXPECT_TRUE(holder.rule == nullptr || RuleAllows(request, *holder.rule));
      for (const RoleBinding& binding : policy.bindings) {
        for (const Subject& subject : binding.subjects) {
          const UserInfo user = As(subject, binding.namespace_);
          EXPECT_EQ(Named(who, user), authorizer.Authorize(user, request).allowed)
              << number << " " << subject.kind << " " << subject.name;
        }
      }
    }
  }
}

// ---- where a rule comes from

std::vector<std::string> Sources(const RbacPolicy& policy, const char* name,
                                 const PolicyRule& rule) {
  std::vector<std::string> names;
  for (const Role& role : policy.roles) {
    if (role.name != name) continue;
    for (const Role* source : RuleSources(role, rule, policy)) names.push_back(source->name);
  }
  return names;
}

TEST(RuleSources, FollowAggregationToWhereTheRuleIsWritten) {
  const PolicyRule pods = Rule("get", "", "pods"), nodes = Rule("get", "", "nodes"),
                   own = Rule("get", "", "secrets");
  RbacPolicy policy;
  policy.roles = {
      MakeAggregatedRole("admin", {{.match_labels = {{"to-admin", "yes"}}}}),
      MakeAggregatedRole("edit", {{.match_labels = {{"to-edit", "yes"}}}}, {{"to-admin", "yes"}}),
      MakeClusterRole("view", {pods}, {{"to-edit", "yes"}}),
      MakeClusterRole("extra", {nodes}, {{"to-admin", "yes"}}), MakeClusterRole("plain", {own})};
  AggregateClusterRoles(policy);
  EXPECT_THAT(Sources(policy, "admin", pods), ElementsAre("edit", "view"));
  EXPECT_THAT(Sources(policy, "admin", nodes), ElementsAre("extra"));
  EXPECT_THAT(Sources(policy, "edit", pods), ElementsAre("view"));
  EXPECT_THAT(Sources(policy, "plain", own), IsEmpty());
  EXPECT_THAT(Sources(policy, "view", pods), IsEmpty());
  // Aggregated elsewhere, by roles that are not here.
  policy.roles[0].rules.push_back(own);
  EXPECT_THAT(Sources(policy, "admin", own), IsEmpty());
}

TEST(RuleSources, CirclesEnd) {
  const PolicyRule pods = Rule("get", "", "pods");
  RbacPolicy policy;
  policy.roles = {MakeAggregatedRole("a", {{.match_labels = {{"x", "b"}}}}, {{"x", "a"}}, {pods}),
                  MakeAggregatedRole("b", {{.match_labels = {{"x", "a"}}}}, {{"x", "b"}}, {pods})};
  EXPECT_THAT(Sources(policy, "a", pods), ElementsAre("b"));
}

TEST(MatchedPart, NamesTheEntriesThatMatch) {
  const RequestAttributes scale =
      Request("get").Group("apps").Resource("deployments").Subresource("scale").Name("web");
  for (const auto& [rule, part] : std::vector<std::pair<PolicyRule, std::string>>{
           {Rule("get,list", "apps,batch", "deployments/scale"), "get deployments.apps/scale"},
           {Rule("*", "*", "*"), "* *.*"},
           {Rule("get", "apps", "pods,*/scale"), "get *.apps/scale"},
           {Rule("get", "apps", "*", "web,db"), "get *.apps only web"}})
    EXPECT_EQ(MatchedPart(rule, scale), part);
  EXPECT_EQ(MatchedPart(Rule("get", "", "pods"), Request("get").Resource("pods")), "get pods");
  EXPECT_EQ(MatchedPart(UrlRule("*", "/x,/healthz/*"), Request("get").Path("/healthz/a")),
            "* /healthz/*");
}

}  // namespace
}  // namespace wecan
