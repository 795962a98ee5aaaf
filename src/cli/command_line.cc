// SPDX-License-Identifier: Apache-2.0
// Traps of CLI11 (2.1.2) that are met here: `-o=json` keeps the `=`; an unknown command is only "a
// subcommand is required"; parse errors exit with 100 and more.
#include "src/cli/command_line.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include <CLI/CLI.hpp>

#include "analyzer/base/did_you_mean.h"
#include "src/cli/command_flags.h"
#include "src/output/version.h"

namespace wecan {
namespace {

constexpr Command kCommands[] = {
    {"check", "report what the agent may not do", "offline", "wecan check deploy/", true, true},
    {"fix", "write the smallest grant for what is missing", "offline", "wecan fix deploy/ --diff",
     true, true},
    {"can-i", "ask a profile, or each WEC, as the agent", "either",
     "wecan can-i -f deploy/ --context 'wec*'", true, true},
    {"diagnose", "explain pasted errors, logs or ManifestWorks", "either",
     "kubectl get manifestwork -A -oyaml | wecan diagnose", true, true},
    {"audit", "grants nobody needs", "either", "wecan audit deploy/ --context wec1", true, true},
    {"explain", "a rule, a refusal, or why the agent may", "either", "wecan explain WEC101", true,
     false},
    {"who-can", "every subject that may, and by which binding", "either",
     "wecan who-can create storageclasses.storage.k8s.io", false, false},
    {"rules", "all rules", "offline", "wecan rules -o json", false, false},
    {"profiles", "what an agent holds by default, or on a WEC", "either", "wecan profiles ocm-1.0",
     false, false},
    {"merge", "one report of the reports of can-i -o json", "offline",
     "wecan merge shard-*.json -o markdown", false, false},
    {"config", "the settings that hold, and where they come from", "offline", "wecan config", false,
     false},
    {"completion", "completions for a shell", "offline", "source <(wecan completion bash)", false,
     false},
    {"man", "the manual page, for packages", "offline", "wecan man > wecan.1", false, false},
    {"version", "the version of wecan", "offline", "wecan version", false, false},
};

// An example of the table, as `program` is called.
std::string InProgram(const std::string& program, absl::string_view example) {
  return absl::StrReplaceAll(example, {{"wecan ", absl::StrCat(program, " ")}});
}

FlagSpec SpecOf(const CLI::Option& option) {
  const bool positional = option.get_positional();
  FlagSpec spec{.help = option.get_description(),
                .repeatable = option.get_items_expected_max() > 1,
                .positional = positional,
                .required = option.get_required()};
  if (positional) spec.names = {option.get_name(true)};
  for (const std::string& name : option.get_snames()) spec.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) spec.names.push_back("--" + name);
  const bool has_value = option.get_items_expected_max() > 0;
  if (has_value) spec.value_name = positional ? spec.names[0] : option.get_type_name();
  return spec;
}

std::string RootHelp(const std::string& program) {
  std::string text = absl::StrCat("wecan ", kVersion,
                                  "  may the KubeStellar work agent apply these manifests on a "
                                  "WEC, and if not, what is the smallest grant?\n\n"
                                  "usage: ",
                                  program, " COMMAND [PATH...] [flags]\n");
  std::vector<std::string> others;
  for (const Command& c : Commands()) {
    if (c.main) {
      absl::StrAppendFormat(&text, "  %-10s %-45s %-9s %s\n", c.name, c.summary, c.needs,
                            InProgram(program, c.example));
    } else {
      others.emplace_back(c.name);
    }
  }
  absl::StrAppend(&text, "also: ", absl::StrJoin(others, ", "), ".   ", program,
                  " COMMAND --help shows flags.   man wecan\n");
  return text;
}

// `-o=json` means `-o json`.
void StripEquals(std::vector<std::string>& args) {
  for (std::string& arg : args) {
    if (arg == "--") return;
    if (arg.size() > 2 && arg[0] == '-' && arg[1] != '-' && arg[2] == '=') arg.erase(2, 1);
  }
}

absl::Status UnknownCommand(const std::string& word, const std::string& program) {
  std::vector<absl::string_view> names;
  for (const Command& c : Commands()) names.push_back(c.name);
  return absl::InvalidArgumentError(absl::StrCat("unknown command \"", word, "\"",
                                                 DidYouMean(word, names), " (", program,
                                                 " --help lists them)"));
}

absl::Status UnknownFlag(const Command& command, const CLI::App& app,
                         const std::vector<std::string>& extras, const std::string& program) {
  const std::string word = extras.empty() ? "" : extras[0];
  if (word.empty() || word[0] != '-') {
    return absl::InvalidArgumentError(absl::StrCat(command.name, ": unexpected \"", word, "\""));
  }
  if (word == "-k" || word == "--kustomize") {
    return absl::InvalidArgumentError(
        absl::StrCat("-k: render first: kustomize build FOLDER | ", program, " check -f -"));
  }
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<absl::string_view> views(names.begin(), names.end());
  const std::string bare = word.substr(0, word.find('='));
  return absl::InvalidArgumentError(absl::StrCat(command.name, ": unknown flag \"", bare, "\"",
                                                 DidYouMean(bare, views), " (", program, " ",
                                                 command.name, " --help lists them)"));
}

// The first line of what CLI11 says, without its prefix.
std::string FirstLine(std::string message) {
  message = message.substr(0, message.find('\n'));
  return message;
}

std::set<std::string> GivenFlags(const CLI::App& app) {
  std::set<std::string> given;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0) continue;
    for (const std::string& name : option->get_lnames()) given.insert("--" + name);
  }
  return given;
}

