// SPDX-License-Identifier: Apache-2.0
// All small workloads, several agents, every way of granting: what is planned closes every gap and
// nothing of it can be left out, judged by single requests; and a second run changes nothing. Each
// test asserts how many combinations it ran, so that it cannot shrink unseen.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/fixes/plan_fix.h"
#include "analyzer/fixes/proof.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"
#include "tests/testing/fix.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

constexpr GrantStrategy kStrategies[] = {GrantStrategy::kAggregate, GrantStrategy::kClusterBinding,
                                         GrantStrategy::kRoleBinding};

// Wraps `object` in a ManifestWork of its own that treats it in some way.
void Wrap(AnalysisInput& input, Object object, absl::string_view resource, UpdateStrategy strategy,
          bool orphan = false, absl::string_view feedback = "") {
  const int work = AddWork(input, "wec1", absl::StrCat("work-", resource));
  ManifestConfig config = Config(object.group, resource, object.namespace_, object.name);
  config.strategy = strategy;
  config.feedback_scrape_type = std::string(feedback);
  input.works[work].configs = {config};
  input.works[work].orphan_all = orphan;
  AddWrapped(input, work, std::move(object));
}

constexpr int kKinds = 14;

// Object `kind` of the workloads: each is needed in a way of its own.
void AddObject(AnalysisInput& input, int kind) {
  const auto add = [&](Object object) -> Object& {
    input.objects.push_back(std::move(object));
    return input.objects.back();
  };
  switch (kind) {
    case 0:
      add(Manifest("", "ConfigMap", "team-a", "one"));
      break;
    case 1:
      add(Manifest("", "ConfigMap", "team-b", "two"));
      break;
    case 2:
      add(Manifest("apps", "Deployment", "team-a", "web"));
      break;
    case 3:  // delete is an apply verb
      add(Manifest("storage.k8s.io", "StorageClass", "", "fast"));
      break;
    case 4:  // its CRD is in the input
      add(Manifest("lab.example.org", "Mouse", "team-a", "jerry"));
      break;
    case 5:  // the plural is a guess
      add(Manifest("acme.example.org", "Gizmo", "team-b", "g"));
      break;
    case 6:
      add(Manifest("", "Namespace", "", "team-a"));
      break;
    case 7:  // KubeStellar expands the namespace
      add(Manifest("", "ConfigMap", "{{.where}}", "one")).expand_templates = true;
      break;
    case 8:  // two policies
      add(Manifest("batch", "Job", "team-a", "j"));
      break;
    case 9:  // createOnly
      add(Manifest("", "Pod", "team-b", "p"));
      break;
    case 10:
      Wrap(input, Manifest("", "ConfigMap", "team-a", "three"), "configmaps",
           UpdateStrategy::kServerSideApply);
      break;
    case 11:
      Wrap(input, Manifest("", "Secret", "team-b", "s"), "secrets", UpdateStrategy::kReadOnly);
      break;
    case 12:
      Wrap(input, Manifest("", "Service", "team-a", "svc"), "services", UpdateStrategy::kUpdate,
           true);
      break;
    case 13:
      Wrap(input, Manifest("apps", "Deployment", "team-b", "api"), "deployments",
           UpdateStrategy::kUpdate, false, "Watch");
      break;
  }
}

AnalysisInput Workload(const std::vector<int>& kinds) {
  AnalysisInput input;
  input.crds = {{"lab.example.org", "Mouse", "mice", true}};
  input.policies = {SelectResource("one", "jobs"), SelectResource("two", "jobs"),
                    SelectResource("three", "pods", true)};
  for (int kind : kinds) AddObject(input, kind);
  return input;
}

// All subsets of up to `size` of the kinds.
std::vector<std::vector<int>> Subsets(int size) {
  std::vector<std::vector<int>> subsets;
  for (int bits = 1; bits < 1 << kKinds; ++bits) {
    std::vector<int> subset;
    for (int i = 0; i < kKinds; ++i) {
      if ((bits >> i) & 1) subset.push_back(i);
    }
    if (static_cast<int>(subset.size()) <= size) subsets.push_back(std::move(subset));
  }
  return subsets;
}

