// SPDX-License-Identifier: Apache-2.0
// .wecan.yaml in the whole program: which source wins, and what the commands make of it.
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/config/keys.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr char kClass[] =
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n";
constexpr char kConfigMap[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
constexpr char kGrant[] =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: g\n"
    "  labels: {open-cluster-management.io/aggregate-to-work: \"true\"}\nrules:\n"
    "- {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: ['*']}\n";

// A repository in the folder repo.
struct Repository {
  explicit Repository(const std::string& config) : files(Files(config)) {}

  static std::map<std::string, std::string> Files(const std::string& config) {
    return {{"repo/.git/HEAD", ""},
            {"repo/.wecan.yaml", config},
            {"repo/deploy/class.yaml", kClass},
            {"repo/deploy/map.yaml", kConfigMap},
            {"repo/sub/other.yaml", kConfigMap},
            {"/home/.config/wecan/config.yaml", ""}};
  }

  RunResult Run(std::vector<std::string> args, std::map<std::string, std::string> variables = {}) {
    args.insert(args.begin() + 1, {"-C", folder});
    variables.emplace("HOME", "/home");
    return wecan::Run(args, RunOptions{.files = &files, .variables = std::move(variables)});
  }

  MemoryFileSystem files;
  std::string folder = "repo";
};

// ---- precedence ---------------------------------------------------------------------------------

struct Source {
  std::string name;
  std::string profile;  // the one that wins
  std::string origin;
  std::string file;
  std::map<std::string, std::string> variables;
  std::vector<std::string> flags;
};

void PrintTo(const Source& c, std::ostream* out) { *out << c.name; }

class Precedence : public testing::TestWithParam<Source> {};

TEST_P(Precedence, OfTheProfile) {
  const Source& c = GetParam();
  Repository repository(c.file);
  std::vector<std::string> config = {"config"}, check = {"check", "deploy"};
  config.insert(config.end(), c.flags.begin(), c.flags.end());
  check.insert(check.end(), c.flags.begin(), c.flags.end());
  EXPECT_THAT(repository.Run(config, c.variables).out,
              testing::ContainsRegex(absl::StrCat("agent.profile +", c.profile, " +", c.origin)));
  EXPECT_THAT(repository.Run(check, c.variables).out,
              HasSubstr(absl::StrCat("profile ", c.profile)));
}

constexpr char kProfileInFile[] = "version: 1\nagent: {profile: ocm-0.12}\n";

const Source kSources[] = {
    {"Default", "ocm-1.3", "default\n", ""},
    {"File", "ocm-0.12", ".wecan.yaml:2\n", kProfileInFile},
    {"Variable", "ocm-0.13", "WECAN_PROFILE\n", "", {{"WECAN_PROFILE", "ocm-0.13"}}},
    {"VariableBeatsFile",
     "ocm-0.13",
     "WECAN_PROFILE\n",
     kProfileInFile,
     {{"WECAN_PROFILE", "ocm-0.13"}}},
    {"EmptyVariable", "ocm-0.12", ".wecan.yaml:2\n", kProfileInFile, {{"WECAN_PROFILE", ""}}},
    {"FlagBeatsFile", "ocm-0.14", "--profile\n", kProfileInFile, {}, {"--profile", "ocm-0.14"}},
    {"FlagBeatsAll",
     "ocm-0.14",
     "--profile\n",
     kProfileInFile,
     {{"WECAN_PROFILE", "ocm-0.13"}},
     {"--profile", "ocm-0.14"}},
    {"NoConfig", "ocm-1.3", "default\n", kProfileInFile, {}, {"--no-config"}},
};

INSTANTIATE_TEST_SUITE_P(Sources, Precedence, testing::ValuesIn(kSources),
                         [](const testing::TestParamInfo<Source>& info) {
                           return info.param.name;
                         });

TEST(ConfigCommand, EveryFlagBeatsTheFile) {
  struct Case {
    std::string config, flag, value, row;
  };
  const std::vector<Case> cases = {
      {"agent: {mode: singleton}", "--mode", "default", "agent.mode +default +--mode"},
      {"agent: {kubernetes: 1.30}", "--kubernetes", "1.31", "agent.kubernetes +1.31 +--kub"},
      {"agent: {namespace: a}", "--agent", "b:c", "agent.namespace +b +--agent"},
      {"agent: {serviceAccount: a}", "--agent", "b:c", "agent.serviceAccount +c +--agent"},
      {"agent: {klusterlet: a}", "--klusterlet", "b", "agent.klusterlet +b +--klusterlet"},
      {"agent: {executor: 'a:b'}", "--executor", "c:d", "agent.executor +c:d +--executor"},
      {"exclude: [a]", "--exclude", "b,c", "exclude +b, c +--exclude"},
      {"crds: a", "--crds", "b", "crds +b +--crds"},
      {"load: a", "--load", "b", "load +b +--load"},
      {"fix: {strategy: aggregate}", "--strategy", "role-binding", "role-binding +--strategy"},
      {"fix: {file: a}", "--out", "b", "fix.file +b +--out"},
      {"fix: {name: a}", "--name", "b", "fix.name +b +--name"},
      {"fix: {labels: {a: b}}", "--labels", "a=c", "fix.labels.a +c +--labels"},
      {"fix: {verbs: full}", "--verbs", "missing", "fix.verbs +missing +--verbs"},
      {"fix: {wrap: manifestwork}", "--wrap", "none", "fix.wrap +none +--wrap"},
      {"failOn: note", "--fail-on", "never", "failOn +never +--fail-on"},
      {"rules: {WEC101: off}", "--rule", "WEC101=note", "rules.WEC101 +note +--rule"},
      {"color: never", "--color", "always", "color +always +--color"},
  };
  for (const Case& c : cases) {
    Repository repository(c.config);
    EXPECT_THAT(repository.Run({"config"}).out, HasSubstr(".wecan.yaml:1\n")) << c.config;
    const RunResult result = repository.Run({"config", c.flag, c.value});
    EXPECT_THAT(result.out, testing::ContainsRegex(c.row)) << result.err;
    EXPECT_THAT(result.out, Not(HasSubstr(".wecan.yaml"))) << c.config;
  }
}

TEST(ConfigCommand, MapsAreMergedByName) {
  Repository repository("rules: {WEC101: off, WEC102: off}\nfix: {labels: {a: b, c: d}}");
  const RunResult result = repository.Run({"config", "--rule", "WEC102=note", "--labels", "e=f"});
  EXPECT_THAT(result.out, testing::ContainsRegex("rules.WEC101 +off +.wecan.yaml:1\n"
                                                 "rules.WEC102 +note +--rule\n"));
  EXPECT_THAT(result.out, testing::ContainsRegex("fix.labels.a +b +.*\nfix.labels.c +d +.*\n"
                                                 "fix.labels.e +f +--labels\n"));
}

TEST(ConfigCommand, TheProjectBeatsTheUser) {
  Repository repository("color: always");
  ASSERT_TRUE(
      repository.files.Write("/home/.config/wecan/config.yaml", "color: never\nwecs: {parallel: 2}")
          .ok());
  const RunResult result = repository.Run({"config"});
  EXPECT_THAT(result.out, testing::ContainsRegex("color +always +.wecan.yaml:1\n"));
  EXPECT_THAT(result.out,
              testing::ContainsRegex("wecs.parallel +2 +/home/.config/wecan/config.yaml:2\n"));
}

TEST(ConfigCommand, Json) {
  Repository repository("fix: {resourceNames: true, labels: {a: b}}");
  const std::string out =
      repository.Run({"config", "-o", "json"}, {{"WECAN_PROFILE", "ocm-1.0"}}).out;
  EXPECT_THAT(out, HasSubstr("\"kind\": \"ConfigReport\""));
  EXPECT_THAT(out, HasSubstr("\"variable\": \"WECAN_PROFILE\""));
  EXPECT_THAT(out, HasSubstr("\"value\": true"));
  EXPECT_THAT(out, HasSubstr("\"name\": \"a\""));
}

// ---- files that cannot be taken -----------------------------------------------------------------

TEST(ConfigCommand, BrokenFilesEndEveryConfiguredCommand) {
  Repository repository("failOn: [");
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{
           {"config"}, {"check", "deploy"}, {"fix", "deploy"}, {"can-i", "get", "pods"}}) {
    const RunResult result = repository.Run(args);
    EXPECT_EQ(result.exit_code, 2) << args[0];
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, StartsWith("wecan: .wecan.yaml:2:1: "));
  }
  EXPECT_EQ(repository.Run({"rules"}).exit_code, 0);
  EXPECT_EQ(repository.Run({"check", "sub", "--no-config"}).exit_code, 0);
}