absl::StatusOr<ParsedCommandLine> ParseCommand(const Command& command,
                                               std::vector<std::string> args,
                                               const std::string& program) {
  ParsedCommandLine parsed;
  parsed.options.command = std::string(command.name);
  parsed.options.program = program;
  const std::string name = absl::StrCat(program, " ", command.name);
  CLI::App app{
      absl::StrCat(name, ": ", command.summary, "\nexample: ", InProgram(program, command.example)),
      name};
  AddCommand(app, command.name, parsed.options);
  std::reverse(args.begin(), args.end());  // CLI11 takes a vector from its end
  try {
    app.parse(std::move(args));
  } catch (const CLI::CallForHelp&) {
    parsed.text = app.help();
  } catch (const CLI::ExtrasError&) {
    return UnknownFlag(command, app, app.remaining(), program);
  } catch (const CLI::ParseError& e) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(command.name), ": ", FirstLine(e.what())));
  }
  // One vector for both would keep only what CLI11 assigns last.
  InputOptions& input = parsed.options.input;
  input.paths.insert(input.paths.end(), input.filenames.begin(), input.filenames.end());
  input.filenames.clear();
  parsed.options.given = GivenFlags(app);
  return parsed;
}

}  // namespace

absl::Span<const Command> Commands() { return kCommands; }

std::vector<FlagSpec> FlagsOf(const Command& command) {
  Options options;
  CLI::App app;
  AddCommand(app, command.name, options);
  std::vector<FlagSpec> specs;
  for (const CLI::Option* option : app.get_options()) specs.push_back(SpecOf(*option));
  return specs;
}

absl::StatusOr<ParsedCommandLine> ParseCommandLine(std::vector<std::string> args,
                                                   const std::string& program) {
  StripEquals(args);
  if (!args.empty() && args[0] == "help") {
    args.erase(args.begin());
    if (!args.empty() && args[0] != "help") args.emplace_back("--help");
  }
  if (args.empty() || args[0] == "-h" || args[0] == "--help" || args[0] == "help")
    return ParsedCommandLine{.text = RootHelp(program)};
  if (args[0] == "--version") args[0] = "version";
  if (absl::StartsWith(args[0], "-")) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", args[0], "\" stands before the command; write it behind: ", program,
                     " check ", args[0], " ..."));
  }
  for (const Command& command : Commands()) {
    if (command.name == args[0])
      return ParseCommand(command, {args.begin() + 1, args.end()}, program);
  }
  return UnknownCommand(args[0], program);
}

}  // namespace wecan
