// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/finding_rule.h"

#include <map>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

// The ids are frozen: reports, suppressions and baselines of users hold them.
TEST(FindingRule, IdsNamesAndLevelsAreFrozen) {
  struct Frozen {
    std::string name;
    Level level;
  };
  const std::map<std::string, Frozen> frozen = {
      {"WEC101", {"missing-permission", Level::kError}},
      {"WEC102", {"missing-permission-custom-resource", Level::kError}},
      {"WEC103", {"cannot-delete", Level::kWarning}},
      {"WEC104", {"missing-for-option", Level::kWarning}},
      {"WEC105", {"privilege-escalation", Level::kError}},
      {"WEC106", {"executor-missing-permission", Level::kError}},
      {"WEC201", {"unknown-kind", Level::kWarning}},
      {"WEC202", {"no-namespace", Level::kError}},
      {"WEC203", {"generate-name", Level::kError}},
      {"WEC204", {"not-for-a-wec", Level::kError}},
      {"WEC205", {"never-downsynced", Level::kWarning}},
      {"WEC206", {"recreated-every-sync", Level::kWarning}},
      {"WEC301", {"unused-grant", Level::kNote}},
      {"WEC302", {"over-broad-grant", Level::kWarning}},
      {"WEC303", {"legacy-grant", Level::kNote}},
      {"WEC304", {"grant-not-selected", Level::kWarning}},
      {"WEC401", {"live-denied", Level::kError}},
      {"WEC402", {"live-differs-from-profile", Level::kWarning}},
      {"WEC403", {"wec-incomplete", Level::kError}},
      {"WEC901", {"parse-error", Level::kError}},
      {"WEC902", {"unrendered-template", Level::kNote}},
      {"WEC903", {"bad-suppression", Level::kWarning}},
      {"WEC904", {"stale-baseline-entry", Level::kNote}},
      {"WEC905", {"no-objects", Level::kWarning}},
      {"WEC906", {"duplicate-key", Level::kWarning}},
  };
  EXPECT_EQ(FindingRules().size(), frozen.size());
  for (const FindingRule& rule : FindingRules()) {
    const auto it = frozen.find(std::string(rule.id));
    ASSERT_NE(it, frozen.end()) << rule.id;
    EXPECT_EQ(rule.name, it->second.name) << rule.id;
    EXPECT_EQ(rule.level, it->second.level) << rule.id;
  }
}

TEST(FindingRule, IsComplete) {
  std::set<std::string> names;
  absl::string_view before;
  for (const FindingRule& rule : FindingRules()) {
    EXPECT_LT(before, rule.id) << "sorted by id";
    before = rule.id;
    EXPECT_TRUE(names.insert(std::string(rule.name)).second) << rule.name;
    for (absl::string_view text :
         {rule.title, rule.summary, rule.help, rule.fix, rule.source, rule.command}) {
      EXPECT_FALSE(text.empty()) << rule.id;
    }
  }
}

TEST(FindingRule, FoundByIdAndName) {
  ASSERT_NE(FindRule("WEC101"), nullptr);
  EXPECT_EQ(FindRule("WEC101")->name, "missing-permission");
  EXPECT_EQ(FindRule("wec101"), FindRule("WEC101"));
  EXPECT_EQ(FindRule("Missing-Permission"), FindRule("WEC101"));
  for (const char* other : {"", "WEC", "WEC1010", "WEC999", "missing"})
    EXPECT_EQ(FindRule(other), nullptr) << other;
}

TEST(FindingRule, LevelNames) {
  EXPECT_EQ(LevelName(Level::kError), "error");
  EXPECT_EQ(LevelName(Level::kWarning), "warning");
  EXPECT_EQ(LevelName(Level::kNote), "note");
}

}  // namespace
}  // namespace wecan
