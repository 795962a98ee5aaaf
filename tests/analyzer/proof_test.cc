// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/proof.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/fixes/plan_fix.h"
#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"
#include "tests/testing/fix.h"
#include "tests/testing/status.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two namespaces, cluster scope, a custom and a guessed kind, server-side apply, a Namespace.
AnalysisInput SomeWorkload() {
  AnalysisInput input;
  input.crds = {{"lab.example.org", "Mouse", "mice", true}};
  input.objects = {Manifest("", "ConfigMap", "shop", "one"),
                   Manifest("", "ConfigMap", "lab", "two"),
                   Manifest("storage.k8s.io", "StorageClass", "", "fast"),
                   Manifest("lab.example.org", "Mouse", "lab", "m"),
                   Manifest("acme.example.org", "Gizmo", "lab", "g"),
                   Manifest("", "Namespace", "", "shop")};
  const int work = AddWork(input, "wec1", "work");
  ManifestConfig config = Config("", "secrets", "shop", "s");
  config.strategy = UpdateStrategy::kServerSideApply;
  config.feedback_scrape_type = "Watch";
  input.works[work].configs = {config};
  AddWrapped(input, work, Manifest("", "Secret", "shop", "s"));
  return input;
}

RbacPolicy SomeHeld() {
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(MakeRole("shop", "held", {Rule("get,create", "", "configmaps")}));
  policy.bindings.push_back(BindRole("shop", "Role", "held", AgentSubject()));
  return policy;
}

struct Planned {
  std::string label;
  AnalyzeOptions options;
  FixOptions fix;
};

// Every strategy, missing and full, for any name and by name, with nothing and with something held.
std::vector<Planned> Plans() {
  std::vector<Planned> plans;
  for (const bool held : {false, true}) {
    for (GrantStrategy strategy :
         {GrantStrategy::kAggregate, GrantStrategy::kClusterBinding, GrantStrategy::kRoleBinding}) {
      for (const bool full : {false, true}) {
        for (const bool names : {false, true}) {
          plans.push_back(
              {std::string(GrantStrategyName(strategy)) + (held ? ", held" : "") +
                   (full ? ", full" : "") + (names ? ", names" : ""),
               OptionsOf(held ? SomeHeld() : BareAgent()),
               {.strategy = strategy, .needs = {.full = full, .resource_names = names}}});
        }
      }
    }
  }
  return plans;
}

std::vector<PolicyRule> Atoms(const std::vector<PolicyRule>& rules) {
  std::vector<PolicyRule> atoms;
  for (const PolicyRule& rule : rules) {
    for (PolicyRule& atom : BreakdownRule(rule)) atoms.push_back(std::move(atom));
  }
  return atoms;
}

TEST(Proof, HoldsOfWhatIsPlannedAndOfNothingElse) {
  const AnalysisInput input = SomeWorkload();
  int taken = 0, added = 0;
  for (const Planned& p : Plans()) {
    const Requirements requirements = DeriveRequirements(input, p.options.derive);
    ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanFix(input, requirements, p.options, p.fix));
    const RbacPolicy written = WrittenBy(plan);
    const auto prove = [&](const RbacPolicy& w) {
      return ProveFix(input, requirements, p.options, p.fix.needs, w, {});
    };
    const Proof proof = prove(written);
    ASSERT_TRUE(proof.closed && proof.minimal) << p.label << testing::PrintToString(proof.faults);
    EXPECT_THAT(proof.faults, IsEmpty());
    EXPECT_EQ(proof.objects, 7);
    int verbs = 0;
    for (size_t r = 0; r < written.roles.size(); ++r) {
      const std::vector<PolicyRule> atoms = Atoms(written.roles[r].rules);
      verbs += static_cast<int>(atoms.size());
      for (size_t i = 0; i < atoms.size(); ++i) {
        RbacPolicy less = written;
        less.roles[r].rules = atoms;
        less.roles[r].rules.erase(less.roles[r].rules.begin() + static_cast<int>(i));
        const Proof without = prove(less);
        // With full, what is held already is missed by nobody.
        if (!p.fix.needs.full || p.label.find("held") == std::string::npos) {
          ASSERT_FALSE(without.closed)
              << p.label << ": without " << testing::PrintToString(atoms[i]);
          ASSERT_FALSE(without.faults.empty());
          ASSERT_THAT(without.faults[0], HasSubstr(atoms[i].verbs[0]));
          ASSERT_THAT(without.faults[0], HasSubstr(atoms[i].resources[0]));
        }
        ASSERT_TRUE(without.minimal) << p.label;
        ++taken;
      }
      for (const PolicyRule& more :
           {Rule("deletecollection", "", "configmaps"), Rule("get", "", "pods"),
            Rule("get", "apps", "configmaps"), Rule("patch", "", "configmaps", "one"),
            UrlRule("get", "/metrics"), Rule("*", "*", "nothing"),
            atoms[0] /* what is there already */}) {
        RbacPolicy wider = written;
        wider.roles[r].rules.push_back(more);
        const Proof with = prove(wider);
        ASSERT_TRUE(with.closed) << p.label;
        ASSERT_FALSE(with.minimal) << p.label << " with " << testing::PrintToString(more);
        ASSERT_THAT(with.faults, testing::Contains(HasSubstr("needless")));
        ++added;
      }
    }
    EXPECT_EQ(proof.verbs, verbs) << p.label;
  }
  EXPECT_GT(taken, 500);
  EXPECT_GT(added, 100);
}

