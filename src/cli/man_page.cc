// SPDX-License-Identifier: Apache-2.0
#include "src/cli/man_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "src/output/version.h"

namespace wecan {
namespace {

using Kind = ValueHelp::Kind;

// Text inside a line: a minus that can be copied, and no escapes.
std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"'", "\\(aq"}, {"~", "\\(ti"}});
}

// A line of its own; \& keeps a first dot from being a macro.
std::string Line(const std::string& text) { return absl::StrCat("\\&", Escaped(text), "\n"); }

std::string Bold(const std::string& text) { return absl::StrCat("\\fB", Escaped(text), "\\fR"); }

std::string Italic(const std::string& text) { return absl::StrCat("\\fI", Escaped(text), "\\fR"); }

// "-o, --output FORMAT[=FILE]"; a positional has its name alone.
std::string Tag(const FlagHelp& flag) {
  if (flag.names[0][0] != '-') return Italic(flag.names[0]) + "\n";
  std::vector<std::string> names;
  for (const std::string& name : flag.names) names.push_back(Bold(name));
  const std::string value = flag.value_name.empty() ? "" : " " + Italic(flag.value_name);
  return absl::StrCat(absl::StrJoin(names, ", "), value, "\n");
}

// The values of flags whose help does not name them, and only where they are few.
std::string Choices(const FlagHelp& flag) {
  const std::vector<std::string>& all = flag.value.choices;
  if (all.empty() || flag.help.find(all.back()) != std::string::npos) return "";
  if (all.size() <= 8) return absl::StrCat("; one of ", absl::StrJoin(all, ", "));
  return absl::StrCat("; ", all.front(), " to ", all.back());
}

std::string Flag(const FlagHelp& flag) {
  const char* again = flag.repeatable && flag.help.find("repeatable") == std::string::npos
                          ? "; may be given again"
                          : "";
  return absl::StrCat(".TP\n", Tag(flag), Line(absl::StrCat(flag.help, Choices(flag), again, ".")));
}

std::string Synopsis(const CommandHelp& command) {
  std::string line = Bold(absl::StrCat("wecan ", command.name));
  for (const FlagHelp& positional : command.positionals) {
    const std::string word =
        absl::StrCat(Italic(positional.value_name), positional.repeatable ? " ..." : "");
    absl::StrAppend(&line, " ", positional.required ? word : absl::StrCat("[", word, "]"));
  }
  return absl::StrCat(line, command.flags.empty() ? "\n" : " [\\fIflags\\fR]\n");
}

std::string Synopses(const std::vector<CommandHelp>& commands) {
  std::string text = ".SH SYNOPSIS\n";
  for (size_t i = 0; i < commands.size(); ++i)
    absl::StrAppend(&text, i == 0 ? "" : ".br\n", Synopsis(commands[i]));
  return text;
}

std::string CommandSections(const std::vector<CommandHelp>& commands) {
  std::string text = ".SH COMMANDS\n";
  for (const CommandHelp& command : commands) {
    absl::StrAppend(&text, ".SS ", Escaped(command.name), "\n", Line(command.summary + "."));
    for (const FlagHelp& positional : command.positionals) text += Flag(positional);
    for (const FlagHelp& flag : command.flags) text += Flag(flag);
  }
  return text;
}

std::string Examples(const std::vector<CommandHelp>& commands) {
  std::string text = ".SH EXAMPLES\n";
  for (const CommandHelp& command : commands) {
    absl::StrAppend(&text, ".TP\n", Bold(command.example), "\n", Line(command.summary + "."));
  }
  return text;
}

constexpr char kName[] = R"man(.SH NAME
wecan \- may the KubeStellar work agent apply these manifests?
)man";

constexpr char kDescription[] = R"man(.SH DESCRIPTION
KubeStellar copies workload objects to workload execution clusters (WECs).
There the work agent of Open Cluster Management applies them with few
permissions.
.B wecan
says beforehand, offline and with line numbers, whether the agent may do all
that the given manifests need, and writes the smallest grant for what is missing.
.PP
Flags stand behind the command.
A value that is a list may also be given as one word, separated by commas.
The word
.B \-\-
ends the flags.
Called as
.B kubectl\-wecan
it is a plugin of kubectl:
.B kubectl wecan check deploy/
)man";

constexpr char kRest[] = R"man(.SH "EXIT STATUS"
.TP
.B 0
done; no finding at or above
.BR \-\-fail\-on ,
or all questions answered yes.
.TP
.B 1
findings, or a no.
.TP
.B 2
wrong usage, or input that cannot be read; other files are still checked.
.TP
.B 3
incomplete (reserved for live clusters).
.TP
.B 4
a bug in wecan.
.SH ENVIRONMENT
For all of them empty means unset, and
.B \-\-color
decides before them.
.TP
.B NO_COLOR
no colours.
.TP
.BR FORCE_COLOR ", " CLICOLOR_FORCE
colours even where standard output is no terminal.
.TP
.B CLICOLOR
0: no colours.
.TP
.B TERM
dumb: no colours.
.TP
.B WECAN_CONFIG
the configuration file, as
.B \-\-config
names it.
.TP
.B WECAN_PROFILE
the profile, unless
.B \-\-profile
names one.
.TP
.B WECAN_OUTPUT
formats, separated by commas, unless
.B \-\-output
names one.
.SH FILES
.TP
.IR .wecan.yaml ", " .wecan.yml
the configuration of a project, looked for from the working folder up to the root of the git
repository.
.B wecan config \-\-keys
lists what it may hold.
.TP
.I ~/.config/wecan/config.yaml
colours and clusters of a user; nothing that changes a result.
.TP
.IR *.yaml ", " *.yml ", " *.json
what is read of a folder, and of all folders in it.
.TP
.I wecan\-rbac.yaml
what
.B wecan fix \-\-write
creates for new roles in the folder that it is given, unless an earlier fix left
roles elsewhere or
.B \-\-out
names a file.
)man";

constexpr char kSeeAlso[] = R"man(.SH "SEE ALSO"
.BR kubectl (1)
)man";

}  // namespace

std::string ManPage(const std::vector<CommandHelp>& commands) {
  return absl::StrCat(".TH WECAN 1 \"\" \"wecan ", kVersion, "\" \"User Commands\"\n", kName,
                      Synopses(commands), kDescription, CommandSections(commands), kRest,
                      Examples(commands), kSeeAlso);
}

}  // namespace wecan
