// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "src/generator/data.h"

namespace wecan {
namespace {

constexpr char kGenerated[] =
    "<!-- Generated from rules/ and policies/ by wecan_generate docs; do not edit. -->\n";

std::string Trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

// A fence around `text`; commands instead of manifests are shown as console text.
std::string Fence(const std::string& text) {
  const char* language = text.find("apiVersion:") == std::string::npos ? "text" : "yaml";
  return absl::StrCat("```", language, "\n", Trimmed(text), "\n```\n");
}

// Plain text as Markdown: paragraphs stay, lines that are indented become fenced blocks.
std::string Prose(const std::string& text) {
  std::string out;
  bool fenced = false;
  for (absl::string_view line : absl::StrSplit(Trimmed(text), '\n')) {
    const bool indented = absl::StartsWith(line, "  ");
    if (indented != fenced) out += fenced ? "```\n\n" : "\n```text\n";
    fenced = indented;
    if (indented) line.remove_prefix(2);
    absl::StrAppend(&out, line, "\n");
  }
  return out + (fenced ? "```\n" : "");
}

std::string Cell(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}});
}

std::string ShortNames(const std::vector<std::string>& list) {
  std::vector<std::string> shown;
  for (const std::string& s : list) shown.push_back(s.empty() ? "\"\"" : s);
  return absl::StrJoin(shown, " ");
}

void AppendRules(const YAML::Node& rules, std::string* page) {
  absl::StrAppend(page, "\n| apiGroups | resources | names | verbs |\n|---|---|---|---|\n");
  for (const YAML::Node& r : rules) {
    const std::vector<std::string> urls = List(r, "nonResourceURLs");
    absl::StrAppend(page, "| ", Cell(ShortNames(List(r, "apiGroups"))), " | ",
                    Cell(ShortNames(urls.empty() ? List(r, "resources") : urls)), " | ",
                    Cell(ShortNames(List(r, "resourceNames"))), " | ",
                    Cell(ShortNames(List(r, "verbs"))), " |\n");
  }
}

// How the work agent comes to hold `role` in this profile, or "".
std::string HeldBy(const YAML::Node& profile, const YAML::Node& role) {
  std::vector<std::string> ways;
  for (const YAML::Node& b : profile["bindings"]) {
    const bool same = Text(b["roleRef"], "name") == Text(role, "name") &&
                      Text(b["roleRef"], "kind") == Text(role, "kind");
    if (!same) continue;
    const std::vector<std::string> modes = List(b, "modes");
    ways.push_back(absl::StrCat(Text(b, "kind"),
                                Text(b, "namespace").empty() ? "" : " in " + Text(b, "namespace"),
                                " (", absl::StrJoin(modes, ", "), ")"));
  }
  if (ways.empty()) return role["labels"] ? "aggregated by its label" : "";
  return absl::StrCat("bound by a ", absl::StrJoin(ways, " and a "));
}

}  // namespace

std::string GenerateRulesPage(const Data& data) {
  std::string page =
      absl::StrCat("# Rules\n\n", kGenerated,
                   "\nEvery finding carries one of these ids. They are frozen: an id never changes "
                   "its meaning and is never used again.\n"
                   "`wecan explain ID` prints the same text. *Reported by* names the command; "
                   "\"not yet\" means the id is reserved.\n\n"
                   "| id | name | level | what it says | reported by |\n|---|---|---|---|---|\n");
  for (const YAML::Node& f : data.findings) {
    absl::StrAppend(&page, "| [", Text(f, "id"), "](#", absl::AsciiStrToLower(Text(f, "id")),
                    ") | ", Text(f, "name"), " | ", Text(f, "level"), " | ", Cell(Text(f, "title")),
                    " | ", Text(f, "command"),
                    Text(f, "implemented") == "false" ? " (not yet)" : "", " |\n");
  }
  for (const YAML::Node& f : data.findings) {
    absl::StrAppend(&page, "\n## ", Text(f, "id"), "\n\n**", Text(f, "name"), "** (",
                    Text(f, "level"), "): ", Text(f, "title"), ".\n\n", Trimmed(Text(f, "summary")),
                    "\n\n", Prose(Text(f, "help")), "\nWhat to do:\n\n", Prose(Text(f, "fix")),
                    Text(f, "implemented") == "false"
                        ? "\nThe id is reserved; this version does not report it.\n"
                        : "");
    const std::vector<std::string> flags = List(f["examples"], "flags");
    absl::StrAppend(
        &page, "\nReported", flags.empty() ? "" : " (with `" + absl::StrJoin(flags, " ") + "`)",
        ":\n\n", Fence(Text(f["examples"], "bad")), "\nNot reported:\n\n",
        Fence(Text(f["examples"], "good")), "\nSource: ", Trimmed(Text(f, "source")), "\n");
  }
  return page;
}

