// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/strategy.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/testing/builders.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

struct VerbsCase {
  UpdateStrategy strategy;
  std::string name, apply, remove, shared;
  bool create_named;
};

TEST(Strategy, VerbsByStrategy) {
  const std::vector<VerbsCase> cases = {
      {UpdateStrategy::kUpdate, "Update", "get,create,update", "delete", "patch", false},
      {UpdateStrategy::kCreateOnly, "CreateOnly", "get,create", "delete", "patch", false},
      {UpdateStrategy::kServerSideApply, "ServerSideApply", "get,patch,create", "delete", "", true},
      {UpdateStrategy::kReadOnly, "ReadOnly", "get", "", "", false},
  };
  EXPECT_EQ(StrategyRules().size(), cases.size());
  for (const VerbsCase& c : cases) {
    const StrategyRule& rule = RuleOf(c.strategy);
    EXPECT_EQ(rule.name, c.name);
    EXPECT_EQ(rule.apply, Verbs(c.apply)) << c.name;
    EXPECT_EQ(rule.remove, Verbs(c.remove)) << c.name;
    EXPECT_EQ(rule.shared, Verbs(c.shared)) << c.name;
    EXPECT_EQ(rule.create_named, c.create_named) << c.name;
    EXPECT_EQ(ParseUpdateStrategy(c.name), c.strategy);
  }
  EXPECT_EQ(WatchFeedbackVerbs(), Verbs("list,watch"));
  for (const char* other : {"", "update", "serversideapply", "Recreate"}) {
    EXPECT_FALSE(ParseUpdateStrategy(other).has_value()) << other;
  }
}

constexpr Release kOld{0, 15, 2}, kWildcards{0, 16, 0}, kFeedback{1, 2, 0}, kNewest{1, 3, 1};

ManifestConfig With(ManifestConfig config, std::optional<UpdateStrategy> strategy,
                    std::string scrape = "") {
  config.strategy = strategy;
  config.feedback_scrape_type = std::move(scrape);
  return config;
}

const ResourceIdentifier& Web() {
  static const auto* id = new ResourceIdentifier{"apps", "deployments", "shop", "web"};
  return *id;
}

struct MatchCase {
  std::string group, resource, namespace_, name;
  bool exact, wildcards;  // whether it matches before and since v0.16.0
};

TEST(Strategy, HowConfigsMatch) {
  const std::vector<MatchCase> cases = {
      {"apps", "deployments", "shop", "web", true, true},
      {"apps", "deployments", "shop", "db", false, false},
      {"apps", "deployments", "other", "web", false, false},
      {"", "deployments", "shop", "web", false, false},
      {"apps", "Deployment", "shop", "web", false, false},
      {"apps", "deployments", "shop", "*", false, true},
      {"apps", "deployments", "*", "web", false, true},
      {"apps", "deployments", "*", "*", false, true},
      {"apps", "deployments", "shop", "w*", false, true},
      {"apps", "deployments", "shop", "*b", false, true},
      {"apps", "deployments", "sh*op", "w*e*b", false, true},
      {"apps", "deployments", "shop", "w*x", false, false},
      {"apps", "deployments", "shop", "we", false, false},
      {"apps", "deployments", "shop", "", false, false},
      {"apps", "*", "shop", "web", false, false},
      {"*", "deployments", "shop", "web", false, false},
  };
  for (const MatchCase& c : cases) {
    const ManifestWork work{.configs = {With(Config(c.group, c.resource, c.namespace_, c.name),
                                             UpdateStrategy::kCreateOnly)}};
    const auto matches = [&](const Release& release) {
      return TreatmentOf(work, Web(), release).strategy == UpdateStrategy::kCreateOnly;
    };
    EXPECT_EQ(matches(kOld), c.exact) << c.namespace_ << "/" << c.name;
    EXPECT_EQ(matches(kWildcards), c.wildcards) << c.namespace_ << "/" << c.name;
  }
}