TEST(ConfigCommand, WhatIsWrongWithTheFileItself) {
  struct Case {
    std::string path, message;
  };
  Repository repository("");
  ASSERT_TRUE(repository.files.Write("repo/large", std::string(2 << 20, ' ')).ok());
  for (const Case& c : std::vector<Case>{
           {"nowhere.yaml", "configuration repo/nowhere.yaml: No such file or directory"},
           {"deploy", "deploy: this is a folder; a configuration is a file"},
           {"large", "large: larger than 1048576 bytes, too much for a configuration"}}) {
    for (const RunResult& result :
         {repository.Run({"check", "deploy", "--config", c.path}),
          repository.Run({"check", "deploy"}, {{"WECAN_CONFIG", c.path}})}) {
      EXPECT_EQ(result.exit_code, 2);
      EXPECT_EQ(result.err, absl::StrCat("wecan: ", c.message, "\n"));
    }
  }
}

TEST(ConfigCommand, AFolderOfTheNameIsNoConfiguration) {
  MemoryFileSystem files({{".wecan.yaml/x", ""}, {"a.yaml", kConfigMap}});
  const RunResult result = wecan::Run({"check", "a.yaml"}, "", &files);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr(".wecan.yaml: this is a folder"));
}

// A hook gives single files; what is to be fixed is the whole workload.
TEST(ConfigCommand, TheCommandToFixIsForThePathsOfTheConfiguration) {
  Repository repository("paths: [deploy/]");
  EXPECT_THAT(repository.Run({"check", "deploy/class.yaml"}).out,
              HasSubstr("Fix: wecan fix --diff\n"));
  Repository without("");
  EXPECT_THAT(without.Run({"check", "deploy/class.yaml"}).out,
              HasSubstr("Fix: wecan fix deploy/class.yaml --diff\n"));
}