// An agent, and roles of ours that the input has already.
struct World {
  std::string name;
  AnalyzeOptions options;
  RbacPolicy ours;
  bool may_apply_roles = false;  // so that the second run may see the grant as workload, too
};

World Bare() { return {"nothing held", OptionsOf(BareAgent()), {}}; }

World HeldInOneNamespace() {
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(MakeRole("team-a", "some",
                                  {Rule("get,create", "", "configmaps"), Rule("*", "apps", "*"),
                                   Rule("get,delete", "batch", "jobs")}));
  policy.bindings.push_back(BindRole("team-a", "Role", "some", AgentSubject()));
  return {"some in team-a", OptionsOf(std::move(policy)), {}};
}

World HeldByName() {
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(MakeClusterRole(
      "named", {Rule("get,create,update,patch,delete", "", "configmaps", "one,three"),
                Rule("get,update", "storage.k8s.io", "storageclasses", "fast")}));
  policy.roles.push_back(MakeRole("team-a", "self", {Rule("get,delete", "", "namespaces")}));
  policy.bindings.push_back(BindClusterRole("named", AgentSubject()));
  policy.bindings.push_back(BindRole("team-a", "Role", "self", AgentSubject()));
  return {"by name", OptionsOf(std::move(policy)), {}};
}

// The group of the guessed kind is named, so that nothing can be told of it.
World HeldByAggregation() {
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(MakeClusterRole(
      "source",
      {Rule("get,create,update,delete", "", "configmaps"),
       Rule("get", "storage.k8s.io", "storageclasses"), Rule("get", "acme.example.org", "others")},
      {{kAggregateToWorkLabel, "true"}}));
  return {"aggregated", OptionsOf(std::move(policy)), {}};
}

// Earlier runs wrote a ClusterRole and a Role.
World FixedBefore() {
  World world = Bare();
  world.name = "fixed before";
  world.ours.roles = {
      Ours(MakeClusterRole(
          kDefaultGrantName,
          {Rule("get", "", "configmaps"), Rule("get,create", "storage.k8s.io", "storageclasses")})),
      Ours(
          MakeRole("team-a", kDefaultGrantName,
                   {Rule("get,create", "", "services"), Rule("delete", "", "configmaps", "one")}))};
  RoleBinding binding = BindRole("team-a", "Role", kDefaultGrantName, AgentSubject());
  binding.name = kDefaultGrantName;
  world.ours.bindings = {binding};
  return world;
}

struct Counts {
  int combinations = 0;
  int granting = 0;
  int left_out = 0;  // verbs that were taken away one at a time
};

std::vector<PolicyRule> Atoms(const std::vector<PolicyRule>& rules) {
  std::vector<PolicyRule> atoms;
  for (const PolicyRule& rule : rules) {
    for (PolicyRule& atom : BreakdownRule(rule)) atoms.push_back(std::move(atom));
  }
  return atoms;
}

// What the agent holds when `written` counts in addition to `base`.
RbacPolicy With(const RbacPolicy& base, const RbacPolicy& written) {
  RbacPolicy policy = MergePolicies(base, written);
  AggregateClusterRoles(policy);
  return policy;
}

// Takes each atom of `written` away that the input's own roles lack: a request must be refused.
void ExpectNothingSpare(const RbacPolicy& base, RbacPolicy written, const AnalysisInput& input,
                        const std::vector<RequestAttributes>& requests, Counts& counts) {
  for (Role& role : written.roles) {
    std::vector<PolicyRule> old;
    for (const Role& r : input.rbac.roles) {
      if (r.kind == role.kind && r.namespace_ == role.namespace_ && r.name == role.name)
        old = r.rules;
    }
    const std::vector<PolicyRule> rules = role.rules;
    const std::vector<PolicyRule> atoms = Atoms(rules);
    for (size_t i = 0; i < atoms.size(); ++i) {
      if (Uncovered(old, {atoms[i]}).empty()) continue;
      role.rules = atoms;
      role.rules.erase(role.rules.begin() + static_cast<int>(i));
      ASSERT_GT(Refused(With(base, written), requests), 0)
          << "needless: " << testing::PrintToString(atoms[i]) << " in \"" << role.namespace_ << '"';
      ++counts.left_out;
    }
    role.rules = rules;
  }
}

