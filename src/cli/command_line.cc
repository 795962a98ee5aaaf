// SPDX-License-Identifier: Apache-2.0
// The only file that sees CLI11. Its traps that are met here (2.1.2): a vector option swallows
// positionals unless told not to; `-o=json` keeps the `=`; an unknown command is only "a subcommand
// is required"; parse errors exit with 100 and more.
#include "src/cli/command_line.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include <CLI/CLI.hpp>

#include "analyzer/base/did_you_mean.h"
#include "src/output/formats.h"
#include "src/output/version.h"

namespace wecan {
namespace {

constexpr Command kCommands[] = {
    {"check", "report what the agent may not do", "offline", "wecan check deploy/", true, true},
    {"fix", "write the smallest grant for what is missing", "offline", "wecan fix deploy/ --diff",
     true, true},
    {"can-i", "ask about one verb, or many reviews", "offline",
     "wecan can-i create storageclasses.storage.k8s.io", true, true},
    {"explain", "a rule: cause, what is seen, what to do", "offline", "wecan explain WEC101", true,
     false},
    {"rules", "all rules", "offline", "wecan rules -o json", false, false},
    {"profiles", "what an agent holds by default", "offline", "wecan profiles ocm-1.0", false,
     false},
    {"config", "the settings that hold, and where they come from", "offline", "wecan config", false,
     false},
    {"completion", "completions for a shell", "offline", "source <(wecan completion bash)", false,
     false},
    {"man", "the manual page, for packages", "offline", "wecan man > wecan.1", false, false},
    {"version", "the version of wecan", "offline", "wecan version", false, false},
};

CLI::Option* AddList(CLI::App& app, const std::string& flags, std::vector<std::string>& list,
                     const std::string& help, const std::string& type) {
  return app.add_option(flags, list, help)
      ->allow_extra_args(false)
      ->take_all()
      ->delimiter(',')
      ->type_name(type);
}

void AddGlobalOptions(CLI::App& app, GlobalOptions& o) {
  app.set_help_flag("-h,--help", "show this help");
  app.add_flag("-v,--verbose", o.verbose, "list every object and file");
  app.add_flag("-q,--quiet", o.quiet, "print nothing, the exit code tells");
  app.add_option("--color", o.color, "colours: auto, always or never")->type_name("WHEN");
  app.add_option("-C", o.directory, "work in this folder")->type_name("DIR");
  app.add_option("--config", o.config,
                 "the configuration (otherwise .wecan.yaml, up to the root of the repository)")
      ->type_name("FILE");
  app.add_flag("--no-config", o.no_config, "read no configuration");
}

void AddInputOptions(CLI::App& app, InputOptions& o, bool positional) {
  if (positional) {
    app.add_option("PATH", o.paths, "files and folders of manifests; - for standard input")
        ->type_name("");
  }
  AddList(app, "-f,--filename", o.filenames, "the same as PATH, as kubectl spells it", "PATH");
  app.add_flag("-R,--recursive", o.recursive,
               "folders are always read recursively; accepted for kubectl users");
  app.add_option("-l,--selector", o.selector, "check only objects with these labels")
      ->type_name("SELECTOR");
  AddList(app, "--binding-policy", o.binding_policies,
          "check only what the BindingPolicies in this file select", "FILE");
  AddList(app, "--load", o.load, "context: its grants and CRDs count, nothing in it is reported",
          "PATH");
  AddList(app, "--crds", o.crds, "take CustomResourceDefinitions from here", "PATH");
  AddList(app, "--exclude", o.exclude,
          "leave out files of folders that match: * in a name, ** across folders", "GLOB");
  app.add_flag("--require-objects", o.require_objects, "a folder without objects is an error");
  app.add_option("--max-file-size", o.max_file_size, "refuse larger files (default 256Mi)")
      ->type_name("SIZE");
  app.add_option("--max-document-size", o.max_document_size,
                 "refuse larger documents (default 64Mi)")
      ->type_name("SIZE");
  app.add_option("--max-depth", o.max_depth, "refuse deeper nesting (default 512)")->type_name("N");
  app.add_option("--max-nodes", o.max_nodes,
                 "refuse more nodes per document after aliases (default 10000000)")
      ->type_name("N");
}

void AddAgentOptions(CLI::App& app, AgentOptions& o) {
  app.add_option("--profile", o.profile,
                 "what the agent holds: ocm-X.Y[.Z], kubestellar-X.Y, or file:RBAC_DUMP")
      ->type_name("NAME");
  app.add_option("--mode", o.mode, "klusterlet mode: default or singleton")->type_name("MODE");
  app.add_option("--kubernetes", o.kubernetes, "version of the WEC, for its admin role")
      ->type_name("X.Y");
  app.add_option("--agent", o.agent, "the work agent's ServiceAccount")->type_name("NS:SA");
  app.add_option("--klusterlet", o.klusterlet, "name of the Klusterlet")->type_name("NAME");
}

void AddExecutorOption(CLI::App& app, AgentOptions& o) {
  app.add_option("--executor", o.executor,
                 "executor of every object, in place of those that ManifestWorks name")
      ->type_name("NS:SA");
}

void AddRequirementOptions(CLI::App& app, AgentOptions& o) {
  app.add_flag("--shared", o.shared, "every object may have two owners: patch is needed");
  app.add_flag("--no-input-grants", o.no_input_grants,
               "RBAC objects of the input do not count as grants");
  app.add_option("--update-strategy", o.update_strategy,
                 "Update, CreateOnly, ServerSideApply or ReadOnly for all objects")
      ->type_name("NAME");
}

void AddOutputOptions(CLI::App& app, OutputOptions& o, const std::string& formats) {
  AddList(app, "-o,--output", o.outputs,
          "output format, repeatable, to a file if one is named: " + formats, "FORMAT[=FILE]");
}

void AddNamespaceOption(CLI::App& app, std::string& value, const std::string& help) {
  app.add_option("-n,--namespace", value, help)->type_name("NAME");
}

void AddLevelOptions(CLI::App& app, PolicyOptions& o) {
  app.add_option("--fail-on", o.fail_on, "exit 1 from this level on: error, warning, note or never")
      ->type_name("LEVEL");
  AddList(app, "--rule", o.rules, "give a rule another level: error, warning, note or off",
          "ID=LEVEL");
}

// What check and fix share: the manifests, the agent, and what applying them takes.
void AddAnalysisOptions(CLI::App& app, Options& o) {
  AddInputOptions(app, o.input, true);
  AddNamespaceOption(app, o.input.default_namespace,
                     "for namespaced objects that name none (otherwise default)");
  AddAgentOptions(app, o.agent);
  AddRequirementOptions(app, o.agent);
  AddExecutorOption(app, o.agent);
  app.add_flag("--no-ignores", o.policy.no_ignores,
               "suppressions by comments, annotations and the configuration do not count");
}

void AddBaselineOption(CLI::App& app, PolicyOptions& o) {
  app.add_option("--baseline", o.baseline, "report only what this file of known findings lacks")
      ->type_name("FILE");
}

void AddCheck(CLI::App& app, Options& o) {
  AddAnalysisOptions(app, o);
  AddOutputOptions(app, o.output, absl::StrJoin(kReportFormats, ", "));
  app.add_flag("--no-headers", o.output.no_headers, "text without summary");
  app.add_flag("--exit-zero", o.policy.exit_zero, "exit 0 whatever is found");
  AddLevelOptions(app, o.policy);
  AddList(app, "--select", o.policy.select, "report only these rules", "IDS");
  AddList(app, "--ignore", o.policy.ignore, "do not report these rules", "IDS");
  app.add_flag("--sarif-suppressed", o.output.sarif_suppressed,
               "SARIF holds what is suppressed or in the baseline, marked so");
  AddBaselineOption(app, o.policy);
  app.add_option("--write-baseline", o.policy.write_baseline,
                 "write what is found to this file; of one that is there, drop what is gone")
      ->type_name("FILE");
  app.add_flag("--accept-new", o.policy.accept_new,
               "with --write-baseline: add what an existing file does not know");
}

// The form of the grant.
void AddGrantOptions(CLI::App& app, FixFlags& o) {
  app.add_option("--out", o.out,
                 "the file for new roles (otherwise beside those of an earlier fix)")
      ->type_name("FILE");
  app.add_option("--strategy", o.strategy, "aggregate, cluster-binding or role-binding")
      ->type_name("NAME");
  app.add_option("--name", o.name, "name of the roles")->type_name("NAME");
  AddList(app, "--labels", o.labels, "labels for the roles, so that a BindingPolicy selects them",
          "KEY=VALUE");
  app.add_option("--verbs", o.verbs, "missing (default) or full: also those that the profile holds")
      ->type_name("WHICH");
  app.add_flag("--resource-names", o.resource_names,
               "only for the names of the objects; create cannot be narrowed");
  app.add_option("--wrap", o.wrap, "none (default), manifestwork or bindingpolicy")
      ->type_name("HOW");
}

void AddFix(CLI::App& app, Options& o) {
  AddAnalysisOptions(app, o);
  app.add_flag("--diff", o.fix.diff,
               "show what would change as a unified diff; exit 1 if anything");
  app.add_flag("--write", o.fix.write, "change or create the file");
  app.add_flag("--check", o.fix.check,
               "print nothing; exit 1 if anything would change; with --write, write it as well");
  AddGrantOptions(app, o.fix);
  app.add_flag("--prune", o.fix.prune,
               "take what nothing needs any more from roles of an earlier fix");
  app.add_flag("--allow-escalation", o.fix.allow_escalation,
               "grant even wildcards, escalate, bind and impersonate where nothing less helps");
  AddOutputOptions(app, o.output, absl::StrJoin(kFixFormats, ", "));
}

void AddCanI(CLI::App& app, Options& o) {
  app.add_option("WORDS", o.review.words,
                 "VERB RESOURCE[.GROUP][/SUBRESOURCE] [NAME], or VERB /path")
      ->type_name("");
  AddNamespaceOption(app, o.review.namespace_, "namespace of the request (otherwise default)");
  app.add_flag("-A,--all-namespaces", o.review.all_namespaces, "ask for all namespaces at once");
  app.add_option("--subresource", o.review.subresource, "subresource of the request")
      ->type_name("NAME");
  AddList(app, "--rbac", o.review.rbac,
          "answer from this dump of RBAC objects, as it is, and nothing else", "PATH");
  app.add_option("--as", o.review.as, "the user that asks (default the work agent)")
      ->type_name("USER");
  AddList(app, "--as-group", o.review.as_groups,
          "groups of the user; given once, none is added but system:authenticated", "GROUP");
  app.add_option("--reviews", o.review.reviews,
                 "answer a stream of SubjectAccessReviews (YAML or JSON)")
      ->type_name("FILE");
  app.add_flag("--aggregate", o.review.aggregate,
               "with --rbac: fill aggregated ClusterRoles first");
  app.add_flag("--list", o.review.list, "list all rules that hold in the namespace");
  AddInputOptions(app, o.input, false);
  AddAgentOptions(app, o.agent);
  AddRequirementOptions(app, o.agent);
  AddOutputOptions(app, o.output, absl::StrJoin(kCanIFormats, ", "));
  app.add_flag("--no-headers", o.output.no_headers, "text without its first line");
}

// All flags that a key of .wecan.yaml stands for, to show that they beat it.
void AddConfig(CLI::App& app, Options& o) {
  app.add_flag("--keys", o.keys, "list all keys of .wecan.yaml");
  app.add_flag("--schema", o.schema, "print the JSON Schema of .wecan.yaml");
  AddInputOptions(app, o.input, true);
  AddAgentOptions(app, o.agent);
  AddExecutorOption(app, o.agent);
  AddGrantOptions(app, o.fix);
  AddLevelOptions(app, o.policy);
  AddBaselineOption(app, o.policy);
  AddOutputOptions(app, o.output, "text, json, yaml");
}

void AddTopic(CLI::App& app, Options& o, const std::string& name, const std::string& help,
              bool required) {
  CLI::Option* option = app.add_option(name, o.topic, help)->type_name("");
  if (required) option->required();
}

void AddCommand(CLI::App& app, absl::string_view name, Options& o) {
  AddGlobalOptions(app, o.global);
  if (name == "check") {
    AddCheck(app, o);
  } else if (name == "fix") {
    AddFix(app, o);
  } else if (name == "can-i") {
    AddCanI(app, o);
  } else if (name == "config") {
    AddConfig(app, o);
  } else if (name == "explain") {
    AddTopic(app, o, "RULE", "an id (WEC101) or a name (missing-permission)", true);
    AddOutputOptions(app, o.output, "text, json, yaml");
  } else if (name == "profiles") {
    AddTopic(app, o, "NAME", "print this profile as RBAC objects", false);
    AddAgentOptions(app, o.agent);
    AddOutputOptions(app, o.output, "text, json, yaml");
  } else if (name == "completion") {
    AddTopic(app, o, "SHELL", "bash, zsh or fish", true);
  } else if (name != "man") {
    AddOutputOptions(app, o.output, "text, json, yaml");
  }
}

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
      absl::StrAppendFormat(&text, "  %-10s %-42s %-9s %s\n", c.name, c.summary, c.needs,
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
