// SPDX-License-Identifier: Apache-2.0
#include "src/cli/command_line.h"

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/run.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

Options Parse(const Words& words) {
  const absl::StatusOr<ParsedCommandLine> parsed = ParseCommandLine(words);
  EXPECT_THAT(parsed, IsOk()) << absl::StrJoin(words, " ");
  return parsed.ok() ? parsed->options : Options();
}

// ---- every flag ---------------------------------------------------------------------------------

struct FlagCase {
  Words words;  // behind the command
  std::function<bool(const Options&)> holds;
};

using Table = std::vector<FlagCase>;

void ExpectAll(const std::string& command, const Table& table) {
  for (const FlagCase& c : table) {
    Words words = {command};
    words.insert(words.end(), c.words.begin(), c.words.end());
    const Options options = Parse(words);
    EXPECT_EQ(options.command, command);
    EXPECT_TRUE(c.holds(options)) << absl::StrJoin(words, " ");
    EXPECT_FALSE(c.holds(Options())) << absl::StrJoin(words, " ") << ": the default already is so";
  }
}

const Table& GlobalFlags() {
  static const auto* table = new Table{
      {{"-v"}, [](const Options& o) { return o.global.verbose == 1; }},
      {{"-v", "--verbose"}, [](const Options& o) { return o.global.verbose == 2; }},
      {{"-vv"}, [](const Options& o) { return o.global.verbose == 2; }},
      {{"-q"}, [](const Options& o) { return o.global.quiet; }},
      {{"--quiet"}, [](const Options& o) { return o.global.quiet; }},
      {{"--color", "never"}, [](const Options& o) { return o.global.color == "never"; }},
      {{"--color=never"}, [](const Options& o) { return o.global.color == "never"; }},
      {{"-C", "dir"}, [](const Options& o) { return o.global.directory == "dir"; }},
  };
  return *table;
}

const Table& InputFlags() {
  using O = const Options&;
  static const auto* table = new Table{
      {{"-f", "a"}, [](O o) { return o.input.paths == Words{"a"}; }},
      {{"-f", "a", "--filename", "b"},
       [](O o) {
         return o.input.paths == Words{"a", "b"};
       }},
      {{"-f", "a,b"},
       [](O o) {
         return o.input.paths == Words{"a", "b"};
       }},
      {{"--filename=a"}, [](O o) { return o.input.paths == Words{"a"}; }},
      {{"-l", "a=b,c in (d, e)"}, [](O o) { return o.input.selector == "a=b,c in (d, e)"; }},
      {{"--selector", "a"}, [](O o) { return o.input.selector == "a"; }},
      {{"--binding-policy", "p"}, [](O o) { return o.input.binding_policies == Words{"p"}; }},
      {{"--load", "p", "--load", "q"},
       [](O o) {
         return o.input.load == Words{"p", "q"};
       }},
      {{"--crds", "p"}, [](O o) { return o.input.crds == Words{"p"}; }},
      {{"--exclude", "p"}, [](O o) { return o.input.exclude == Words{"p"}; }},
      {{"--require-objects"}, [](O o) { return o.input.require_objects; }},
      {{"--max-file-size", "1Mi"}, [](O o) { return o.input.max_file_size == "1Mi"; }},
      {{"--max-document-size", "1Mi"}, [](O o) { return o.input.max_document_size == "1Mi"; }},
      {{"--max-depth", "7"}, [](O o) { return o.input.max_depth == 7; }},
      {{"--max-nodes", "7"}, [](O o) { return o.input.max_nodes == 7; }},
  };
  return *table;
}

const Table& AgentFlags() {
  using O = const Options&;
  static const auto* table = new Table{
      {{"--profile", "ocm-1.0"}, [](O o) { return o.agent.profile == "ocm-1.0"; }},
      {{"--mode", "singleton"}, [](O o) { return o.agent.mode == "singleton"; }},
      {{"--kubernetes", "1.30"}, [](O o) { return o.agent.kubernetes == "1.30"; }},
      {{"--agent", "a:b"}, [](O o) { return o.agent.agent == "a:b"; }},
      {{"--klusterlet", "k"}, [](O o) { return o.agent.klusterlet == "k"; }},
  };
  return *table;
}