// Context is parsed only where it can matter; nothing that can is passed over.
TEST(ConfigCommand, ContextOfEveryKindCounts) {
  for (const std::string& grant :
       {std::string(kGrant),
        absl::StrReplaceAll(
            kGrant, {{"rbac.authorization.k8s.io/v1", "\"rbac.authorization\\x2ek8s.io/v1\""}})}) {
    Repository repository("paths: [deploy/]");
    ASSERT_TRUE(repository.files.Write("repo/deploy/grant.yaml", grant).ok());
    EXPECT_EQ(repository.Run({"check", "deploy/class.yaml"}).exit_code, 0) << grant;
  }
  Repository crd("paths: [deploy/]");
  ASSERT_TRUE(crd.files
                  .Write("repo/deploy/crd.yaml",
                         "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                         "metadata: {name: foos.x.io}\nspec:\n  group: x.io\n  scope: Cluster\n"
                         "  names: {kind: Foo, plural: foos}\n  versions: [{name: v1}]\n")
                  .ok());
  ASSERT_TRUE(
      crd.files.Write("repo/foo.yaml", "apiVersion: x.io/v1\nkind: Foo\nmetadata: {name: a}\n")
          .ok());
  EXPECT_THAT(crd.Run({"check", "foo.yaml"}).out, Not(HasSubstr("WEC201")));
}

// Somebody else's broken file is no business of a hook, unless it may hold what counts.
TEST(ConfigCommand, BrokenContext) {
  for (const auto& [text, exit_code] :
       std::map<std::string, int>{{"apiVersion: v1\nkind: [\n", 0},
                                  {"apiVersion: rbac.authorization.k8s.io/v1\nkind: [\n", 2}}) {
    Repository repository("paths: [deploy/]");
    ASSERT_TRUE(repository.files.Write("repo/deploy/broken.yaml", text).ok());
    EXPECT_EQ(repository.Run({"check", "deploy/map.yaml"}).exit_code, exit_code) << text;
  }
}

