// SPDX-License-Identifier: Apache-2.0
// fix as a whole: modes and exit codes, where grants go, what is refused and how it is said, and
// that neither names nor files that change meanwhile can harm.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "src/input/file_system.h"
#include "src/input/load.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

constexpr char kClass[] =
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n";
constexpr char kQuota[] =
    "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: team}\n";
constexpr char kLimits[] =
    "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l, namespace: other}\n";
constexpr char kConfig[] =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: team}\n";
constexpr char kSecret[] =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: team}\n"
    "stringData: {password: hunter2}\n";
constexpr char kPolicy[] =
    "apiVersion: control.kubestellar.io/v1alpha1\nkind: BindingPolicy\nmetadata: {name: p}\n"
    "spec:\n  clusterSelectors: [{matchLabels: {location-group: edge}}]\n"
    "  downsync: [{objectSelectors: [{matchLabels: {app: shop}}]}]\n";

// A role of an earlier fix that holds `verbs` on StorageClasses.
std::string Ours(const std::string& verbs,
                 const std::string& name = "'open-cluster-management:klusterlet-work:wecan'") {
  return absl::StrCat(
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: ", name,
      "\n  labels: {app.kubernetes.io/managed-by: wecan, open-cluster-management.io/"
      "aggregate-to-work: 'true'}\nrules:\n- {apiGroups: [storage.k8s.io], resources: "
      "[storageclasses], verbs: [",
      verbs, "]}\n");
}

Words With(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

RunResult Fix(const Words& words, MemoryFileSystem& files, const std::string& in = "") {
  return wecan::Run(With({"fix"}, words), in, &files);
}

// ---- modes

struct ModeCase {
  const char* name;
  Words flags;
  int missing, nothing;  // exit codes
  bool out, err, writes;
};
class FixModes : public testing::TestWithParam<ModeCase> {};

TEST_P(FixModes, AndExitCodes) {
  const ModeCase& c = GetParam();
  MemoryFileSystem files(Texts{{"in/x.yaml", kClass}});
  const RunResult run = Fix(With({"in"}, c.flags), files);
  EXPECT_EQ(run.exit_code, c.missing) << run.err;
  EXPECT_EQ(!run.out.empty(), c.out) << run.out;
  EXPECT_EQ(!run.err.empty(), c.err) << run.err;
  EXPECT_EQ(files.files().count("in/wecan-rbac.yaml"), c.writes ? 1 : 0);

  MemoryFileSystem held(Texts{{"in/x.yaml", kConfig}});
  const RunResult nothing = Fix(With({"in"}, c.flags), held);
  EXPECT_EQ(nothing.exit_code, c.nothing) << nothing.err;
  EXPECT_EQ(held.files().size(), 1);
}

INSTANTIATE_TEST_SUITE_P(
    FixModes, FixModes,
    testing::Values(ModeCase{"print", {}, 0, 0, true, true, false},
                    ModeCase{"diff", {"--diff"}, 1, 0, true, true, false},
                    ModeCase{"write", {"--write"}, 0, 0, true, false, true},
                    ModeCase{"check", {"--check"}, 1, 0, false, false, false},
                    ModeCase{"print_quiet", {"-q"}, 0, 0, false, false, false},
                    ModeCase{"diff_quiet", {"--diff", "-q"}, 1, 0, false, false, false},
                    ModeCase{"write_quiet", {"--write", "-q"}, 0, 0, false, false, true},
                    ModeCase{"check_quiet", {"--check", "-q"}, 1, 0, false, false, false},
                    ModeCase{"diff_write", {"--diff", "--write"}, 2, 2, false, true, false},
                    ModeCase{"write_check", {"--write", "--check"}, 1, 0, true, false, true},
                    ModeCase{"diff_check", {"--diff", "--check"}, 2, 2, false, true, false},
                    ModeCase{"json", {"-o", "json"}, 0, 0, true, false, false},
                    ModeCase{"yaml", {"-o", "yaml"}, 0, 0, true, false, false},
                    ModeCase{"json_check", {"--check", "-o", "json"}, 1, 0, true, false, false},
                    ModeCase{"two_outputs", {"-o", "json", "-o", "yaml"}, 2, 2, false, true, false},
                    ModeCase{"wrong_output", {"-o", "sarif"}, 2, 2, false, true, false}),
    [](const auto& info) { return info.param.name; });

TEST(FixOutput, ToFilesAsWell) {
  MemoryFileSystem files(Texts{{"in/x.yaml", kClass}});
  const RunResult run =
      Fix({"in", "--diff", "-o", "text", "-o", "json=r.json", "-o", "yaml=g.yaml"}, files);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, StartsWith("--- /dev/null"));
  EXPECT_EQ(json::parse(files.files().at("r.json"))["summary"]["exitCode"], 1);
  MemoryFileSystem alone(Texts{{"in/x.yaml", kClass}});
  EXPECT_EQ(files.files().at("g.yaml"), Fix({"in"}, alone).out);
}

