// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/plan_fix.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/fixes/proof.h"
#include "tests/testing/builders.h"
#include "tests/testing/fix.h"
#include "tests/testing/status.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kAll[] = "get,create,update,delete";
const Labels& AggregateLabels() {
  static const auto* labels =
      new Labels{{kManagedByLabel, kManagedByWecan}, {kAggregateToWorkLabel, "true"}};
  return *labels;
}
const Labels& OwnLabels() {
  static const auto* labels = new Labels{{kManagedByLabel, kManagedByWecan}};
  return *labels;
}

absl::StatusOr<FixPlan> PlanOf(const AnalysisInput& input, const FixOptions& fix = {},
                               const AnalyzeOptions& options = OptionsOf(BareAgent())) {
  return PlanFix(input, DeriveRequirements(input, options.derive), options, fix);
}

AnalysisInput Input(std::vector<Object> objects) {
  AnalysisInput input;
  input.objects = std::move(objects);
  return input;
}

// Config maps in two namespaces and a storage class.
AnalysisInput SomeWorkload() {
  return Input({Manifest("", "ConfigMap", "shop", "one"), Manifest("", "ConfigMap", "lab", "two"),
                Manifest("storage.k8s.io", "StorageClass", "", "fast")});
}

RoleBinding Binding(absl::string_view ns, absl::string_view name, absl::string_view kind,
                    absl::string_view role) {
  RoleBinding binding = BindRole(ns, kind, role, AgentSubject());
  binding.cluster = ns.empty();
  binding.name = std::string(name);
  return binding;
}

// Everything of a plan that order could change, but for the indices of objects.
std::string Show(const FixPlan& plan) {
  std::string text = absl::StrCat(GrantStrategyName(plan.strategy), "\n");
  for (const Permission& p : plan.missing)
    absl::StrAppend(&text, p.namespace_, " ", testing::PrintToString(p.rule), p.objects.size(),
                    "\n");
  for (const RoleGrant& g : plan.grants) {
    absl::StrAppend(&text, RoleKindName(g.role.kind), " ", g.role.namespace_, "/", g.role.name, " ",
                    testing::PrintToString(g.role.rules), testing::PrintToString(g.role.labels),
                    g.binding.has_value(), g.binding_exists, g.existing != nullptr,
                    g.objects.size(), absl::StrJoin(g.needed_in, ","), "\n");
  }
  for (const GuardrailHit& h : plan.refused)
    absl::StrAppend(&text, "refused ", h.guardrail->id, testing::PrintToString(h.rule), "\n");
  for (const GuardrailHit& h : plan.told)
    absl::StrAppend(&text, "told ", h.guardrail->id, testing::PrintToString(h.rule), "\n");
  return text;
}

// ---- strategies

TEST(PlanFix, NothingMissing) {
  RbacPolicy policy = BareAgent();
  policy.roles[0].aggregation.reset();
  policy.roles[0].rules = {Rule("*", "*", "*")};
  for (GrantStrategy s : {GrantStrategy::kClusterBinding, GrantStrategy::kRoleBinding}) {
    ASSERT_OK_AND_ASSIGN(const FixPlan plan,
                         PlanOf(SomeWorkload(), {.strategy = s}, OptionsOf(policy)));
    EXPECT_THAT(plan.missing, IsEmpty());
    EXPECT_THAT(plan.grants, IsEmpty());
  }
}

TEST(PlanFix, Aggregate) {
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(SomeWorkload()));
  EXPECT_EQ(plan.strategy, GrantStrategy::kAggregate);
  ASSERT_EQ(plan.missing.size(), 3u);
  ASSERT_EQ(plan.grants.size(), 1u);
  const RoleGrant& grant = plan.grants[0];
  EXPECT_EQ(grant.role.kind, RoleKind::kClusterRole);
  EXPECT_EQ(grant.role.name, kDefaultGrantName);
  EXPECT_EQ(grant.role.labels, AggregateLabels());
  EXPECT_THAT(grant.role.rules, ElementsAre(Rule(kAll, "", "configmaps"),
                                            Rule(kAll, "storage.k8s.io", "storageclasses")));
  EXPECT_FALSE(grant.binding.has_value());
  EXPECT_EQ(grant.existing, nullptr);
  EXPECT_TRUE(grant.changes());
  EXPECT_THAT(grant.objects, ElementsAre(0, 1, 2));
  EXPECT_THAT(grant.needed_in, ElementsAre("", "lab", "shop"));
}

TEST(PlanFix, ClusterBinding) {
  ASSERT_OK_AND_ASSIGN(const FixPlan plan,
                       PlanOf(SomeWorkload(), {.strategy = GrantStrategy::kClusterBinding}));
  ASSERT_EQ(plan.grants.size(), 1u);
  const RoleGrant& grant = plan.grants[0];
  EXPECT_EQ(grant.role.labels, OwnLabels());
  ASSERT_TRUE(grant.binding.has_value());
  EXPECT_TRUE(grant.binding->cluster);
  EXPECT_EQ(grant.binding->name, kDefaultGrantName);
  EXPECT_EQ(grant.binding->role_ref, (RoleRef{kRbacGroup, "ClusterRole", kDefaultGrantName}));
  EXPECT_EQ(grant.binding->subjects, AgentSubject());
  EXPECT_FALSE(grant.binding_exists);
}