std::string GenerateProfilesPage(const Data& data) {
  std::string page = absl::StrCat(
      "# Profiles\n\n", kGenerated,
      "\nA profile is what the work agent of one OCM release and mode holds on a cluster of one "
      "Kubernetes version before\n"
      "anybody grants more. Choose one with `--profile ocm-X.Y[.Z]` or `--profile "
      "kubestellar-X.Y`, `--mode default|singleton`\n"
      "and `--kubernetes X.Y`; the default is the newest OCM release, default mode, Kubernetes ",
      Text(data.releases["kubernetes"], "default"),
      ".\n`wecan profiles NAME` prints one in full, as RBAC objects.\n\n| OCM releases | modes "
      "|\n|---|---|\n");
  for (const YAML::Node& p : data.ocm) {
    bool singleton = false;
    for (const YAML::Node& b : p["bindings"]) {
      const std::vector<std::string> modes = List(b, "modes");
      singleton |= std::find(modes.begin(), modes.end(), "singleton") != modes.end();
    }
    absl::StrAppend(&page, "| ", absl::StrJoin(List(p, "releases"), ", "), " | default",
                    singleton ? ", singleton" : "", " |\n");
  }
  absl::StrAppend(&page, "\n| KubeStellar | OCM release it ships |\n|---|---|\n");
  for (const YAML::Node& r : data.releases["kubestellar"]) {
    absl::StrAppend(&page, "| ", absl::StrJoin(List(r, "versions"), ", "), " | ", Text(r, "ocm"),
                    " |\n");
  }
  for (const YAML::Node& p : data.ocm) {
    const std::vector<std::string> releases = List(p, "releases");
    absl::StrAppend(&page, "\n## OCM ", releases.front(),
                    releases.size() > 1 ? absl::StrCat(" to ", releases.back()) : std::string(),
                    "\n");
    for (const YAML::Node& role : p["roles"]) {
      if (role["rules"].size() == 0) continue;
      const std::string held = HeldBy(p, role);
      absl::StrAppend(&page, "\n**", Text(role, "kind"), " `", Text(role, "name"), "`**",
                      Text(role, "namespace").empty() ? "" : " in " + Text(role, "namespace"),
                      held.empty() ? "" : absl::StrCat(", ", held),
                      "  \nSource: ", Text(role, "source"), "\n");
      AppendRules(role["rules"], &page);
    }
  }
  absl::StrAppend(&page,
                  "\n## The `admin` role of Kubernetes\n\nThe agent is bound to it in every "
                  "release. It aggregates `edit`, and `edit`\n"
                  "aggregates `view`, so it holds all three of these.\n");
  for (const YAML::Node& set : data.user_facing_roles["sets"]) {
    const std::vector<std::string> versions = List(set, "versions");
    for (const char* role : {"view", "edit", "admin"}) {
      absl::StrAppend(&page, "\n### Kubernetes ", versions.front(),
                      versions.size() > 1 ? absl::StrCat(" to ", versions.back()) : std::string(),
                      ": ", role, "\n");
      AppendRules(set[role], &page);
    }
  }
  return page;
}

}  // namespace wecan