TEST(FixOutput, VerboseListsEveryNamespace) {
  std::string text;
  for (int i = 0; i < 30; ++i)
    absl::StrAppend(&text, "---\n",
                    absl::StrReplaceAll(kQuota, {{"name: q", absl::StrCat("name: q", i)}}));
  MemoryFileSystem files(Texts{{"x.yaml", text}});
  EXPECT_THAT(Fix({"x.yaml"}, files).err, Not(HasSubstr("ResourceQuota/team/q17")));
  EXPECT_THAT(Fix({"x.yaml", "-v"}, files).err, HasSubstr("ResourceQuota/team/q17"));
}

// The command that is printed has the flags that the grant was made with, and is safe to paste.
TEST(FixOutput, NamesTheCommandThatWasRun) {
  MemoryFileSystem files(Texts{{"a b;c/x.yaml", kQuota}});
  EXPECT_THAT(Fix({"a b;c", "--strategy", "role-binding"}, files).err,
              HasSubstr("wecan fix 'a b;c' --strategy role-binding | kubectl --context WDS"));
  EXPECT_THAT(Fix({"a b;c", "--write"}, files).out,
              AllOf(HasSubstr("apply -f 'a b;c/wecan-rbac.yaml'"),
                    HasSubstr("narrower: wecan fix 'a b;c' --strategy role-binding\n")));
  MemoryFileSystem work(
      Texts{{"w.yaml",
             "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\n"
             "metadata: {name: w, namespace: '$(id)'}\nspec: {workload: {manifests: [{apiVersion: "
             "storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}}]}}\n"}});
  EXPECT_THAT(Fix({"w.yaml"}, work).err, HasSubstr("kubectl --context '$(id)' apply"));
}

// What else stands in a file, secrets above all, is never printed.
TEST(FixOutput, IsTheGrantAloneAndWhole) {
  const std::string file = absl::StrCat(kSecret, "---\n", Ours("get"));
  for (const Words& flags : {Words{}, Words{"-o", "yaml"}, Words{"--out", "in/x.yaml"},
                             Words{"--write", "-o", "yaml"}, Words{"-o", "json"}}) {
    MemoryFileSystem files(Texts{{"in/x.yaml", file}, {"in/y.yaml", kClass}});
    const RunResult run = Fix(With({"in"}, flags), files);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, Not(HasSubstr("hunter2")));
    EXPECT_THAT(run.out, HasSubstr("ClusterRole"));
    if (run.out[0] != '{') {
      EXPECT_THAT(run.out, HasSubstr("verbs: [get, create, update, delete]"));
    }
  }
}

// ---- where new roles go

struct PlaceCase {
  const char* name;
  Texts files;
  Words words;
  std::string in;
  int exit_code;
  std::string place;    // what is created or changed; "": nothing
  std::string message;  // of standard error
};
class FixPlaces : public testing::TestWithParam<PlaceCase> {};

TEST_P(FixPlaces, GrantGoesThere) {
  const PlaceCase& c = GetParam();
  MemoryFileSystem files(c.files);
  const RunResult run = Fix(c.words, files, c.in);
  EXPECT_EQ(run.exit_code, c.exit_code) << run.err;
  EXPECT_THAT(run.err, HasSubstr(c.message));
  Words changed;
  for (const auto& [path, text] : files.files()) {
    const auto old = c.files.find(path);
    if (old == c.files.end() || old->second != text) changed.push_back(path);
    if (old != c.files.end()) {
      EXPECT_THAT(text, StartsWith(old->second.substr(0, 20)));
    }
  }
  EXPECT_EQ(changed, c.place.empty() ? Words{} : Words{c.place});
  if (c.place.empty()) return;
  const Texts after = files.files();
  EXPECT_EQ(Fix(c.words, files, c.in).exit_code, 0);
  EXPECT_EQ(files.files(), after) << "a second run changes it again";
}