TEST(PlanFix, RoleBindingAndTheRest) {
  ASSERT_OK_AND_ASSIGN(const FixPlan plan,
                       PlanOf(SomeWorkload(), {.strategy = GrantStrategy::kRoleBinding}));
  ASSERT_EQ(plan.grants.size(), 3u);
  const RoleGrant &rest = plan.grants[0], &lab = plan.grants[1], &shop = plan.grants[2];
  EXPECT_EQ(rest.role.labels, AggregateLabels());
  EXPECT_FALSE(rest.binding.has_value());
  EXPECT_THAT(rest.role.rules, ElementsAre(Rule(kAll, "storage.k8s.io", "storageclasses")));
  EXPECT_THAT(rest.needed_in, ElementsAre(""));
  for (const RoleGrant* grant : {&lab, &shop}) {
    EXPECT_EQ(grant->role.kind, RoleKind::kRole);
    EXPECT_EQ(grant->role.labels, OwnLabels());
    EXPECT_THAT(grant->role.rules, ElementsAre(Rule(kAll, "", "configmaps")));
    ASSERT_TRUE(grant->binding.has_value());
    EXPECT_FALSE(grant->binding->cluster);
    EXPECT_EQ(grant->binding->namespace_, grant->role.namespace_);
    EXPECT_EQ(grant->binding->role_ref.kind, "Role");
    EXPECT_THAT(grant->needed_in, ElementsAre(grant->role.namespace_));
  }
  EXPECT_EQ(lab.role.namespace_, "lab");
  EXPECT_THAT(lab.objects, ElementsAre(1));
  EXPECT_THAT(shop.objects, ElementsAre(0));
}

// What is needed for the whole cluster as well is not repeated in a namespace.
TEST(PlanFix, RoleBindingRepeatsNothing) {
  AnalysisInput input = SomeWorkload();
  Object expanded = Manifest("", "ConfigMap", "{{.where}}", "three");
  expanded.expand_templates = true;
  input.objects.push_back(expanded);
  input.objects.push_back(Manifest("", "Service", "shop", "s"));
  ASSERT_OK_AND_ASSIGN(const FixPlan plan,
                       PlanOf(input, {.strategy = GrantStrategy::kRoleBinding}));
  ASSERT_EQ(plan.grants.size(), 2u);
  EXPECT_THAT(
      plan.grants[0].role.rules,
      ElementsAre(Rule(kAll, "", "configmaps"), Rule(kAll, "storage.k8s.io", "storageclasses")));
  EXPECT_EQ(plan.grants[1].role.namespace_, "shop");
  EXPECT_THAT(plan.grants[1].role.rules, ElementsAre(Rule(kAll, "", "services")));
}

TEST(PlanFix, BeforeAggregationCame) {
  const AnalyzeOptions old = OptionsOfProfile("ocm-0.11");
  const AnalysisInput input = SomeWorkload();
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, {}, old));
  EXPECT_EQ(plan.strategy, GrantStrategy::kClusterBinding);
  EXPECT_THAT(PlanOf(input, {.strategy = GrantStrategy::kAggregate}, old),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("ocm-0.11"), HasSubstr("cluster-binding"))));
  EXPECT_THAT(PlanOf(input, {.strategy = GrantStrategy::kAggregate}, OptionsOfProfile("ocm-0.12")),
              IsOk());
  ASSERT_OK_AND_ASSIGN(const FixPlan local,
                       PlanOf(input, {.strategy = GrantStrategy::kRoleBinding}, old));
  ASSERT_FALSE(local.grants.empty());
  EXPECT_EQ(local.grants[0].role.kind, RoleKind::kClusterRole);
  EXPECT_TRUE(local.grants[0].binding.has_value());
}

// A selector that the controller refuses keeps the whole role from being written.
TEST(PlanFix, AnInvalidSelectorAggregatesNothing) {
  RbacPolicy policy = BareAgent();
  policy.roles[0].aggregation->push_back({.match_expressions = {{"x", "In", {}}}});
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(SomeWorkload(), {}, OptionsOf(policy)));
  EXPECT_EQ(plan.strategy, GrantStrategy::kClusterBinding);
}

TEST(PlanFix, StrategyNames) {
  EXPECT_EQ(GrantStrategyName(GrantStrategy::kAggregate), "aggregate");
  EXPECT_EQ(GrantStrategyName(GrantStrategy::kClusterBinding), "cluster-binding");
  EXPECT_EQ(GrantStrategyName(GrantStrategy::kRoleBinding), "role-binding");
}

// Roles of ours in namespaces say how the last grant was made.
TEST(PlanFix, StrategyOfTheRolesThatAreThere) {
  AnalysisInput input = SomeWorkload();
  AddRole(input, Ours(MakeRole("shop", "grants", {Rule("get", "", "configmaps")})));
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
  EXPECT_EQ(plan.strategy, GrantStrategy::kRoleBinding);
  input.rbac.roles[0].labels.clear();
  ASSERT_OK_AND_ASSIGN(const FixPlan other, PlanOf(input));
  EXPECT_EQ(other.strategy, GrantStrategy::kAggregate);
}

TEST(PlanFix, StrategyOfTheBindingThatIsThere) {
  AnalysisInput input = SomeWorkload();
  input.rbac.roles = {Ours(MakeClusterRole("grants", {Rule("get", "", "configmaps")}), false)};
  input.rbac.bindings = {Binding("", "grants", "ClusterRole", "grants")};
  ASSERT_OK_AND_ASSIGN(const FixPlan bound, PlanOf(input));
  EXPECT_EQ(bound.strategy, GrantStrategy::kClusterBinding);
  EXPECT_TRUE(bound.grants[0].binding_exists);
  input.rbac.roles[0].labels.emplace_back(kAggregateToWorkLabel, "true");
  ASSERT_OK_AND_ASSIGN(const FixPlan labelled, PlanOf(input));
  EXPECT_EQ(labelled.strategy, GrantStrategy::kAggregate);
}

