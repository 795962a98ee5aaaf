// SPDX-License-Identifier: Apache-2.0
// profiles: what an agent holds by default or on a WEC, as RBAC objects; and what differs.
#include <ostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/agent_grants.h"
#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/held_roles.h"
#include "analyzer/grants/profile_diff.h"
#include "src/cli/commands.h"
#include "src/cli/live_rbac.h"
#include "src/cli/print.h"
#include "src/cli/profile_diff_report.h"
#include "src/cli/setup.h"
#include "src/input/contents.h"
#include "src/input/manifest_reader.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {
namespace {

Json ListJson(const RbacPolicy& policy) {
  Json json = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", Json::array()}};
  for (const Role& role : policy.roles) json["items"].push_back(RoleJson(role));
  for (const RoleBinding& binding : policy.bindings) json["items"].push_back(BindingJson(binding));
  return json;
}

std::string NamesWith(const std::vector<std::string>& names, absl::string_view prefix) {
  std::vector<std::string> some;
  for (const std::string& name : names) {
    if (absl::StartsWith(name, prefix)) some.push_back(name);
  }
  return absl::StrJoin(some, " ");
}

absl::StatusOr<ExitCode> ListAllProfiles(const Options& options, Environment& environment) {
  std::string text = "OCM releases with the same rules for the work agent, oldest first:\n";
  Json json = Envelope("ProfileList");
  json["profiles"] = Json::array();
  for (const ProfileSummary& p : ListProfiles()) {
    const std::vector<std::string> modes = p.singleton
                                               ? std::vector<std::string>{"default", "singleton"}
                                               : std::vector<std::string>{"default"};
    absl::StrAppend(&text, "  ", absl::StrJoin(p.releases, " "), "   modes ",
                    absl::StrJoin(modes, ", "), "\n");
    json["profiles"].push_back({{"releases", p.releases}, {"modes", modes}});
  }
  const std::vector<std::string> names = ProfileNames(), versions = KubernetesVersions();
  WECAN_ASSIGN_OR_RETURN(const Profile standard, BuildProfile({}));
  absl::StrAppend(&text, "names for --profile: ", NamesWith(names, "ocm-"),
                  "\n                     ", NamesWith(names, "kubestellar-"), "\n",
                  "for --kubernetes: ", versions.front(), " to ", versions.back(), "\n",
                  "default: ", standard.name, ", mode default, Kubernetes ", standard.kubernetes,
                  "\n");
  json["names"] = names;
  json["kubernetes"] = versions;
  json["default"] = {
      {"profile", standard.name}, {"mode", "default"}, {"kubernetes", standard.kubernetes}};
  return PrintResult(options, text, json, environment);
}

// The same objects as the reader of dumps reads them.
Json ReadBack(const std::string& yaml) {
  Contents contents;
  const bool has_braces = absl::StrContains(yaml, "{{");
  ReadYaml(SplitDocuments(yaml), has_braces, Budgets{}, contents);
  return contents.is_template ? Json() : ListJson(contents.input.rbac);
}

// What of a cluster decides about the agent, to be used as --profile file:PATH later.
absl::StatusOr<ExitCode> Capture(const std::string& context, const Options& options,
                                 Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const Agent agent, MakeAgent(options.agent));
  WECAN_ASSIGN_OR_RETURN(RbacPolicy stored, ReadContextRbac(context, options.cluster, environment));
  const AgentGrants grants(std::move(stored), agent.User());
  const RbacPolicy held = HeldPolicy(grants);
  const std::string account = Printable(agent.Account().Display());
  if (held.bindings.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "context:", context, ": no binding names ", account,
        " or one of its groups; name the agent with --agent NAMESPACE:SERVICEACCOUNT"));
  }
  const Json json = ListJson(held);
  const std::string yaml = DumpManifestYaml(json);
  if (ReadBack(yaml) != json) {
    return absl::InvalidArgumentError(absl::StrCat(
        "context:", context,
        ": an RBAC object of the agent has a name that a file of manifests cannot hold "
        "({{ marks a template); use --profile context:",
        context));
  }
  return PrintResult(
      options,
      absl::StrCat("# What decides about the work agent on a WEC; for --profile file:PATH\n"
                   "# context: ",
                   Printable(context), "\n# agent: ", account, "\n", yaml),
      json, environment);
}

// The profile of this name, aggregated.
absl::StatusOr<Profile> ProfileNamed(const std::string& name, const Options& options,
                                     const Agent& agent, const Environment& environment) {
  AgentOptions named = options.agent;
  if (!name.empty()) named.profile = name;
  WECAN_ASSIGN_OR_RETURN(Profile profile, MakeProfile(named, options.cluster, agent, environment));
  AggregateClusterRoles(profile.policy);
  return profile;
}

absl::StatusOr<ExitCode> ShowProfile(const std::string& name, const Options& options,
                                     Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const Agent agent, MakeAgent(options.agent));
  WECAN_ASSIGN_OR_RETURN(const Profile profile, ProfileNamed(name, options, agent, environment));
  const Json json = ListJson(profile.policy);
  return PrintResult(options, DumpYaml(json), json, environment);
}

absl::StatusOr<ExitCode> Diff(const std::string& before_name, const std::string& after_name,
                              const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const Agent agent, MakeAgent(options.agent));
  WECAN_ASSIGN_OR_RETURN(const Profile before,
                         ProfileNamed(before_name, options, agent, environment));
  WECAN_ASSIGN_OR_RETURN(const Profile after,
                         ProfileNamed(after_name, options, agent, environment));
  const ProfileDiffReport report{
      .before = before.name,
      .after = after.name,
      .agent = agent,
      .diff = DiffProfiles(Authorizer(before.policy), Authorizer(after.policy), agent.User())};
  WECAN_RETURN_IF_ERROR(
      PrintResult(options, ProfileDiffText(report), ProfileDiffJson(report), environment).status());
  if (!report.diff.complete) {
    *environment.err << "wecan: profiles diff: the roles are too large to be compared in full; "
                        "what is printed is a part\n";
    return ExitCode::kIncomplete;
  }
  return report.diff.equal() ? ExitCode::kOk : ExitCode::kFindings;
}

absl::StatusOr<ExitCode> Profiles(const Options& options, Environment& environment) {
  const std::vector<std::string>& words = options.profile_words;
  if (words.empty()) {
    return options.agent.profile.empty() ? ListAllProfiles(options, environment)
                                         : ShowProfile("", options, environment);
  }
  if (words[0] == "capture") {
    if (words.size() == 2) return Capture(words[1], options, environment);
    return absl::InvalidArgumentError(absl::StrCat(
        "profiles capture: takes one context of the kubeconfig, for example: ", options.program,
        " profiles capture wec1 > wec1.yaml"));
  }
  if (words[0] == "diff") {
    if (words.size() == 3) return Diff(words[1], words[2], options, environment);
    return absl::InvalidArgumentError(
        absl::StrCat("profiles diff: takes two profiles, for example: ", options.program,
                     " profiles diff ocm-1.0 file:wec1.yaml"));
  }
  if (words.size() == 1) return ShowProfile(words[0], options, environment);
  return absl::InvalidArgumentError(absl::StrCat("profiles: unexpected \"", words[1], "\"; ",
                                                 options.program, " profiles --help"));
}

}  // namespace

ExitCode RunProfiles(const Options& options, Environment& environment) {
  return Finish(Profiles(options, environment), environment);
}

}  // namespace wecan
