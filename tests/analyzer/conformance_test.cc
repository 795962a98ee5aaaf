// SPDX-License-Identifier: Apache-2.0
// Every case of fixtures/conformance/rbac-cases.yaml as a test of its own:
// Conformance_<check>.<name>.
#include "tests/testing/conformance.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/authorizer.h"
#include "analyzer/grants/compact.h"
#include "analyzer/grants/cover_index.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/escalation.h"
#include "analyzer/grants/forbidden.h"
#include "analyzer/grants/rule_allows.h"
#include "analyzer/grants/validate.h"
#include "analyzer/grants/who_can.h"
#include "analyzer/model/impersonation.h"
#include "analyzer/model/plural.h"
#include "analyzer/model/request.h"
#include "tests/testing/builders.h"
#include "tests/testing/load.h"

namespace wecan {
namespace {

using testing::ElementsAreArray;
using testing::UnorderedElementsAreArray;

bool Expects(const YAML::Node& c, const std::string& yes, const std::string& no) {
  const std::string expected = LoadText(c["expected"]);
  if (expected != yes && expected != no) ADD_FAILURE() << "expected: " << expected;
  return expected == yes;
}

void RuleMatch(const YAML::Node& c) {
  const RequestAttributes request = LoadRequest(c["request"]);
  bool allowed = false;
  for (const PolicyRule& rule : LoadRules(c["rules"])) allowed |= RuleAllows(request, rule);
  EXPECT_EQ(allowed, Expects(c, "allow", "deny"));
}

void Authorize(const YAML::Node& c) {
  const RbacPolicy policy = LoadCasePolicy(c["policy"]);
  const Authorizer authorizer(policy);
  const UserInfo user = LoadUser(c["user"]);
  const RequestAttributes request = LoadRequest(c["request"]);
  const Decision decision = authorizer.Authorize(user, request);
  EXPECT_EQ(decision.allowed, Expects(c, "allow", "deny"));
  if (c["reason"]) {
    EXPECT_EQ(authorizer.Reason(user, request, decision), LoadText(c["reason"]));
  }
}

void AppliesToCase(const YAML::Node& c) {
  const int index =
      AppliesTo(LoadSubjects(c["subjects"]), LoadUser(c["user"]), LoadText(c["bindingNamespace"]));
  EXPECT_EQ(index >= 0, Expects(c, "match", "no-match"));
  if (c["matchedIndex"]) {
    EXPECT_EQ(index, c["matchedIndex"].as<int>());
  }
}

void RulesForCase(const YAML::Node& c) {
  const RbacPolicy policy = LoadCasePolicy(c["policy"]);
  const Authorizer authorizer(policy);
  const ResolvedRules resolved = authorizer.RulesFor(LoadUser(c["user"]), LoadText(c["namespace"]));
  EXPECT_THAT(RulesOf(resolved), ElementsAreArray(LoadRules(c["expectedRules"])));
  EXPECT_THAT(resolved.errors, ElementsAreArray(LoadList(c["errors"])));
}

void CoversCase(const YAML::Node& c) {
  const std::vector<PolicyRule> missing =
      Uncovered(LoadRules(c["ownerRules"]), LoadRules(c["requestedRules"]));
  EXPECT_EQ(missing.empty(), Expects(c, "covered", "uncovered"));
  if (c["uncovered"]) {
    EXPECT_THAT(missing, ElementsAreArray(LoadRules(c["uncovered"])));
  }
  const std::vector<PolicyRule> owner = LoadRules(c["ownerRules"]);
  std::vector<const PolicyRule*> pointers;
  for (const PolicyRule& rule : owner) pointers.push_back(&rule);
  CoverBudget budget;
  const CoverGap gap = CoverIndex(pointers).Uncovered(LoadRules(c["requestedRules"]), budget);
  EXPECT_TRUE(gap.complete);
  EXPECT_THAT(gap.atoms, ElementsAreArray(missing));
}

void UrlCovers(const YAML::Node& c) {
  EXPECT_EQ(NonResourceURLCovers(LoadText(c["owner"]), LoadText(c["requested"])),
            Expects(c, "covered", "uncovered"));
}

void Compact(const YAML::Node& c) {
  const std::vector<PolicyRule> rules = LoadRules(c["rules"]);
  const std::vector<PolicyRule> before = rules;
  EXPECT_THAT(CompactRules(rules), UnorderedElementsAreArray(LoadRules(c["expectedRules"])));
  EXPECT_EQ(rules, before) << "the input was changed";
}

void IsSimpleRule(const YAML::Node& c) {
  for (const PolicyRule& rule : LoadRules(c["rules"])) {
    EXPECT_EQ(IsSimpleResourceRule(rule), Expects(c, "simple", "complex"));
  }
}

void Aggregate(const YAML::Node& c) {
  RbacPolicy policy{.roles = LoadClusterRoles(c["clusterRoles"])};
  AggregateClusterRoles(policy);
  bool found = false;
  for (const Role& role : policy.roles) {
    if (role.name != LoadText(c["target"])) continue;
    found = true;
    EXPECT_THAT(role.rules, ElementsAreArray(LoadRules(c["expectedRules"])));
  }
  EXPECT_TRUE(found) << "the case names a target that it does not define";
}

void GuessPluralCase(const YAML::Node& c) {
  const GuessedResource guess = GuessPlural(LoadText(c["kind"]));
  EXPECT_EQ(guess.plural, LoadText(c["expected"]["plural"]));
  EXPECT_EQ(guess.singular, LoadText(c["expected"]["singular"]));
}

// Keys that the case does not list are not asserted.
void RequestInfoCase(const YAML::Node& c) {
  const RequestInfo info = ParseRequestInfo(LoadText(c["method"]), LoadText(c["url"]));
  const RequestAttributes& a = info.attributes;
  const std::map<std::string, std::string> actual = {
      {"isResource", a.resource_request ? "true" : "false"},
      {"verb", a.verb},
      {"group", a.api_group},
      {"version", info.api_version},
      {"resource", a.resource},
      {"subresource", a.subresource},
      {"namespace", a.namespace_},
      {"name", a.name},
      {"path", a.path},
      {"fieldSelector", info.field_selector},
      {"labelSelector", info.label_selector}};
  for (const auto& kv : c["expected"]) {
    const auto it = actual.find(kv.first.Scalar());
    ASSERT_NE(it, actual.end()) << "unknown key " << kv.first.Scalar();
    EXPECT_EQ(it->second, LoadText(kv.second)) << kv.first.Scalar();
  }
}

// The RBAC object {metadata, rules ...} of this kind, as the only one of a policy.
RbacPolicy LoadObject(const std::string& kind, const YAML::Node& object) {
  YAML::Node item = YAML::Clone(object), list;
  item["kind"] = kind;
  list["items"].push_back(item);
  RbacPolicy policy;
  AddRbacList(list, policy);
  return policy;
}

// The object of a write, which holds name and labels beside its rules.
RbacPolicy LoadWritten(const YAML::Node& c, const char* key) {
  static const auto* kinds =
      new std::map<std::string, std::string>{{"roles", "Role"},
                                             {"clusterroles", "ClusterRole"},
                                             {"rolebindings", "RoleBinding"},
                                             {"clusterrolebindings", "ClusterRoleBinding"}};
  YAML::Node object = YAML::Clone(c[key]);
  object["metadata"]["name"] = c[key]["name"];
  if (c["namespace"]) object["metadata"]["namespace"] = c["namespace"];
  if (c[key]["labels"]) object["metadata"]["labels"] = c[key]["labels"];
  return LoadObject(kinds->at(LoadText(c["resource"])), object);
}

UserInfo LoadCaller(const YAML::Node& c) {
  return {LoadText(c["caller"]["user"]), LoadList(c["caller"]["groups"])};
}

void ExpectOutcome(const YAML::Node& c, const EscalationResult& result) {
  const std::map<EscalationResult::Outcome, std::string> names = {
      {EscalationResult::Outcome::kAllowed, "allow"},
      {EscalationResult::Outcome::kRefused, "deny"},
      {EscalationResult::Outcome::kRoleNotFound, "notfound"}};
  EXPECT_EQ(names.at(result.outcome), LoadText(c["expected"]));
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.message, LoadText(c["message"]));
  EXPECT_THAT(result.missing, UnorderedElementsAreArray(LoadRules(c["missing"])));
}

void RoleWrite(const YAML::Node& c) {
  const RbacPolicy policy = LoadCasePolicy(c["policy"]);
  const Authorizer authorizer(policy);
  const Role role = LoadWritten(c, "object").roles.at(0);
  const RbacPolicy old = c["oldObject"] ? LoadWritten(c, "oldObject") : RbacPolicy();
  ExpectOutcome(c, CheckRoleWrite(authorizer, LoadCaller(c), role, LoadText(c["urlName"]),
                                  old.roles.empty() ? nullptr : &old.roles[0]));
}

void BindingWrite(const YAML::Node& c) {
  const RbacPolicy policy = LoadCasePolicy(c["policy"]);
  const Authorizer authorizer(policy);
  const RoleBinding binding = LoadWritten(c, "object").bindings.at(0);
  const EscalationResult result =
      c["gcOnlyChange"] && OnlyGCFieldsChange({"finalizers", "ownerReferences"})
          ? EscalationResult()
          : CheckBindingWrite(authorizer, LoadCaller(c), binding);
  ExpectOutcome(c, result);
}

void EscalationMessage(const YAML::Node& c) {
  const std::vector<PolicyRule> missing =
      CompactRules(Uncovered(LoadRules(c["ownerRules"]), LoadRules(c["requestedRules"])));
  EXPECT_EQ(EscalationText(LoadCaller(c), missing, LoadList(c["resolutionErrors"])),
            LoadText(c["message"]));
}

// Without an old object it is a create, which is always checked.
void GcOnly(const YAML::Node& c) {
  const bool create = LoadText(c["oldObject"]) == "absent";
  EXPECT_EQ(!create && OnlyGCFieldsChange(LoadList(c["changedFields"])),
            Expects(c, "skip-check", "check"));
}

void Validate(const YAML::Node& c) {
  const std::string kind = LoadText(c["kind"]);
  const RbacPolicy policy = LoadObject(kind, c["object"]);
  const RbacPolicy old = c["oldObject"] ? LoadObject(kind, c["oldObject"]) : RbacPolicy();
  const bool generate_name = !LoadText(c["object"]["metadata"]["generateName"]).empty();
  const std::vector<FieldError> errors =
      policy.roles.empty()
          ? ValidateBinding(policy.bindings.at(0),
                            old.bindings.empty() ? nullptr : &old.bindings[0], generate_name)
          : ValidateRole(policy.roles[0], generate_name);
  EXPECT_EQ(errors.empty(), Expects(c, "valid", "invalid"));
  ASSERT_EQ(errors.size(), c["errors"].size());
  for (size_t i = 0; i < errors.size(); ++i) {
    const YAML::Node expected = c["errors"][i];
    EXPECT_EQ(errors[i].type, LoadText(expected["type"]));
    EXPECT_EQ(errors[i].field, LoadText(expected["field"]));
    if (expected["message"]) {
      EXPECT_EQ(errors[i].message, LoadText(expected["message"]));
    }
  }
}

// The locator can be told of a superuser, which the API server never does.
void WhoCanCase(const YAML::Node& c) {
  const RbacPolicy policy = LoadCasePolicy(c["policy"]);
  std::vector<Subject> subjects;
  for (const Holder& holder : FindWhoCan(policy, LoadRequest(c["request"]), false).holders)
    subjects.push_back(holder.subject);
  if (c["superUser"])
    subjects.insert(subjects.begin() + 1, {.kind = "User", .name = LoadText(c["superUser"])});
  std::vector<Subject> expected = LoadSubjects(c["expectedSubjects"]);
  for (std::vector<Subject>* list : {&subjects, &expected}) {
    for (Subject& subject : *list) subject.api_group.clear();
  }
  EXPECT_THAT(subjects, ElementsAreArray(expected));
}

void Forbidden(const YAML::Node& c) {
  EXPECT_EQ(ForbiddenMessage(LoadText(c["user"]["name"]), LoadRequest(c["request"]),
                             LoadText(c["reason"])),
            LoadText(c["message"]));
}

// The checks of the legacy filter: the user, then each group, value of extra and uid by itself.
// Source: kubernetes/apiserver v0.36 pkg/endpoints/filters/impersonation/impersonation.go.
std::vector<RequestAttributes> ImpersonationChecks(const YAML::Node& headers) {
  std::vector<RequestAttributes> checks = {ImpersonationCheck(LoadText(headers["user"]))};
  for (const std::string& group : LoadList(headers["groups"]))
    checks.push_back(Request("impersonate").Resource("groups").Name(group));
  const auto authentication = [&](absl::string_view resource, absl::string_view name) {
    return Request("impersonate").Group("authentication.k8s.io").Resource(resource).Name(name);
  };
  for (const auto& kv : headers["extra"]) {
    for (const std::string& value : LoadList(kv.second))
      checks.push_back(authentication("userextras", value).Subresource(kv.first.Scalar()));
  }
  if (headers["uid"]) checks.push_back(authentication("uids", LoadText(headers["uid"])));
  return checks;
}

// What it takes to act as another, and which groups that one has then.
void Impersonate(const YAML::Node& c) {
  const YAML::Node headers = c["headers"];
  const int status = c["expectedStatus"].as<int>();
  if (!headers["user"]) {
    EXPECT_EQ(status, headers.size() == 0 ? 200 : 400);  // a refusal before RBAC is asked
    return;
  }
  bool allowed = true;
  for (const RequestAttributes& check : ImpersonationChecks(headers)) {
    bool by_any = false;
    for (const PolicyRule& rule : LoadRules(c["callerRules"])) by_any |= RuleAllows(check, rule);
    allowed &= by_any;
  }
  EXPECT_EQ(allowed ? 200 : 403, status);
  if (!allowed) return;
  const UserInfo user = WithImplicitGroups(LoadText(headers["user"]), LoadList(headers["groups"]));
  EXPECT_EQ(user.name, LoadText(c["expectedUser"]["name"]));
  EXPECT_THAT(user.groups, ElementsAreArray(LoadList(c["expectedUser"]["groups"])));
}

const ConformanceChecks& Checks() {
  static const auto* checks = new ConformanceChecks{{"rule_match", RuleMatch},
                                                    {"authorize", Authorize},
                                                    {"applies_to", AppliesToCase},
                                                    {"rules_for", RulesForCase},
                                                    {"covers", CoversCase},
                                                    {"url_covers", UrlCovers},
                                                    {"compact", Compact},
                                                    {"is_simple_rule", IsSimpleRule},
                                                    {"aggregate", Aggregate},
                                                    {"guess_plural", GuessPluralCase},
                                                    {"request_info", RequestInfoCase},
                                                    {"role_write", RoleWrite},
                                                    {"binding_write", BindingWrite},
                                                    {"escalation_message", EscalationMessage},
                                                    {"gc_only", GcOnly},
                                                    {"validate", Validate},
                                                    {"who_can", WhoCanCase},
                                                    {"forbidden_message", Forbidden},
                                                    {"impersonate", Impersonate}};
  return *checks;
}

const int kRegistered = RegisterConformance(Checks());

TEST(Conformance, EveryCheckHasCases) {
  for (const auto& [check, fn] : Checks()) EXPECT_GT(CountConformance(check), 0) << check;
  EXPECT_GE(kRegistered, 665) << "the suite has shrunk";
}

}  // namespace
}  // namespace wecan
