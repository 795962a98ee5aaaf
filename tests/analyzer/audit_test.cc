// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/audit.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/gaps/compare.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"
#include "tests/testing/fix.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kNeeded[] = "get,create,update,delete";
constexpr char kStorage[] = "storage.k8s.io";
const Labels& ForWork() {
  static const auto* labels = new Labels{{kAggregateToWorkLabel, "true"}};
  return *labels;
}

// An audit with what it points into.
struct Audited {
  explicit Audited(AnalysisInput in, AnalyzeOptions with = OptionsOfProfile("ocm-1.3"))
      : input(std::move(in)), options(std::move(with)) {
    requirements = DeriveRequirements(input, options.derive);
    held = std::make_unique<AgentGrants>(EffectivePolicy(input, requirements, options),
                                         options.agent.User());
    baseline = std::make_unique<AgentGrants>(AuditBaseline(input, requirements, options),
                                             options.agent.User());
    result = Audit({input, requirements, options, *held, *baseline});
  }

  // The grants beyond the baseline.
  std::vector<const AuditedGrant*> Beyond() const {
    std::vector<const AuditedGrant*> beyond;
    for (const AuditedGrant& grant : result.grants) {
      if (!grant.is_default) beyond.push_back(&grant);
    }
    return beyond;
  }

  // "WEC301 ROLE", or "- MESSAGE", of each finding.
  std::vector<std::string> Findings() const {
    std::vector<std::string> texts;
    for (const AuditFinding& f : result.findings) {
      const std::string role = f.path.role != nullptr ? f.path.role->name : f.path.binding->name;
      texts.push_back(f.finding.rule == nullptr ? absl::StrCat("- ", f.finding.message)
                                                : absl::StrCat(f.finding.rule->id, " ", role));
    }
    return texts;
  }

  AnalysisInput input;
  AnalyzeOptions options;
  Requirements requirements;
  std::unique_ptr<AgentGrants> held, baseline;
  AuditResult result;
};

Object StorageClass() { return Manifest(kStorage, "StorageClass", "", "fast"); }

AnalysisInput WithRole(std::vector<Object> objects, Role role) {
  AnalysisInput input;
  input.objects = std::move(objects);
  AddRole(input, std::move(role));
  return input;
}

// With a role that reaches the agent by its label.
AnalysisInput Labelled(std::vector<Object> objects, std::vector<PolicyRule> rules) {
  return WithRole(std::move(objects), MakeClusterRole("extra", std::move(rules), ForWork()));
}

RoleBinding BindIn(absl::string_view ns, absl::string_view role, std::vector<Subject> subjects) {
  RoleBinding binding = ns.empty() ? BindClusterRole(role, std::move(subjects))
                                   : BindRole(ns, "ClusterRole", role, std::move(subjects));
  binding.name = "bound";
  return binding;
}

// With a role that is bound to the agent, everywhere or in `ns`.
AnalysisInput Bound(std::vector<Object> objects, absl::string_view ns,
                    std::vector<PolicyRule> rules) {
  AnalysisInput input = WithRole(std::move(objects), MakeClusterRole("extra", std::move(rules)));
  AddRoleBinding(input, BindIn(ns, "extra", AgentSubject()));
  return input;
}

// ---- WEC301

TEST(Audit, UnusedVerbs) {
  const Audited a(Labelled({StorageClass()}, {Rule("get,list,watch,create,update,patch,delete",
                                                   kStorage, "storageclasses")}));
  ASSERT_THAT(a.Beyond(), SizeIs(1));
  const AuditedGrant& grant = *a.Beyond()[0];
  EXPECT_THAT(grant.unused, ElementsAre(Rule("patch,list,watch", kStorage, "storageclasses")));
  ASSERT_THAT(grant.needed, SizeIs(1));
  EXPECT_EQ(Sorted(grant.needed[0]), Sorted(Rule(kNeeded, kStorage, "storageclasses")));
  EXPECT_THAT(grant.objects, ElementsAre(0));
  EXPECT_THAT(a.Findings(), ElementsAre("WEC301 extra"));
  EXPECT_EQ(a.result.unused, 0);
  EXPECT_EQ(a.result.findings[0].finding.objects, std::vector<int>{1});
}

