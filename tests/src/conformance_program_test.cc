// SPDX-License-Identifier: Apache-2.0
// The cases of fixtures/conformance/rbac-cases.yaml that are asked of the program: can-i --list
// beside a SelfSubjectRulesReview, and the reviews that can-i --reviews refuses.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/output/json.h"
#include "tests/testing/conformance.h"
#include "tests/testing/load.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

std::string DumpOf(const RbacPolicy& policy) {
  Json list = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", Json::array()}};
  for (const Role& role : policy.roles) list["items"].push_back(RoleJson(role));
  for (const RoleBinding& binding : policy.bindings) list["items"].push_back(BindingJson(binding));
  return DumpJson(list);
}

std::vector<Json> RulesOf(const YAML::Node& rules) {
  std::vector<Json> list;
  for (const PolicyRule& rule : LoadRules(rules)) list.push_back(RuleJson(rule));
  return list;
}

void RulesReview(const YAML::Node& c) {
  MemoryFileSystem files(
      std::map<std::string, std::string>{{"/rbac.json", DumpOf(LoadCasePolicy(c["policy"]))}});
  const UserInfo user = LoadUser(c["user"]);
  std::vector<std::string> args = {"can-i",  "--list",     "-o", "json",
                                   "--rbac", "/rbac.json", "-n", LoadText(c["namespace"]),
                                   "--as",   user.name};
  for (const std::string& group : user.groups) args.insert(args.end(), {"--as-group", group});
  const RunResult result = wecan::Run(args, "", &files);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const Json review = Json::parse(result.out);
  EXPECT_THAT(review["resourceRules"].get<std::vector<Json>>(),
              UnorderedElementsAreArray(RulesOf(c["expectedResourceRules"])));
  EXPECT_THAT(review["nonResourceRules"].get<std::vector<Json>>(),
              UnorderedElementsAreArray(RulesOf(c["expectedNonResourceRules"])));
  EXPECT_EQ(review["incomplete"], c["incomplete"].as<bool>());
  EXPECT_EQ(review["evaluationError"], LoadText(c["evaluationError"]));
}

// SelfSubjectRulesReviews are none that the program takes.
void ReviewValidate(const YAML::Node& c) {
  MemoryFileSystem files(std::map<std::string, std::string>{{"/rbac.json", DumpOf({})}});
  YAML::Node review;
  for (const char* key : {"kind", "metadata", "spec"}) review[key] = c[key];
  const RunResult result =
      wecan::Run({"can-i", "--rbac", "/rbac.json", "--reviews", "-"}, YAML::Dump(review), &files);
  const bool valid = LoadText(c["expected"]) == "valid";
  EXPECT_EQ(result.exit_code != 2, valid) << result.err;
  const bool taken = LoadText(c["kind"]) != "SelfSubjectRulesReview";
  if (!valid)
    EXPECT_THAT(result.err, HasSubstr(taken ? LoadText(c["messageContains"])
                                            : "SelfSubjectRulesReview is no SubjectAccessReview"));
}

const int kRegistered =
    RegisterConformance({{"rules_review", RulesReview}, {"review_validate", ReviewValidate}});

TEST(ConformanceOfTheProgram, EveryCheckHasCases) { EXPECT_EQ(kRegistered, 18); }

}  // namespace
}  // namespace wecan