// ---- names

struct NameCase {
  std::string label;
  std::vector<Role> roles;
  std::string option;
  std::string name;   // of the grant, "" when it is refused
  std::string error;  // a part of it
};

TEST(PlanFix, Names) {
  const auto role = [](absl::string_view name) {
    return MakeClusterRole(name, {Rule("get", "x", "y")});
  };
  const std::vector<NameCase> cases = {
      {"default", {}, "", kDefaultGrantName, ""},
      {"asked for", {}, "mine", "mine", ""},
      {"that of ours", {Ours(role("a"))}, "", "a", ""},
      {"asked for beside ours", {Ours(role("a"))}, "mine", "mine", ""},
      {"somebody else's is none", {role("a")}, "", kDefaultGrantName, ""},
      {"several of ours", {Ours(role("a")), Ours(role("b"))}, "", "", "(a, b)"},
      {"one of several", {Ours(role("a")), Ours(role("b"))}, "b", "b", ""},
      {"several, and the default among them",
       {Ours(role("a")), Ours(role(kDefaultGrantName))},
       "",
       kDefaultGrantName,
       ""},
      {"taken", {role("a")}, "a", "", "is not wecan's own"},
      {"the default is taken", {role(kDefaultGrantName)}, "", "", "is not wecan's own"},
      {"taken by a role of another kind", {MakeRole("shop", "a", {})}, "a", "a", ""},
      {"taken by the agent's own", {}, kAgentRole, "", "is not wecan's own"},
  };
  for (const NameCase& c : cases) {
    AnalysisInput input = SomeWorkload();
    for (const Role& r : c.roles) AddRole(input, r);
    const auto plan = PlanOf(input, {.name = c.option});
    if (c.name.empty()) {
      EXPECT_THAT(plan, StatusIs(absl::StatusCode::kFailedPrecondition,
                                 AllOf(HasSubstr(c.error), HasSubstr("--name"))))
          << c.label;
      continue;
    }
    ASSERT_THAT(plan, IsOk()) << c.label;
    ASSERT_EQ(plan->grants.size(), 1u) << c.label;
    EXPECT_EQ(plan->grants[0].role.name, c.name) << c.label;
    const bool extends = std::any_of(c.roles.begin(), c.roles.end(),
                                     [&](const Role& r) { return IsOurs(r) && r.name == c.name; });
    EXPECT_EQ(plan->grants[0].existing != nullptr, extends) << c.label;
  }
}

// A dump of a cluster has the role of an earlier fix: what is extended is its manifest.
TEST(PlanFix, OursInTheProfile) {
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(Ours(MakeClusterRole(kDefaultGrantName, {Rule("get", "", "configmaps")})));
  AnalysisInput input = SomeWorkload();
  EXPECT_THAT(PlanOf(input, {}, OptionsOf(policy)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("not in the input"), HasSubstr("--name"))));
  EXPECT_THAT(PlanOf(input, {.name = "other"}, OptionsOf(policy)), IsOk());
  input.rbac.roles = {policy.roles.back()};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, {}, OptionsOf(policy)));
  EXPECT_EQ(plan.grants[0].existing, &input.rbac.roles[0]);
}

// Which of several roles to extend matters only when there is something to add.
TEST(PlanFix, SeveralOfOursAndNothingMissing) {
  AnalysisInput input = SomeWorkload();
  AddRole(input, Ours(MakeClusterRole("a", {Rule(kAll, "", "configmaps")})));
  AddRole(input, Ours(MakeClusterRole("b", {Rule(kAll, "storage.k8s.io", "storageclasses"),
                                            Rule(kAll, kRbacGroup, "clusterroles")})));
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
  EXPECT_THAT(plan.missing, IsEmpty());
  EXPECT_THAT(plan.grants, IsEmpty());
}

// ---- what is there already

TEST(PlanFix, ExtendsARoleOfOurs) {
  AnalysisInput input = SomeWorkload();
  Role& role = AddRole(
      input,
      Ours(MakeClusterRole("grants", {Rule("get", "", "configmaps"), Rule("list", "x", "y")})));
  role.labels.emplace_back("team", "a");
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
  ASSERT_EQ(plan.grants.size(), 1u);
  const RoleGrant& grant = plan.grants[0];
  EXPECT_EQ(grant.existing, &input.rbac.roles[0]);
  EXPECT_EQ(grant.role.labels, input.rbac.roles[0].labels);
  EXPECT_THAT(grant.role.rules,
              ElementsAre(Rule("get,create,update,delete", "", "configmaps"),
                          Rule("list", "x", "y"), Rule(kAll, "storage.k8s.io", "storageclasses")));
  // The record is of all that the role is for: get, too. Not of what the agent needs to write it.
  EXPECT_THAT(grant.objects, ElementsAre(0, 1, 2));
}