TEST(Audit, ExactlyWhatIsNeeded) {
  const Audited a(Labelled({StorageClass()}, {Rule(kNeeded, kStorage, "storageclasses")}));
  EXPECT_THAT(a.Findings(), IsEmpty());
  EXPECT_EQ(a.result.beyond, 1);
}

TEST(Audit, NeededByNothing) {
  const std::vector<PolicyRule> rules = {Rule(kNeeded, kStorage, "storageclasses")};
  const Audited a(Labelled({Manifest("", "ConfigMap", "shop")}, rules));
  EXPECT_THAT(a.Findings(), ElementsAre("WEC301 extra"));
  EXPECT_EQ(a.Beyond()[0]->unused, rules);
  EXPECT_THAT(a.Beyond()[0]->needed, IsEmpty());
  EXPECT_EQ(a.result.unused, 1);
}

TEST(Audit, WhatTheProfileHoldsIsNoFinding) {
  const Audited a(Labelled({Manifest("", "ConfigMap", "shop")},
                           {Rule("get,list,patch", "", "configmaps"), Rule("get", "", "pods")}));
  EXPECT_THAT(a.Beyond(), IsEmpty());
  EXPECT_THAT(a.Findings(), IsEmpty());
  // Nor is it in a rule that holds more.
  const Audited more(Labelled({}, {Rule("get", ",storage.k8s.io", "configmaps,storageclasses")}));
  ASSERT_THAT(more.Beyond(), SizeIs(1));
  EXPECT_THAT(Uncovered(more.Beyond()[0]->unused, {Rule("get", "", "configmaps")}), SizeIs(1));
  EXPECT_THAT(Uncovered(more.Beyond()[0]->unused, {Rule("get", kStorage, "storageclasses")}),
              IsEmpty());
}

TEST(Audit, OnlyWhereItIsBound) {
  const std::vector<Object> quota = {Manifest("", "ResourceQuota", "shop", "q")};
  const std::vector<PolicyRule> rules = {Rule("create,update,delete", "", "resourcequotas")};
  EXPECT_THAT(Audited(Bound(quota, "shop", rules)).Findings(), IsEmpty());
  EXPECT_THAT(Audited(Bound(quota, "lab", rules)).Findings(), ElementsAre("WEC301 extra"));
}

TEST(Audit, ARoleInsideANamespaceServesItsObject) {
  RbacPolicy bare = BareAgent();
  bare.roles[0].rules = {Rule("*", kRbacGroup, "*")};
  bare.roles[0].aggregation.reset();
  const std::vector<PolicyRule> rules = {Rule("get,update,delete", "", "namespaces")};
  const auto findings = [&](absl::string_view name) {
    return Audited(Bound({Manifest("", "Namespace", "", name)}, "shop", rules), OptionsOf(bare))
        .Findings();
  };
  EXPECT_THAT(findings("shop"), IsEmpty());
  EXPECT_THAT(findings("lab"), ElementsAre("WEC301 extra"));
}

TEST(Audit, OptionsNeedMore) {
  const std::vector<PolicyRule> rules = {
      Rule("get,create,update,patch,delete", kStorage, "storageclasses")};
  AnalyzeOptions shared = OptionsOfProfile("ocm-1.3");
  shared.derive.shared = true;
  EXPECT_THAT(Audited(Labelled({StorageClass()}, rules)).Findings(), SizeIs(1));
  EXPECT_THAT(Audited(Labelled({StorageClass()}, rules), shared).Findings(), IsEmpty());
}

