// SPDX-License-Identifier: Apache-2.0
#include "analyzer/audit/grant_use.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/audit_events.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kGroup[] = "example.org";

PolicyRule Rule(std::vector<std::string> verbs, std::vector<std::string> resources,
                std::vector<std::string> names = {}) {
  PolicyRule rule;
  rule.verbs = std::move(verbs);
  rule.api_groups = {kGroup};
  rule.resources = std::move(resources);
  rule.resource_names = std::move(names);
  return rule;
}

// Grants that a test makes by hand, and what they point into.
class Uses {
 public:
  explicit Uses(std::vector<PolicyRule> baseline = {})
      : baseline_(Policy(std::move(baseline)), {.name = kAuditedAgent}) {}

  // In namespace `ns`, "" for everywhere.
  AuditedGrant& Add(PolicyRule rule, const std::string& ns = "") {
    rules_.push_back(std::make_unique<PolicyRule>(std::move(rule)));
    bindings_.push_back(
        std::make_unique<RoleBinding>(RoleBinding{.cluster = ns.empty(), .namespace_ = ns}));
    AuditedGrant grant;
    grant.path.role = &role_;
    grant.path.bound = &role_;
    grant.path.binding = bindings_.back().get();
    grant.rule = rules_.back().get();
    grant.unused = {*grant.rule};
    result.grants.push_back(std::move(grant));
    return result.grants.back();
  }

  void Log(const std::string& verb, const std::string& resource, const std::string& ns = "shop",
           const std::string& name = "", int allowed = 1, int refused = 0) {
    Activity activity;
    activity.request = {
        .verb = verb, .api_group = kGroup, .resource = resource, .namespace_ = ns, .name = name};
    activity.allowed = static_cast<uint64_t>(allowed);
    activity.refused = static_cast<uint64_t>(refused);
    const std::string time =
        absl::StrCat("2026-01-0", evidence.activities.size() + 1, "T00:00:00Z");
    activity.first_time = activity.last_time = time;
    if (allowed > 0) activity.last_allowed = time;
    evidence.activities.push_back(std::move(activity));
  }

  std::vector<GrantUse> Find() { return FindUse(result, baseline_, evidence); }
  AgentGrants& baseline() { return baseline_; }

  AuditResult result;
  Evidence evidence;

 private:
  static RbacPolicy Policy(std::vector<PolicyRule> rules) {
    RbacPolicy policy;
    policy.roles.push_back(
        {.kind = RoleKind::kClusterRole, .name = "profile", .rules = std::move(rules)});
    policy.bindings.push_back({.cluster = true,
                               .name = "profile",
                               .role_ref = {kRbacGroup, "ClusterRole", "profile"},
                               .subjects = {{.kind = "User", .name = kAuditedAgent}}});
    return policy;
  }

  Role role_;
  std::vector<std::unique_ptr<PolicyRule>> rules_;
  std::vector<std::unique_ptr<RoleBinding>> bindings_;
  AgentGrants baseline_;
};

std::vector<std::string> Texts(const std::vector<PolicyRule>& rules) {
  std::vector<std::string> texts;
  for (const PolicyRule& rule : rules) {
    texts.push_back(
        absl::StrCat(absl::StrJoin(rule.verbs, " "), " ", absl::StrJoin(rule.resources, " "), ""));
    for (const std::string& name : rule.resource_names) absl::StrAppend(&texts.back(), " ", name);
  }
  return texts;
}

TEST(GrantUse, UsedAndNeverUsed) {
  Uses uses;
  uses.Add(Rule({"get", "list", "delete"}, {"as", "bs"}));
  uses.Add(Rule({"get"}, {"cs"}));
  uses.Log("get", "as", "shop", "", 3);
  uses.Log("list", "as", "", "", 2);
  const std::vector<GrantUse> found = uses.Find();
  EXPECT_EQ(found[0].used, true);
  EXPECT_EQ(found[0].all.times, 5u);
  EXPECT_EQ(found[0].all.last, "2026-01-02T00:00:00Z");
  EXPECT_THAT(Texts(found[0].keep), ElementsAre("get list as"));
  EXPECT_EQ(found[1].used, false);
  EXPECT_EQ(found[1].unneeded.times, 0u);
}

TEST(GrantUse, WhatIsNeededStaysThoughItWasNotUsed) {
  Uses uses;
  AuditedGrant& grant = uses.Add(Rule({"get", "list", "watch", "delete"}, {"as"}));
  grant.needed = {Rule({"get", "delete"}, {"as"})};
  grant.unused = {Rule({"list", "watch"}, {"as"})};
  uses.Log("get", "as");
  uses.Log("watch", "as");
  const GrantUse use = uses.Find()[0];
  EXPECT_THAT(Texts(use.keep), ElementsAre("get delete watch as"));
  EXPECT_THAT(Texts(use.unneeded.rules), ElementsAre("watch as"));
  EXPECT_EQ(use.unneeded.times, 1u);
  EXPECT_EQ(use.all.times, 2u);
}