TEST(ConfigCommand, BadVariables) {
  Repository repository("");
  const RunResult profile = repository.Run({"check", "deploy"}, {{"WECAN_PROFILE", "ocm1.0"}});
  EXPECT_EQ(profile.exit_code, 2);
  EXPECT_THAT(profile.err, StartsWith("wecan: WECAN_PROFILE: no profile \"ocm1.0\"; did you mean"));
  EXPECT_THAT(repository.Run({"check", "deploy"}, {{"WECAN_OUTPUT", "jsn"}}).err,
              StartsWith("wecan: WECAN_OUTPUT: no format \"jsn\"; did you mean \"json\"?"));
  EXPECT_THAT(repository.Run({"check", "deploy"}, {{"WECAN_OUTPUT", "json,short"}}).err,
              StartsWith("wecan: WECAN_OUTPUT: two formats for standard output"));
}

// ---- where it is found --------------------------------------------------------------------------

TEST(ConfigCommand, FoundFromBelowUpToTheRootOfTheRepository) {
  Repository repository("paths: [deploy/]\nexclude: [deploy/m*]");
  repository.folder = "repo/sub";
  const RunResult result = repository.Run({"check", "-o", "name"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "storageclass.storage.k8s.io/fast\n");
  EXPECT_THAT(repository.Run({"check"}).out, HasSubstr("../deploy/class.yaml:2"));
  // One folder further down lies another repository.
  ASSERT_TRUE(repository.files.Write("repo/sub/.git", "gitdir: elsewhere").ok());
  EXPECT_THAT(repository.Run({"config"}).out, Not(HasSubstr(".wecan.yaml")));
}

TEST(ConfigCommand, WithoutARepositoryOnlyTheWorkingFolderCounts) {
  MemoryFileSystem files({{"a/.wecan.yaml", "color: never"}, {"a/b/x", ""}});
  EXPECT_THAT(wecan::Run({"config", "-C", "a"}, "", &files).out, HasSubstr(".wecan.yaml:1"));
  EXPECT_THAT(wecan::Run({"config", "-C", "a/b"}, "", &files).out, Not(HasSubstr(".wecan.yaml")));
}

// ---- check --------------------------------------------------------------------------------------

TEST(ConfigCommand, PathsAreCheckedWithoutOthers) {
  Repository repository("paths: [deploy/]");
  const RunResult result = repository.Run({"check"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("1 of 2 objects"));
  EXPECT_THAT(result.out, HasSubstr("\nFix: wecan fix --diff\n"));
}

TEST(ConfigCommand, PathsAreContextBesideOthers) {
  Repository repository("paths: [deploy/]");
  ASSERT_TRUE(repository.files.Write("repo/deploy/grant.yaml", kGrant).ok());
  const RunResult result = repository.Run({"check", "deploy/class.yaml"});
  EXPECT_EQ(result.exit_code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("1 object"));
  EXPECT_EQ(repository.Run({"check", "deploy/class.yaml", "--no-config"}).exit_code, 1);
}

TEST(ConfigCommand, LevelsAndExitCode) {
  Repository repository("rules: {WEC101: warning}\nfailOn: warning\n");
  const std::vector<std::string> check = {"check", "deploy", "-o", "short"};
  EXPECT_THAT(repository.Run(check).out, HasSubstr("warning: WEC101"));
  EXPECT_EQ(repository.Run(check).exit_code, 1);
  EXPECT_EQ(repository.Run({"check", "deploy", "--fail-on", "error"}).exit_code, 0);
  EXPECT_THAT(repository.Run({"check", "deploy", "-o", "short", "--rule", "WEC101=note"}).out,
              HasSubstr("note: WEC101"));
  EXPECT_THAT(repository.Run({"check", "deploy", "-o", "short", "--select", "WEC101"}).out,
              HasSubstr("warning: WEC101"));
}

TEST(ConfigCommand, SelectIsStrongerThanTheFile) {
  Repository on("rules: {WEC101: error}"), off("rules: {WEC101: off}");
  EXPECT_EQ(on.Run({"check", "deploy", "--select", "WEC102"}).exit_code, 0);
  EXPECT_EQ(off.Run({"check", "deploy"}).exit_code, 0);
  EXPECT_EQ(off.Run({"check", "deploy", "--select", "WEC101"}).exit_code, 1);
}

TEST(ConfigCommand, OutputIsThatOfCheck) {
  Repository repository("output: [short, json=r.json]");
  EXPECT_THAT(repository.Run({"check", "deploy"}).out, StartsWith("deploy/class.yaml:2:1: error"));
  EXPECT_THAT(repository.files.files().at("repo/r.json"), HasSubstr("CheckReport"));
  EXPECT_THAT(repository.Run({"check", "deploy", "-o", "name"}).out,
              "storageclass.storage.k8s.io/fast\n");
  EXPECT_THAT(repository.Run({"fix", "deploy"}).out, StartsWith("apiVersion:"));
}

TEST(ConfigCommand, TheVariableForTheOutputIsForEveryCommandThatHasTheFormat) {
  Repository repository("");
  EXPECT_THAT(repository.Run({"can-i", "get", "pods"}, {{"WECAN_OUTPUT", "json"}}).out,
              StartsWith("{"));
  EXPECT_THAT(repository.Run({"can-i", "get", "pods"}, {{"WECAN_OUTPUT", "short"}}).out,
              StartsWith("yes"));
}

TEST(ConfigCommand, TheAgentOfTheFile) {
  Repository repository("agent: {namespace: ns, klusterlet: prod}");
  const std::string out = repository.Run({"can-i", "get", "pods"}).out;
  EXPECT_THAT(out, HasSubstr("system:serviceaccount:ns:prod-work-sa"));
  EXPECT_THAT(repository.Run({"config"}).out,
              testing::ContainsRegex("agent.serviceAccount +prod-work-sa +.wecan.yaml:1"));
}

// ---- fix ----------------------------------------------------------------------------------------

TEST(ConfigCommand, FixWritesWhereAndWhatTheFileSays) {
  Repository repository(
      "paths: [deploy/]\nfix: {file: rbac/wecan.yaml, name: 'shop:agent', labels: {part: shop}}\n");
  const RunResult result = repository.Run({"fix", "--write"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string& grant = repository.files.files().at("repo/rbac/wecan.yaml");
  EXPECT_THAT(grant, HasSubstr("name: \"shop:agent\""));
  EXPECT_THAT(grant, HasSubstr("part: shop"));
  EXPECT_EQ(repository.Run({"fix", "--check"}).exit_code, 0);
  EXPECT_EQ(repository.files.files().at("repo/rbac/wecan.yaml"), grant);
}

TEST(ConfigCommand, FixAgainFromBelowChangesNothing) {
  Repository repository("paths: [deploy/]\nfix: {file: deploy/wecan.yaml}\n");
  EXPECT_EQ(repository.Run({"fix", "--write"}).exit_code, 0);
  EXPECT_EQ(repository.Run({"check"}).exit_code, 0);
  repository.folder = "repo/sub";
  EXPECT_EQ(repository.Run({"fix", "--check"}).exit_code, 0);
  // As a hook sees it: one file, the rest is context.
  EXPECT_EQ(repository.Run({"fix", "--check", "../deploy/class.yaml"}).exit_code, 0);
  EXPECT_EQ(repository.Run({"check", "../deploy/class.yaml"}).exit_code, 0);
}

// ---- the table ----------------------------------------------------------------------------------

TEST(ConfigCommand, KeysListsEachOfThem) {
  const std::string out = absl::StrCat("\n", wecan::Run({"config", "--keys"}).out);
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.type == KeyType::kSection) continue;
    EXPECT_THAT(out, HasSubstr(absl::StrCat("\n", key.name, " ")));
  }
}

TEST(ConfigCommand, FlagsOfTheTableExist) {
  const std::string help =
      absl::StrCat(wecan::Run({"check", "--help"}).out, wecan::Run({"fix", "--help"}).out,
                   wecan::Run({"can-i", "--help"}).out);
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_THAT(help, HasSubstr(std::string(key.flag)));
  }
}

TEST(ConfigCommand, DefaultsOfTheTableAreThoseOfTheFlags) {
  Repository repository("");
  const std::string without = repository.Run({"check", "deploy", "-o", "json"}).out;
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.fallback.empty() || key.flag.empty() || key.flag == "--agent") continue;
    const bool of_check = !absl::StartsWith(key.name, "fix.") && key.name != "wecs.method";
    if (!of_check || key.name == "output") continue;
    EXPECT_EQ(repository
                  .Run({"check", "deploy", "-o", "json", std::string(key.flag),
                        std::string(key.fallback)})
                  .out,
              without)
        << key.name;
  }
}

}  // namespace
}  // namespace wecan
