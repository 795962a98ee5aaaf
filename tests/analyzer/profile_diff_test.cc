// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/profile_diff.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/compact.h"
#include "tests/testing/builders.h"
#include "tests/testing/naive_rbac.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const UserInfo kBob{"bob", {}};

// Rules of ClusterRoleBindings, and of RoleBindings in the namespaces x and y.
struct Rules {
  std::vector<PolicyRule> cluster, x, y;
};

RbacPolicy PolicyOf(const Rules& rules) {
  return {.roles = {MakeClusterRole("cluster", rules.cluster), MakeRole("x", "local", rules.x),
                    MakeClusterRole("shared", rules.y)},
          .bindings = {BindClusterRole("cluster", {User("bob")}),
                       BindRole("x", "Role", "local", {User("bob")}),
                       BindRole("y", "ClusterRole", "shared", {User("bob")}),
                       BindRole("y", "ClusterRole", "cluster-admin", {User("eve")})}};
}

ProfileDiff DiffOf(const Rules& before, const Rules& after) {
  const RbacPolicy one = PolicyOf(before), other = PolicyOf(after);
  return DiffProfiles(Authorizer(one), Authorizer(other), kBob);
}

// "+{...} ns" and "-{...}".
std::vector<std::string> Show(const ProfileDiff& diff) {
  std::vector<std::string> lines;
  for (const ScopeDiff& scope : diff.scopes) {
    for (const PolicyRule& r : scope.gained)
      lines.push_back(absl::StrCat("+", CompactString(r), scope.namespace_));
    for (const PolicyRule& r : scope.lost)
      lines.push_back(absl::StrCat("-", CompactString(r), scope.namespace_));
  }
  return lines;
}

