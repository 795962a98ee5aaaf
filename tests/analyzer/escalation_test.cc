// SPDX-License-Identifier: Apache-2.0
// What the conformance cases leave out: many objects, large ones, dangling bindings, and the cases
// of kubeapply's checker (K) and of operator-controller's pre-authorizer (O).
#include "analyzer/grants/escalation.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Outcome = EscalationResult::Outcome;

const UserInfo& Bob() {
  static const auto* bob = new UserInfo{"bob", {"system:authenticated"}};
  return *bob;
}

// Bob holds these rules everywhere; more roles may stand by.
RbacPolicy Holding(std::vector<PolicyRule> rules, std::vector<Role> more = {}) {
  RbacPolicy policy{.roles = std::move(more), .bindings = {BindClusterRole("mine", {User("bob")})}};
  policy.roles.push_back(MakeClusterRole("mine", std::move(rules)));
  return policy;
}

PolicyRule RbacVerb(absl::string_view verb, absl::string_view resource,
                    absl::string_view names = "") {
  return Rule(verb, kRbacGroup, resource, names);
}

EscalationResult Write(const RbacPolicy& policy, const Role& role,
                       absl::string_view url_name = "") {
  const Authorizer authorizer(policy);
  return CheckRoleWrite(authorizer, Bob(), role, url_name, nullptr);
}

EscalationResult Write(const RbacPolicy& policy, const RoleBinding& binding) {
  const Authorizer authorizer(policy);
  return CheckBindingWrite(authorizer, Bob(), binding);
}

// ---- K5 to K9 of kubeapply

TEST(Escalation, EscalateAndBindDecide) {
  const Role role = MakeRole("dev", "r", {Rule("*", "", "secrets")});
  const RoleBinding binding = BindRole("dev", "ClusterRole", "admin", {User("x")});
  const std::vector<Role> admin = {MakeClusterRole("admin", {Rule("get", "", "pods")})};
  const RbacPolicy without = Holding({RbacVerb("create,update", "roles,rolebindings")}, admin);
  EXPECT_EQ(Write(without, role).outcome, Outcome::kRefused);
  EXPECT_EQ(Write(without, binding).outcome, Outcome::kRefused);
  const RbacPolicy with =
      Holding({RbacVerb("escalate", "roles"), RbacVerb("bind", "clusterroles")}, admin);
  EXPECT_EQ(Write(with, role).outcome, Outcome::kAllowed);
  EXPECT_EQ(Write(with, binding).outcome, Outcome::kAllowed);
}

TEST(Escalation, BindMayBeLimitedToTheRole) {
  const std::vector<Role> roles = {MakeClusterRole("admin", {Rule("get", "", "pods")})};
  const RoleBinding binding = BindRole("dev", "ClusterRole", "admin", {});
  EXPECT_EQ(Write(Holding({RbacVerb("bind", "clusterroles", "admin")}, roles), binding).outcome,
            Outcome::kAllowed);
  EXPECT_EQ(Write(Holding({RbacVerb("bind", "clusterroles", "edit")}, roles), binding).outcome,
            Outcome::kRefused);
}

TEST(Escalation, UrlsAreGrantedLikeResources) {
  const Role role = MakeClusterRole("r", {UrlRule("get", "/metrics,/healthz")});
  EXPECT_THAT(Write(Holding({UrlRule("get", "/healthz")}), role).missing,
              ElementsAre(UrlRule("get", "/metrics")));
  EXPECT_EQ(Write(Holding({UrlRule("get", "*")}), role).outcome, Outcome::kAllowed);
}

// ---- O1, O2 of operator-controller

TEST(Escalation, WildcardGroupsAreText) {
  const Role role = MakeRole(
      "ns", "r", {Rule("watch", "*", "serviceaccounts"), Rule("create", "*", "certificates")});
  EXPECT_EQ(Write(Holding({Rule("*", "*", "*")}), role).outcome, Outcome::kAllowed);
  EXPECT_THAT(
      Write(Holding({Rule("watch", ",cert-manager.io", "serviceaccounts,certificates")}), role)
          .missing,
      ElementsAre(Rule("watch", "*", "serviceaccounts"), Rule("create", "*", "certificates")));
}

// ---- references

TEST(Escalation, ARoleRefWithoutGroupIsDefaulted) {
  RoleBinding binding = BindRole("dev", "ClusterRole", "gone", {});
  binding.role_ref.api_group = "";
  EXPECT_EQ(Write(Holding({RbacVerb("bind", "clusterroles")}), binding).outcome, Outcome::kAllowed);
  binding.role_ref.api_group = "other.io";
  EXPECT_EQ(Write(Holding({RbacVerb("bind", "clusterroles")}), binding).outcome,
            Outcome::kRoleNotFound);
}

TEST(Escalation, AnUnknownKindOfReferenceIsNoRole) {
  const RoleBinding binding = BindRole("dev", "role", "r", {});
  const EscalationResult result = Write(Holding({RbacVerb("bind", "roles,clusterroles")}), binding);
  EXPECT_EQ(result.outcome, Outcome::kRoleNotFound);
  EXPECT_EQ(result.message, "unsupported role reference kind: \"role\"");
}

TEST(Escalation, AClusterRoleBindingFindsNoRole) {
  RoleBinding binding = BindClusterRole("r", {});
  binding.role_ref.kind = "Role";
  const EscalationResult result = Write(Holding({}, {MakeRole("dev", "r", {})}), binding);
  EXPECT_EQ(result.outcome, Outcome::kRoleNotFound);
  EXPECT_EQ(result.message, "clusterrolebindings.rbac.authorization.k8s.io \"r\" not found");
}