void ExpectSmallestGrant(const World& world, const AnalysisInput& input, const FixOptions& fix,
                         Counts& counts) {
  const AnalyzeOptions& options = world.options;
  const Requirements requirements = DeriveRequirements(input, options.derive);
  const auto plan = PlanFix(input, requirements, options, fix);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_THAT(plan->refused, testing::IsEmpty());
  ++counts.combinations;
  counts.granting += !plan->missing.empty();

  // The judge: every request by itself, against the agent and the input as they are written.
  const RbacPolicy base = MergePolicies(options.profile.policy, input.rbac);
  const RbacPolicy before = With(base, {});
  std::vector<RequestAttributes> all, of_gaps;
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const int object = static_cast<int>(i);
    if (std::count(plan->unknown.begin(), plan->unknown.end(), object) > 0) continue;
    const std::vector<RequestAttributes> requests = RequestsFor(input, requirements, object);
    all.insert(all.end(), requests.begin(), requests.end());
    if (Refused(before, requests) > 0)
      of_gaps.insert(of_gaps.end(), requests.begin(), requests.end());
  }
  ASSERT_EQ(of_gaps.empty(), plan->missing.empty());
  const RbacPolicy written = WrittenBy(*plan);
  ASSERT_EQ(Refused(With(base, written), all), 0) << testing::PrintToString(written.roles.size());
  if (fix.needs.full) {
    // All that objects with a gap need is in the grant itself.
    const RbacPolicy alone = BareAgent();
    ASSERT_EQ(Refused(With(alone, written), of_gaps), 0);
    // A role of ours may hold by name what full grants for any.
    if (world.ours.roles.empty()) {
      ASSERT_NO_FATAL_FAILURE(ExpectNothingSpare(alone, written, input, of_gaps, counts));
    }
  } else {
    ASSERT_NO_FATAL_FAILURE(ExpectNothingSpare(base, written, input, all, counts));
  }

  const Proof proof = ProveFix(input, requirements, options, fix.needs, written, {});
  ASSERT_TRUE(proof.closed && proof.minimal) << testing::PrintToString(proof.faults);

  const AnalysisInput fixed = AfterFix(input, *plan, world.may_apply_roles);
  const auto again = PlanFix(fixed, DeriveRequirements(fixed, options.derive), options, fix);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_THAT(again->missing, testing::IsEmpty());
  ASSERT_THAT(again->grants, testing::IsEmpty());
}

void ExpectSmallestGrants(const World& world, int size, Counts& counts) {
  for (const std::vector<int>& kinds : Subsets(size)) {
    AnalysisInput input = Workload(kinds);
    input.rbac = world.ours;
    for (GrantStrategy strategy : kStrategies) {
      for (const bool full : {false, true}) {
        for (const bool names : {false, true}) {
          FixOptions fix{.strategy = strategy, .needs = {.full = full, .resource_names = names}};
          ASSERT_NO_FATAL_FAILURE(ExpectSmallestGrant(world, input, fix, counts))
              << world.name << ", objects " << testing::PrintToString(kinds) << ", "
              << GrantStrategyName(strategy) << (full ? ", full" : "") << (names ? ", names" : "");
        }
      }
    }
  }
}

constexpr int kUpToTwo = 14 + 91;
constexpr int kUpToThree = kUpToTwo + 364;
constexpr int kWays = 3 * 2 * 2;

