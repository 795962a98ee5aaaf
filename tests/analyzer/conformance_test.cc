// SPDX-License-Identifier: Apache-2.0
// Every case of fixtures/conformance/rbac-cases.yaml as a test of its own:
// Conformance_<check>.<name>.
#include <cctype>
#include <map>
#include <set>
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
#include "analyzer/grants/rule_allows.h"
#include "analyzer/grants/validate.h"
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

using Check = void (*)(const YAML::Node&);

const std::map<std::string, Check>& Checks() {
  static const auto* checks =
      new std::map<std::string, Check>{{"rule_match", RuleMatch},
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
                                       {"validate", Validate}};
  return *checks;
}

class ConformanceCase : public testing::Test {
 public:
  ConformanceCase(Check check, YAML::Node c) : check_(check), case_(std::move(c)) {}

  void TestBody() override {
    check_(case_);
    if (HasFailure()) ADD_FAILURE() << "the case:\n" << YAML::Dump(case_);
  }

 private:
  Check check_;
  YAML::Node case_;
};

class BrokenCaseFile : public testing::Test {
 public:
  explicit BrokenCaseFile(std::string error) : error_(std::move(error)) {}
  void TestBody() override { FAIL() << error_; }

 private:
  std::string error_;
};

// A name that gtest accepts; `used` makes it unique.
std::string TestName(const std::string& text, std::set<std::string>& used) {
  std::string name;
  for (char c : text) {
    const bool keep = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (keep || (!name.empty() && name.back() != '_')) name += keep ? c : '_';
  }
  std::string unique = name;
  for (int i = 2; !used.insert(unique).second; ++i) unique = absl::StrCat(name, "_", i);
  return unique;
}

std::map<std::string, int>& Counts() {
  static auto* counts = new std::map<std::string, int>;
  return *counts;
}

int RegisterCases() {
  int registered = 0;
  std::map<std::string, std::set<std::string>> used;
  try {
    for (const YAML::Node& c : LoadSource("fixtures/conformance/rbac-cases.yaml")["cases"]) {
      const std::string check = c["check"].Scalar();
      const auto it = Checks().find(check);
      if (it == Checks().end()) continue;  // asked of the program, not of the library
      ++Counts()[check];
      ++registered;
      testing::RegisterTest(
          absl::StrCat("Conformance_", check).c_str(),
          TestName(c["name"].Scalar(), used[check]).c_str(), nullptr, nullptr, __FILE__, __LINE__,
          [fn = it->second, c]() -> testing::Test* { return new ConformanceCase(fn, c); });
    }
  } catch (const std::exception& e) {
    testing::RegisterTest(
        "Conformance", "CasesLoad", nullptr, nullptr, __FILE__, __LINE__,
        [error = std::string(e.what())]() -> testing::Test* { return new BrokenCaseFile(error); });
  }
  return registered;
}

const int kRegistered = RegisterCases();

TEST(Conformance, EveryCheckHasCases) {
  for (const auto& [check, fn] : Checks()) EXPECT_GT(Counts()[check], 0) << check;
  EXPECT_GE(kRegistered, 616) << "the suite has shrunk";
}

}  // namespace
}  // namespace wecan