TEST(PlanFix, OursWithoutTheAggregateLabel) {
  AnalysisInput input = SomeWorkload();
  AddRole(input, Ours(MakeClusterRole("grants", {}), false));
  EXPECT_THAT(PlanOf(input),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(kAggregateToWorkLabel), HasSubstr("--name"))));
  EXPECT_THAT(PlanOf(input, {.strategy = GrantStrategy::kClusterBinding}), IsOk());
  input.rbac.roles[0].labels.emplace_back(kAggregateToWorkLabel, "yes");
  EXPECT_THAT(PlanOf(input), Not(IsOk()));
  input.rbac.roles[0].labels.back().second = "true";
  EXPECT_THAT(PlanOf(input), IsOk());
}

struct BindingCase {
  std::string label;
  RoleBinding binding;
  bool exists;
  std::string error;
};

TEST(PlanFix, BindingsThatAreThere) {
  RoleBinding other_subject = Binding("shop", "grants", "Role", "grants");
  other_subject.subjects = {User("somebody")};
  RoleBinding no_namespace = Binding("shop", "grants", "Role", "grants");
  no_namespace.subjects[0].namespace_.clear();
  RoleBinding group = Binding("shop", "grants", "Role", "grants");
  group.subjects = {User("x"), Group("system:serviceaccounts:open-cluster-management-agent")};
  const std::vector<BindingCase> cases = {
      {"right", Binding("shop", "grants", "Role", "grants"), true, ""},
      {"right, by a group", group, true, ""},
      {"right, of another name", Binding("shop", "other", "Role", "grants"), true, ""},
      {"other namespace", Binding("lab", "grants", "Role", "grants"), false, ""},
      {"other name, other role", Binding("shop", "other", "Role", "x"), false, ""},
      {"for the whole cluster", Binding("", "grants", "ClusterRole", "grants"), false, ""},
      {"other role", Binding("shop", "grants", "Role", "x"), false, "binds something else"},
      {"other kind", Binding("shop", "grants", "ClusterRole", "grants"), false,
       "binds something else"},
      {"other subject", other_subject, false, "binds something else"},
      {"account of another namespace", no_namespace, false, "binds something else"},
  };
  for (const BindingCase& c : cases) {
    AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
    input.rbac.bindings = {c.binding};
    const auto plan = PlanOf(input, {.strategy = GrantStrategy::kRoleBinding, .name = "grants"});
    if (!c.error.empty()) {
      EXPECT_THAT(plan, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(c.error)))
          << c.label;
      continue;
    }
    ASSERT_THAT(plan, IsOk()) << c.label;
    ASSERT_EQ(plan->grants.size(), 1u) << c.label;
    EXPECT_EQ(plan->grants[0].binding_exists, c.exists) << c.label;
    EXPECT_EQ(plan->grants[0].binding->name, c.exists ? c.binding.name : "grants") << c.label;
  }
}

// A binding of the profile must not be written over either.
TEST(PlanFix, BindingOfTheProfileIsTaken) {
  const FixOptions fix{.strategy = GrantStrategy::kClusterBinding, .name = "bind-agent"};
  EXPECT_THAT(PlanOf(SomeWorkload(), fix),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("binds something else")));
}

TEST(PlanFix, ARoleOfOursThatIsNotBound) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  input.rbac.roles = {Ours(MakeRole("shop", "grants", {Rule(kAll, "", "configmaps")}))};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
  ASSERT_EQ(plan.grants.size(), 1u);
  EXPECT_TRUE(plan.grants[0].change.empty());
  EXPECT_TRUE(plan.grants[0].changes());
  EXPECT_FALSE(plan.grants[0].binding_exists);
  input.rbac.bindings = {Binding("shop", "grants", "Role", "grants")};
  ASSERT_OK_AND_ASSIGN(const FixPlan bound, PlanOf(input));
  EXPECT_THAT(bound.grants, IsEmpty());
}

// A manifest without a namespace lies in the default one, and so do its role and binding.
TEST(PlanFix, TheDefaultNamespace) {
  for (const bool prune : {false, true}) {
    AnalysisInput input = Input({Manifest("", "ConfigMap", "", "one")});
    input.rbac.roles = {Ours(MakeRole("", "grants", {Rule("get,list", "", "configmaps")}))};
    input.rbac.bindings = {Binding("shop", "grants", "Role", "grants")};
    input.rbac.bindings[0].namespace_.clear();
    ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, {.prune = prune}));
    ASSERT_EQ(plan.grants.size(), 1u);
    const RoleGrant& grant = plan.grants[0];
    EXPECT_EQ(grant.role.namespace_, "default");
    EXPECT_TRUE(grant.binding_exists);
    EXPECT_THAT(grant.role.rules, ElementsAre(Rule(prune ? "get,create,update,delete"
                                                         : "get,list,create,update,delete",
                                                   "", "configmaps")));
    // As it is read back: without a namespace, too.
    RbacPolicy written = WrittenBy(plan);
    written.roles[0].namespace_.clear();
    written.bindings[0].namespace_.clear();
    const AnalyzeOptions options = OptionsOf(BareAgent());
    const Proof proof =
        ProveFix(input, DeriveRequirements(input, options.derive), options, {}, written, {});
    EXPECT_TRUE(proof.closed && proof.minimal) << testing::PrintToString(proof.faults);
    EXPECT_EQ(proof.verbs, 3);
  }
}