const Table& RequirementFlags() {
  using O = const Options&;
  static const auto* table = new Table{
      {{"--shared"}, [](O o) { return o.agent.shared; }},
      {{"--no-input-grants"}, [](O o) { return o.agent.no_input_grants; }},
      {{"--update-strategy", "ReadOnly"},
       [](O o) { return o.agent.update_strategy == "ReadOnly"; }},
  };
  return *table;
}

const Table& OutputFlags() {
  using O = const Options&;
  static const auto* table = new Table{
      {{"-o", "json"}, [](O o) { return o.output.outputs == Words{"json"}; }},
      {{"-o=json"}, [](O o) { return o.output.outputs == Words{"json"}; }},
      {{"-ojson"}, [](O o) { return o.output.outputs == Words{"json"}; }},
      {{"--output=json=out"}, [](O o) { return o.output.outputs == Words{"json=out"}; }},
      {{"-o=json=out"}, [](O o) { return o.output.outputs == Words{"json=out"}; }},
      {{"-o", "json", "-o", "yaml=x"},
       [](O o) {
         return o.output.outputs == Words{"json", "yaml=x"};
       }},
  };
  return *table;
}

TEST(CommandLine, FlagsOfCheck) {
  using O = const Options&;
  for (const Table& table :
       {GlobalFlags(), InputFlags(), AgentFlags(), RequirementFlags(), OutputFlags()}) {
    ExpectAll("check", table);
  }
  ExpectAll("check",
            {
                {{"a", "b"},
                 [](O o) {
                   return o.input.paths == Words{"a", "b"};
                 }},
                {{"-"}, [](O o) { return o.input.paths == Words{"-"}; }},
                {{"-n", "ns"}, [](O o) { return o.input.default_namespace == "ns"; }},
                {{"--namespace=ns"}, [](O o) { return o.input.default_namespace == "ns"; }},
                {{"--no-headers"}, [](O o) { return o.output.no_headers; }},
                {{"--fail-on", "note"}, [](O o) { return o.policy.fail_on == "note"; }},
                {{"--exit-zero"}, [](O o) { return o.policy.exit_zero; }},
                {{"--rule", "A=off,B=note"},
                 [](O o) {
                   return o.policy.rules == Words{"A=off", "B=note"};
                 }},
                {{"--select", "A,B"},
                 [](O o) {
                   return o.policy.select == Words{"A", "B"};
                 }},
                {{"--ignore", "A", "--ignore", "B"},
                 [](O o) {
                   return o.policy.ignore == Words{"A", "B"};
                 }},
            });
}

TEST(CommandLine, FlagsOfCanI) {
  using O = const Options&;
  for (const Table& table :
       {GlobalFlags(), InputFlags(), AgentFlags(), RequirementFlags(), OutputFlags()}) {
    ExpectAll("can-i", table);
  }
  ExpectAll("can-i",
            {
                {{"get", "pods", "x"},
                 [](O o) {
                   return o.review.words == Words{"get", "pods", "x"};
                 }},
                {{"-n", "ns"}, [](O o) { return o.review.namespace_ == "ns"; }},
                {{"-A"}, [](O o) { return o.review.all_namespaces; }},
                {{"--all-namespaces"}, [](O o) { return o.review.all_namespaces; }},
                {{"--subresource", "log"}, [](O o) { return o.review.subresource == "log"; }},
                {{"--rbac", "a", "--rbac", "b"},
                 [](O o) {
                   return o.review.rbac == Words{"a", "b"};
                 }},
                {{"--as", "u"}, [](O o) { return o.review.as == "u"; }},
                {{"--as-group", "g", "--as-group", "h"},
                 [](O o) {
                   return o.review.as_groups == Words{"g", "h"};
                 }},
                {{"--reviews", "r"}, [](O o) { return o.review.reviews == "r"; }},
                {{"--aggregate"}, [](O o) { return o.review.aggregate; }},
                {{"--list"}, [](O o) { return o.review.list; }},
                {{"--no-headers"}, [](O o) { return o.output.no_headers; }},
            });
}