TEST(FixProperty, NothingHeld) {
  Counts counts;
  ASSERT_NO_FATAL_FAILURE(ExpectSmallestGrants(Bare(), 3, counts));
  EXPECT_EQ(counts.combinations, kUpToThree * kWays);
  EXPECT_EQ(counts.granting, counts.combinations);
  EXPECT_GT(counts.left_out, 40'000);
}

// Of all combinations of up to two objects, so many tenths need a grant.
void ExpectSmallestGrantsForTwo(const World& world, int tenths, int left_out) {
  Counts counts;
  ASSERT_NO_FATAL_FAILURE(ExpectSmallestGrants(world, 2, counts));
  EXPECT_EQ(counts.combinations, kUpToTwo * kWays);
  EXPECT_GT(counts.granting, counts.combinations * tenths / 10);
  EXPECT_GT(counts.left_out, left_out);
}

TEST(FixProperty, SomethingHeldInOneNamespace) {
  ExpectSmallestGrantsForTwo(HeldInOneNamespace(), 9, 5'000);
}

TEST(FixProperty, HeldByName) { ExpectSmallestGrantsForTwo(HeldByName(), 9, 5'000); }

TEST(FixProperty, HeldByAggregation) { ExpectSmallestGrantsForTwo(HeldByAggregation(), 8, 5'000); }

TEST(FixProperty, FixedBefore) { ExpectSmallestGrantsForTwo(FixedBefore(), 8, 3'000); }

World WrittenByHand() {
  World world = Bare();
  world.name = "written by hand";
  world.ours.roles = {
      Ours(MakeClusterRole("wide", {Rule("*", "", "*"), Rule("get,list", "apps", "deployments,x"),
                                    Rule("get,create,update,delete", "lab.example.org", "mice"),
                                    UrlRule("get", "/metrics")}))};
  return world;
}

// Prunes, and gives the input afterwards.
void ExpectPruned(const World& world, const AnalysisInput& input, const FixOptions& fix,
                  AnalysisInput& fixed, std::vector<RequestAttributes>& requests) {
  const AnalyzeOptions& options = world.options;
  const Requirements requirements = DeriveRequirements(input, options.derive);
  const auto plan = PlanFix(input, requirements, options, fix);
  ASSERT_TRUE(plan.ok()) << plan.status();
  const Proof proof = ProveFix(input, requirements, options, fix.needs, WrittenBy(*plan), {});
  ASSERT_TRUE(proof.closed && proof.minimal) << testing::PrintToString(proof.faults);
  for (size_t i = 0; i < input.objects.size(); ++i) {
    for (RequestAttributes& r : RequestsFor(input, requirements, static_cast<int>(i)))
      requests.push_back(std::move(r));
  }
  fixed = AfterFix(input, *plan);
  ASSERT_EQ(Refused(With(options.profile.policy, fixed.rbac), requests), 0);
  const auto again = PlanFix(fixed, DeriveRequirements(fixed, options.derive), options, fix);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_THAT(again->grants, testing::IsEmpty());
}

// Nothing that is needed goes; of one role that was far too wide, only what is needed stays.
TEST(FixProperty, Pruned) {
  int combinations = 0;
  Counts counts;
  for (const World& world : {WrittenByHand(), FixedBefore()}) {
    for (const std::vector<int>& kinds : Subsets(2)) {
      AnalysisInput input = Workload(kinds);
      input.rbac = world.ours;
      for (GrantStrategy strategy : {GrantStrategy::kAggregate, GrantStrategy::kRoleBinding}) {
        for (const bool names : {false, true}) {
          const FixOptions fix{
              .strategy = strategy, .needs = {.resource_names = names}, .prune = true};
          const std::string context =
              absl::StrCat(world.name, ", objects ", testing::PrintToString(kinds), ", ",
                           GrantStrategyName(strategy), names ? ", names" : "");
          AnalysisInput fixed;
          std::vector<RequestAttributes> requests;
          ASSERT_NO_FATAL_FAILURE(ExpectPruned(world, input, fix, fixed, requests)) << context;
          if (world.ours.roles.size() == 1) {
            ASSERT_NO_FATAL_FAILURE(
                ExpectNothingSpare(world.options.profile.policy, fixed.rbac, {}, requests, counts))
                << context;
          }
          ++combinations;
        }
      }
    }
  }
  EXPECT_EQ(combinations, 2 * kUpToTwo * 4);
  EXPECT_GT(counts.left_out, 2'500);
}

TEST(FixProperty, BuiltInProfiles) {
  for (const char* name : {"ocm-1.3", "ocm-0.12"}) {
    Counts counts;
    ASSERT_NO_FATAL_FAILURE(
        ExpectSmallestGrants({name, OptionsOfProfile(name), {}, true}, 1, counts));
    EXPECT_EQ(counts.combinations, kKinds * kWays) << name;
    EXPECT_GT(counts.granting, counts.combinations / 5) << name;
  }
}

}  // namespace
}  // namespace wecan