TEST(PlanFix, GrantsOfTheInputMayNotCount) {
  AnalysisInput input = SomeWorkload();
  AddRole(input, Ours(MakeClusterRole("grants", {Rule("get", "", "configmaps")})));
  AnalyzeOptions options = OptionsOf(BareAgent());
  ASSERT_OK_AND_ASSIGN(const FixPlan with, PlanOf(input, {}, options));
  EXPECT_EQ(with.missing[0].rule.verbs, Words("create,update,delete"));
  options.input_grants = false;
  ASSERT_OK_AND_ASSIGN(const FixPlan without, PlanOf(input, {}, options));
  EXPECT_EQ(without.missing[0].rule.verbs, Words(kAll));
  // What is written is the same: the role has that verb.
  EXPECT_EQ(without.grants[0].role.rules, with.grants[0].role.rules);
}

// ---- labels

TEST(PlanFix, LabelsOfTheUser) {
  ASSERT_OK_AND_ASSIGN(
      const FixPlan plan,
      PlanOf(SomeWorkload(), {.labels = {{"team", "a"}, {kManagedByLabel, "wecan"}}}));
  Labels expected = AggregateLabels();
  expected.emplace_back("team", "a");
  EXPECT_EQ(plan.grants[0].role.labels, expected);
  for (const Labels& labels :
       {Labels{{kManagedByLabel, "helm"}}, Labels{{kAggregateToWorkLabel, "false"}}}) {
    EXPECT_THAT(PlanOf(SomeWorkload(), {.labels = labels}),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(labels[0].first)));
  }
}

BindingPolicy ByLabels(absl::string_view name, std::vector<Labels> selectors) {
  BindingPolicy policy{.name = std::string(name), .downsync = {{}}};
  for (Labels& labels : selectors)
    policy.downsync[0].object_selectors.push_back({.match_labels = std::move(labels)});
  return policy;
}

struct ReachCase {
  std::string label;
  std::vector<BindingPolicy> policies;
  Labels added;                        // to the new role
  std::vector<std::string> unreached;  // policies
  std::vector<std::string> reached_by;
};

TEST(PlanFix, LabelsOfPolicies) {
  BindingPolicy not_team = ByLabels("not", {{}});
  not_team.downsync[0].object_selectors = {{.match_expressions = {{"team", "DoesNotExist", {}}}},
                                           {.match_labels = {{"app", "web"}}}};
  BindingPolicy objects_only = ByLabels("objects", {{{"app", "web"}}});
  objects_only.downsync[0].resources = {"configmaps"};
  const std::vector<ReachCase> cases = {
      {"none", {}, {}, {}, {}},
      {"everything", {ByLabels("p", {{}})}, {}, {}, {"p"}},
      {"one way", {ByLabels("p", {{{"app", "web"}}})}, {{"app", "web"}}, {}, {"p"}},
      {"two labels",
       {ByLabels("p", {{{"team", "x"}, {"app", "web"}}})},
       {{"app", "web"}, {"team", "x"}},
       {},
       {"p"}},
      {"two ways", {ByLabels("p", {{{"app", "web"}}, {{"app", "db"}}})}, {}, {"p"}, {}},
      {"another policy is of other objects",
       {ByLabels("p", {{{"app", "web"}}}), ByLabels("q", {{{"app", "db"}}})},
       {{"app", "web"}},
       {},
       {"p"}},
      {"no way", {objects_only}, {}, {"objects"}, {}},
      {"two policies",
       {ByLabels("p", {{{"app", "web"}}}), ByLabels("q", {{{"tier", "front"}}})},
       {{"app", "web"}, {"tier", "front"}},
       {},
       {"p", "q"}},
      {"one policy settles what another leaves open",
       {ByLabels("open", {{{"app", "web"}}, {{"tier", "back"}}}),
        ByLabels("q", {{{"app", "web"}}})},
       {{"app", "web"}},
       {},
       {"open", "q"}},
      {"a label that another policy shuns",
       {not_team, ByLabels("p", {{{"team", "x"}}})},
       {{"team", "x"}, {"app", "web"}},
       {},
       {"not", "p"}},
      {"the label of wecan has another value",
       {ByLabels("p", {{{kManagedByLabel, "helm"}}})},
       {},
       {"p"},
       {}},
  };
  for (const ReachCase& c : cases) {
    AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
    input.objects[0].labels = {{"app", "web"}, {"tier", "front"}, {"team", "x"}};
    if (c.label == "the label of wecan has another value")
      input.objects[0].labels.emplace_back(kManagedByLabel, "helm");
    input.policies = c.policies;
    ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
    ASSERT_EQ(plan.grants.size(), 1u) << c.label;
    Labels expected = AggregateLabels();
    expected.insert(expected.end(), c.added.begin(), c.added.end());
    EXPECT_EQ(plan.grants[0].role.labels, expected) << c.label;
    std::vector<std::string> unreached;
    for (const ReachProblem& p : plan.unreached) unreached.push_back(p.policy);
    EXPECT_EQ(unreached, c.unreached) << c.label;
    EXPECT_EQ(plan.reached_by, c.reached_by) << c.label;
  }
}

TEST(PlanFix, AmbiguousLabelsAreShown) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  input.objects[0].labels = {{"app", "web"}};
  input.policies = {ByLabels("p", {{{"app", "web"}}, {{"app", "db"}}})};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
  ASSERT_EQ(plan.unreached.size(), 1u);
  EXPECT_THAT(plan.unreached[0].choices,
              ElementsAre(Labels{{"app", "web"}}, Labels{{"app", "db"}}));
  EXPECT_THAT(plan.unreached[0].message, AllOf(HasSubstr("p"), HasSubstr(kDefaultGrantName)));
  ASSERT_OK_AND_ASSIGN(const FixPlan told, PlanOf(input, {.labels = {{"app", "db"}}}));
  EXPECT_THAT(told.unreached, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const FixPlan applied, PlanOf(input, {.downsynced = false}));
  EXPECT_THAT(applied.unreached, IsEmpty());
  EXPECT_THAT(applied.reached_by, IsEmpty());
}

