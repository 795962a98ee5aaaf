// SPDX-License-Identifier: Apache-2.0
// All small rule sets, bindings and requests: analyzer/ against the naive evaluator of
// tests/testing. Each test asserts how many combinations it ran, so that it cannot shrink unseen.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/authorizer.h"
#include "analyzer/grants/compact.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/escalation.h"
#include "analyzer/grants/rule_allows.h"
#include "tests/testing/builders.h"
#include "tests/testing/naive_rbac.h"

namespace wecan {
namespace {

using Strings = std::vector<std::string>;

std::vector<PolicyRule> RulesOver(const Strings& verbs, const Strings& groups,
                                  const Strings& resources, const std::vector<Strings>& names) {
  std::vector<PolicyRule> rules;
  for (const std::string& verb : verbs) {
    for (const std::string& group : groups) {
      for (const std::string& resource : resources) {
        for (const Strings& name : names) {
          rules.push_back({.verbs = {verb},
                           .api_groups = {group},
                           .resources = {resource},
                           .resource_names = name});
        }
      }
    }
  }
  return rules;
}

// 3 verbs x 3 groups x 5 resources x 3 lists of names.
std::vector<PolicyRule> AllRules() {
  return RulesOver({"get", "*", "create"}, {"", "a", "*"}, {"p", "p/s", "*", "*/s", "q"},
                   {{}, {"n"}, {""}});
}

std::vector<RequestAttributes> RequestsOver(const Strings& verbs, const Strings& groups,
                                            const Strings& resources, const Strings& subresources,
                                            const Strings& names) {
  std::vector<RequestAttributes> requests;
  for (const std::string& verb : verbs) {
    for (const std::string& group : groups) {
      for (const std::string& resource : resources) {
        for (const std::string& subresource : subresources) {
          for (const std::string& name : names) {
            requests.push_back({.verb = verb,
                                .api_group = group,
                                .resource = resource,
                                .subresource = subresource,
                                .name = name});
          }
        }
      }
    }
  }
  return requests;
}

TEST(Exhaustive, OneRuleAgainstAllRequests) {
  const std::vector<RequestAttributes> requests =
      RequestsOver({"get", "create", "list", "*"}, {"", "a", "b", "*"}, {"p", "q", "*", "p/s"},
                   {"", "s", "*"}, {"", "n", "m"});
  int combinations = 0, allowed = 0;
  for (const PolicyRule& rule : AllRules()) {
    for (const RequestAttributes& request : requests) {
      const bool actual = RuleAllows(request, rule);
      ASSERT_EQ(actual, NaiveRuleAllows(request, rule))
          << testing::PrintToString(rule) << " and " << testing::PrintToString(request);
      ++combinations;
      allowed += actual;
    }
  }
  EXPECT_EQ(combinations, 135 * 576);
  EXPECT_GT(allowed, 1000);
  EXPECT_LT(allowed, combinations / 2);
}

TEST(Exhaustive, UrlRules) {
  const Strings urls = {"*", "/", "/*", "/a", "/a*", "/a**", "/a/*", "/*/a", "/a/*/b", "", "a*"};
  const Strings paths = {"", "/", "/a", "/a/", "/ab", "/a/b", "/b/a", "/a/*/b", "/*", "*", "/a*"};
  int combinations = 0;
  for (const std::string& url : urls) {
    for (const std::string& verb : Strings{"get", "*", "post"}) {
      for (const std::string& path : paths) {
        // Names never limit a URL; a rule for resources never allows one.
        const RequestAttributes request = Request("get").Path(path);
        PolicyRule rule = UrlRule(verb, url);
        ASSERT_EQ(RuleAllows(request, rule), NaiveRuleAllows(request, rule))
            << url << " and " << path;
        rule.resource_names = {"n"};
        ASSERT_EQ(RuleAllows(request, rule), NaiveRuleAllows(request, rule))
            << url << " and " << path;
        ASSERT_FALSE(RuleAllows(request, Rule("*", "*", "*")));
        ++combinations;
      }
    }
  }
  EXPECT_EQ(combinations, 11 * 3 * 11);
}

TEST(Exhaustive, TwoRulesInARole) {
  const std::vector<PolicyRule> rules = AllRules();
  std::vector<RequestAttributes> requests =
      RequestsOver({"get", "create"}, {"", "a"}, {"p"}, {"", "s"}, {"", "n"});
  for (const RequestAttributes& r : RequestsOver({"get"}, {""}, {"q"}, {""}, {"m", ""}))
    requests.push_back(r);
  const UserInfo user{"u", {}};
  std::vector<std::vector<bool>> naive(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) {
    for (const RequestAttributes& request : requests)
      naive[i].push_back(NaiveRuleAllows(request, rules[i]));
  }
  RbacPolicy policy{.roles = {MakeClusterRole("r", {})},
                    .bindings = {BindClusterRole("r", {User("u")})}};
  const Authorizer authorizer(policy);
  std::vector<PolicyRule>& held = policy.roles[0].rules;
  int combinations = 0;
  for (size_t i = 0; i < rules.size(); ++i) {
    for (size_t j = i; j < rules.size(); ++j) {
      held = {rules[i], rules[j]};
      for (size_t k = 0; k < requests.size(); ++k) {
        const bool actual = authorizer.Authorize(user, requests[k]).allowed;
        ASSERT_EQ(actual, naive[i][k] || naive[j][k])
            << testing::PrintToString(held) << " and " << testing::PrintToString(requests[k]);
        ++combinations;
      }
    }
  }
  EXPECT_EQ(combinations, 135 * 136 / 2 * 18);
}

// Roles that a roleRef may find or miss.
std::vector<Role> SomeRoles() {
  return {MakeClusterRole("r", {Rule("get", "", "p")}),
          MakeRole("x", "r", {Rule("create", "", "p")}),
          MakeRole("y", "r", {Rule("get,create", "", "q")}),
          MakeRole("y", "only-y", {Rule("get", "", "p")})};
}

std::vector<RoleBinding> AllBindings() {
  const std::vector<Subject> subjects = {User("u"),
                                         User("system:serviceaccount:x:u"),
                                         Group("g"),
                                         ServiceAccount("x", "u"),
                                         ServiceAccount("", "u"),
                                         {"user", "", "u"},
                                         {"Group", "x", "system:serviceaccounts:x"}};
  const std::vector<RoleRef> refs = {{kRbacGroup, "ClusterRole", "r"},
                                     {kRbacGroup, "Role", "r"},
                                     {"", "Role", "only-y"},
                                     {kRbacGroup, "role", "r"}};
  std::vector<RoleBinding> bindings;
  for (const std::string& ns : Strings{"", "x", "y"}) {
    for (const Subject& subject : subjects) {
      for (const RoleRef& ref : refs) {
        bindings.push_back({.cluster = ns.empty(),
                            .namespace_ = ns,
                            .name = "b",
                            .role_ref = ref,
                            .subjects = {subject}});
      }
    }
  }
  return bindings;
}

std::string NaiveDenial(const NaiveDecision& decision) {
  std::string text;
  for (const std::string& error : decision.errors) text += (text.empty() ? "" : ", ") + error;
  if (decision.errors.size() > 1) text = "[" + text + "]";
  return text.empty() ? "" : "RBAC: " + text;
}

TEST(Exhaustive, TwoBindings) {
  const std::vector<UserInfo> users = {
      {"u", {}},
      {"v", {"g"}},
      {"system:serviceaccount:x:u", {"system:serviceaccounts", "system:serviceaccounts:x"}},
      {"system:serviceaccount:y:u", {"system:serviceaccounts:y"}}};
  const std::vector<RoleBinding> bindings = AllBindings();
  RbacPolicy policy{.roles = SomeRoles()};
  int combinations = 0, allowed = 0;
  for (size_t i = 0; i < bindings.size(); ++i) {
    for (size_t j = i; j < bindings.size(); ++j) {
      policy.bindings = {bindings[i], bindings[j]};
      policy.bindings[1].name = "c";
      const Authorizer authorizer(policy);
      for (const UserInfo& user : users) {
        for (const std::string& ns : Strings{"", "x", "y"}) {
          const RequestAttributes request =
              Request(ns == "y" ? "get" : "create").Resource("p").Namespace(ns);
          const NaiveDecision naive = NaiveAuthorize(policy, user, request);
          const Decision decision = authorizer.Authorize(user, request);
          ASSERT_EQ(decision.allowed, naive.allowed)
              << i << ", " << j << ": " << testing::PrintToString(user) << " "
              << testing::PrintToString(request);
          const std::string reason = authorizer.Reason(user, request, decision);
          if (decision.allowed) {
            ASSERT_EQ(naive.reasons.count(reason), 1u) << reason;
          } else if (naive.errors.size() < 2) {  // the order of two is that of the bindings
            ASSERT_EQ(reason, NaiveDenial(naive));
          }
          ++combinations;
          allowed += decision.allowed;
        }
      }
    }
  }
  EXPECT_EQ(combinations, 84 * 85 / 2 * 12);
  EXPECT_GT(allowed, 1000);
}

TEST(Exhaustive, MastersMayDoAnythingWithoutPolicy) {
  const RbacPolicy nothing;
  const Authorizer authorizer(nothing);
  int combinations = 0;
  for (const RequestAttributes& request :
       RequestsOver({"get", "*"}, {"", "a"}, {"p", ""}, {"", "s"}, {"", "n"})) {
    EXPECT_TRUE(authorizer.Authorize({"u", {"x", "system:masters"}}, request).privileged);
    EXPECT_FALSE(authorizer.Authorize({"system:masters", {"x"}}, request).allowed);
    ++combinations;
  }
  EXPECT_EQ(combinations, 32);
}

TEST(Exhaustive, OneRuleCoversAnother) {
  const std::vector<PolicyRule> rules = AllRules();
  int combinations = 0, covered = 0;
  for (const PolicyRule& owner : rules) {
    EXPECT_THAT(Uncovered({owner}, {owner}), testing::IsEmpty()) << testing::PrintToString(owner);
    for (const PolicyRule& servant : rules) {
      const bool actual = Uncovered({owner}, {servant}).empty();
      ASSERT_EQ(actual, NaiveCovers({owner}, {servant}))
          << testing::PrintToString(owner) << " over " << testing::PrintToString(servant);
      ++combinations;
      covered += actual;
    }
  }
  EXPECT_EQ(combinations, 135 * 135);
  EXPECT_GT(covered, 500);
}

// What is covered is also allowed: Covers never says yes where a request of the servant would be
// refused by the owner.
TEST(Exhaustive, CoveredMeansAllowed) {
  const std::vector<PolicyRule> rules =
      RulesOver({"get", "*"}, {"", "*"}, {"p", "p/s", "*", "*/s"}, {{}, {"n"}});
  const std::vector<RequestAttributes> requests =
      RequestsOver({"get", "create"}, {"", "a"}, {"p", "q"}, {"", "s"}, {"", "n"});
  int combinations = 0;
  for (const PolicyRule& owner : rules) {
    for (const PolicyRule& servant : rules) {
      if (!Uncovered({owner}, {servant}).empty()) continue;
      for (const RequestAttributes& request : requests) {
        ASSERT_TRUE(!RuleAllows(request, servant) || RuleAllows(request, owner))
            << testing::PrintToString(owner) << " over " << testing::PrintToString(servant);
      }
      ++combinations;
    }
  }
  EXPECT_EQ(combinations, 3 * 3 * 8 * 3);
}

TEST(Exhaustive, CompactedAndOriginalCoverEachOther) {
  const std::vector<PolicyRule> rules =
      RulesOver({"get", "*"}, {"", "a"}, {"p", "*/s", "*"}, {{}, {"n"}, {"", "n"}});
  int combinations = 0, merged = 0;
  for (const PolicyRule& a : rules) {
    for (const PolicyRule& b : rules) {
      const std::vector<PolicyRule> original = {a, b, UrlRule("get", "/x"), a};
      const std::vector<PolicyRule> compacted = CompactRules(original);
      ASSERT_THAT(Uncovered(compacted, original), testing::IsEmpty())
          << testing::PrintToString(original);
      ASSERT_THAT(Uncovered(original, compacted), testing::IsEmpty())
          << testing::PrintToString(original);
      ++combinations;
      merged += compacted.size() < original.size();
    }
  }
  EXPECT_EQ(combinations, 36 * 36);
  EXPECT_GT(merged, 100);
}

// Two rules in one servant and two in the owner: the atoms are judged one by one, and never by two
// rules together.
TEST(Exhaustive, CoverIsByOneRulePerAtom) {
  std::vector<PolicyRule> rules =
      RulesOver({"get", "*"}, {"", "*"}, {"p", "p/s", "*"}, {{}, {"n"}});
  rules.push_back(Rule("get,create", ",a", "p,p/s", "n,m"));
  rules.push_back({.verbs = {"get"}, .api_groups = {""}});
  int combinations = 0;
  for (const PolicyRule& a : rules) {
    for (const PolicyRule& b : rules) {
      for (const PolicyRule& servant : rules) {
        ASSERT_EQ(Uncovered({a, b}, {servant}).empty(), NaiveCovers({a, b}, {servant}))
            << testing::PrintToString(a) << testing::PrintToString(b) << " over "
            << testing::PrintToString(servant);
        ++combinations;
      }
    }
  }
  EXPECT_EQ(combinations, 26 * 26 * 26);
}

// The agent verbs that the Authorizer allows on one object. list and watch are asked without its
// name, and create unless `create_named`.
VerbSet SevenDecisions(const Authorizer& authorizer, const UserInfo& user, const std::string& ns,
                       const std::string& name, bool create_named) {
  VerbSet allowed;
  for (int v = 0; v < kAgentVerbs; ++v) {
    const AgentVerb verb = static_cast<AgentVerb>(v);
    const bool named = verb == AgentVerb::kCreate
                           ? create_named
                           : verb != AgentVerb::kList && verb != AgentVerb::kWatch;
    const RequestAttributes request =
        Request(VerbName(verb)).Resource("p").Namespace(ns).Name(named ? name : "");
    if (authorizer.Authorize(user, request).allowed) allowed.Add(verb);
  }
  return allowed;
}

// The fast path of the analysis equals seven decisions: one rule held everywhere, one in namespace
// x.
TEST(Exhaustive, VerbsOnEqualsSevenDecisions) {
  std::vector<PolicyRule> rules;
  for (const Strings& group_and_resource :
       {Strings{"", "p"}, Strings{"*", "*"}, Strings{"", "p/s"}}) {
    for (PolicyRule& rule : RulesOver({"list", "create", "*"}, {group_and_resource[0]},
                                      {group_and_resource[1]}, {{}, {"n"}, {"", "m"}})) {
      rules.push_back(std::move(rule));
    }
  }
  const UserInfo user{"u", {}};
  int combinations = 0;
  for (const PolicyRule& everywhere : rules) {
    for (const PolicyRule& in_x : rules) {
      const RbacPolicy policy{
          .roles = {MakeClusterRole("one", {everywhere}), MakeRole("x", "two", {in_x})},
          .bindings = {BindClusterRole("one", {User("u")}),
                       BindRole("x", "Role", "two", {User("u")})}};
      AgentGrants grants(policy, user);
      for (const std::string& ns : Strings{"", "x"}) {
        const ResourceGrants& held = grants.On("", "p", ns);
        for (const std::string& name : Strings{"n", "o", ""}) {
          for (const bool create_named : {false, true}) {
            ASSERT_EQ(held.VerbsOn(name, create_named),
                      SevenDecisions(grants.authorizer(), user, ns, name, create_named))
                << testing::PrintToString(everywhere) << " and in x "
                << testing::PrintToString(in_x) << "; namespace \"" << ns << "\", name \"" << name
                << "\", create_named " << create_named;
            ++combinations;
          }
        }
      }
    }
  }
  EXPECT_EQ(combinations, 27 * 27 * 12);
}

// What somebody may hold who writes RBAC objects: parts of what they grant, and the two verbs.
std::vector<PolicyRule> HeldByWriters() {
  std::vector<PolicyRule> rules =
      RulesOver({"get", "*"}, {"", "*"}, {"p", "*", "p/s", "*/s"}, {{}, {"n"}});
  for (const std::string& verb : Strings{"escalate", "bind"}) {
    for (const std::string& resource : Strings{"roles", "clusterroles"}) {
      for (const Strings& names : {Strings{}, Strings{"n"}, Strings{"m"}, Strings{""}}) {
        rules.push_back({.verbs = {verb},
                         .api_groups = {kRbacGroup},
                         .resources = {resource},
                         .resource_names = names});
      }
    }
  }
  return rules;
}

// A policy in which `u` holds the rule everywhere or in x alone.
RbacPolicy HoldingPolicy(const PolicyRule& rule, bool everywhere) {
  RbacPolicy policy{.roles = {MakeClusterRole("held", {rule})}};
  policy.bindings = {everywhere ? BindClusterRole("held", {User("u")})
                                : BindRole("x", "ClusterRole", "held", {User("u")})};
  return policy;
}

TEST(Exhaustive, WritingRoles) {
  const UserInfo user{"u", {}};
  const std::vector<PolicyRule> granted =
      RulesOver({"get", "*", "create"}, {"", "*"}, {"p", "p/s", "*", "q/s"}, {{}, {"n"}});
  int combinations = 0, allowed = 0;
  for (const PolicyRule& held : HeldByWriters()) {
    for (const bool everywhere : {false, true}) {
      const RbacPolicy policy = HoldingPolicy(held, everywhere);
      const Authorizer authorizer(policy);
      for (const PolicyRule& rule : granted) {
        for (Role role :
             {MakeRole("x", "n", {rule}), MakeRole("y", "n", {rule}), MakeClusterRole("n", {rule}),
              MakeAggregatedRole("n", {{}}, {}, {rule})}) {
          for (const bool named : {false, true}) {
            const EscalationResult result =
                CheckRoleWrite(authorizer, user, role, named ? role.name : "", nullptr);
            ASSERT_EQ(result.outcome == EscalationResult::Outcome::kAllowed,
                      NaiveMayWriteRole(policy, user, role, named))
                << testing::PrintToString(held) << " writes " << testing::PrintToString(rule)
                << " in \"" << role.namespace_ << "\", named " << named;
            ASSERT_EQ(result.missing.empty(), result.message.empty());
            ++combinations;
            allowed += result.message.empty();
          }
        }
      }
    }
  }
  EXPECT_EQ(combinations, (32 + 16) * 2 * 48 * 8);
  EXPECT_GT(allowed, 1000);
}

TEST(Exhaustive, WritingBindings) {
  const UserInfo user{"u", {}};
  const std::vector<PolicyRule> granted =
      RulesOver({"get", "create"}, {"", "*"}, {"p", "p/s", "*"}, {{}, {"n"}});
  int combinations = 0, allowed = 0;
  for (const PolicyRule& held : HeldByWriters()) {
    for (const bool everywhere : {false, true}) {
      for (const PolicyRule& rule : granted) {
        RbacPolicy policy = HoldingPolicy(held, everywhere);
        policy.roles.push_back(MakeClusterRole("n", {rule}));
        policy.roles.push_back(MakeRole("x", "n", {rule}));
        const Authorizer authorizer(policy);
        for (const RoleBinding& binding :
             {BindClusterRole("n", {}), BindRole("x", "ClusterRole", "n", {}),
              BindRole("x", "Role", "n", {}), BindRole("y", "ClusterRole", "n", {}),
              BindRole("y", "Role", "n", {})}) {
          const EscalationResult result = CheckBindingWrite(authorizer, user, binding);
          const NaiveAnswer naive = NaiveMayWriteBinding(policy, user, binding);
          ASSERT_EQ(result.outcome,
                    naive == NaiveAnswer::kAllowed   ? EscalationResult::Outcome::kAllowed
                    : naive == NaiveAnswer::kRefused ? EscalationResult::Outcome::kRefused
                                                     : EscalationResult::Outcome::kRoleNotFound)
              << testing::PrintToString(held) << " binds " << testing::PrintToString(rule)
              << " in \"" << binding.namespace_ << "\"";
          ++combinations;
          allowed += result.message.empty();
        }
      }
    }
  }
  EXPECT_EQ(combinations, (32 + 16) * 2 * 24 * 5);
  EXPECT_GT(allowed, 500);
}

}  // namespace
}  // namespace wecan
