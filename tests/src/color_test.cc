// SPDX-License-Identifier: Apache-2.0
// Whether colours are used: --color, then NO_COLOR, then the forcing variables, then CLICOLOR=0,
// then the terminal.
#include <map>
#include <optional>
#include <ostream>
#include <string>

#include "gtest/gtest.h"

#include "src/cli/setup.h"
#include "tests/testing/run.h"
#include "tests/testing/source_path.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using Variables = std::map<std::string, std::string>;

struct ColorCase {
  const char* name;
  std::string when = "auto";
  Variables variables;
  bool terminal = false;
  bool color = false;
};

void PrintTo(const ColorCase& c, std::ostream* os) { *os << c.name; }

class Color : public testing::TestWithParam<ColorCase> {};

TEST_P(Color, FollowsThePrecedence) {
  const ColorCase& c = GetParam();
  Environment environment;
  environment.out_is_terminal = c.terminal;
  environment.variable = [&](const std::string& name) -> std::optional<std::string> {
    const auto it = c.variables.find(name);
    if (it == c.variables.end() || it->second.empty()) return std::nullopt;
    return it->second;
  };
  EXPECT_EQ(UseColor(c.when, environment).value(), c.color);
}

const ColorCase kCases[] = {
    {.name = "Terminal", .terminal = true, .color = true},
    {.name = "Pipe"},
    {.name = "DumbTerminal", .variables = {{"TERM", "dumb"}}, .terminal = true},
    {.name = "OtherTerminal", .variables = {{"TERM", "xterm"}}, .terminal = true, .color = true},
    {.name = "CliColorZero", .variables = {{"CLICOLOR", "0"}}, .terminal = true},
    {.name = "CliColorOne", .variables = {{"CLICOLOR", "1"}}, .terminal = true, .color = true},
    {.name = "CliColorOneOnAPipe", .variables = {{"CLICOLOR", "1"}}},
    {.name = "ForceOnAPipe", .variables = {{"FORCE_COLOR", "1"}}, .color = true},
    {.name = "CliColorForceOnAPipe", .variables = {{"CLICOLOR_FORCE", "1"}}, .color = true},
    {.name = "ForceBeatsCliColorZero",
     .variables = {{"FORCE_COLOR", "1"}, {"CLICOLOR", "0"}},
     .color = true},
    {.name = "ForceBeatsDumb",
     .variables = {{"FORCE_COLOR", "1"}, {"TERM", "dumb"}},
     .terminal = true,
     .color = true},
    {.name = "NoColor", .variables = {{"NO_COLOR", "1"}}, .terminal = true},
    {.name = "NoColorOfAnyValue", .variables = {{"NO_COLOR", "0"}}, .terminal = true},
    {.name = "EmptyNoColorIsUnset",
     .variables = {{"NO_COLOR", ""}},
     .terminal = true,
     .color = true},
    {.name = "NoColorBeatsForce",
     .variables = {{"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}},
     .terminal = true},
    {.name = "AlwaysBeatsAll",
     .when = "always",
     .variables = {{"NO_COLOR", "1"}, {"TERM", "dumb"}},
     .color = true},
    {.name = "NeverBeatsAll",
     .when = "never",
     .variables = {{"FORCE_COLOR", "1"}},
     .terminal = true},
};

INSTANTIATE_TEST_SUITE_P(Cases, Color, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<ColorCase>& info) {
                           return info.param.name;
                         });

TEST(ColorFlag, UnknownValueIsAnError) {
  Environment environment;
  EXPECT_THAT(
      UseColor("sometimes", environment),
      StatusIs(absl::StatusCode::kInvalidArgument,
               testing::HasSubstr("--color: \"sometimes\" is none of auto, always, never")));
}

// Colour is all that changes: without the escapes the text is the same.
TEST(ColorFlag, ChangesNothingElse) {
  const std::string input = SourcePath("fixtures/kubestellar/scenario-4");
  const std::string plain = wecan::Run({"check", "--color", "never", input}).out;
  std::string colored = wecan::Run({"check", "--color", "always", input}).out;
  EXPECT_NE(plain, colored);
  for (size_t at; (at = colored.find('\x1b')) != std::string::npos;)
    colored.erase(at, colored.find('m', at) - at + 1);
  EXPECT_EQ(plain, colored);
}

TEST(ColorFlag, FilesAndMachineFormatsStayPlain) {
  for (const char* format : {"json", "yaml", "short", "name", "text=/out.txt"}) {
    MemoryFileSystem files(
        {{"in.yaml", ReadSource("fixtures/kubestellar/scenario-4/storage.yaml")}});
    const RunResult result =
        wecan::Run({"check", "in.yaml", "--color", "always", "-o", format}, "", &files);
    EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << format;
    for (const auto& [path, text] : files.files())
      EXPECT_EQ(text.find('\x1b'), std::string::npos) << format;
  }
}

}  // namespace
}  // namespace wecan