INSTANTIATE_TEST_SUITE_P(
    FixPlaces, FixPlaces,
    testing::Values(
        PlaceCase{
            "folder", {{"in/x.yaml", kClass}}, {"in", "--write"}, "", 0, "in/wecan-rbac.yaml"},
        PlaceCase{"folder_with_slash",
                  {{"in/x.yaml", kClass}},
                  {"in/", "--write"},
                  "",
                  0,
                  "in/wecan-rbac.yaml"},
        PlaceCase{"one_file",
                  {{"in/x.yaml", kClass}},
                  {"in/x.yaml", "--write"},
                  "",
                  0,
                  "in/wecan-rbac.yaml"},
        PlaceCase{
            "file_here", {{"x.yaml", kClass}}, {"x.yaml", "--write"}, "", 0, "wecan-rbac.yaml"},
        PlaceCase{"stdin", {}, {"-", "--write"}, kClass, 2, "", "--out FILE"},
        PlaceCase{"stdin_diff", {}, {"-", "--diff"}, kClass, 2, "", "--out FILE"},
        PlaceCase{"stdin_check", {}, {"-", "--check"}, kClass, 1, ""},
        PlaceCase{"stdin_out", {}, {"-", "--write", "--out", "g.yaml"}, kClass, 0, "g.yaml"},
        PlaceCase{"two_paths",
                  {{"a.yaml", kClass}, {"b.yaml", kQuota}},
                  {"a.yaml", "b.yaml", "--write"},
                  "",
                  2,
                  "",
                  "--out FILE"},
        PlaceCase{"two_paths_out",
                  {{"a.yaml", kClass}, {"b.yaml", kQuota}},
                  {"a.yaml", "b.yaml", "--write", "--out", "b.yaml"},
                  "",
                  0,
                  "b.yaml"},
        PlaceCase{"two_paths_one_with_ours",
                  {{"a.yaml", kClass}, {"b.yaml", Ours("get")}},
                  {"a.yaml", "b.yaml", "--write"},
                  "",
                  0,
                  "b.yaml"},
        PlaceCase{"out_inside",
                  {{"in/x.yaml", kClass}},
                  {"in", "--write", "--out", "in/g.yaml"},
                  "",
                  0,
                  "in/g.yaml"},
        PlaceCase{"out_outside",
                  {{"in/x.yaml", kClass}},
                  {"in", "--write", "--out", "g.yaml"},
                  "",
                  0,
                  "g.yaml"},
        PlaceCase{"out_is_folder",
                  {{"in/x.yaml", kClass}},
                  {"in", "--write", "--out", "in"},
                  "",
                  2,
                  "",
                  "--out in: is a folder; name a file in it, for example in/wecan-rbac.yaml"},
        PlaceCase{"out_is_standard_output",
                  {{"in/x.yaml", kClass}},
                  {"in", "--write", "--out", "-"},
                  "",
                  2,
                  "",
                  "--out -:"},
        PlaceCase{"fallback_has_other_content",
                  {{"in/x.yaml", kClass}, {"in/wecan-rbac.yaml", kConfig}},
                  {"in", "--write"},
                  "",
                  0,
                  "in/wecan-rbac.yaml"},
        PlaceCase{"fallback_beside_is_seen",
                  {{"in/x.yaml", kClass}, {"in/wecan-rbac.yaml", Ours("get, create")}},
                  {"in/x.yaml", "--write"},
                  "",
                  0,
                  "in/wecan-rbac.yaml"},
        PlaceCase{"ours_elsewhere_than_out",
                  {{"in/x.yaml", kClass}, {"in/ours.yaml", Ours("get")}},
                  {"in", "--write", "--out", "g.yaml"},
                  "",
                  2,
                  "",
                  "stands in in/ours.yaml already"},
        PlaceCase{"ours_is_out_otherwise_spelt",
                  {{"in/x.yaml", kClass}, {"in/ours.yaml", Ours("get")}},
                  {"in", "--write", "--out", "./in/../in/ours.yaml"},
                  "",
                  0,
                  "in/ours.yaml"},
        PlaceCase{"ours_in_stdin",
                  {{"x.yaml", kClass}},
                  {"x.yaml", "-", "--write"},
                  Ours("get"),
                  2,
                  "",
                  "standard input"},
        PlaceCase{
            "ours_in_stdin_printed", {{"x.yaml", kClass}}, {"x.yaml", "-"}, Ours("get"), 0, ""},
        PlaceCase{"ours_beside_another_name",
                  {{"in/x.yaml", kClass}, {"in/ours.yaml", Ours("list", "other")}},
                  {"in", "--write", "--name", "mine"},
                  "",
                  0,
                  "in/ours.yaml"},
        PlaceCase{"json_list",
                  {{"in/l.json", R"({"apiVersion":"v1","kind":"List","items":[]})"},
                   {"in/x.yaml", kClass}},
                  {"in", "--write", "--out", "in/l.json"},
                  "",
                  0,
                  "in/l.json"},
        PlaceCase{"new_json",
                  {{"in/x.yaml", kClass}},
                  {"in", "--write", "--out", "g.json"},
                  "",
                  0,
                  "g.json"}),
    [](const auto& info) { return info.param.name; });

TEST(FixPlaces, NoSuchFolder) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/wecan-fix-", getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/x.yaml") << kClass;
  const RunResult run =
      wecan::Run({"fix", folder + "/x.yaml", "--write", "--out", folder + "/no/g.yaml"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("/no/g.yaml: there is no folder"), HasSubstr("mkdir -p")));

  // A read-only target, of root as well.
  std::ofstream(folder + "/g.yaml") << kConfig;
  chmod((folder + "/g.yaml").c_str(), 0444);
  const RunResult read_only =
      wecan::Run({"fix", folder + "/x.yaml", "--write", "--out", folder + "/g.yaml"});
  EXPECT_EQ(read_only.exit_code, 2);
  EXPECT_THAT(read_only.err,
              AllOf(HasSubstr("/g.yaml: the file is read-only"), HasSubstr("chmod")));
  std::stringstream now;
  now << std::ifstream(folder + "/g.yaml").rdbuf();
  EXPECT_EQ(now.str(), kConfig);
  std::filesystem::remove_all(folder);
}