TEST(Audit, UnknownKindsAreNotJudged) {
  const auto findings = [](absl::string_view group) {
    return Audited(Labelled({Manifest("acme.example.org", "Gizmo", "shop", "g")},
                            {Rule(kNeeded, group, "gizmoes")}))
        .Findings();
  };
  EXPECT_THAT(findings("acme.example.org"), IsEmpty());
  EXPECT_THAT(findings("other.example.org"), ElementsAre("WEC301 extra"));
}

TEST(Audit, ForAnExecutorThatSharesAGroup) {
  const auto findings = [](const char* group) {
    AnalysisInput input = WithRole(
        {StorageClass()}, MakeClusterRole("extra", {Rule("patch", kStorage, "storageclasses")}));
    AddRoleBinding(input, BindIn("", "extra", {Group(group)}));
    AnalyzeOptions options = OptionsOfProfile("ocm-1.3");
    options.derive.executor = ServiceAccountRef{"shop", "deployer"};
    return Audited(std::move(input), options).Findings();
  };
  EXPECT_THAT(findings("system:serviceaccounts"), IsEmpty());
  EXPECT_THAT(findings("system:serviceaccounts:open-cluster-management-agent"),
              ElementsAre("WEC301 extra"));
}

TEST(Audit, WhatIsLoadedIsNotJudged) {
  AnalysisInput input = Labelled({}, {Rule("get", kStorage, "storageclasses")});
  EXPECT_THAT(Audited(input).Findings(), SizeIs(1));
  input.rbac.roles[0].origin = {.loaded = true};
  EXPECT_THAT(Audited(input).Findings(), IsEmpty());
}

TEST(Audit, WithoutInputGrants) {
  AnalyzeOptions options = OptionsOfProfile("ocm-1.3");
  options.input_grants = false;
  EXPECT_THAT(Audited(Labelled({}, {Rule("get", kStorage, "storageclasses")}), options).Findings(),
              IsEmpty());
}

// ---- WEC302

TEST(Audit, OverBroadAndWhatIsNeededOfIt) {
  const Audited a(Labelled({StorageClass()}, {Rule("*", "*", "*")}));
  EXPECT_THAT(a.Findings(), ElementsAre("WEC302 extra"));
  ASSERT_THAT(a.Beyond(), SizeIs(1));
  EXPECT_THAT(a.Beyond()[0]->needed, ElementsAre(Rule(kNeeded, kStorage, "storageclasses")));
  EXPECT_THAT(a.Beyond()[0]->objects, ElementsAre(0));
}

TEST(Audit, NothingIsNeededOfItBesideANarrowerGrant) {
  AnalysisInput input = Labelled({StorageClass()}, {Rule("*", "*", "*")});
  AddRole(input, MakeClusterRole("narrow", {Rule(kNeeded, kStorage, "storageclasses")}, ForWork()));
  const Audited a(std::move(input));
  EXPECT_THAT(a.Findings(), ElementsAre("WEC302 extra"));
  for (const AuditedGrant* grant : a.Beyond())
    EXPECT_EQ(grant->needed.empty(), grant->path.role->name == "extra");
}

TEST(Audit, EscalateBeyondTheProfile) {
  EXPECT_THAT(Audited(Labelled({}, {Rule("escalate", kRbacGroup, "clusterroles")})).Findings(),
              IsEmpty());  // the profile holds it
  EXPECT_THAT(Audited(Labelled({}, {Rule("impersonate", "", "users")})).Findings(),
              ElementsAre("WEC302 extra"));
}

// ---- WEC303

TEST(AuditLegacy, DirectBinding) {
  const std::vector<PolicyRule> rules = {Rule(kNeeded, kStorage, "storageclasses")};
  EXPECT_THAT(Audited(Bound({StorageClass()}, "", rules)).Findings(), ElementsAre("WEC303 extra"));
  EXPECT_THAT(Audited(Labelled({StorageClass()}, rules)).Findings(), IsEmpty());
  // Before OCM 0.12 there was no other way.
  EXPECT_THAT(Audited(Bound({StorageClass()}, "", rules), OptionsOfProfile("ocm-0.11")).Findings(),
              IsEmpty());
}