TEST(Strategy, TheStarMatchesTheEmptyNamespace) {
  const ManifestWork work{.configs = {With(Config("storage.k8s.io", "storageclasses", "*", "fast"),
                                           UpdateStrategy::kReadOnly)}};
  const ResourceIdentifier fast{"storage.k8s.io", "storageclasses", "", "fast"};
  EXPECT_EQ(TreatmentOf(work, fast, kNewest).strategy, UpdateStrategy::kReadOnly);
  EXPECT_EQ(TreatmentOf(work, fast, kOld).strategy, UpdateStrategy::kUpdate);
}

TEST(Strategy, WithoutConfigsItIsUpdate) {
  const ManifestTreatment treatment = TreatmentOf({}, Web(), kNewest);
  EXPECT_EQ(treatment.strategy, UpdateStrategy::kUpdate);
  EXPECT_FALSE(treatment.orphaned);
  EXPECT_FALSE(treatment.watch_feedback);
}

TEST(Strategy, TheFirstMatchWinsAsAWholeBeforeWildcards) {
  const ManifestConfig exact = Config("apps", "deployments", "shop", "web");
  const ManifestWork work{
      .configs = {With(exact, std::nullopt), With(exact, UpdateStrategy::kServerSideApply)}};
  EXPECT_EQ(TreatmentOf(work, Web(), kOld).strategy, UpdateStrategy::kUpdate);
  EXPECT_EQ(TreatmentOf(work, Web(), kWildcards).strategy, UpdateStrategy::kServerSideApply)
      << "values are merged";
}

TEST(Strategy, TheFirstStrategyWins) {
  const ManifestConfig exact = Config("apps", "deployments", "shop", "web"),
                       all = Config("apps", "deployments", "*", "*");
  const ManifestWork work{
      .configs = {With(all, UpdateStrategy::kReadOnly), With(exact, UpdateStrategy::kUpdate)}};
  EXPECT_EQ(TreatmentOf(work, Web(), kNewest).strategy, UpdateStrategy::kReadOnly);
  EXPECT_EQ(TreatmentOf(work, Web(), kOld).strategy, UpdateStrategy::kUpdate)
      << "no wildcards then";
}

struct ScrapeCase {
  Release release;
  std::vector<std::string> types;  // of configs that all match
  bool watches;
};

TEST(Strategy, WatchFeedback) {
  const std::vector<ScrapeCase> cases = {
      {kFeedback, {"Watch"}, true},       {kNewest, {"Watch"}, true},
      {{1, 1, 3}, {"Watch"}, false},      {kOld, {"Watch"}, false},
      {kNewest, {"Poll"}, false},         {kNewest, {""}, false},
      {kNewest, {"watch"}, false},        {kNewest, {"Watch", "Poll"}, false},
      {kNewest, {"Poll", "Watch"}, true}, {kNewest, {"Watch", ""}, true},
  };
  for (const ScrapeCase& c : cases) {
    ManifestWork work;
    for (const std::string& type : c.types) {
      work.configs.push_back(
          With(Config("apps", "deployments", "shop", "web"), std::nullopt, type));
    }
    EXPECT_EQ(TreatmentOf(work, Web(), c.release).watch_feedback, c.watches)
        << ReleaseName(c.release) << " " << testing::PrintToString(c.types);
  }
}

TEST(Strategy, Orphaning) {
  EXPECT_TRUE(TreatmentOf({.orphan_all = true}, Web(), kNewest).orphaned);
  EXPECT_TRUE(TreatmentOf({.orphaning_rules = {Web()}}, Web(), kNewest).orphaned);
  EXPECT_TRUE(
      TreatmentOf({.orphaning_rules = {{"a", "b", "c", "d"}, Web()}}, Web(), kOld).orphaned);
  // Exact in every release: no wildcards.
  EXPECT_FALSE(
      TreatmentOf({.orphaning_rules = {{"apps", "deployments", "shop", "*"}}}, Web(), kNewest)
          .orphaned);
  EXPECT_FALSE(
      TreatmentOf({.orphaning_rules = {{"apps", "deployments", "*", "web"}}}, Web(), kNewest)
          .orphaned);
  EXPECT_FALSE(
      TreatmentOf({.orphaning_rules = {{"", "deployments", "shop", "web"}}}, Web(), kNewest)
          .orphaned);
}

}  // namespace
}  // namespace wecan
