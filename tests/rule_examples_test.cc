// SPDX-License-Identifier: Apache-2.0
// Every rule file carries a bad and a good example; what `wecan explain` shows must be what
// `wecan check`, or `wecan audit`, says.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "analyzer/model/finding_rule.h"
#include "src/input/file_system.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::Contains;
using testing::Not;

// But for WEC904: its examples are command lines, tests/src/baseline_command_test.cc runs them.
std::vector<std::string> OfflineRules() {
  std::vector<std::string> ids;
  for (const FindingRule& rule : FindingRules()) {
    const bool offline = rule.command == "check" || rule.command == "audit";
    if (offline && rule.implemented && rule.id != "WEC904") ids.emplace_back(rule.id);
  }
  return ids;
}

// The ids that the command of the rule reports on a folder with this one file, in findings and
// errors.
std::set<std::string> Reported(const FindingRule& rule, absl::string_view example) {
  MemoryFileSystem files({{"in/example.yaml", std::string(example)}});
  std::vector<std::string> args = {std::string(rule.command), "in", "-o", "json"};
  for (absl::string_view flag : absl::StrSplit(rule.flags, ' ', absl::SkipEmpty()))
    args.emplace_back(flag);
  const RunResult result = Run(args, "", &files);
  EXPECT_LE(result.exit_code, 2) << result.err;
  const nlohmann::json report = nlohmann::json::parse(result.out, nullptr, false);
  if (report.is_discarded()) {
    ADD_FAILURE() << rule.id << ": no report: " << result.err;
    return {};
  }
  std::set<std::string> ids;
  const nlohmann::json& findings =
      rule.command == "audit" ? report["clusters"][0]["findings"] : report["findings"];
  for (const nlohmann::json* list : {&findings, &report["errors"]}) {
    for (const nlohmann::json& entry : *list) ids.insert(entry["rule"].get<std::string>());
  }
  return ids;
}

class RuleExamples : public testing::TestWithParam<std::string> {};

TEST_P(RuleExamples, BadIsReported) {
  const FindingRule& rule = *FindRule(GetParam());
  EXPECT_THAT(Reported(rule, rule.bad_example), Contains(GetParam())) << rule.bad_example;
}

TEST_P(RuleExamples, GoodIsNotReported) {
  const FindingRule& rule = *FindRule(GetParam());
  const std::set<std::string> ids = Reported(rule, rule.good_example);
  EXPECT_THAT(ids, Not(Contains(GetParam()))) << rule.good_example;
  EXPECT_THAT(ids, Not(Contains("WEC901"))) << rule.good_example;
}

INSTANTIATE_TEST_SUITE_P(RuleExamples, RuleExamples, testing::ValuesIn(OfflineRules()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

TEST(RuleExamplesOfAll, AreThere) {
  for (const FindingRule& rule : FindingRules()) {
    EXPECT_FALSE(rule.bad_example.empty()) << rule.id;
    EXPECT_FALSE(rule.good_example.empty()) << rule.id;
    EXPECT_NE(rule.bad_example, rule.good_example) << rule.id;
  }
}

}  // namespace
}  // namespace wecan