// The labels of a role that is there are its author's.
TEST(PlanFix, ARoleThatIsThereKeepsItsLabels) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  input.objects[0].labels = {{"app", "web"}};
  AddRole(input, Ours(MakeClusterRole("grants", {})));
  input.policies = {ByLabels("p", {{{"app", "web"}}})};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
  EXPECT_EQ(plan.grants[0].role.labels, AggregateLabels());
  ASSERT_EQ(plan.unreached.size(), 1u);
  EXPECT_THAT(plan.unreached[0].choices, ElementsAre(Labels{{"app", "web"}}));
}

// Both the Role and its binding must get there.
TEST(PlanFix, BindingsMustBeReachedToo) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  const FixOptions fix{.strategy = GrantStrategy::kRoleBinding};
  BindingPolicy policy{.name = "p", .downsync = {{.resources = {"configmaps", "roles"}}}};
  input.policies = {policy};
  ASSERT_OK_AND_ASSIGN(const FixPlan without, PlanOf(input, fix));
  EXPECT_EQ(without.unreached.size(), 1u);
  input.policies[0].downsync[0].resources.push_back("rolebindings");
  ASSERT_OK_AND_ASSIGN(const FixPlan with, PlanOf(input, fix));
  EXPECT_THAT(with.unreached, IsEmpty());
}

TEST(PlanFix, NamespaceSelectorsSeeTheNamespacesOfTheInput) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  const FixOptions fix{.strategy = GrantStrategy::kRoleBinding};
  input.policies = {
      {.name = "p", .downsync = {{.namespace_selectors = {{.match_labels = {{"env", "prod"}}}}}}}};
  ASSERT_OK_AND_ASSIGN(const FixPlan without, PlanOf(input, fix));
  EXPECT_THAT(without.unreached, Not(IsEmpty()));
  AnalysisInput with_namespace = input;
  with_namespace.objects.push_back(Manifest("", "Namespace", "", "shop"));
  with_namespace.objects[1].labels = {{"env", "prod"}};
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(
      MakeClusterRole("ns", {Rule("*", "", "namespaces")}, {{kAggregateToWorkLabel, "true"}}));
  ASSERT_OK_AND_ASSIGN(const FixPlan with, PlanOf(with_namespace, fix, OptionsOf(policy)));
  ASSERT_EQ(with.grants.size(), 1u);
  EXPECT_THAT(with.unreached, IsEmpty());
  EXPECT_THAT(with.reached_by, ElementsAre("p"));
}

// ---- guardrails

AnalysisInput WildcardCrd() {
  AnalysisInput input = Input({Manifest("lab.example.org", "Trap", "shop", "t"),
                               Manifest("lab.example.org", "Mouse", "shop", "m"),
                               Manifest("", "ConfigMap", "shop", "one")});
  input.crds = {{"lab.example.org", "Trap", "*", true}, {"lab.example.org", "Mouse", "mice", true}};
  return input;
}

TEST(PlanFix, AWildcardIsRefused) {
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(WildcardCrd()));
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_EQ(plan.refused[0].guardrail->id, "wildcard-resource");
  EXPECT_EQ(plan.refused[0].rule, Rule(kAll, "lab.example.org", "*"));
  EXPECT_THAT(plan.RefusedObjects(), ElementsAre(0));
  EXPECT_THAT(plan.told, IsEmpty());
  EXPECT_THAT(plan.grants[0].role.rules,
              ElementsAre(Rule(kAll, "", "configmaps"), Rule(kAll, "lab.example.org", "mice")));
}

TEST(PlanFix, AWildcardByConsent) {
  for (GrantStrategy strategy : {GrantStrategy::kAggregate, GrantStrategy::kRoleBinding}) {
    const AnalysisInput input = WildcardCrd();
    const FixOptions fix{.strategy = strategy, .allow_escalation = true};
    ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, fix));
    EXPECT_THAT(plan.refused, IsEmpty());
    EXPECT_THAT(plan.RefusedObjects(), IsEmpty());
    ASSERT_EQ(plan.told.size(), 1u);
    EXPECT_EQ(plan.told[0].guardrail->id, "wildcard-resource");
    // It holds mice as well.
    EXPECT_THAT(plan.grants[0].role.rules,
                ElementsAre(Rule(kAll, "", "configmaps"), Rule(kAll, "lab.example.org", "*")));
    const AnalyzeOptions options = OptionsOf(BareAgent());
    const Proof proof = ProveFix(input, DeriveRequirements(input, options.derive), options, {},
                                 WrittenBy(plan), {});
    EXPECT_TRUE(proof.closed && proof.minimal) << testing::PrintToString(proof.faults);
  }
}

