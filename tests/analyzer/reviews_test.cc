// SPDX-License-Identifier: Apache-2.0
// fixtures/conformance/sar: 2,000 SubjectAccessReviews and 32 SelfSubjectRulesReviews that a real
// kube-apiserver answered.
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "analyzer/grants/authorizer.h"
#include "tests/testing/builders.h"
#include "tests/testing/load.h"
#include "tests/testing/naive_rbac.h"
#include "tests/testing/recorded_review.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

using nlohmann::json;
using RuleSet = std::set<
    std::tuple<std::vector<std::string>, std::vector<std::string>, std::vector<std::string>,
               std::vector<std::string>, std::vector<std::string>>>;

std::vector<std::string> Folders() {
  return {"001", "002", "003", "004", "005", "006", "007", "008"};
}

std::vector<json> ReadLines(const std::string& folder, const std::string& file) {
  std::vector<json> lines;
  const std::string text = ReadSource(absl::StrCat("fixtures/conformance/sar/", folder, "/", file));
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    lines.push_back(json::parse(line.begin(), line.end()));
  }
  return lines;
}

std::string Text(const json& object, const char* key) { return object.value(key, std::string()); }

std::vector<std::string> List(const json& object, const char* key) {
  return object.value(key, std::vector<std::string>());
}

void Insert(RuleSet& set, const PolicyRule& r) {
  set.emplace(r.verbs, r.api_groups, r.resources, r.resource_names, r.non_resource_urls);
}

class Reviews : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    AddRbacList(LoadSource("fixtures/conformance/sar/builtin.yaml"), Builtin());
  }
  static void TearDownTestSuite() { Builtin() = {}; }

  // Aggregated roles as the server stored them: no aggregation here.
  Reviews() : policy_(Builtin()) {
    AddRbacList(LoadSource(absl::StrCat("fixtures/conformance/sar/", GetParam(), "/rbac.yaml")),
                policy_);
  }

  static RbacPolicy& Builtin() {
    static auto* policy = new RbacPolicy;
    return *policy;
  }

  RbacPolicy policy_;
};

TEST_P(Reviews, AccessReviewsAgree) {
  const Authorizer authorizer(policy_);
  const std::vector<json> reviews = ReadLines(GetParam(), "reviews.json");
  ASSERT_EQ(reviews.size(), 250u);
  for (const json& review : reviews) {
    const json& spec = review["spec"];
    const json& status = review["status"];
    const UserInfo user{Text(spec, "user"), List(spec, "groups")};
    const RequestAttributes request = RequestOf(spec);
    const Decision decision = authorizer.Authorize(user, request);
    ASSERT_EQ(decision.allowed, status["allowed"].get<bool>()) << review;

    const std::string reason = authorizer.Reason(user, request, decision);
    const NaiveDecision naive = NaiveAuthorize(policy_, user, request);
    if (decision.allowed) {
      EXPECT_THAT(naive.reasons, testing::Contains(reason)) << review;
      EXPECT_THAT(naive.reasons, testing::Contains(Text(status, "reason")))
          << "of the server; " << review;
    } else {
      EXPECT_EQ(ErrorsOf(reason), ErrorsOf(Text(status, "reason"))) << review;
      EXPECT_EQ(ErrorsOf(reason), naive.errors) << review;
    }
  }
}

TEST_P(Reviews, RulesReviewsAgree) {
  const Authorizer authorizer(policy_);
  const std::vector<json> reviews = ReadLines(GetParam(), "rules.json");
  ASSERT_EQ(reviews.size(), 4u);
  for (const json& review : reviews) {
    const json& status = review["status"];
    const ResolvedRules resolved = authorizer.RulesFor(
        {Text(review, "user"), List(review, "groups")}, Text(review, "namespace"));
    RuleSet resource_rules, url_rules, expected_resource_rules, expected_url_rules;
    for (const PolicyRule& r : RulesOf(resolved)) {
      if (!r.resources.empty()) {
        Insert(resource_rules, {r.verbs, r.api_groups, r.resources, r.resource_names, {}});
      }
      if (!r.non_resource_urls.empty())
        Insert(url_rules, {r.verbs, {}, {}, {}, r.non_resource_urls});
    }
    for (const json& r : status["resourceRules"]) {
      Insert(expected_resource_rules, {List(r, "verbs"),
                                       List(r, "apiGroups"),
                                       List(r, "resources"),
                                       List(r, "resourceNames"),
                                       {}});
    }
    for (const json& r : status["nonResourceRules"]) {
      Insert(expected_url_rules, {List(r, "verbs"), {}, {}, {}, List(r, "nonResourceURLs")});
    }
    EXPECT_EQ(resource_rules, expected_resource_rules) << review;
    EXPECT_EQ(url_rules, expected_url_rules) << review;
    EXPECT_EQ(std::set<std::string>(resolved.errors.begin(), resolved.errors.end()),
              ErrorsOf(Text(status, "evaluationError")))
        << review;
  }
}

INSTANTIATE_TEST_SUITE_P(Reviews, Reviews, testing::ValuesIn(Folders()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

}  // namespace
}  // namespace wecan