TEST(AuditLegacy, OnlyWhereALabelWouldDo) {
  const std::vector<PolicyRule> quota = {Rule("create,update,delete", "", "resourcequotas")};
  EXPECT_THAT(
      Audited(Bound({Manifest("", "ResourceQuota", "shop", "q")}, "shop", quota)).Findings(),
      IsEmpty());  // a label grants it everywhere
  AnalysisInput group = WithRole(
      {StorageClass()}, MakeClusterRole("extra", {Rule(kNeeded, kStorage, "storageclasses")}));
  AddRoleBinding(group, BindIn("", "extra", {Group("system:authenticated")}));
  EXPECT_THAT(Audited(group).Findings(), IsEmpty());  // it is for others, too
  AnalysisInput built_in;
  built_in.objects = {StorageClass()};
  AddRoleBinding(built_in, BindIn("", "cluster-admin", AgentSubject()));
  for (const std::string& finding : Audited(built_in).Findings())
    EXPECT_EQ(finding, "WEC302 cluster-admin");
}

// The profile's role admin takes in all that edit and view take in.
TEST(AuditLegacy, LabelsForPeople) {
  for (const char* target : {"admin", "edit", "view"}) {
    const auto findings = [&](const char* value, std::vector<Object> objects) {
      return Audited(WithRole(std::move(objects),
                              MakeClusterRole(
                                  "extra", {Rule(kNeeded, kStorage, "storageclasses")},
                                  {{absl::StrCat("rbac.authorization.k8s.io/aggregate-to-", target),
                                    value}})))
          .Findings();
    };
    EXPECT_THAT(findings("true", {StorageClass()}), ElementsAre("WEC303 extra")) << target;
    EXPECT_THAT(findings("false", {StorageClass()}), IsEmpty());
    // For people, and nothing that the agent relies on.
    EXPECT_THAT(findings("true", {}), ElementsAre("WEC301 extra"));
  }
}

// ---- WEC304

TEST(Audit, GrantThatNoPolicySelects) {
  AnalysisInput input = Labelled({StorageClass()}, {Rule(kNeeded, kStorage, "storageclasses")});
  input.policies = {SelectResource("p", "storageclasses")};
  EXPECT_THAT(Audited(input).Findings(), ElementsAre("WEC304 extra"));
  input.policies.push_back(SelectResource("q", "clusterroles"));
  EXPECT_THAT(Audited(input).Findings(), IsEmpty());
}

// ---- bindings that grant nothing

TEST(AuditBindings, MissingRole) {
  AnalysisInput input;
  AddRoleBinding(input, BindIn("", "gone", AgentSubject()));
  const Audited a(input);
  ASSERT_THAT(a.Findings(), SizeIs(1));
  EXPECT_THAT(a.Findings()[0], HasSubstr("ClusterRole gone is not in the input"));
  EXPECT_EQ(a.result.findings[0].finding.level, Level::kWarning);
  AddRole(input, MakeClusterRole("gone", {}));
  EXPECT_THAT(Audited(input).Findings(), IsEmpty());
}

