// SPDX-License-Identifier: Apache-2.0
// The reader of .wecan.yaml, and where the file is found.
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/config/find.h"
#include "src/config/keys.h"
#include "src/config/read.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using testing::SizeIs;

// "KEY=TEXT" or "KEY.NAME=TEXT" for each scalar, in the order of the file.
std::vector<std::string> Lines(const ConfigFile& file) {
  std::vector<std::string> lines;
  for (const ConfigValue& value : file.values) {
    for (const ConfigEntry& e : value.entries)
      lines.push_back(
          absl::StrCat(value.key->name, e.name.empty() ? "" : ".", e.name, "=", e.text));
  }
  return lines;
}

// ---- good files ---------------------------------------------------------------------------------

struct GoodCase {
  std::string name, text;
  std::vector<std::string> lines;
};

void PrintTo(const GoodCase& c, std::ostream* out) { *out << c.name; }

class ConfigGood : public testing::TestWithParam<GoodCase> {};

TEST_P(ConfigGood, SaysThis) {
  const auto file = ReadConfig("sub/.wecan.yaml", GetParam().text, ConfigKind::kProject);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Lines(*file), GetParam().lines);
}

const GoodCase kGood[] = {
    {"Empty", "", {}},
    {"OnlyAComment", "# nothing yet\n", {}},
    {"EmptyDocument", "---\n", {}},
    {"ByteOrderMark",
     "\xef\xbb\xbf"
     "version: 1\n",
     {"version=1"}},
    {"WindowsLines", "version: 1\r\nfailOn: note\r\n", {"version=1", "failOn=note"}},
    {"Json", "{\"failOn\": \"never\", \"crds\": [\"a\"]}", {"failOn=never", "crds=sub/a"}},
    {"Agent",
     "agent: {profile: ocm-1.0, namespace: a, serviceAccount: b, klusterlet: c, mode: singleton, "
     "executor: 'd:e'}",
     {"agent.profile=ocm-1.0", "agent.namespace=a", "agent.serviceAccount=b", "agent.klusterlet=c",
      "agent.mode=singleton", "agent.executor=d:e"}},
    {"VersionThatIsANumber", "agent: {kubernetes: 1.30}", {"agent.kubernetes=1.30"}},
    {"OffIsAWordHere",
     "rules: {WEC303: off, cannot-delete: error}",
     {"rules.WEC303=off", "rules.cannot-delete=error"}},
    {"PathsStartAtTheFile",
     "paths: [deploy/, ../b.yaml, /c]\ncrds: x\nload: ./y\nbaseline: z",
     {"paths=sub/deploy/", "paths=b.yaml", "paths=/c", "crds=sub/x", "load=sub/y",
      "baseline=sub/z"}},
    {"GlobsStartAtTheFile",
     "exclude: ['**/testdata/**', gen/*]",
     {"exclude=**/testdata/**", "exclude=sub/gen/*"}},
    {"OtherValuesWithPaths",
     "agent: {profile: 'file:dump.yaml'}\noutput: [text, json=r.json]",
     {"agent.profile=file:sub/dump.yaml", "output=text", "output=json=sub/r.json"}},
    {"Wecs",
     "wecs: {contexts: ['wec*'], requestTimeout: 1m30s, parallel: 8, method: sar}",
     {"wecs.contexts=wec*", "wecs.requestTimeout=1m30s", "wecs.parallel=8", "wecs.method=sar"}},
    {"Fix",
     "fix:\n  strategy: role-binding\n  file: rbac.yaml\n  name: 'a:b'\n"
     "  labels: {app.kubernetes.io/part-of: shop, empty: ''}\n  verbs: full\n"
     "  resourceNames: yes\n  wrap: manifestwork\n",
     {"fix.strategy=role-binding", "fix.file=sub/rbac.yaml", "fix.name=a:b",
      "fix.labels.app.kubernetes.io/part-of=shop", "fix.labels.empty=", "fix.verbs=full",
      "fix.resourceNames=true", "fix.wrap=manifestwork"}},
    {"AnchorsAndMergeKeys",
     "paths: &p [a]\nload: *p\nrules: {<<: {WEC101: note}, WEC102: off}",
     {"paths=sub/a", "load=sub/a", "rules.WEC101=note", "rules.WEC102=off"}},
};