TEST(PlanFix, SecretsOfTheClusterAreTold) {
  const AnalysisInput input = Input({Manifest("", "Secret", "shop", "s")});
  for (GrantStrategy strategy :
       {GrantStrategy::kAggregate, GrantStrategy::kClusterBinding, GrantStrategy::kRoleBinding}) {
    const bool wide = strategy != GrantStrategy::kRoleBinding;
    ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, {.strategy = strategy}));
    ASSERT_EQ(plan.told.size(), wide ? 1u : 0u);
    if (wide) {
      EXPECT_EQ(plan.told[0].guardrail->id, "cluster-secrets");
      EXPECT_THAT(plan.told[0].objects, ElementsAre(0));
    }
    EXPECT_THAT(plan.refused, IsEmpty());
    ASSERT_EQ(plan.grants.size(), 1u);
  }
}

// ---- set aside

TEST(PlanFix, WhatNoGrantHelps) {
  AnalysisInput input = Input({Manifest("", "Comet", "shop", "unknown in the core group"),
                               Manifest("acme.example.org", "Comet", "shop", "guessed")});
  const int work = AddWork(input, "wec1", "work");
  AddWrapped(input, work, Manifest("", "ConfigMap", "", "no namespace"));
  AddWrapped(input, work, Manifest("control.kubestellar.io", "BindingPolicy", "", "steering"));
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input));
  EXPECT_THAT(plan.unknown, ElementsAre(0));
  EXPECT_THAT(plan.not_rbac, ElementsAre(2, 3));
  ASSERT_EQ(plan.missing.size(), 1u);
  EXPECT_TRUE(plan.missing[0].guessed);
  EXPECT_THAT(plan.missing[0].objects, ElementsAre(1));
}

// ---- prune

struct PruneCase {
  std::string label;
  std::vector<PolicyRule> rules, pruned;
};

TEST(PlanFix, Prune) {
  const std::vector<PruneCase> cases = {
      {"nothing to do", {Rule(kAll, "", "configmaps")}, {Rule(kAll, "", "configmaps")}},
      {"verbs",
       {Rule("get,list,create,update,delete,watch", "", "configmaps")},
       {Rule(kAll, "", "configmaps")}},
      {"rules",
       {Rule("get", "x", "y"), Rule(kAll, "", "configmaps"), UrlRule("get", "/metrics")},
       {Rule(kAll, "", "configmaps")}},
      {"a wildcard by hand", {Rule("*", "", "*")}, {Rule(kAll, "", "configmaps")}},
      {"and adds what is missing",
       {Rule("list,get", "", "configmaps")},
       {Rule(kAll, "", "configmaps")}},
      {"names that suffice stay",
       {Rule("get,update,delete,list", "", "configmaps", "one"), Rule("create", "", "configmaps")},
       {Rule("get,update,delete", "", "configmaps", "one"), Rule("create", "", "configmaps")}},
  };
  for (const PruneCase& c : cases) {
    AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
    input.rbac.roles = {Ours(MakeClusterRole("grants", c.rules))};
    ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, {.prune = true}));
    if (c.rules == c.pruned) {
      EXPECT_THAT(plan.grants, IsEmpty()) << c.label;
      continue;
    }
    ASSERT_EQ(plan.grants.size(), 1u) << c.label;
    EXPECT_EQ(plan.grants[0].role.rules, c.pruned) << c.label;
    EXPECT_THAT(plan.grants[0].objects, ElementsAre(0)) << c.label;
    const AnalyzeOptions options = OptionsOf(BareAgent());
    const Requirements requirements = DeriveRequirements(input, options.derive);
    const Proof proof = ProveFix(input, requirements, options, {}, WrittenBy(plan), {});
    EXPECT_TRUE(proof.closed && proof.minimal) << c.label << testing::PrintToString(proof.faults);
    const AnalysisInput fixed = AfterFix(input, plan);
    ASSERT_OK_AND_ASSIGN(const FixPlan again, PlanOf(fixed, {.prune = true}));
    EXPECT_THAT(again.grants, IsEmpty()) << c.label;
    // Without --prune no role loses anything.
    ASSERT_OK_AND_ASSIGN(const FixPlan kept, PlanOf(input));
    for (const RoleGrant& grant : kept.grants) {
      for (const RuleChange& change : grant.change.rules)
        EXPECT_TRUE(!change.drop && change.remove_verbs.empty()) << c.label;
    }
  }
}

TEST(PlanFix, PruneLeavesOthersAlone) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  input.rbac.roles = {
      MakeClusterRole("theirs", {Rule("list", "", "configmaps")},
                      {{kAggregateToWorkLabel, "true"}}),
      Ours(MakeClusterRole("ours", {Rule("get,create,update,delete", "", "configmaps")}))};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, {.prune = true}));
  EXPECT_THAT(plan.grants, IsEmpty());
}

// What the agent holds without our role, our role need not hold.
TEST(PlanFix, PruneWhatOthersGrant) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  input.rbac.roles = {
      MakeClusterRole("theirs", {Rule("get", "", "configmaps")}, {{kAggregateToWorkLabel, "true"}}),
      Ours(MakeClusterRole("ours", {Rule(kAll, "", "configmaps")}))};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, {.prune = true}));
  ASSERT_EQ(plan.grants.size(), 1u);
  EXPECT_THAT(plan.grants[0].role.rules,
              ElementsAre(Rule("create,update,delete", "", "configmaps")));
}