TEST(AuditBindings, AccountsThatAreNotTheAgent) {
  struct Case {
    Subject subject;
    std::string message;  // "": none
  };
  const std::string ns = "open-cluster-management-agent";
  const std::vector<Case> cases = {
      {ServiceAccount(ns, "klusterlet-work-sa"), ""},
      {ServiceAccount(ns, "klusterlet-works-sa"),
       "which is not the agent; did you mean "
       "\"open-cluster-management-agent:klusterlet-work-sa\""},
      {User("system:serviceaccount:" + ns + ":klusterlet-wrk-sa"), "which is not the agent"},
      {ServiceAccount(ns, "quite-another"), "which is not the agent"},
      {ServiceAccount(ns, "default"), ""},
      {ServiceAccount(ns, "known"), ""},
      {ServiceAccount("open-cluster-managment-agent", "klusterlet-work-sa"),
       "which is not the agent"},
      {ServiceAccount("shop", "klusterlet-work-sa"), ""},
      {ServiceAccount("shop", "deployer"), ""},
      {User("jane"), ""},
      {Group("system:serviceaccounts:" + ns), ""},
  };
  for (const Case& c : cases) {
    AnalysisInput input;
    input.objects = {Manifest("", "ServiceAccount", ns, "known")};
    AddRole(input, MakeClusterRole("extra", {}));
    AddRoleBinding(input, BindIn("", "extra", {c.subject}));
    const std::vector<std::string> found = Audited(input).Findings();
    EXPECT_EQ(found.size(), c.message.empty() ? 0u : 1u) << c.subject.name;
    for (const std::string& message : found) EXPECT_THAT(message, HasSubstr(c.message));
  }
}

// ---- paths

TEST(Audit, PathsNameTheSource) {
  const Audited a(Labelled({StorageClass()}, {Rule(kNeeded, kStorage, "storageclasses")}));
  ASSERT_THAT(a.Beyond(), SizeIs(1));
  const HeldRole& path = a.Beyond()[0]->path;
  EXPECT_EQ(path.role->name, "extra");
  EXPECT_EQ(path.bound->name, "open-cluster-management:klusterlet-work:aggregate");
  EXPECT_EQ(path.binding->name, "open-cluster-management:klusterlet-work:aggregate");
}

TEST(Audit, OrderOfTheInputChangesNothing) {
  AnalysisInput input;
  input.objects = {StorageClass()};
  for (const char* name : {"c", "a", "b"})
    AddRole(input, MakeClusterRole(name, {Rule("list", kStorage, "storageclasses")}, ForWork()));
  const Audited first(input);
  EXPECT_THAT(first.Findings(), ElementsAre("WEC301 a", "WEC301 b", "WEC301 c"));
  std::reverse(input.rbac.roles.begin(), input.rbac.roles.end());
  EXPECT_EQ(Audited(input).Findings(), first.Findings());
}

// ---- levels

TEST(Audit, Levels) {
  AnalyzeOptions options = OptionsOfProfile("ocm-1.3");
  const AnalysisInput input = Labelled({}, {Rule("get", kStorage, "storageclasses")});
  options.levels["WEC301"] = Level::kError;
  EXPECT_EQ(Audited(input, options).result.findings[0].finding.level, Level::kError);
  options.levels["WEC301"] = std::nullopt;
  EXPECT_THAT(Audited(input, options).Findings(), IsEmpty());
}

// ---- dumps

TEST(AuditDump, AccountsThatItLists) {
  AnalysisInput input;
  const AnalyzeOptions options = OptionsOfProfile("ocm-1.3");
  const Requirements requirements = DeriveRequirements(input, options.derive);
  RbacPolicy policy = options.profile.policy;
  AggregateClusterRoles(policy);
  AgentGrants baseline(policy, options.agent.User());
  policy.bindings.push_back(
      BindIn("", "view", {ServiceAccount("open-cluster-management-agent", "other")}));
  AgentGrants held(policy, options.agent.User());
  AuditSubject subject{input, requirements, options, held, baseline, false, {}};
  const auto message = [&] { return Audit(subject).findings.at(0).finding.message; };
  EXPECT_THAT(message(), HasSubstr("which is not the agent"));
  subject.accounts = {{"open-cluster-management-agent", "klusterlet-work-sa"}};
  EXPECT_THAT(message(), HasSubstr("which does not exist"));
  subject.accounts = {{"open-cluster-management-agent", "other"}};
  EXPECT_THAT(Audit(subject).findings, IsEmpty());
}

// ---- the smallest equivalent