INSTANTIATE_TEST_SUITE_P(Files, ConfigGood, testing::ValuesIn(kGood),
                         [](const testing::TestParamInfo<GoodCase>& info) {
                           return info.param.name;
                         });

TEST(Config, PositionsAreThoseOfTheValues) {
  const auto file =
      ReadConfig(".wecan.yaml", "# é\nfix:\n  labels:\n    \"é\": b\n", ConfigKind::kProject);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_THAT(file->values, SizeIs(1));
  EXPECT_EQ(file->values[0].line, 3u);
  EXPECT_EQ(file->values[0].column, 3u);
  EXPECT_THAT(file->values[0].entries, ElementsAre(ConfigEntry{"é", "b", 4, 10}));
}

TEST(Config, IgnoreIsRead) {
  const auto file = ReadConfig(".wecan.yaml",
                               "ignore:\n"
                               "- {rule: missing-permission, kind: StorageClass, name: local-*,\n"
                               "   reason: by hand (OPS-12), expires: 2028-02-29}\n"
                               "- {rule: WEC103, group: '', namespace: shop, reason: r}\n",
                               ConfigKind::kProject);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->ignores, ElementsAre(IgnoreRule{.rule = "missing-permission",
                                                    .kind = "StorageClass",
                                                    .name = "local-*",
                                                    .reason = "by hand (OPS-12)",
                                                    .expires = "2028-02-29",
                                                    .line = 2,
                                                    .column = 3},
                                         IgnoreRule{.rule = "WEC103",
                                                    .namespace_ = "shop",
                                                    .has_group = true,
                                                    .reason = "r",
                                                    .line = 4,
                                                    .column = 3}));
}

// ---- bad files ----------------------------------------------------------------------------------

struct BadCase {
  std::string name, text, message;
  ConfigKind kind = ConfigKind::kProject;
};

void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }

class ConfigBad : public testing::TestWithParam<BadCase> {};

TEST_P(ConfigBad, SaysWhereAndWhy) {
  const auto file = ReadConfig(".wecan.yaml", GetParam().text, GetParam().kind);
  EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(file.status().message()), absl::StrCat(".wecan.yaml:", GetParam().message));
}

std::string Nested(int depth) {
  return absl::StrCat("paths: ", std::string(static_cast<size_t>(depth), '['),
                      std::string(static_cast<size_t>(depth), ']'));
}

std::string Bomb() {
  std::string text = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'j'; ++c) {
    const char before = static_cast<char>(c - 1);
    absl::StrAppend(&text, std::string(1, c), ": &", std::string(1, c), " [");
    for (int i = 0; i < 9; ++i) absl::StrAppend(&text, i > 0 ? ", *" : "*", std::string(1, before));
    text += "]\n";
  }
  return text;
}