struct WrongCase {
  std::string label;
  RbacPolicy written;
  bool closed, minimal;
};

// A config map in shop.
TEST(Proof, WrongGrants) {
  const std::vector<PolicyRule> rules = {Rule("get,create,update,delete", "", "configmaps")};
  const auto local = [&](absl::string_view ns, absl::string_view bound_in,
                         std::vector<Subject> subjects = AgentSubject()) {
    return RbacPolicy{.roles = {MakeRole(ns, "r", rules)},
                      .bindings = {BindRole(bound_in, "Role", "r", std::move(subjects))}};
  };
  const auto labelled = [&](Labels labels) {
    return RbacPolicy{.roles = {MakeClusterRole("r", rules, std::move(labels))}};
  };
  const auto verbs = [](absl::string_view text) {
    return RbacPolicy{.roles = {MakeClusterRole("r", {Rule(text, "", "configmaps")},
                                                {{kAggregateToWorkLabel, "true"}})}};
  };
  const std::vector<WrongCase> cases = {
      {"right, in the namespace", local("shop", "shop"), true, true},
      {"right, by label", labelled({{kAggregateToWorkLabel, "true"}}), true, true},
      {"nothing", {}, false, true},
      {"another namespace", local("lab", "lab"), false, false},
      {"bound elsewhere", local("shop", "lab"), false, true},
      {"bound to somebody else", local("shop", "shop", {User("x")}), false, true},
      {"not bound", {.roles = {MakeRole("shop", "r", rules)}}, false, true},
      {"no label", labelled({}), false, true},
      {"a label that aggregates nothing", labelled({{kAggregateToWorkLabel, "True"}}), false, true},
      {"by a wildcard verb and the verbs", verbs("get,create,update,delete,*"), true, false},
      {"twice", verbs("get,create,update,delete,get"), true, false},
      {"wildcards hold all, as one", verbs("*"), true, true},
  };
  AnalysisInput input;
  input.objects = {Manifest("", "ConfigMap", "shop", "one")};
  const AnalyzeOptions options = OptionsOf(BareAgent());
  const Requirements requirements = DeriveRequirements(input, options.derive);
  for (const WrongCase& c : cases) {
    const Proof proof = ProveFix(input, requirements, options, {}, c.written, {});
    EXPECT_EQ(proof.closed, c.closed) << c.label << testing::PrintToString(proof.faults);
    EXPECT_EQ(proof.minimal, c.minimal) << c.label << testing::PrintToString(proof.faults);
    EXPECT_EQ(proof.faults.empty(), c.closed && c.minimal) << c.label;
  }
}

TEST(Proof, FaultsNameTheObject) {
  AnalysisInput input;
  input.objects = {Manifest("", "ConfigMap", "shop", "one"),
                   Manifest("apps", "Deployment", "shop", "web")};
  const AnalyzeOptions options = OptionsOf(BareAgent());
  const Proof proof =
      ProveFix(input, DeriveRequirements(input, options.derive), options, {}, {}, {});
  EXPECT_THAT(proof.faults,
              ElementsAre("still missing: create, delete, get, update configmaps shop/one",
                          "still missing: create, delete, get, update deployments.apps shop/web"));
}