// Grants of every form, each more or less than is needed.
void AddGrant(AnalysisInput& input, int form) {
  const auto bound = [&](const char* name, const char* ns, std::vector<PolicyRule> rules) {
    AddRole(input, MakeClusterRole(name, std::move(rules)));
    AddRoleBinding(input, BindIn(ns, name, AgentSubject())).name = name;
  };
  const auto labelled = [&](const char* name, std::vector<PolicyRule> rules) {
    AddRole(input, MakeClusterRole(name, std::move(rules), ForWork()));
  };
  switch (form) {
    case 0:
      return labelled("all-verbs", {Rule("get,list,watch,create,update,patch,delete", kStorage,
                                         "storageclasses,csidrivers")});
    case 1:
      return bound("quota-here", "shop", {Rule("*", "", "resourcequotas,limitranges")});
    case 2:
      return bound("quota-there", "lab", {Rule(kNeeded, "", "resourcequotas")});
    case 3:
      return labelled("everything", {Rule("*", "*", "*"), UrlRule("*", "*")});
    case 4:
      return bound("named", "",
                   {Rule("get,update,delete", kStorage, "storageclasses", "fast,slow"),
                    Rule("create", kStorage, "storageclasses")});
    case 5:
      return labelled("groups", {Rule(kNeeded, "scheduling.k8s.io,node.k8s.io",
                                      "priorityclasses,runtimeclasses")});
    default:
      return labelled("stale", {Rule("get,delete", "stale.example.org", "things")});
  }
}

Object Workload(int kind) {
  switch (kind) {
    case 0:
      return StorageClass();
    case 1:
      return Manifest("", "ResourceQuota", "shop", "q");
    case 2:
      return Manifest("scheduling.k8s.io", "PriorityClass", "", "high");
    default:
      return Manifest("", "ConfigMap", "shop", "c");
  }
}

std::vector<Gap> GapsOf(const Audited& a) {
  std::vector<Gap> gaps;
  for (size_t i = 0; i < a.input.objects.size(); ++i) {
    const ObjectRequirements& need = a.requirements.objects[i];
    gaps.push_back(
        Compare(need, a.requirements.types[need.type], a.input.objects[i].name, *a.held));
  }
  return gaps;
}

// Every role with what is needed of its rules, by any path, in place of them.
AnalysisInput Shrunk(const Audited& a) {
  AnalysisInput input = a.input;
  for (Role& role : input.rbac.roles) {
    role.rules.clear();
    for (const AuditedGrant* grant : a.Beyond()) {
      if (grant->path.role->name != role.name) continue;
      role.rules.insert(role.rules.end(), grant->needed.begin(), grant->needed.end());
    }
  }
  return input;
}

TEST(AuditProperty, TheSmallestEquivalentIsEnoughAndNotTooMuch) {
  constexpr int kForms = 7, kKinds = 4;
  int runs = 0;
  for (int forms = 0; forms < 1 << kForms; ++forms) {
    for (int kinds = 0; kinds < 1 << kKinds; ++kinds) {
      AnalysisInput input;
      for (int i = 0; i < kKinds; ++i) {
        if ((kinds >> i & 1) != 0) input.objects.push_back(Workload(i));
      }
      for (int i = 0; i < kForms; ++i) {
        if ((forms >> i & 1) != 0) AddGrant(input, i);
      }
      const Audited before(input);
      const Audited after(Shrunk(before));
      ++runs;
      SCOPED_TRACE(absl::StrCat("grants ", forms, " objects ", kinds));
      const std::vector<Gap> gaps = GapsOf(before), left = GapsOf(after);
      for (size_t i = 0; i < gaps.size(); ++i) ASSERT_EQ(gaps[i].missing, left[i].missing);
      for (const AuditedGrant* grant : after.Beyond()) {
        ASSERT_THAT(grant->unused, IsEmpty());
        ASSERT_THAT(grant->over_broad, IsEmpty());
      }
    }
  }
  EXPECT_EQ(runs, 2048);
}

}  // namespace
}  // namespace wecan