const BadCase kBad[] = {
    {"UnknownKey", "verison: 1",
     "1:1: unknown key \"verison\"; did you mean \"version\"? (wecan config --keys lists them)"},
    {"UnknownKeyOfASection", "agent:\n  profil: x",
     "2:3: unknown key \"profil\" in agent; did you mean \"profile\"? (wecan config --keys lists "
     "them)"},
    {"FullNameAsKey", "agent.profile: x",
     "1:1: unknown key \"agent.profile\" (wecan config --keys lists them)"},
    {"NameOfAnItemKey", "'ignore[].rule': x",
     "1:1: unknown key \"ignore[].rule\" (wecan config --keys lists them)"},
    {"NumberAsKey", "1: x", "1:1: unknown key \"1\" (wecan config --keys lists them)"},
    {"NullAsKey", "~: x", "1:1: unknown key \"~\" (wecan config --keys lists them)"},
    {"MappingAsKey", "{a: b}: x", "1:1: a key that is no plain name"},
    {"ListAsKey", "? [a]\n: x", "1:3: a key that is no plain name"},
    {"TheSameKeyTwice", "failOn: note\nfailOn: error",
     "2:1: failOn: this key stands here a second time"},
    {"OtherVersion", "new: 1\nversion: 2",
     "2:10: version: this is the number 2, and this version of wecan reads version 1"},
    {"VersionInQuotes", "version: \"1\"",
     "1:10: version: this is a string, and this version of wecan reads version 1"},
    {"NoMapping", "- a", "1:1: a configuration is a mapping of keys; this is a list"},
    {"Text", "hello", "1:1: a configuration is a mapping of keys; this is a string"},
    {"TwoDocuments", "version: 1\n---\nfailOn: note\n",
     "3:1: a second document; a configuration is one"},
    {"NoYaml", "a: [", "2:1: while parsing a flow node: did not find expected node content"},
    {"Tabs", "agent:\n\tprofile: x",
     "2:1: while scanning for the next token: found character that cannot start any token"},
    {"UndefinedAlias", "paths: *p", "1:8: unknown anchor \"p\""},
    {"Bomb", Bomb(), "5:16: more than 20000 nodes after aliases: too much for a configuration"},
    {"Depth", Nested(100), "1:23: nested deeper than 16 levels: too much for a configuration"},
    {"MergeOfNoMapping", "<<: 1", "1:1: <<: this is no mapping"},
    {"NotUtf8", "paths: [\"\xff\"]", " this is not UTF-8; save it as UTF-8"},
    {"Utf16", std::string("\xff\xfev\0", 4), " this is UTF-16; save it as UTF-8"},
    {"Binary", std::string("a\0b", 3), " this is no text: it holds NUL bytes"},
    {"SectionThatIsText", "agent: x", "1:8: agent: this is a string, not a mapping of keys"},
    {"SectionThatIsEmpty", "agent:\nfailOn: note",
     "1:7: agent: this is nothing, not a mapping of keys; give it a value or remove the key"},
    {"TextThatIsANumber", "agent: {namespace: 5}",
     "1:20: agent.namespace: this is the number 5, not a string; put it in quotes if it is meant"},
    {"TextThatIsAList", "fix: {name: [a]}", "1:13: fix.name: this is a list, not a string"},
    {"TextThatIsEmpty", "fix: {name: ''}",
     "1:13: fix.name: this is empty; give it a value or remove the key"},
    {"LabelThatIsABoolean", "fix: {labels: {a: true}}",
     "1:19: fix.labels.a: this is the boolean true, not a string; put it in quotes if it is meant"},
    {"MapThatIsAList", "fix: {labels: [a=b]}",
     "1:15: fix.labels: this is a list, not a mapping of names to strings"},
    {"FlagThatIsText", "fix: {resourceNames: maybe}",
     "1:22: fix.resourceNames: this is a string, not true or false"},
    {"NumberThatIsText", "wecs: {parallel: many}",
     "1:18: wecs.parallel: this is a string, not a whole number of 1 or more"},
    {"NumberThatIsZero", "wecs: {parallel: 0}",
     "1:18: wecs.parallel: this is the number 0, not a whole number of 1 or more"},
    {"ListOfMappings", "paths: [{a: b}]", "1:9: paths: this is a mapping, not a list of strings"},
    {"EmptyPath", "paths: ['']", "1:9: paths: this is empty; give it a value or remove the key"},
    {"Word", "failOn: warn", "1:9: failOn: \"warn\" is none of error, warning, note, never"},
    {"NearWord", "agent: {mode: Singleton}",
     "1:15: agent.mode: \"Singleton\" is none of default, singleton; did you mean \"singleton\"?"},
    {"Level", "rules: {WEC101: false}",
     "1:17: rules.WEC101: \"false\" is none of error, warning, note, off"},
    {"Rule", "rules: {WEC110: off}",
     "1:9: rules: no rule \"WEC110\"; did you mean \"WEC101\"? (wecan rules lists them)"},
    {"Profile", "agent: {profile: ocm1.0}",
     "1:18: agent.profile: no profile \"ocm1.0\"; did you mean \"ocm-1.0\"? (wecan profiles lists "
     "them)"},
    {"Account", "agent: {executor: deployer}",
     "1:19: agent.executor: \"deployer\" is not NAMESPACE:SERVICEACCOUNT, for example "
     "shop:deployer"},
    {"AccountInAName", "agent: {serviceAccount: 'a:b'}",
     "1:25: agent.serviceAccount: \"a:b\" holds a colon; write one name"},
    {"Format", "output: [text, jsn=x]", "1:16: output: no format \"jsn\"; did you mean \"json\"?"},
    {"FormatWithoutFile", "output: json=", "1:9: output: \"json=\" names no file behind the ="},
    {"Duration", "wecs: {requestTimeout: 10x}",
     "1:24: wecs.requestTimeout: \"10x\" is no duration, for example 10s"},
    {"IgnoreThatIsAMapping", "ignore: {rule: WEC101}",
     "1:9: ignore: this is a mapping, not a list of mappings"},
    {"IgnoreOfText", "ignore: [WEC101]", "1:10: ignore: this is a string, not a mapping of keys"},
    {"IgnoreWithUnknownKey", "ignore:\n- {rules: WEC101}",
     "2:4: unknown key \"rules\" in ignore[]; did you mean \"rule\"? (wecan config --keys lists "
     "them)"},
    {"IgnoreWithoutRule", "ignore: [{kind: A, reason: b}]",
     "1:10: ignore: no rule; say which one, for example WEC101"},
    {"IgnoreOfEverything", "ignore: [{rule: WEC101, reason: a}]",
     "1:10: ignore: selects every object; give it a kind or name, or write rules: {WEC101: off}"},
    {"IgnoreUntilNoDay", "ignore: [{rule: WEC101, kind: A, reason: b, expires: 2027-02-29}]",
     "1:54: ignore[].expires: \"2027-02-29\" is no day of the calendar"},
    {"IgnoreUntilSomeDay", "ignore: [{rule: WEC101, kind: A, reason: b, expires: soon}]",
     "1:54: ignore[].expires: \"soon\" is no date, for example 2027-03-31"},
    {"UserFile", "color: never\npaths: [a]",
     "2:1: paths: not in the file of a user, which holds colours and cluster preferences; put it "
     "into the .wecan.yaml of the project",
     ConfigKind::kUser},
};

