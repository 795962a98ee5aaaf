// SPDX-License-Identifier: Apache-2.0
// The description of the command line against the program: no flag, value or place that only one of
// the two knows.
#include "src/cli/command_help.h"

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/profile.h"
#include "analyzer/model/finding_rule.h"
#include "src/cli/command_line.h"
#include "src/cli/completion.h"
#include "src/cli/man_page.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using Kind = ValueHelp::Kind;

constexpr char kConfigMap[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";

CommandHelp Help(const std::string& name) {
  for (CommandHelp& command : DescribeCommands()) {
    if (command.name == name) return command;
  }
  ADD_FAILURE() << "no command " << name;
  return {};
}

const FlagHelp& Flag(const CommandHelp& command, const std::string& name) {
  static const auto* none = new FlagHelp;
  const FlagHelp* flag = FindFlag(command, name);
  EXPECT_NE(flag, nullptr) << command.name << " " << name;
  return flag == nullptr ? *none : *flag;
}

TEST(CommandHelp, NamesEveryCommand) {
  const std::vector<CommandHelp> commands = DescribeCommands();
  ASSERT_EQ(commands.size(), Commands().size());
  for (size_t i = 0; i < commands.size(); ++i) {
    EXPECT_EQ(commands[i].name, Commands()[i].name);
    EXPECT_NE(FindFlag(commands[i], "--help"), nullptr);
  }
}

TEST(CommandHelp, NamesEveryFlagOfTheHelpTexts) {
  for (const CommandHelp& command : DescribeCommands()) {
    const std::string help = wecan::Run({command.name, "--help"}).out;
    for (const FlagHelp& flag : command.flags)
      for (const std::string& name : flag.names) EXPECT_THAT(help, HasSubstr(name));
    // In the help texts a flag stands at the start of a line, behind two blanks.
    size_t lines = 0;
    for (absl::string_view line : absl::StrSplit(help, '\n'))
      lines += absl::StartsWith(line, "  -");
    EXPECT_EQ(lines, command.flags.size()) << help;
  }
}

TEST(CommandHelp, KnowsNamesTypesAndRepetition) {
  const CommandHelp check = Help("check");
  const FlagHelp& output = Flag(check, "-o");
  EXPECT_THAT(output.names, ElementsAre("-o", "--output"));
  EXPECT_EQ(output.value_name, "FORMAT[=FILE]");
  EXPECT_TRUE(output.repeatable);
  EXPECT_THAT(output.value.choices, Contains("text"));
  EXPECT_EQ(output.behind_equals.kind, Kind::kFile);
  EXPECT_FALSE(Flag(check, "--mode").repeatable);
  EXPECT_EQ(Flag(check, "--shared").value.kind, Kind::kNone);
  EXPECT_EQ(Flag(check, "--shared").value_name, "");
  EXPECT_EQ(Flag(check, "--load").value.kind, Kind::kFile);
  EXPECT_EQ(Flag(check, "-C").value.kind, Kind::kFolder);
  EXPECT_EQ(Flag(check, "--selector").value.kind, Kind::kText);
  ASSERT_EQ(check.positionals.size(), 1u);
  EXPECT_EQ(check.positionals[0].value.kind, Kind::kFile);
  EXPECT_TRUE(check.positionals[0].repeatable);
}

TEST(CommandHelp, KnowsProfilesRulesAndVersions) {
  const CommandHelp check = Help("check");
  EXPECT_EQ(Flag(check, "--profile").value.choices, ProfileNames());
  EXPECT_EQ(Flag(check, "--kubernetes").value.choices, KubernetesVersions());
  for (const char* flag : {"--rule", "--select", "--ignore"})
    EXPECT_EQ(Flag(check, flag).value.choices.size(), FindingRules().size());
  EXPECT_THAT(Flag(check, "--rule").behind_equals.choices,
              ElementsAre("error", "warning", "note", "off"));
  EXPECT_THAT(Help("explain").positionals.at(0).value.choices, Contains("WEC101"));
  EXPECT_THAT(Help("profiles").positionals.at(0).value.choices,
              AllOf(Contains("capture"), Contains("diff"), IsSupersetOf(ProfileNames())));
  EXPECT_THAT(Help("completion").positionals.at(0).value.choices,
              ElementsAre("bash", "zsh", "fish"));
}

// What the program says of a value that no flag takes: "... is none of A, B, C; did you mean".
std::string Allowed(const std::string& error) {
  const size_t start = error.find("is none of ");
  if (start == std::string::npos) return "";
  const std::string rest = error.substr(start + 11);
  return rest.substr(0, rest.find_first_of(";\n"));
}

// Flags whose values stand in tables of their own, and those that the tests above compare.
bool FromATable(const FlagHelp& flag) {
  const std::set<std::string> names = {"--profile", "--kubernetes", "--select", "--ignore",
                                       "--rule"};
  return names.count(flag.names.back()) > 0;
}

TEST(CommandHelp, ChoicesAreThoseThatTheProgramTakes) {
  const std::map<std::string, std::vector<std::string>> words = {{"check", {"-"}},
                                                                 {"fix", {"-"}},
                                                                 {"can-i", {"-f", "-"}},
                                                                 {"rules", {}},
                                                                 {"explain", {"pods"}},
                                                                 {"profiles", {"ocm-1.0"}},
                                                                 {"who-can", {"get", "pods"}},
                                                                 {"merge", {"report.json"}}};
  for (const CommandHelp& command : DescribeCommands()) {
    for (const FlagHelp& flag : command.flags) {
      if (flag.value.kind != Kind::kChoice || FromATable(flag)) continue;
      if (flag.names.back() == "--color" && command.name != "check") continue;  // read by check
      std::vector<std::string> args = {command.name};
      if (words.count(command.name) > 0)
        args.insert(args.end(), words.at(command.name).begin(), words.at(command.name).end());
      args.insert(args.end(), {flag.names.back(), "no-such-value"});
      const RunResult result = wecan::Run(args, kConfigMap);
      EXPECT_EQ(result.exit_code, 2) << absl::StrJoin(args, " ");
      EXPECT_EQ(Allowed(result.err), absl::StrJoin(flag.value.choices, ", "))
          << absl::StrJoin(args, " ") << "\n"
          << result.err;
    }
  }
}

TEST(CommandHelp, LevelsOfRulesAreThoseThatTheProgramTakes) {
  const RunResult result = wecan::Run({"check", "-", "--rule", "WEC101=x"}, kConfigMap);
  EXPECT_EQ(Allowed(result.err),
            absl::StrJoin(Flag(Help("check"), "--rule").behind_equals.choices, ", "));
}

// ---- commands -----------------------------------------------------------------------------------

TEST(Completion, EveryShellGetsEveryFlag) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const RunResult result = wecan::Run({"completion", shell});
    EXPECT_EQ(result.exit_code, 0);
    for (const CommandHelp& command : DescribeCommands()) {
      EXPECT_THAT(result.out, HasSubstr(command.name));
      for (const FlagHelp& flag : command.flags) {
        for (const std::string& name : flag.names) {
          const std::string bare = name.substr(name.find_first_not_of('-'));
          EXPECT_THAT(result.out, HasSubstr(bare)) << shell;
        }
      }
    }
    EXPECT_THAT(result.out, Not(HasSubstr("_LINES"))) << shell;
  }
}

