// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/labels.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::HasSubstr;

const Labels& SomeLabels() {
  static const auto* labels = new Labels{{"app", "web"}, {"tier", ""}, {"env", "prod"}};
  return *labels;
}

LabelSelector Expression(std::string key, std::string op, std::vector<std::string> values = {}) {
  return {.match_expressions = {{std::move(key), std::move(op), std::move(values)}}};
}

TEST(Labels, Find) {
  ASSERT_NE(FindLabel(SomeLabels(), "app"), nullptr);
  EXPECT_EQ(*FindLabel(SomeLabels(), "app"), "web");
  ASSERT_NE(FindLabel(SomeLabels(), "tier"), nullptr);
  EXPECT_EQ(*FindLabel(SomeLabels(), "tier"), "");
  EXPECT_EQ(FindLabel(SomeLabels(), "App"), nullptr);
  EXPECT_EQ(FindLabel({}, ""), nullptr);
}

struct SelectorCase {
  std::string name;
  LabelSelector selector;
  bool matches;
};

TEST(Labels, SelectorMatches) {
  const std::vector<SelectorCase> cases = {
      {"empty", {}, true},
      {"label", {.match_labels = {{"app", "web"}}}, true},
      {"label, other value", {.match_labels = {{"app", "db"}}}, false},
      {"label, value by prefix", {.match_labels = {{"app", "we"}}}, false},
      {"label with empty value", {.match_labels = {{"tier", ""}}}, true},
      {"absent label is not the empty value", {.match_labels = {{"zone", ""}}}, false},
      {"all labels", {.match_labels = {{"app", "web"}, {"env", "prod"}}}, true},
      {"one of two labels", {.match_labels = {{"app", "web"}, {"env", "dev"}}}, false},
      {"In", Expression("env", "In", {"dev", "prod"}), true},
      {"In, not listed", Expression("env", "In", {"dev"}), false},
      {"In, absent", Expression("zone", "In", {"a", ""}), false},
      {"NotIn", Expression("env", "NotIn", {"dev"}), true},
      {"NotIn, listed", Expression("env", "NotIn", {"dev", "prod"}), false},
      {"NotIn, absent", Expression("zone", "NotIn", {"a"}), true},
      {"Exists", Expression("tier", "Exists"), true},
      {"Exists, absent", Expression("zone", "Exists"), false},
      {"DoesNotExist", Expression("zone", "DoesNotExist"), true},
      {"DoesNotExist, present", Expression("tier", "DoesNotExist"), false},
      {"both kinds hold",
       {.match_labels = {{"app", "web"}}, .match_expressions = {{"env", "Exists", {}}}},
       true},
      {"only one kind holds",
       {.match_labels = {{"app", "web"}}, .match_expressions = {{"zone", "Exists", {}}}},
       false},
  };
  for (const SelectorCase& c : cases) {
    EXPECT_THAT(ValidateSelector(c.selector), IsOk()) << c.name;
    EXPECT_EQ(SelectorMatches(c.selector, SomeLabels()), c.matches) << c.name;
  }
}

TEST(Labels, SelectorWithoutLabels) {
  EXPECT_TRUE(SelectorMatches({}, {}));
  EXPECT_FALSE(SelectorMatches({.match_labels = {{"a", "b"}}}, {}));
}

TEST(Labels, ValidateSelector) {
  const auto invalid = [](absl::string_view text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(std::string(text)));
  };
  EXPECT_THAT(ValidateSelector(Expression("a", "in", {"x"})), invalid("\"in\" is not a valid"));
  EXPECT_THAT(ValidateSelector(Expression("a", "", {"x"})),
              invalid("not a valid label selector operator"));
  EXPECT_THAT(ValidateSelector(Expression("a", "In")), invalid("needs at least one value"));
  EXPECT_THAT(ValidateSelector(Expression("a", "NotIn")), invalid("needs at least one value"));
  EXPECT_THAT(ValidateSelector(Expression("a", "Exists", {"x"})), invalid("takes no values"));
  EXPECT_THAT(ValidateSelector(Expression("a", "DoesNotExist", {"x"})), invalid("takes no values"));
}

}  // namespace
}  // namespace wecan