TEST(CommandLine, FlagsOfTheOthers) {
  using O = const Options&;
  for (const char* command : {"rules", "version", "profiles"}) {
    ExpectAll(command, GlobalFlags());
    ExpectAll(command, OutputFlags());
  }
  ExpectAll("profiles", AgentFlags());
  ExpectAll("profiles", {{{"ocm-1.0"}, [](O o) { return o.profile_words == Words{"ocm-1.0"}; }}});
  ExpectAll("explain",
            {
                {{"WEC101"}, [](O o) { return o.topic == "WEC101"; }},
                {{"WEC101", "-o", "yaml"}, [](O o) { return o.output.outputs == Words{"yaml"}; }},
                {{"-q", "WEC101"}, [](O o) { return o.global.quiet; }},
                {{"pods", "--verb", "get"}, [](O o) { return o.review.verb == "get"; }},
                {{"pods", "-n", "shop"}, [](O o) { return o.review.namespace_ == "shop"; }},
                {{"pods", "--context", "a", "--context", "b"},
                 [](O o) {
                   return o.cluster.contexts == Words{"a", "b"};
                 }},
            });
  ExpectAll("who-can", {
                           {{"get", "pods"},
                            [](O o) {
                              return o.review.words == Words{"get", "pods"};
                            }},
                           {{"get", "pods", "-A"}, [](O o) { return o.review.all_namespaces; }},
                           {{"get", "pods", "--rbac", "x.yaml"},
                            [](O o) { return o.review.rbac == Words{"x.yaml"}; }},
                           {{"get", "pods", "--aggregate"}, [](O o) { return o.review.aggregate; }},
                           {{"get", "pods", "--context", "a"},
                            [](O o) { return o.cluster.contexts == Words{"a"}; }},
                       });
}

TEST(CommandLine, RecursiveIsAcceptedAndChangesNothing) {
  EXPECT_TRUE(Parse({"check", "-R", "a"}).input.recursive);
  EXPECT_TRUE(Parse({"check", "a", "--recursive"}).input.recursive);
  EXPECT_THAT(Parse({"check", "-R", "a"}).input.paths, ElementsAre("a"));
}

// ---- how words are taken ------------------------------------------------------------------------

TEST(CommandLine, AListFlagTakesOneWord) {
  const Options options = Parse({"check", "-f", "a", "b", "--load", "c", "d"});
  EXPECT_THAT(options.input.paths, testing::UnorderedElementsAre("a", "b", "d"));
  EXPECT_THAT(options.input.load, ElementsAre("c"));
  const Options can_i = Parse({"can-i", "--rbac", "a.yaml", "get", "pods"});
  EXPECT_THAT(can_i.review.rbac, ElementsAre("a.yaml"));
  EXPECT_THAT(can_i.review.words, ElementsAre("get", "pods"));
}

TEST(CommandLine, DashesEndOptions) {
  EXPECT_THAT(Parse({"check", "--", "-q", "--load"}).input.paths, ElementsAre("-q", "--load"));
  EXPECT_THAT(Parse({"check", "--", "-o=json"}).input.paths, ElementsAre("-o=json"));
}

TEST(CommandLine, FlagsMayStandBeforeAndBehindPaths) {
  const Options options = Parse({"check", "a", "--shared", "b", "-o", "json"});
  EXPECT_THAT(options.input.paths, ElementsAre("a", "b"));
  EXPECT_TRUE(options.agent.shared);
}

// ---- help and version ---------------------------------------------------------------------------

TEST(CommandLine, HelpListsEveryCommand) {
  for (const Words& words : {Words{}, {"-h"}, {"--help"}, {"help"}}) {
    const RunResult result = wecan::Run(words);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.err, "");
    for (const Command& c : Commands()) EXPECT_THAT(result.out, HasSubstr(std::string(c.name)));
    for (absl::string_view line : absl::StrSplit(result.out, '\n')) EXPECT_LE(line.size(), 120u);
  }
}