// A wildcard is left over whole; what is needed of it is not used in vain.
TEST(GrantUse, NeededOfAWildcardIsNoSurplus) {
  Uses uses;
  AuditedGrant& grant = uses.Add(Rule({"*"}, {"*"}));
  grant.over_broad = {{"wildcard", "* *"}};
  grant.needed = {Rule({"get"}, {"as"})};
  uses.Log("get", "as");
  EXPECT_EQ(uses.Find()[0].unneeded.times, 0u);
  uses.Log("get", "bs");
  EXPECT_THAT(Texts(uses.Find()[0].unneeded.rules), ElementsAre("get bs"));
}

TEST(GrantUse, OfAnOverBroadGrantOnlyWhatNoNarrowerOneGives) {
  Uses uses;
  uses.Add(Rule({"*"}, {"*"})).over_broad = {{"wildcard", "* *"}};
  uses.Add(Rule({"get"}, {"as"}));
  uses.Log("get", "as");
  EXPECT_EQ(uses.Find()[0].used, false);
  EXPECT_EQ(uses.Find()[1].used, true);
  uses.Log("update", "as");
  EXPECT_THAT(Texts(uses.Find()[0].all.rules), ElementsAre("update as"));
}

TEST(GrantUse, WhatTheProfileGivesIsNoUse) {
  Uses uses({Rule({"get"}, {"as"})});
  uses.Add(Rule({"get", "list"}, {"as"}));
  uses.Add(Rule({"get"}, {"as"})).is_default = true;
  uses.Log("get", "as");
  EXPECT_EQ(uses.Find()[0].used, false);
  EXPECT_EQ(uses.Find()[1].used, true);
  uses.Log("list", "as");
  EXPECT_EQ(uses.Find()[0].used, true);
}

TEST(GrantUse, InItsNamespaceAlone) {
  Uses uses;
  uses.Add(Rule({"get"}, {"as"}), "shop");
  uses.Add(Rule({"get"}, {"as"}), "other");
  uses.Log("get", "as", "shop");
  uses.Log("get", "as", "");
  EXPECT_EQ(uses.Find()[0].all.times, 1u);
  EXPECT_EQ(uses.Find()[1].used, false);
}

TEST(GrantUse, RefusalsAreNoUse) {
  Uses uses;
  uses.Add(Rule({"get"}, {"as"}));
  uses.Log("get", "as", "shop", "", 0, 5);
  EXPECT_EQ(uses.Find()[0].used, false);
  uses.Log("get", "as", "other", "", 1, 5);
  EXPECT_EQ(uses.Find()[0].all.times, 1u);
}

TEST(GrantUse, ByNames) {
  Uses uses;
  uses.Add(Rule({"get"}, {"as"}, {"one", "two"}));
  uses.Log("get", "as", "shop", "one");
  uses.Log("get", "as", "shop");
  EXPECT_THAT(Texts(uses.Find()[0].keep), ElementsAre("get as one"));
  const NameMatters matters = NamesOfRules(uses.result, uses.baseline());
  EXPECT_TRUE(matters(uses.evidence.activities[0].request));
  RequestAttributes other = uses.evidence.activities[0].request;
  other.name = "three";
  EXPECT_FALSE(matters(other));
  other = uses.evidence.activities[0].request;
  other.verb = "list";
  EXPECT_FALSE(matters(other));
}

TEST(GrantUse, NotJudgedStaysWhole) {
  Uses uses;
  uses.Add(Rule({"get", "list"}, {"as"})).unknown = true;
  uses.Log("get", "as");
  EXPECT_THAT(Texts(uses.Find()[0].keep), ElementsAre("get list as"));
}

TEST(GrantUse, LogsThatDoNotTell) {
  Uses uses;
  uses.Add(Rule({"get"}, {"as"}));
  EXPECT_EQ(uses.Find()[0].used, std::nullopt);
  uses.Log("get", "bs");
  EXPECT_EQ(uses.Find()[0].used, false);
  uses.evidence.overflow = 1;
  EXPECT_EQ(uses.Find()[0].used, std::nullopt);
  uses.Log("get", "as");
  EXPECT_EQ(uses.Find()[0].used, true);
}

TEST(GrantUse, FindingsSayIt) {
  Uses uses;
  uses.Add(Rule({"get"}, {"as"}));
  uses.Add(Rule({"get"}, {"bs"}));
  uses.Log("get", "as", "shop", "", 2);
  for (int grant : {0, 1, -1}) {
    AuditFinding f{.grant = grant};
    f.finding.message = "needed by none";
    uses.result.findings.push_back(f);
  }
  NoteUse(uses.Find(), uses.result);
  EXPECT_THAT(uses.result.findings[0].finding.message,
              HasSubstr("needed by none; but used 2 times, last at 2026-01-01T00:00:00Z: {"));
  EXPECT_EQ(uses.result.findings[1].finding.message, "needed by none; never used in the logs");
  EXPECT_EQ(uses.result.findings[2].finding.message, "needed by none");
}

TEST(Evidence, TimesAreShort) {
  EXPECT_EQ(ShortTime("2026-01-02T03:04:05.000001Z"), "2026-01-02T03:04:05Z");
  EXPECT_EQ(ShortTime("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z");
  EXPECT_EQ(ShortTime(""), "");
  EXPECT_EQ(ShortTime(std::string(100, 'x')).size(), 43u);
  EXPECT_EQ(DescribeTimes(1, ""), "1 time");
}

}  // namespace
}  // namespace wecan