TEST(Completion, OfAnUnknownShell) {
  const RunResult result = wecan::Run({"completion", "fisch"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "wecan: completion: \"fisch\" is none of bash, zsh, fish; did you mean \"fish\"?\n");
  EXPECT_EQ(wecan::Run({"completion"}).exit_code, 2);
}

TEST(ManPage, HasItsSectionsInOrder) {
  const std::string page = wecan::Run({"man"}).out;
  size_t last = 0;
  for (const char* section : {".TH WECAN 1 \"\" ", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION",
                              ".SH COMMANDS", ".SH \"EXIT STATUS\"", ".SH ENVIRONMENT", ".SH FILES",
                              ".SH EXAMPLES", ".SH \"SEE ALSO\""}) {
    const size_t at = page.find(section);
    ASSERT_NE(at, std::string::npos) << section;
    EXPECT_GE(at, last) << section;
    last = at;
  }
  EXPECT_THAT(page, HasSubstr("\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fIFORMAT[=FILE]\\fR\n"));
  EXPECT_THAT(page, HasSubstr("\n\\fBwecan check\\fR [\\fIPATH\\fR ...] [\\fIflags\\fR]\n"));
  EXPECT_THAT(page, HasSubstr("\\fBwecan explain\\fR \\fITOPIC\\fR [\\fIflags\\fR]\n"));
  EXPECT_EQ(page, wecan::Run({"man"}).out);
}

TEST(ManPage, HelpTextsDrawNothing) {
  const CommandHelp command{
      .name = "x", .summary = ".so /etc/passwd", .example = "a\\b", .flags = {}};
  const std::string page = ManPage({command});
  EXPECT_THAT(page, HasSubstr("\n\\&.so /etc/passwd"));
  EXPECT_THAT(page, HasSubstr("a\\eb"));
}

// ---- the plugin of kubectl ----------------------------------------------------------------------

RunResult RunAs(const std::string& program, const std::vector<std::string>& args) {
  return wecan::Run(args, RunOptions{.in = kConfigMap, .program = program});
}

TEST(KubectlPlugin, UsageTextsSaySo) {
  EXPECT_THAT(RunAs("kubectl-wecan", {}).out, HasSubstr("usage: kubectl wecan COMMAND"));
  EXPECT_THAT(RunAs("kubectl-wecan", {}).out, HasSubstr("kubectl wecan check deploy/"));
  const std::string help = RunAs("kubectl-wecan", {"fix", "--help"}).out;
  EXPECT_THAT(help, testing::StartsWith("kubectl wecan fix: "));
  EXPECT_THAT(help, HasSubstr("example: kubectl wecan fix deploy/ --diff"));
  EXPECT_THAT(RunAs("kubectl-wecan", {"chek"}).err, HasSubstr("(kubectl wecan --help lists them)"));
  EXPECT_EQ(RunAs("kubectl-wecan", {"check", "-"}).out, RunAs("wecan", {"check", "-"}).out);
}

struct KubectlCase {
  const char* name;
  std::vector<std::string> words;
  std::vector<std::string> offered;  // without descriptions; the last is the directive
};

void PrintTo(const KubectlCase& c, std::ostream* os) { *os << c.name; }

class KubectlCompletions : public testing::TestWithParam<KubectlCase> {};

TEST_P(KubectlCompletions, Are) {
  const RunResult result = RunAs("kubectl_complete-wecan", GetParam().words);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  std::vector<std::string> offered;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(result.out, '\n')))
    if (!line.empty()) offered.push_back(line.substr(0, line.find('\t')));
  EXPECT_EQ(offered, GetParam().offered);
}