// Of an object that a guardrail stands against nothing is claimed.
TEST(Proof, LeftOutObjects) {
  AnalysisInput input;
  input.objects = {Manifest("lab.example.org", "Trap", "shop", "t"),
                   Manifest("", "ConfigMap", "shop", "one")};
  input.crds = {{"lab.example.org", "Trap", "*", true}};
  const AnalyzeOptions options = OptionsOf(BareAgent());
  const Requirements requirements = DeriveRequirements(input, options.derive);
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanFix(input, requirements, options, {}));
  const RbacPolicy written = WrittenBy(plan);
  EXPECT_FALSE(ProveFix(input, requirements, options, {}, written, {}).closed);
  const Proof proof = ProveFix(input, requirements, options, {}, written, plan.RefusedObjects());
  EXPECT_TRUE(proof.closed && proof.minimal) << testing::PrintToString(proof.faults);
  EXPECT_FALSE(ProveFix(input, requirements, options, {}, {}, plan.RefusedObjects()).closed);
}

// The guess is certain only as long as no rule names the group, and the grant itself names it.
TEST(Proof, AGuessIsAskedAgain) {
  AnalysisInput input;
  input.objects = {Manifest("acme.example.org", "Gizmo", "lab", "g")};
  const AnalyzeOptions options = OptionsOf(BareAgent());
  const Requirements requirements = DeriveRequirements(input, options.derive);
  const auto prove = [&](absl::string_view verbs) {
    const RbacPolicy written{
        .roles = {MakeClusterRole("r", {Rule(verbs, "acme.example.org", "gizmos")},
                                  {{kAggregateToWorkLabel, "true"}})}};
    return ProveFix(input, requirements, options, {}, written, {}).closed;
  };
  EXPECT_TRUE(prove("get,create,update,delete"));
  EXPECT_FALSE(prove("get,create,update"));
}

// Only what is granted anew must be needed; what a role held before is its author's.
TEST(Proof, WhatWasThereBefore) {
  AnalysisInput input;
  input.objects = {Manifest("", "ConfigMap", "shop", "one")};
  input.rbac.roles = {
      Ours(MakeClusterRole("r", {Rule("get,list", "", "configmaps"), Rule("get", "x", "y")}))};
  const AnalyzeOptions options = OptionsOf(BareAgent());
  const Requirements requirements = DeriveRequirements(input, options.derive);
  const auto prove = [&](std::vector<PolicyRule> rules) {
    return ProveFix(input, requirements, options, {},
                    {.roles = {Ours(MakeClusterRole("r", std::move(rules)))}}, {});
  };
  const Proof extended =
      prove({Rule("get,list,create,update,delete", "", "configmaps"), Rule("get", "x", "y")});
  EXPECT_TRUE(extended.closed && extended.minimal) << testing::PrintToString(extended.faults);
  EXPECT_EQ(extended.verbs, 3);
  const Proof pruned = prove({Rule("get,create,update,delete", "", "configmaps")});
  EXPECT_TRUE(pruned.closed && pruned.minimal) << testing::PrintToString(pruned.faults);
  EXPECT_FALSE(prove({Rule("create,update,delete", "", "configmaps")}).closed);
  EXPECT_TRUE(prove({Rule("*", "", "configmaps")}).closed);
}

// What is written counts, also when the grants of the input do not.
TEST(Proof, WithoutGrantsOfTheInput) {
  AnalysisInput input;
  input.objects = {Manifest("", "ConfigMap", "shop", "one")};
  Role role = Ours(MakeClusterRole("r", {Rule("get", "", "configmaps")}));
  role.origin.object = 0;
  input.rbac.roles = {role};
  AnalyzeOptions options = OptionsOf(BareAgent());
  options.input_grants = false;
  const Requirements requirements = DeriveRequirements(input, options.derive);
  role.rules[0].verbs = Words("get,create,update,delete");
  const Proof proof = ProveFix(input, requirements, options, {}, {.roles = {role}}, {});
  EXPECT_TRUE(proof.closed && proof.minimal) << testing::PrintToString(proof.faults);
  EXPECT_EQ(proof.verbs, 3);
  EXPECT_FALSE(ProveFix(input, requirements, options, {}, {}, {}).closed);
}

}  // namespace
}  // namespace wecan