// ---- stability

TEST(FixAgain, ChangesNothingWhateverTheFlags) {
  const Words strategies = {"aggregate", "cluster-binding", "role-binding"};
  const Words wraps = {"none", "manifestwork", "bindingpolicy"};
  const std::vector<Words> options = {{},
                                      {"--resource-names"},
                                      {"--verbs", "full"},
                                      {"--prune"},
                                      {"--no-input-grants"},
                                      {"--name", "shop"},
                                      {"--labels", "a=true,b=1.0,c=,d=x_y"},
                                      {"--agent", "a:b-work-sa"},
                                      {"--out", "g.yaml"},
                                      {"--out", "in/g.json"},
                                      {"-n", "foo"}};
  const std::string input = absl::StrCat(kClass, "---\n", kQuota, "---\n", kLimits, "---\n",
                                         "{apiVersion: v1, kind: ResourceQuota, metadata: {name: "
                                         "nq}}\n---\n",
                                         kPolicy);
  for (const std::string& strategy : strategies) {
    for (const std::string& wrap : wraps) {
      for (const Words& option : options) {
        const Words words = With({"in", "--strategy", strategy, "--wrap", wrap}, option);
        SCOPED_TRACE(testing::PrintToString(words));
        MemoryFileSystem files(Texts{{"in/x.yaml", input}});
        const RunResult first = Fix(With(words, {"--write"}), files);
        ASSERT_EQ(first.exit_code, 0) << first.err;
        const Texts after = files.files();
        EXPECT_EQ(after.size(), 2);
        const RunResult again = Fix(With(words, {"--write"}), files);
        EXPECT_EQ(again.exit_code, 0) << again.err;
        EXPECT_EQ(files.files(), after);
        EXPECT_EQ(Fix(With(words, {"--check"}), files).exit_code, 0);
      }
    }
  }
}

// Without --strategy the roles that are there tell; those of executors are Roles in any case.
TEST(FixAgain, KeepsTheStrategy) {
  constexpr char kWork[] =
      "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\n"
      "metadata: {name: w, namespace: wec}\nspec:\n  executor: {subject: {type: ServiceAccount, "
      "serviceAccount: {namespace: shop, name: deployer}}}\n  workload: {manifests: [{apiVersion: "
      "v1, kind: ResourceQuota, metadata: {name: q, namespace: team}}]}\n";
  for (const std::string strategy : {"aggregate", "cluster-binding", "role-binding"}) {
    for (const std::string input : {kQuota, kWork}) {
      MemoryFileSystem files(Texts{{"in/x.yaml", input}});
      EXPECT_EQ(Fix({"in", "--write", "--strategy", strategy}, files).exit_code, 0);
      (void)files.Write("in/y.yaml", kClass);
      const RunResult run = Fix({"in", "--write", "-o", "json"}, files);
      EXPECT_EQ(run.exit_code, 0) << run.err;
      EXPECT_EQ(json::parse(run.out)["strategy"], strategy);
      EXPECT_EQ(Fix({"in", "--check", "--no-input-grants"}, files).exit_code, 0);
    }
  }
}

// The order of the input and the number of threads are nobody's business.
TEST(FixAgain, SameBytesInAnyOrder) {
  const Words texts = {kClass, kQuota, kLimits, kPolicy, kConfig, Ours("get", "shop")};
  for (const Words& flags :
       {Words{}, Words{"--strategy", "role-binding"}, Words{"--resource-names", "-o", "json"},
        Words{"--prune"}, Words{"--wrap", "bindingpolicy"}}) {
    Words expected;
    for (int turn = 0; turn < 6; ++turn) {
      Words order = texts;
      std::rotate(order.begin(), order.begin() + turn, order.end());
      for (int threads : {1, 4}) {
        std::string one;
        for (const std::string& text : order) absl::StrAppend(&one, "---\n", text);
        MemoryFileSystem files(Texts{{"x.yaml", one}});
        const RunResult run =
            wecan::Run(With({"fix", "x.yaml"}, flags), {.files = &files, .threads = threads});
        const Words got = {absl::StrCat(run.exit_code), run.out, run.err};
        if (expected.empty()) expected = got;
        EXPECT_EQ(got, expected) << turn << " " << threads;
      }
    }
    // Paths, too.
    Words paths_first, paths_last;
    Texts in;
    for (size_t i = 0; i < texts.size(); ++i) {
      in[absl::StrCat("f", i, ".yaml")] = texts[i];
      paths_first.push_back(absl::StrCat("f", i, ".yaml"));
    }
    paths_last = {paths_first.rbegin(), paths_first.rend()};
    MemoryFileSystem files(in);
    EXPECT_EQ(Fix(With(paths_first, flags), files).out, Fix(With(paths_last, flags), files).out);
  }
}