TEST(CommandLine, HelpOfACommand) {
  for (const Command& c : Commands()) {
    const std::string name(c.name);
    const RunResult behind = wecan::Run({name, "--help"});
    EXPECT_EQ(behind.exit_code, 0);
    EXPECT_THAT(behind.out, HasSubstr("wecan " + name));
    EXPECT_THAT(behind.out, HasSubstr("--verbose"));
    EXPECT_EQ(wecan::Run({"help", name}).out, behind.out);
    EXPECT_EQ(wecan::Run({name, "-h"}).out, behind.out);
  }
}

TEST(CommandLine, Version) {
  const RunResult result = wecan::Run({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, testing::MatchesRegex("wecan [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(wecan::Run({"version"}).out, result.out);
  EXPECT_THAT(wecan::Run({"version", "-o", "json"}).out, HasSubstr("\"kind\": \"Version\""));
}

// ---- errors -------------------------------------------------------------------------------------

struct ErrorCase {
  const char* name;
  Words words;
  const char* message;  // part of the one line
};

void PrintTo(const ErrorCase& c, std::ostream* os) { *os << c.name; }

class CommandLineErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(CommandLineErrors, AreOneLineAndExitTwo) {
  const RunResult result = wecan::Run(GetParam().words, "apiVersion: v1\n");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, testing::StartsWith("wecan: "));
  EXPECT_THAT(result.err, HasSubstr(GetParam().message));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

const ErrorCase kErrors[] = {
    {"Command", {"chek"}, "unknown command \"chek\"; did you mean \"check\"?"},
    {"FarCommand", {"frobnicate"}, "unknown command \"frobnicate\" (wecan --help lists them)"},
    {"HelpOfNoCommand", {"help", "chek"}, "unknown command \"chek\"; did you mean \"check\"?"},
    {"Flag", {"check", "--lod", "x"}, "check: unknown flag \"--lod\"; did you mean \"--load\"?"},
    {"FlagWithValue",
     {"check", "--falon=never"},
     "unknown flag \"--falon\"; did you mean \"--fail-on\"?"},
    {"FlagOfAnotherCommand", {"rules", "--load", "x"}, "rules: unknown flag \"--load\""},
    {"ShortFlag", {"check", "-z"}, "unknown flag \"-z\""},
    {"FlagBeforeTheCommand", {"-q", "check"}, "\"-q\" stands before the command"},
    {"MissingValue", {"check", "--load"}, "--load"},
    {"NumberThatIsNone", {"check", "--max-depth", "deep"}, "--max-depth"},
    {"Extra", {"version", "x"}, "version: unexpected \"x\""},
    {"MissingTopic", {"explain"}, "TOPIC"},
    {"Profile", {"check", "--profile", "ocm-9.9", "-"}, "no profile \"ocm-9.9\""},
    {"ProfileOfAWrongName",
     {"check", "--profile", "ocm1.0", "-"},
     "no profile \"ocm1.0\"; did you mean \"ocm-1.0\"?"},
    {"Mode",
     {"check", "--mode", "hosted", "-"},
     "--mode: \"hosted\" is none of default, singleton"},
    {"Kubernetes", {"check", "--kubernetes", "0.9", "-"}, "0.9"},
    {"Agent", {"check", "--agent", "sa", "-"}, "--agent: \"sa\" is not NAMESPACE:SERVICEACCOUNT"},
    {"Executor",
     {"check", "--executor", "a:b:c", "-"},
     "--executor: \"a:b:c\" is not NAMESPACE:SERVICEACCOUNT, for example shop:deployer"},
    {"ExecutorOfAQuestion", {"can-i", "--executor", "a:b"}, "unknown flag \"--executor\""},
    {"Strategy",
     {"check", "--update-strategy", "ReadOnyl", "-"},
     "--update-strategy: \"ReadOnyl\" is none of Update, CreateOnly, ServerSideApply, ReadOnly; "
     "did "
     "you mean \"ReadOnly\"?"},
    {"Selector", {"check", "-l", "a in (", "-"}, "--selector: "},
    {"Rule",
     {"check", "--rule", "WEC110=off", "-"},
     "--rule: no rule \"WEC110\"; did you mean \"WEC10"},
    {"RuleLevel",
     {"check", "--rule", "WEC101=fatal", "-"},
     "\"fatal\" is none of error, warning, note, off"},
    {"RuleWithoutLevel", {"check", "--rule", "WEC101", "-"}, "\"WEC101\" is not ID=LEVEL"},
    {"Select",
     {"check", "--select", "missing-permision", "-"},
     "did you mean \"missing-permission\"?"},
    {"Ignore", {"check", "--ignore", "X", "-"}, "--ignore: no rule \"X\""},
    {"FailOn",
     {"check", "--fail-on", "warn", "-"},
     "--fail-on: \"warn\" is none of error, warning, note, never"},
    {"Color",
     {"check", "--color", "maybe", "-"},
     "--color: \"maybe\" is none of auto, always, never"},
    {"Format",
     {"check", "-o", "jsn", "-"},
     "--output: \"jsn\" is none of text, wide, short, json, yaml, name, sarif, junit, "
     "gitlab, github, markdown; did you mean \"json\"?"},
    {"TwoFormatsOnStandardOutput",
     {"check", "-o", "json", "-o", "yaml", "-"},
     "--output: two formats"},
    {"FileSize", {"check", "--max-file-size", "big", "-"}, "\"big\" is no size"},
    {"ExplainRule",
     {"explain", "WEC1O1"},
     "\"WEC1O1\" is neither a rule nor a refusal nor a resource or kind; did you mean \"WEC101\"?"},
    {"LiveProfile", {"check", "--profile", "context:wec1", "-"}, "give --kubeconfig FILE"},
};

INSTANTIATE_TEST_SUITE_P(Errors, CommandLineErrors, testing::ValuesIn(kErrors),
                         [](const testing::TestParamInfo<ErrorCase>& info) {
                           return info.param.name;
                         });

TEST(CommandLine, NoInputOnATerminalIsAnError) {
  const RunResult result = wecan::Run({"check"}, RunOptions{.in_is_terminal = true});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("no PATH given"));
}

TEST(CommandLine, QuietPrintsNothing) {
  const std::string object =
      "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\n";
  const RunResult result = wecan::Run({"check", "-q", "-"}, object);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out + result.err, IsEmpty());
}

TEST(CommandLine, ExplainKnowsEveryRuleByIdAndName) {
  EXPECT_EQ(wecan::Run({"explain", "wec101"}).out,
            wecan::Run({"explain", "missing-permission"}).out);
  EXPECT_THAT(wecan::Run({"explain", "WEC101"}).out,
              testing::StartsWith("WEC101 missing-permission"));
}

// ---- -o FORMAT=FILE -----------------------------------------------------------------------------

constexpr char kConfigMap[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";

TEST(CommandLine, OutputGoesToFiles) {
  MemoryFileSystem files({{"in.yaml", std::string(kConfigMap)}});
  const RunResult result = wecan::Run(
      {"check", "in.yaml", "-o", "json=r.json", "-o", "yaml=r.yaml", "-o", "text"}, "", &files);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, testing::StartsWith("Nothing is missing"));
  EXPECT_THAT(files.files().at("r.json"), testing::StartsWith("{\n"));
  EXPECT_THAT(files.files().at("r.yaml"), HasSubstr("\nkind: CheckReport\n"));
}

TEST(CommandLine, OutputDoesNotReplaceAnInput) {
  MemoryFileSystem files({{"in.yaml", std::string(kConfigMap)}});
  const RunResult result = wecan::Run({"check", "in.yaml", "-o", "json=in.yaml"}, "", &files);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("in.yaml is one of the inputs"));
  EXPECT_THAT(files.files().at("in.yaml"), testing::StartsWith("apiVersion"));
}

}  // namespace
}  // namespace wecan