INSTANTIATE_TEST_SUITE_P(Files, ConfigBad, testing::ValuesIn(kBad),
                         [](const testing::TestParamInfo<BadCase>& info) {
                           return info.param.name;
                         });

TEST(Config, UserFileHoldsColoursAndClusters) {
  const auto file =
      ReadConfig("c.yaml", "version: 1\ncolor: never\nwecs: {parallel: 2}\n", ConfigKind::kUser);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(Lines(*file), ElementsAre("version=1", "color=never", "wecs.parallel=2"));
}

// ---- finding it ---------------------------------------------------------------------------------

// The memory of a repository, seen from one of its folders.
struct FindCase {
  std::string name;
  std::vector<std::string> files;
  std::map<std::string, std::string> variables = {};
  std::string flag = {};  // --config
  bool no_config = false;
  std::string found;  // or part of the message
  bool error = false;
};

void PrintTo(const FindCase& c, std::ostream* out) { *out << c.name; }

class ConfigFind : public testing::TestWithParam<FindCase> {};

Variables VariablesOf(const std::map<std::string, std::string>& map) {
  return [map](const std::string& name) -> std::optional<std::string> {
    const auto it = map.find(name);
    if (it == map.end() || it->second.empty()) return std::nullopt;
    return it->second;
  };
}

MemoryFileSystem FilesOf(const std::vector<std::string>& paths) {
  std::map<std::string, std::string> files;
  for (const std::string& path : paths) files[path] = "";
  return MemoryFileSystem(std::move(files));
}