// ---- input that cannot be read

TEST(FixBroken, GrantsTheRestAndSaysSo) {
  MemoryFileSystem files(Texts{{"in/x.yaml", kClass}, {"in/broken.yaml", "kind: b\n c: d\n"}});
  const RunResult run = Fix({"in"}, files);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, StartsWith("wecan: in/broken.yaml:2:"));
  EXPECT_THAT(run.out, HasSubstr("storageclasses"));
  EXPECT_EQ(Fix({"in", "--check"}, files).exit_code, 2);
  EXPECT_EQ(Fix({"in", "--write"}, files).exit_code, 2);
  EXPECT_EQ(files.files().count("in/wecan-rbac.yaml"), 1);
  const RunResult absent = Fix({"nowhere"}, files);
  EXPECT_EQ(absent.exit_code, 2);
  EXPECT_THAT(absent.err, HasSubstr("nowhere"));
}

TEST(FixBroken, IsNotPruned) {
  Texts texts = {{"in/x.yaml", kConfig}, {"in/ours.yaml", Ours("get, create")}};
  MemoryFileSystem whole(texts);
  EXPECT_EQ(Fix({"in", "--prune", "--write"}, whole).exit_code, 0);
  EXPECT_NE(whole.files(), texts);
  texts["in/broken.yaml"] = "kind: b\n c: d\n";
  MemoryFileSystem broken(texts);
  const RunResult run = Fix({"in", "--prune", "--write"}, broken);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("not all of the input could be read"));
  EXPECT_EQ(broken.files(), texts);
}

// ---- wrong usage

struct UsageCase {
  Words words;
  std::string message;  // "": it is allowed
};

TEST(FixUsage, NamesFlagAndHint) {
  const std::string long_name(64, 'a');
  const std::vector<UsageCase> cases = {
      {{"--strategy", "role-bindings"}, "--strategy: \"role-bindings\" is none of aggregate"},
      {{"--strategy", "role-binding"}, ""},
      {{"--strategy", "aggregate", "--profile", "ocm-0.11"}, "use --strategy cluster-binding"},
      {{"--verbs", "all"}, "--verbs: \"all\" is none of missing, full"},
      {{"--verbs", "full"}, ""},
      {{"--wrap", "work"}, "--wrap: \"work\" is none of none, manifestwork, bindingpolicy"},
      {{"--wrap", "manifestwork"}, ""},
      {{"--wrap", "bindingpolicy"}, "--wrap bindingpolicy: no BindingPolicy of the input"},
      {{"--name", "a/b"}, "--name a/b: the API server refuses such a ClusterRole"},
      {{"--name", ".."}, "--name ..: the API server refuses"},
      {{"--name", "a:b"}, ""},
      {{"--labels", "app"}, "--labels: \"app\" is not KEY=VALUE"},
      {{"--labels", "=b"}, "--labels: \"=b\" is not KEY=VALUE"},
      {{"--labels", "app="}, ""},
      {{"--labels", "app=true"}, ""},
      {{"--labels", "app=1.0"}, ""},
      {{"--labels", "a.b/app=x"}, ""},
      {{"--labels", "app=a b"}, "--labels: \"app=a b\": the API server refuses this value"},
      {{"--labels", "app=a=b"}, "refuses this value"},
      {{"--labels", absl::StrCat("app=", long_name)}, "refuses this value"},
      {{"--labels", absl::StrCat("app=", long_name.substr(1))}, ""},
      {{"--labels", "a b=c"}, "refuses this key"},
      {{"--labels", "A.b/c=c"}, "refuses this key"},
      {{"--labels", "a/b/c=c"}, "refuses this key"},
      {{"--labels", "/c=c"}, "refuses this key"},
      {{"--labels", "app.kubernetes.io/managed-by=helm"},
       "--labels: wecan sets app.kubernetes.io/managed-by itself; leave it out"},
      {{"--labels", "open-cluster-management.io/aggregate-to-work=false"},
       "--labels: wecan sets open-cluster-management.io/aggregate-to-work itself"},
      {{"--prune"}, ""},
      {{"--unknown"}, "--unknown"},
  };
  for (const UsageCase& c : cases) {
    MemoryFileSystem files(Texts{{"x.yaml", kClass}});
    const RunResult run = Fix(With({"x.yaml"}, c.words), files);
    EXPECT_EQ(run.exit_code, c.message.empty() ? 0 : 2) << testing::PrintToString(c.words);
    EXPECT_THAT(run.err, HasSubstr(c.message));
    EXPECT_EQ(run.out.empty(), !c.message.empty());
  }
}

