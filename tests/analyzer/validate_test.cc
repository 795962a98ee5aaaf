// SPDX-License-Identifier: Apache-2.0
// What the conformance cases leave out: several errors at once, defaulting, JSON quoting.
#include "analyzer/grants/validate.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Messages(const std::vector<FieldError>& errors) {
  std::vector<std::string> messages;
  for (const FieldError& e : errors) messages.push_back(e.message);
  return messages;
}

TEST(Validate, AllErrorsOfARoleInOrder) {
  Role role = MakeRole("", "a/b%c", {PolicyRule{}, {.non_resource_urls = {"/x", "<&>"}}});
  EXPECT_THAT(
      Messages(ValidateRole(role)),
      ElementsAre(
          R"(metadata.name: Invalid value: "a/b%c": may not contain '/')",
          R"(metadata.name: Invalid value: "a/b%c": may not contain '%')",
          "metadata.namespace: Required value",
          "rules[0].verbs: Required value: verbs must contain at least one value",
          "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
          "rules[0].resources: Required value: resource rules must supply at least one resource",
          "rules[1].verbs: Required value: verbs must contain at least one value",
          R"(rules[1].nonResourceURLs: Invalid value: ["/x","\u003c\u0026\u003e"]: )"
          "namespaced rules cannot apply to non-resource URLs"));
}

TEST(Validate, AGeneratedNameNeedsNoName) {
  EXPECT_THAT(ValidateRole(MakeRole("dev", "", {}), true), IsEmpty());
  EXPECT_THAT(Messages(ValidateRole(MakeRole("dev", "", {}))),
              ElementsAre("metadata.name: Required value: name or generateName is required"));
}

TEST(Validate, SelectorsOfAnAggregationRule) {
  const auto errors_of = [](const std::string& op, std::vector<std::string> values) {
    return Messages(ValidateRole(
        MakeAggregatedRole("r", {{.match_expressions = {{"k", op, std::move(values)}}}})));
  };
  const std::string field = "aggregationRule.clusterRoleSelectors[0]";
  EXPECT_THAT(errors_of("In", {"v"}), IsEmpty());
  EXPECT_THAT(
      errors_of("NotIn", {}),
      ElementsAre(field + ".matchExpressions[0].values: Required value: must be specified when "
                          "`operator` is 'In' or 'NotIn'",
                  field + ": Invalid value: null: invalid label selector."));
}

TEST(Validate, DefaultsComeBeforeValidation) {
  RoleBinding binding = BindClusterRole("r", {User("u"), Group("g"), ServiceAccount("n", "s")});
  binding.role_ref.api_group = "";
  EXPECT_THAT(ValidateBinding(binding), testing::SizeIs(3));
  SetDefaults(binding);
  EXPECT_THAT(ValidateBinding(binding), IsEmpty());
  EXPECT_EQ(binding.subjects[2].api_group, "") << "a ServiceAccount is of the core group";
}

TEST(Validate, OnlyUpdatesCompareTheRoleRef) {
  RoleBinding binding = BindClusterRole("r", {});
  const RoleBinding other = BindClusterRole("s", {});
  EXPECT_THAT(ValidateBinding(binding), IsEmpty());
  EXPECT_THAT(ValidateBinding(binding, &binding), IsEmpty());
  EXPECT_THAT(Messages(ValidateBinding(binding, &other)),
              ElementsAre(HasSubstr("cannot change roleRef")));
}

TEST(Validate, ServiceAccountSubjects) {
  const auto errors_of = [](Subject subject, bool cluster) {
    RoleBinding binding =
        cluster ? BindClusterRole("r", {subject}) : BindRole("dev", "ClusterRole", "r", {subject});
    return Messages(ValidateBinding(binding));
  };
  EXPECT_THAT(errors_of(ServiceAccount("", "a.b-c"), false), IsEmpty());
  EXPECT_THAT(errors_of(ServiceAccount("", "a"), true),
              ElementsAre("subjects[0].namespace: Required value"));
  EXPECT_THAT(errors_of(ServiceAccount("n", "a..b"), true),
              ElementsAre(HasSubstr("a lowercase RFC 1123 subdomain must consist of")));
  EXPECT_THAT(errors_of(ServiceAccount("n", std::string(253, 'a')), true), IsEmpty());
  EXPECT_THAT(errors_of(ServiceAccount("n", std::string(254, 'a')), true),
              ElementsAre(HasSubstr("must be no more than 253 bytes")));
}

}  // namespace
}  // namespace wecan