TEST_P(ConfigFind, TheOneThatCounts) {
  const FindCase& c = GetParam();
  const MemoryFileSystem files = FilesOf(c.files);
  const auto found = FindProjectConfig({.file = c.flag, .no_config = c.no_config},
                                       VariablesOf(c.variables), files);
  if (c.error) {
    EXPECT_FALSE(found.ok());
    EXPECT_THAT(std::string(found.status().message()), HasSubstr(c.found));
  } else {
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, c.found);
  }
}

const FindCase kFinds[] = {
    {.name = "None", .files = {"a.yaml", "sub/.wecan.yaml"}, .found = ""},
    {.name = "Here", .files = {".wecan.yaml"}, .found = ".wecan.yaml"},
    {.name = "OtherName", .files = {".wecan.yml"}, .found = ".wecan.yml"},
    {.name = "BothNames",
     .files = {".wecan.yaml", ".wecan.yml"},
     .found = ".wecan.yaml: .wecan.yml stands beside it; keep one of them",
     .error = true},
    {.name = "Flag",
     .files = {".wecan.yaml", "x"},
     .variables = {{"WECAN_CONFIG", "y"}},
     .flag = "x",
     .found = "x"},
    {.name = "Variable",
     .files = {".wecan.yaml"},
     .variables = {{"WECAN_CONFIG", "y"}},
     .found = "y"},
    {.name = "EmptyVariable",
     .files = {".wecan.yaml"},
     .variables = {{"WECAN_CONFIG", ""}},
     .found = ".wecan.yaml"},
    {.name = "NoConfig",
     .files = {".wecan.yaml"},
     .variables = {{"WECAN_CONFIG", "y"}},
     .no_config = true,
     .found = ""},
    {.name = "NoConfigAndConfig",
     .files = {},
     .flag = "x",
     .no_config = true,
     .found = "--no-config: --config is given, too",
     .error = true},
};

INSTANTIATE_TEST_SUITE_P(Cases, ConfigFind, testing::ValuesIn(kFinds),
                         [](const testing::TestParamInfo<FindCase>& info) {
                           return info.param.name;
                         });

TEST(Config, UserFileIsFound) {
  const MemoryFileSystem files = FilesOf({"/x/wecan/config.yaml", "/h/.config/wecan/config.yaml"});
  const auto find = [&](const std::map<std::string, std::string>& variables, bool no_config) {
    return FindUserConfig({.no_config = no_config}, VariablesOf(variables), files);
  };
  EXPECT_EQ(find({{"XDG_CONFIG_HOME", "/x"}, {"HOME", "/h"}}, false), "/x/wecan/config.yaml");
  EXPECT_EQ(find({{"HOME", "/h"}}, false), "/h/.config/wecan/config.yaml");
  EXPECT_EQ(find({{"XDG_CONFIG_HOME", "x"}, {"HOME", "/h"}}, false),
            "/h/.config/wecan/config.yaml");
  EXPECT_EQ(find({{"XDG_CONFIG_HOME", "/y"}, {"HOME", "/h"}}, false), "");
  EXPECT_EQ(find({}, false), "");
  EXPECT_EQ(find({{"HOME", "/h"}}, true), "");
}

// ---- the table ----------------------------------------------------------------------------------

TEST(ConfigKeys, DefaultsAreAmongTheValues) {
  for (const ConfigKey& key : ConfigKeys()) {
    SCOPED_TRACE(std::string(key.name));
    EXPECT_EQ(FindConfigKey(key.name), &key);
    EXPECT_FALSE(key.description.empty());
    EXPECT_TRUE(key.flag.empty() || key.flag.substr(0, 2) == "--");
    if (key.fallback.empty()) continue;
    EXPECT_TRUE(key.check(key.fallback).ok());
    if (!key.values.empty()) {
      EXPECT_THAT(absl::StrCat(" ", key.values, " "),
                  HasSubstr(absl::StrCat(" ", key.fallback, " ")));
    }
  }
}

}  // namespace
}  // namespace wecan