TEST(FixUsage, LabelsStayTexts) {
  MemoryFileSystem files(Texts{{"x.yaml", kClass}});
  EXPECT_THAT(Fix({"x.yaml", "--labels", "a=true,b=1.0,c=,d=null"}, files).out,
              AllOf(HasSubstr("    a: \"true\"\n"), HasSubstr("    b: \"1.0\"\n"),
                    HasSubstr("    c: \"\"\n"), HasSubstr("    d: \"null\"\n")));
}

// ---- files that change meanwhile, and writes that fail

class TroubledFiles : public MemoryFileSystem {
 public:
  using MemoryFileSystem::MemoryFileSystem;

  absl::StatusOr<std::string> Read(const std::string& path, uint64_t limit) const override {
    if (on_read) on_read(path, ++reads_[path]);
    return MemoryFileSystem::Read(path, limit);
  }
  absl::Status Replace(const std::string& path, const std::optional<std::string>& expected,
                       absl::string_view data) override {
    if (before_replace) before_replace(path);
    if (path == unwritable)
      return absl::FailedPreconditionError(path + ": cannot be written: full");
    return MemoryFileSystem::Replace(path, expected, data);
  }

  std::function<void(const std::string&, int)> on_read;
  std::function<void(const std::string&)> before_replace;
  std::string unwritable;

 private:
  mutable std::map<std::string, int> reads_;
};

TEST(FixRace, RoleChangedAfterItWasRead) {
  TroubledFiles files(Texts{{"in/x.yaml", kClass}, {"in/ours.yaml", Ours("get")}});
  files.on_read = [&](const std::string& path, int count) {
    if (path == "in/ours.yaml" && count == 2) (void)files.Write(path, Ours("get, list"));
  };
  const RunResult run = Fix({"in", "--write"}, files);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("in/ours.yaml: changed since it was read"));
  EXPECT_EQ(files.files().at("in/ours.yaml"), Ours("get, list"));
}

// What else stands in the file may change before it is read for the last time: it is kept.
TEST(FixRace, TheRestChangedAfterItWasRead) {
  TroubledFiles files(Texts{{"in/x.yaml", kClass}, {"in/ours.yaml", Ours("get")}});
  files.on_read = [&](const std::string& path, int count) {
    if (path == "in/ours.yaml" && count == 2)
      (void)files.Write(path, absl::StrCat("# new\n", Ours("get")));
  };
  EXPECT_EQ(Fix({"in", "--write"}, files).exit_code, 0);
  EXPECT_THAT(files.files().at("in/ours.yaml"),
              AllOf(StartsWith("# new\n"), HasSubstr("verbs: [get, create, update, delete]")));
}

TEST(FixRace, FileChangedBeforeItIsReplaced) {
  TroubledFiles files(Texts{{"in/x.yaml", kClass}, {"in/ours.yaml", Ours("get")}});
  files.before_replace = [&](const std::string& path) { (void)files.Write(path, "# mine\n"); };
  const RunResult run = Fix({"in", "--write"}, files);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("in/ours.yaml: changed since it was read"));
  EXPECT_EQ(files.files().at("in/ours.yaml"), "# mine\n");

  TroubledFiles created(Texts{{"in/x.yaml", kClass}});
  created.before_replace = [&](const std::string& path) { (void)created.Write(path, "# mine\n"); };
  EXPECT_EQ(Fix({"in", "--write"}, created).exit_code, 2);
  EXPECT_EQ(created.files().at("in/wecan-rbac.yaml"), "# mine\n");
}

std::string RoleIn(const std::string& ns, const std::string& resource, const std::string& verbs) {
  return absl::StrCat(
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: "
      "'open-cluster-management:klusterlet-work:wecan'\n  namespace: ",
      ns,
      "\n  labels: {app.kubernetes.io/managed-by: wecan}\nrules:\n- {apiGroups: [''], "
      "resources: [",
      resource, "], verbs: [", verbs, "]}\n");
}

const Texts& TwoFilesOfOurs() {
  static const auto* files = new Texts{{"in/a.yaml", RoleIn("team", "resourcequotas", "create")},
                                       {"in/b.yaml", RoleIn("other", "limitranges", "create")},
                                       {"in/x.yaml", absl::StrCat(kQuota, "---\n", kLimits)}};
  return *files;
}

TEST(FixRace, NothingIsWrittenWhenOneOfTheFilesChanged) {
  TroubledFiles files(TwoFilesOfOurs());
  // Read as input, to be spliced, and before anything is written.
  files.on_read = [&](const std::string& path, int count) {
    if (path == "in/b.yaml" && count == 3) (void)files.Write(path, "# mine\n");
  };
  EXPECT_EQ(Fix({"in", "--write"}, files).exit_code, 2);
  EXPECT_EQ(files.files().at("in/a.yaml"), TwoFilesOfOurs().at("in/a.yaml"));
}