TEST(ProfileDiff, Cases) {
  struct Case {
    const char* name;
    Rules before, after;
    std::vector<std::string> lines;
  };
  const std::vector<Case> cases = {
      {"nothing", {}, {}, {}},
      {"written otherwise",
       {.cluster = {Rule("get,list", "apps,", "a,b")}},
       {.cluster = {Rule("get", "apps", "a,b"), Rule("list", "apps", "b,a"),
                    Rule("list,get", "", "a,b")}},
       {}},
      {"verbs",
       {.cluster = {Rule("get,list", "apps", "a")}},
       {.cluster = {Rule("watch,get,create", "apps", "a")}},
       {R"(+{APIGroups:["apps"], Resources:["a"], Verbs:["create" "watch"]})",
        R"(-{APIGroups:["apps"], Resources:["a"], Verbs:["list"]})"}},
      {"a wildcard takes singles in",
       {.cluster = {Rule("get", "apps", "a"), UrlRule("get", "/metrics")}},
       {.cluster = {Rule("*", "*", "*"), UrlRule("*", "*")}},
       {R"(+{APIGroups:["*"], Resources:["*"], Verbs:["*"]})",
        R"(+{NonResourceURLs:["*"], Verbs:["*"]})"}},
      {"singles do not make a wildcard",
       {.cluster = {Rule("*", "apps", "a")}},
       {.cluster = {Rule("get,list", "apps", "a")}},
       {R"(-{APIGroups:["apps"], Resources:["a"], Verbs:["*"]})"}},
      {"what a wildcard covers is not listed",
       {},
       {.cluster = {Rule("get", "apps", "a"), Rule("*", "apps", "a,b/s"),
                    Rule("get", "", "*/s,p/s")}},
       {R"(+{APIGroups:[""], Resources:["*/s"], Verbs:["get"]})",
        R"(+{APIGroups:["apps"], Resources:["a"], Verbs:["*"]})",
        R"(+{APIGroups:["apps"], Resources:["b/s"], Verbs:["*"]})"}},
      {"names",
       {.cluster = {Rule("get", "", "a")}},
       {.cluster = {Rule("get", "", "a", "n")}},
       {R"(-{APIGroups:[""], Resources:["a"], Verbs:["get"]})"}},
      {"any name and one",
       {.cluster = {Rule("get", "", "a"), Rule("get,list", "", "a", "n")}},
       {},
       {R"(-{APIGroups:[""], Resources:["a"], Verbs:["get"]})",
        R"(-{APIGroups:[""], Resources:["a"], ResourceNames:["n"], Verbs:["list"]})"}},
      {"more names",
       {.cluster = {Rule("get", "", "a", "n")}},
       {.cluster = {Rule("get", "", "a", "n,m")}},
       {R"(+{APIGroups:[""], Resources:["a"], ResourceNames:["m"], Verbs:["get"]})"}},
      {"from the cluster to a namespace",
       {.cluster = {Rule("get", "", "a")}},
       {.x = {Rule("get", "", "a")}},
       {R"(-{APIGroups:[""], Resources:["a"], Verbs:["get"]})"}},
      {"from a namespace to the cluster",
       {.x = {Rule("get", "", "a")}},
       {.cluster = {Rule("get", "", "a")}},
       {R"(+{APIGroups:[""], Resources:["a"], Verbs:["get"]})"}},
      {"from a namespace to another",
       {.x = {Rule("get", "", "a")}},
       {.y = {Rule("get", "", "a")}},
       {R"(-{APIGroups:[""], Resources:["a"], Verbs:["get"]}x)",
        R"(+{APIGroups:[""], Resources:["a"], Verbs:["get"]}y)"}},
      {"lost everywhere is not lost in a namespace once more",
       {.cluster = {Rule("get", "", "a")}, .x = {Rule("get,list", "", "a")}},
       {},
       {R"(-{APIGroups:[""], Resources:["a"], Verbs:["get"]})",
        R"(-{APIGroups:[""], Resources:["a"], Verbs:["list"]}x)"}},
      {"URLs are in no namespace", {.y = {UrlRule("get", "/a")}}, {}, {}},
      {"URL patterns",
       {.cluster = {UrlRule("get", "/a/b"), UrlRule("get", "/b")}},
       {.cluster = {UrlRule("get", "/a/*")}},
       {R"(+{NonResourceURLs:["/a/*"], Verbs:["get"]})",
        R"(-{NonResourceURLs:["/b"], Verbs:["get"]})"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const ProfileDiff diff = DiffOf(c.before, c.after);
    EXPECT_THAT(Show(diff), testing::ElementsAreArray(c.lines));
    EXPECT_EQ(diff.equal(), c.lines.empty());
    EXPECT_TRUE(diff.complete);
    // The other way round the signs change, and nothing else.
    const ProfileDiff back = DiffOf(c.after, c.before);
    ASSERT_EQ(back.scopes.size(), diff.scopes.size());
    for (size_t i = 0; i < diff.scopes.size(); ++i) {
      EXPECT_EQ(back.scopes[i].gained, diff.scopes[i].lost);
      EXPECT_EQ(back.scopes[i].lost, diff.scopes[i].gained);
    }
  }
}

TEST(ProfileDiff, TooLargeIsSaid) {
  std::vector<std::string> many;
  for (int i = 0; i < 500; ++i) many.push_back(absl::StrCat("r", i));
  const PolicyRule large{.verbs = many, .api_groups = {"a"}, .resources = many};
  const ProfileDiff diff = DiffOf({.cluster = {large}}, {});
  EXPECT_FALSE(diff.complete);
  EXPECT_FALSE(diff.equal());
  EXPECT_TRUE(DiffOf({.cluster = {large}}, {.cluster = {Rule("*", "a", "*")}}).complete);
}

// ---- against the naive evaluator, over random rules

const std::vector<std::string> kVerbs = {"get", "create", "*"}, kGroups = {"", "a", "*"},
                               kResources = {"p", "p/s", "q", "*/s", "*"},
                               kUrls = {"/", "/a", "/a/*", "/b", "*"};

std::vector<PolicyRule> RandomRules(std::mt19937& random) {
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  std::vector<PolicyRule> rules;
  for (size_t n = random() % 4; n > 0; --n) {
    if (random() % 5 == 0) {
      rules.push_back(UrlRule(pick(kVerbs), pick(kUrls)));
      continue;
    }
    PolicyRule rule{.verbs = {pick(kVerbs), pick(kVerbs)},
                    .api_groups = {pick(kGroups)},
                    .resources = {pick(kResources), pick(kResources)}};
    if (random() % 3 == 0) rule.resource_names = {random() % 2 == 0 ? "n" : "m"};
    rules.push_back(std::move(rule));
  }
  return rules;
}

// What the rules can tell apart: "odd" is named nowhere.
std::vector<RequestAttributes> AllRequests() {
  std::vector<RequestAttributes> requests;
  for (const char* ns : {"", "x", "y", "odd"}) {
    for (const char* verb : {"get", "create", "odd"}) {
      for (const char* group : {"", "a", "odd"}) {
        for (const char* resource : {"p", "q", "odd"}) {
          for (const char* sub : {"", "s", "odd"}) {
            for (const char* name : {"", "n", "odd"}) {
              requests.push_back(
                  Request(verb).Group(group).Resource(resource).Subresource(sub).Namespace(ns).Name(
                      name));
            }
          }
        }
      }
    }
  }
  for (const char* verb : {"get", "odd"}) {
    for (const char* path : {"/", "/a", "/a/b", "/b", "/odd"})
      requests.push_back(Request(verb).Path(path));
  }
  return requests;
}

bool AnyAllows(const std::vector<PolicyRule>& rules, const RequestAttributes& request) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const PolicyRule& rule) { return NaiveRuleAllows(request, rule); });
}

// Whether a rule that is listed as lost (or gained) allows the request.
bool IsListed(const ProfileDiff& diff, std::vector<PolicyRule> ScopeDiff::*side,
              const RequestAttributes& request) {
  return std::any_of(diff.scopes.begin(), diff.scopes.end(), [&](const ScopeDiff& scope) {
    return (scope.namespace_.empty() || scope.namespace_ == request.namespace_) &&
           AnyAllows(scope.*side, request);
  });
}

// A request that this rule of this scope allows, and as few others as possible do.
RequestAttributes WitnessOf(const PolicyRule& rule, const std::string& verb,
                            const std::string& ns) {
  const auto plain = [](const std::string& text) { return text == "*" ? "odd" : text; };
  if (!rule.non_resource_urls.empty()) {
    std::string path = rule.non_resource_urls[0];
    if (path.back() == '*') path.back() = '?';
    return Request(plain(verb)).Path(path);
  }
  const std::string& resource = rule.resources[0];
  const size_t slash = std::min(resource.find('/'), resource.size());
  return Request(plain(verb))
      .Group(plain(rule.api_groups[0]))
      .Resource(plain(resource.substr(0, slash)))
      .Subresource(slash < resource.size() ? resource.substr(slash + 1) : "")
      .Namespace(ns.empty() ? "odd" : ns)
      .Name(rule.resource_names.empty() ? "odd" : rule.resource_names[0]);
}

TEST(ProfileDiffProperty, ListsAllThatChangesAndNothingElse) {
  const std::vector<RequestAttributes> requests = AllRequests();
  std::mt19937 random(1);
  int changes = 0, listed = 0;
  for (int round = 0; round < 1'000; ++round) {
    SCOPED_TRACE(round);
    const auto rules = [&] {
      return Rules{RandomRules(random), RandomRules(random), RandomRules(random)};
    };
    const RbacPolicy before = PolicyOf(rules()), after = PolicyOf(rules());
    const ProfileDiff diff = DiffProfiles(Authorizer(before), Authorizer(after), kBob);
    ASSERT_TRUE(diff.complete);
    for (const RequestAttributes& request : requests) {
      const bool allowed = NaiveAuthorize(before, kBob, request).allowed;
      const bool allowed_after = NaiveAuthorize(after, kBob, request).allowed;
      changes += allowed != allowed_after;
      if (allowed == allowed_after) continue;
      const auto side = allowed ? &ScopeDiff::lost : &ScopeDiff::gained;
      ASSERT_TRUE(IsListed(diff, side, request)) << testing::PrintToString(request);
    }
    for (const ScopeDiff& scope : diff.scopes) {
      const auto expect_changed = [&](const std::vector<PolicyRule>& side, const RbacPolicy& with,
                                      const RbacPolicy& without) {
        for (const PolicyRule& rule : side) {
          for (const std::string& verb : rule.verbs) {
            const RequestAttributes witness = WitnessOf(rule, verb, scope.namespace_);
            ASSERT_TRUE(NaiveAuthorize(with, kBob, witness).allowed)
                << testing::PrintToString(witness);
            ASSERT_FALSE(NaiveAuthorize(without, kBob, witness).allowed)
                << testing::PrintToString(witness);
            ++listed;
          }
        }
      };
      expect_changed(scope.gained, after, before);
      expect_changed(scope.lost, before, after);
    }
  }
  EXPECT_GT(changes, 100'000);
  EXPECT_GT(listed, 1'000);
}

}  // namespace
}  // namespace wecan