// Of a kind in a group that others name nothing can be told, and so nothing is taken away there.
TEST(PlanFix, PruneSparesGroupsOfUnknownKinds) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  RbacPolicy policy = BareAgent();
  policy.roles.push_back(MakeClusterRole("x", {Rule("get", "acme.example.org", "others")},
                                         {{kAggregateToWorkLabel, "true"}}));
  const std::vector<PolicyRule> rules = {Rule("get,create,update,delete", "", "configmaps"),
                                         Rule("get,list", "acme.example.org", "gizmoses")};
  input.rbac.roles = {Ours(MakeClusterRole("ours", rules))};
  ASSERT_OK_AND_ASSIGN(const FixPlan without, PlanOf(input, {.prune = true}, OptionsOf(policy)));
  ASSERT_EQ(without.grants.size(), 1u);
  EXPECT_THAT(without.grants[0].role.rules, ElementsAre(rules[0]));
  input.objects.push_back(Manifest("acme.example.org", "Gizmo", "shop", "g"));
  ASSERT_OK_AND_ASSIGN(const FixPlan with, PlanOf(input, {.prune = true}, OptionsOf(policy)));
  EXPECT_THAT(with.unknown, ElementsAre(1));
  EXPECT_THAT(with.grants, IsEmpty());
}

// Two of ours that hold the same keep it: neither may be the one that goes.
TEST(PlanFix, PruneSeveralOfOurs) {
  AnalysisInput input = Input({Manifest("", "ConfigMap", "shop", "one")});
  input.rbac.roles = {
      Ours(MakeClusterRole("a", {Rule("get,create,update,delete", "", "configmaps")})),
      Ours(MakeClusterRole("b", {Rule("get,list", "", "configmaps")})),
      Ours(MakeRole("lab", "c", {Rule("get", "", "configmaps")}))};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan,
                       PlanOf(input, {.strategy = GrantStrategy::kAggregate, .prune = true}));
  ASSERT_EQ(plan.grants.size(), 2u);
  EXPECT_EQ(plan.grants[0].role.name, "b");
  EXPECT_THAT(plan.grants[0].role.rules, ElementsAre(Rule("get", "", "configmaps")));
  EXPECT_EQ(plan.grants[1].role.namespace_, "lab");
  EXPECT_THAT(plan.grants[1].role.rules, IsEmpty());
  EXPECT_THAT(plan.grants[1].objects, IsEmpty());
}

// From one ClusterRole to Roles: what goes in one place comes in another, and the proof agrees.
TEST(PlanFix, PruneIntoAnotherStrategy) {
  AnalysisInput input = SomeWorkload();
  input.rbac.roles = {Ours(MakeClusterRole(
      "grants", {Rule(kAll, "", "configmaps"), Rule(kAll, "storage.k8s.io", "storageclasses")}))};
  const FixOptions fix{.strategy = GrantStrategy::kRoleBinding, .prune = true};
  ASSERT_OK_AND_ASSIGN(const FixPlan plan, PlanOf(input, fix));
  ASSERT_EQ(plan.grants.size(), 3u);
  EXPECT_THAT(plan.grants[0].role.rules,
              ElementsAre(Rule(kAll, "storage.k8s.io", "storageclasses")));
  EXPECT_THAT(plan.grants[1].role.rules, ElementsAre(Rule(kAll, "", "configmaps")));
  const AnalyzeOptions options = OptionsOf(BareAgent());
  const Proof proof =
      ProveFix(input, DeriveRequirements(input, options.derive), options, {}, WrittenBy(plan), {});
  EXPECT_TRUE(proof.closed && proof.minimal) << testing::PrintToString(proof.faults);
  const AnalysisInput fixed = AfterFix(input, plan);
  ASSERT_OK_AND_ASSIGN(const FixPlan again, PlanOf(fixed, fix));
  EXPECT_THAT(again.grants, IsEmpty());
}

// ---- order

TEST(PlanFix, OrderOfTheInputChangesNothing) {
  AnalysisInput input = SomeWorkload();
  input.objects.push_back(Manifest("", "Secret", "shop", "s"));
  input.objects.push_back(Manifest("acme.example.org", "Gizmo", "lab", "g"));
  input.crds = {{"acme.example.org", "Gadget", "gizmos", true}};
  input.objects.push_back(Manifest("acme.example.org", "Gadget", "lab", "same resource"));
  input.rbac.roles = {Ours(MakeClusterRole("grants", {Rule("get", "", "configmaps")})),
                      Ours(MakeRole("lab", "grants", {Rule("get", "", "configmaps")})),
                      MakeRole("lab", "x", {Rule("get", "", "secrets")})};
  std::vector<int> order = {0, 1, 2, 3, 4, 5};
  for (GrantStrategy strategy : {GrantStrategy::kAggregate, GrantStrategy::kRoleBinding}) {
    for (const bool names : {false, true}) {
      std::optional<std::string> first;
      int orders = 0;
      do {
        AnalysisInput shuffled = input;
        for (size_t i = 0; i < order.size(); ++i) shuffled.objects[i] = input.objects[order[i]];
        if (order[0] % 2 == 1) std::reverse(shuffled.rbac.roles.begin(), shuffled.rbac.roles.end());
        ASSERT_OK_AND_ASSIGN(
            const FixPlan plan,
            PlanOf(shuffled, {.strategy = strategy, .needs = {.resource_names = names}}));
        if (!first) first = Show(plan);
        ASSERT_EQ(Show(plan), *first);
        // By name, nothing but the guess itself speaks for the one object.
        for (const Permission& p : plan.missing)
          ASSERT_EQ(p.guessed, p.rule.resource_names == std::vector<std::string>{"g"});
        ++orders;
      } while (std::next_permutation(order.begin(), order.end()));
      EXPECT_EQ(orders, 720);
    }
  }
}

}  // namespace
}  // namespace wecan