TEST(FixRace, WriteErrorsNameTheFileAndWhatIsWritten) {
  for (const std::string path : {"in/a.yaml", "in/b.yaml"}) {
    TroubledFiles files(TwoFilesOfOurs());
    files.unwritable = path;
    const RunResult run = Fix({"in", "--write"}, files);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr(absl::StrCat(path, ": cannot be written: full")));
    EXPECT_EQ(absl::StrContains(run.err, "(written already: in/a.yaml)"), path == "in/b.yaml");
    EXPECT_EQ(files.files().at(path), TwoFilesOfOurs().at(path));
    EXPECT_EQ(run.out, "");
  }
}

TEST(FixFiles, EachRoleInItsOwn) {
  MemoryFileSystem files(TwoFilesOfOurs());
  EXPECT_EQ(Fix({"in", "--write"}, files).exit_code, 0);
  EXPECT_EQ(files.files().size(), 3 + 0);
  EXPECT_THAT(files.files().at("in/a.yaml"), HasSubstr("verbs: [create, update, delete]"));
  EXPECT_THAT(files.files().at("in/b.yaml"), HasSubstr("verbs: [create, update, delete]"));
  EXPECT_EQ(Fix({"in", "--check"}, files).exit_code, 0);
}

TEST(FixFiles, RoleThatNamesNoNamespace) {
  std::string role = RoleIn("x", "resourcequotas", "create");
  role = absl::StrReplaceAll(role, {{"  namespace: x\n", ""}});
  MemoryFileSystem files(Texts{{"in/a.yaml", role}, {"in/x.yaml", kQuota}});
  const Words words = {"in", "-n", "team", "--strategy", "role-binding"};
  const RunResult run = Fix(With(words, {"--write"}), files);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(files.files().at("in/a.yaml"), HasSubstr("verbs: [create, update, delete]"));
  EXPECT_EQ(Fix(With(words, {"--check"}), files).exit_code, 0);
}

// ---- targets of all kinds

struct TargetCase {
  const char* name;
  std::string text;
  std::string message;  // "": it can be edited
  std::string kept;     // what the result holds as well
};
class FixTargets : public testing::TestWithParam<TargetCase> {};

TEST_P(FixTargets, EditedOrRefusedWhole) {
  const TargetCase& c = GetParam();
  MemoryFileSystem files(Texts{{"in/x.yaml", kClass}, {"in/ours.yaml", c.text}});
  const Words words = {"in", "--out", "in/ours.yaml"};
  const RunResult run = Fix(With(words, {"--write"}), files);
  EXPECT_EQ(run.exit_code, c.message.empty() ? 0 : 2) << run.err;
  const std::string& after = files.files().at("in/ours.yaml");
  if (!c.message.empty()) {
    EXPECT_EQ(after, c.text);
    EXPECT_THAT(run.err, AllOf(HasSubstr("in/ours.yaml"), HasSubstr(c.message)));
    return;
  }
  EXPECT_THAT(after, HasSubstr(c.kept));
  EXPECT_EQ(Fix(With(words, {"--check"}), files).exit_code, 0);
  EXPECT_EQ(wecan::Run({"check", "in"}, "", &files).exit_code, 0);
}

std::string Crlf(const std::string& text) { return absl::StrReplaceAll(text, {{"\n", "\r\n"}}); }

INSTANTIATE_TEST_SUITE_P(
    FixTargets, FixTargets,
    testing::Values(
        TargetCase{"plain", Ours("get"), "", "verbs: [get, create, update, delete]}"},
        TargetCase{"crlf", Crlf(Ours("get")), "", "update, delete]}\r\n"},
        TargetCase{"crlf_new", Crlf(kConfig), "", "\r\nkind: ClusterRole\r\n"},
        TargetCase{"byte_order_mark", "\xef\xbb\xbf" + Ours("get"), "",
                   "\xef\xbb\xbf"
                   "apiVersion"},
        TargetCase{"no_final_newline", kConfig + std::string("spec: {}"), "", "spec: {}\n---\n"},
        TargetCase{"ours_without_final_newline", Ours("get").substr(0, Ours("get").size() - 1), "",
                   "delete]}"},
        TargetCase{"comment_alone", "# grants\n", "", "# grants\n"},
        TargetCase{"empty", "", "", "ClusterRole"},
        TargetCase{"document_end", kConfig + std::string("...\n"), "", "...\n"},
        TargetCase{"tab_behind_value", "a: b\t# c\n", "", "a: b\t# c\n"},
        TargetCase{"tab_as_indentation", "a:\n\tb: c\n", "in/ours.yaml:2:", ""},
        TargetCase{"template", kConfig + std::string("data: {{ .Values.x }}\n"), "template", ""},
        TargetCase{"anchor_elsewhere",
                   kConfig + std::string("data: &d {a: b}\n---\n") + Ours("get"), "", "&d"},
        TargetCase{"anchor_at_the_rules",
                   absl::StrReplaceAll(Ours("get"), {{"rules:\n", "rules: &r\n"}}), "anchor", ""},
        TargetCase{"merge_key_in_rule",
                   absl::StrReplaceAll(Ours("get"),
                                       {{"- {apiGroups", "- {<<: {resourceNames: []}, apiGroups"}}),
                   "merge", ""},
        TargetCase{
            "json",
            R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}]})",
            "", R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1")"}),
    [](const auto& info) { return info.param.name; });