// ---- messages

TEST(Escalation, SeveralMissingRolesOfTheAuthor) {
  RbacPolicy policy;
  policy.bindings = {BindClusterRole("b", {User("bob")}), BindClusterRole("a", {User("bob")}),
                     BindRole("dev", "Role", "a", {User("bob")})};
  EXPECT_THAT(Write(policy, MakeRole("dev", "r", {Rule("get", "", "pods")})).message,
              EndsWith("; resolution errors: [[roles.rbac.authorization.k8s.io \"a\" not found, "
                       "roles.rbac.authorization.k8s.io \"b\" not found]]"));
}

TEST(Escalation, WithoutNameTheMessageHasNone) {
  EXPECT_THAT(
      Write({}, MakeRole("dev", "", {Rule("get", "", "pods")})).message,
      testing::StartsWith("roles.rbac.authorization.k8s.io is forbidden: user \"bob\" (groups="));
}

TEST(Escalation, NobodyWithoutGroups) {
  EXPECT_EQ(EscalationText({"u", {}}, {}, {}),
            "user \"u\" (groups=[]) is attempting to grant RBAC permissions not currently held:\n");
}

// ---- updates

TEST(Escalation, OnlyFieldsOfTheGarbageCollector) {
  EXPECT_TRUE(OnlyGCFieldsChange({}));
  EXPECT_TRUE(OnlyGCFieldsChange({"ownerReferences", "finalizers", "managedFields"}));
  EXPECT_FALSE(OnlyGCFieldsChange({"finalizers", "labels"}));
}

TEST(Escalation, AnAggregationRuleThatGoesCounts) {
  const RbacPolicy policy = Holding({Rule("get", "", "pods")});
  const Authorizer authorizer(policy);
  const Role plain = MakeClusterRole("r", {Rule("get", "", "pods")});
  const Role aggregated = MakeAggregatedRole("r", {{}});
  EXPECT_EQ(CheckRoleWrite(authorizer, Bob(), plain, "r", &plain).outcome, Outcome::kAllowed);
  const EscalationResult result = CheckRoleWrite(authorizer, Bob(), plain, "r", &aggregated);
  EXPECT_TRUE(result.aggregation);
  EXPECT_THAT(result.missing,
              testing::UnorderedElementsAre(Rule("*", "*", "*"), UrlRule("*", "*")));
}

// ---- many and large

TEST(Escalation, OneCheckerForManyNamespaces) {
  RbacPolicy policy = Holding({Rule("get", "", "pods")});
  policy.roles.push_back(
      MakeRole("x", "local", {Rule("get", "", "secrets"), RbacVerb("bind", "roles")}));
  policy.bindings.push_back(BindRole("x", "Role", "local", {User("bob")}));
  const Authorizer authorizer(policy);
  EscalationChecker checker(authorizer, Bob());
  const std::vector<PolicyRule> rules = {Rule("get", "", "pods,secrets")};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(checker.CheckRole(MakeRole("x", "r", rules), "x", "", nullptr).outcome,
              Outcome::kAllowed);
    EXPECT_EQ(checker.CheckRole(MakeRole("y", "r", rules), "y", "", nullptr).outcome,
              Outcome::kRefused);
    EXPECT_EQ(checker.CheckRole(MakeClusterRole("r", rules), "", "", nullptr).outcome,
              Outcome::kRefused);
    EXPECT_EQ(checker.CheckBinding(BindRole("x", "Role", "gone", {}), "x").outcome,
              Outcome::kAllowed);
    EXPECT_EQ(checker.CheckBinding(BindRole("y", "Role", "gone", {}), "y").outcome,
              Outcome::kRoleNotFound);
  }
}

// Three lists of 3,000 entries: 27 billion permissions.
Role Bomb() {
  PolicyRule rule;
  for (int i = 0; i < 3000; ++i) {
    rule.verbs.push_back(absl::StrCat("verb-", i));
    rule.api_groups.push_back(absl::StrCat("group-", i));
    rule.resources.push_back(absl::StrCat("resource-", i));
  }
  return MakeClusterRole("bomb", {rule});
}

TEST(Escalation, ABombIsToldInPart) {
  const EscalationResult result = Write(Holding({Rule("get", "", "pods")}), Bomb());
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_FALSE(result.complete);
  EXPECT_LT(result.message.size(), 2u << 20);
  EXPECT_THAT(result.message, EndsWith("rules above may be missing)"));
  const EscalationResult held = Write(Holding({Rule("*", "*", "*")}), Bomb());
  EXPECT_EQ(held.outcome, Outcome::kAllowed);
}

TEST(Escalation, ManyBindingsToABombStayBounded) {
  const RbacPolicy policy = Holding({}, {Bomb()});
  const Authorizer authorizer(policy);
  EscalationChecker checker(authorizer, Bob());
  size_t bytes = 0;
  for (int i = 0; i < 1000; ++i) {
    const EscalationResult result = checker.CheckBinding(BindClusterRole("bomb", {}), "");
    ASSERT_EQ(result.outcome, Outcome::kRefused);
    ASSERT_FALSE(result.complete);
    bytes += result.message.size();
  }
  EXPECT_LT(bytes, 100u << 20);
}

}  // namespace
}  // namespace wecan