const KubectlCase kKubectlCases[] = {
    {"Command", {"ch"}, {"check", ":4"}},
    {"NoCommand", {"frobnicate", ""}, {":4"}},
    {"CommandOfHelp", {"help", "expl"}, {"explain", ":4"}},
    {"Flag", {"fix", "--st"}, {"--strategy", ":4"}},
    {"FlagOfAnotherCommand", {"rules", "--st"}, {":4"}},
    {"Value", {"fix", "--strategy", "a"}, {"aggregate", ":4"}},
    {"ValueBehindEquals", {"fix", "--strategy=cl"}, {"cluster-binding", ":4"}},
    {"ValueOfAShortFlag", {"rules", "-o", "j"}, {"json", ":4"}},
    {"FileOfAFormat", {"rules", "-o", "json="}, {":0"}},
    {"Rule", {"check", "--rule", "WEC101"}, {"WEC101=", ":6"}},
    {"Level", {"check", "--rule", "WEC101=w"}, {"WEC101=warning", ":4"}},
    {"List", {"check", "--ignore", "WEC101,WEC102"}, {"WEC101,WEC102", ":4"}},
    {"ListOfRules", {"check", "--rule", "WEC101=off,WEC102=n"}, {"WEC101=off,WEC102=note", ":4"}},
    {"File", {"check", ""}, {":0"}},
    {"FileBehindOthers", {"check", "a", "b", "c"}, {":0"}},
    {"FileOfAFlag", {"check", "--load", ""}, {":0"}},
    {"Folder", {"check", "-C", ""}, {":16"}},
    {"Text", {"check", "--selector", ""}, {":4"}},
    {"UnknownFlag", {"check", "--frob=x"}, {":4"}},
    {"ExplainedRule",
     {"explain", "WEC10"},
     {"WEC101", "WEC102", "WEC103", "WEC104", "WEC105", "WEC106", ":4"}},
    {"OneRuleOnly", {"explain", "WEC101", "WEC10"}, {":4"}},
    {"FlagBehindASwitch", {"fix", "--diff", "--strat"}, {"--strategy", ":4"}},
    {"BehindTheDashes", {"check", "--", "--mo"}, {":0"}},
};

INSTANTIATE_TEST_SUITE_P(Cases, KubectlCompletions, testing::ValuesIn(kKubectlCases),
                         [](const testing::TestParamInfo<KubectlCase>& info) {
                           return info.param.name;
                         });

TEST(KubectlPlugin, CandidatesCarryDescriptions) {
  EXPECT_THAT(RunAs("kubectl_complete-wecan", {""}).out,
              HasSubstr("check\treport what the agent may not do\n"));
  EXPECT_THAT(RunAs("kubectl_complete-wecan", {}).out, testing::EndsWith("\n:4\n"));
}

}  // namespace
}  // namespace wecan