// ---- hostile names

Words HostileNames() {
  return {"a\"b",
          "a'b",
          "x\ny",
          "\x1b[31mred",
          "{{ x }}",
          "{{{{",
          std::string(10'000, 'n'),
          "a: b",
          "- a",
          "true",
          "",
          "#c",
          "\xe2\x80\xaewide",
          "a\xe2\x80\xa8"
          "b",
          "a\xc2\x85"
          "b",
          "a\xff\xfe",
          "*",
          "&a",
          "!t",
          "|",
          "..",
          "a/b",
          "$(id)",
          "`id`",
          "\xf0\x9f\x98\x80"};
}

bool IsForATerminal(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) {
                       return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
                     }) &&
         !absl::StrContains(text, "\xe2\x80\xae") && !absl::StrContains(text, "\xc2\x85");
}

TEST(FixHostile, NamesAreQuotedAndReadBack) {
  // JSON escapes, bytes that are no UTF-8 as they are.
  const auto quoted = [](const std::string& name) {
    return absl::StrContains(name, "\xff") ? absl::StrCat("\"", name, "\"") : json(name).dump();
  };
  const Words objects = {
      R"({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": NAME}})",
      R"({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": NAME, "namespace": NAME}})",
      R"({"apiVersion": "x.io/v1", "kind": NAME, "metadata": {"name": "a", "namespace": NAME}})",
      R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
          "metadata": {"name": NAME}, "spec": {"group": "y.io", "scope": "Namespaced",
          "names": {"kind": "Bar", "plural": NAME}, "versions": [{"name": "v1", "served": true}]}},
         {"apiVersion": "y.io/v1", "kind": "Bar", "metadata": {"name": "b", "namespace": "n"}})",
      R"({"apiVersion": "work.open-cluster-management.io/v1", "kind": "ManifestWork",
          "metadata": {"name": "w", "namespace": NAME}, "spec": {"executor": {"subject":
          {"type": "ServiceAccount", "serviceAccount": {"namespace": NAME, "name": NAME}}},
          "workload": {"manifests": [{"apiVersion": "v1", "kind": "ResourceQuota",
          "metadata": {"name": "q", "namespace": NAME}}, {"apiVersion":
          "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": NAME},
          "rules": [{"apiGroups": [NAME], "resources": [NAME], "verbs": [NAME]}]}]}}})",
  };
  const std::vector<Words> all_flags = {
      {},
      {"--strategy", "role-binding", "--resource-names"},
      {"--strategy", "cluster-binding", "--wrap", "manifestwork"}};
  size_t turn = 0;
  for (const std::string& name : HostileNames()) {
    for (size_t i = 0; i < objects.size(); ++i) {
      SCOPED_TRACE(absl::StrCat(quoted(name).substr(0, 40), " in object ", i));
      const std::string object = absl::StrReplaceAll(objects[i], {{"NAME", quoted(name)}});
      const std::string list =
          absl::StrCat(R"({"apiVersion": "v1", "kind": "List", "items": [)", object, "]}");
      const Words flags = all_flags[turn++ % all_flags.size()];
      MemoryFileSystem files(Texts{{"in/x.json", list}});
      const RunResult run = Fix(With({"in"}, flags), files);
      EXPECT_LE(run.exit_code, 2) << run.err;
      EXPECT_PRED1(IsForATerminal, run.out);
      EXPECT_PRED1(IsForATerminal, run.err);
      const RunResult written = Fix(With({"in"}, With(flags, {"--write"})), files);
      EXPECT_EQ(written.exit_code, run.exit_code) << written.err;
      if (written.exit_code == 2) continue;
      EXPECT_EQ(Fix(With({"in"}, With(flags, {"--check"})), files).exit_code, run.exit_code);
      MemoryFileSystem read_back(Texts{{"out.yaml", run.out}});
      std::istringstream nothing;
      const Loaded loaded = Load({.paths = {"out.yaml"}}, read_back, nothing);
      EXPECT_THAT(loaded.input.diagnostics, IsEmpty()) << run.out;
    }
  }
}

TEST(FixHostile, NamesOfRoles) {
  for (const std::string& name : HostileNames()) {
    MemoryFileSystem files(Texts{{"in/x.yaml", kClass}});
    const RunResult run = Fix({"in", "--name", name, "--strategy", "cluster-binding"}, files);
    EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 2) << run.err;
    EXPECT_PRED1(IsForATerminal, run.err);
    EXPECT_PRED1(IsForATerminal, run.out);
  }
}

}  // namespace
}  // namespace wecan
