// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/profile.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"

namespace wecan {
namespace {

std::vector<std::string> ToStrings(Texts texts) { return {texts.begin(), texts.end()}; }

std::string Fill(absl::string_view text, const Agent& agent) {
  return absl::StrReplaceAll(text, {{"${KLUSTERLET}", agent.klusterlet},
                                    {"${KLUSTERLET_NS}", agent.namespace_},
                                    {"${AGENT_NS}", agent.namespace_}});
}

std::vector<PolicyRule> ToRules(absl::Span<const RuleRow> rows) {
  std::vector<PolicyRule> rules;
  for (const RuleRow& row : rows) {
    rules.push_back({ToStrings(row.verbs), ToStrings(row.api_groups), ToStrings(row.resources),
                     ToStrings(row.resource_names), ToStrings(row.non_resource_urls)});
  }
  return rules;
}

Labels ToLabels(absl::Span<const LabelRow> rows) {
  Labels labels;
  for (const LabelRow& row : rows) labels.emplace_back(row.key, row.value);
  return labels;
}

Role ToRole(const RoleRow& row, const Agent& agent) {
  Role role{.kind = row.cluster ? RoleKind::kClusterRole : RoleKind::kRole,
            .namespace_ = Fill(row.namespace_, agent),
            .name = Fill(row.name, agent),
            .labels = ToLabels(row.labels),
            .rules = ToRules(row.rules),
            .origin = {.profile = true}};
  if (!row.aggregation.empty()) role.aggregation = {{.match_labels = ToLabels(row.aggregation)}};
  return role;
}

RoleBinding ToBinding(const BindingRow& row, const Agent& agent) {
  RoleBinding binding{
      .cluster = row.cluster,
      .namespace_ = Fill(row.namespace_, agent),
      .name = Fill(row.name, agent),
      .role_ref = {kRbacGroup, std::string(row.role_kind), Fill(row.role_name, agent)},
      .origin = {.profile = true}};
  for (const SubjectRow& s : row.subjects) {
    std::string name = Fill(s.name, agent);
    // The tables name the account after the Klusterlet; --agent may name another one.
    if (s.name == "${KLUSTERLET}-work-sa") name = agent.service_account;
    binding.subjects.push_back({std::string(s.kind), Fill(s.namespace_, agent), std::move(name)});
  }
  return binding;
}

// The three source roles that Kubernetes aggregates into view, edit and admin.
void AddKubernetesRoles(const KubernetesRow& row, RbacPolicy& policy) {
  const auto add = [&](absl::string_view target, absl::Span<const RuleRow> rules) {
    policy.roles.push_back(
        {.kind = RoleKind::kClusterRole,
         .name = absl::StrCat("system:aggregate-to-", target),
         .labels = {{absl::StrCat("rbac.authorization.k8s.io/aggregate-to-", target), "true"}},
         .rules = ToRules(rules),
         .origin = {.profile = true}});
  };
  add("view", row.view);
  add("edit", row.edit);
  add("admin", row.admin);
}

const KubernetesRow* FindKubernetes(absl::string_view version) {
  for (const KubernetesRow& row : KubernetesTable()) {
    if (std::find(row.versions.begin(), row.versions.end(), version) != row.versions.end())
      return &row;
  }
  return nullptr;
}

struct OcmChoice {
  const OcmRow* row = nullptr;
  Release release;
};

// The newest release that `wanted` describes: equal to it, or any patch of it when it has none.
std::optional<OcmChoice> FindOcm(const Release& wanted) {
  std::optional<OcmChoice> best;
  for (const OcmRow& row : OcmTable()) {
    for (absl::string_view text : row.releases) {
      const Release r = *ParseRelease(text);
      const bool matches = r.major == wanted.major && r.minor == wanted.minor &&
                           (wanted.patch < 0 || r.patch == wanted.patch);
      if (matches && (!best || best->release < r)) best = {&row, r};
    }
  }
  return best;
}

absl::string_view OcmOfKubeStellar(absl::string_view version) {
  const auto find = [](absl::string_view v) -> absl::string_view {
    for (const KubeStellarRow& row : KubeStellarTable()) {
      if (row.version == v) return row.ocm;
    }
    return "";
  };
  const absl::string_view exact = find(version);
  const size_t last_dot = version.rfind('.');
  const bool patch = std::count(version.begin(), version.end(), '.') == 2;
  return exact.empty() && patch ? find(version.substr(0, last_dot)) : exact;
}

std::vector<absl::string_view> Views(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

absl::Status UnknownProfile(absl::string_view name) {
  const std::vector<std::string> names = ProfileNames();
  return absl::InvalidArgumentError(absl::StrCat(
      "no profile \"", name, "\"", DidYouMean(name, Views(names)), " (wecan profiles lists them)"));
}

// Turns the name of a profile into the name to show and the release to look up.
absl::StatusOr<std::pair<std::string, OcmChoice>> Choose(absl::string_view name) {
  absl::string_view wanted = name;
  if (name.empty()) {
    const OcmChoice newest = *FindOcm(*ParseRelease(NewestOcmRelease()));
    return std::make_pair(absl::StrCat("ocm-", newest.release.major, ".", newest.release.minor),
                          newest);
  }
  std::string shown;
  std::optional<Release> release;
  if (absl::ConsumePrefix(&wanted, "kubestellar-")) {
    absl::ConsumePrefix(&wanted, "v");
    release = ParseRelease(OcmOfKubeStellar(wanted));
  } else if (absl::ConsumePrefix(&wanted, "ocm-")) {
    release = ParseRelease(wanted);
  }
  const std::optional<OcmChoice> choice = release ? FindOcm(*release) : std::nullopt;
  if (!choice) return UnknownProfile(name);
  return std::make_pair(absl::StrCat("ocm-", ReleaseName(*release)), *choice);
}

}  // namespace

absl::StatusOr<Profile> BuildProfile(const ProfileOptions& options) {
  WECAN_ASSIGN_OR_RETURN(const auto choice, Choose(options.name));
  const auto& [name, ocm] = choice;
  const std::string version =
      options.kubernetes.empty() ? std::string(DefaultKubernetes()) : options.kubernetes;
  const KubernetesRow* kubernetes = FindKubernetes(version);
  if (kubernetes == nullptr) {
    const std::vector<std::string> versions = KubernetesVersions();
    return absl::InvalidArgumentError(absl::StrCat("--kubernetes: no version \"", version,
                                                   "\" (known: ", versions.front(), " to ",
                                                   versions.back(), ")"));
  }
  const bool singleton = options.mode == AgentMode::kSingleton;
  const auto in_mode = [&](const BindingRow& b) {
    return singleton ? b.in_singleton : b.in_default;
  };
  if (std::none_of(ocm.row->bindings.begin(), ocm.row->bindings.end(), in_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "profile ", name, " has no singleton mode (it came with OCM 0.12); use --mode default"));
  }

  Profile profile{.name = name,
                  .release = ocm.release,
                  .kubernetes = version,
                  .singleton = singleton,
                  .source = "builtin"};
  for (const RoleRow& row : DefaultRoleTable())
    profile.policy.roles.push_back(ToRole(row, options.agent));
  for (const BindingRow& row : DefaultBindingTable())
    profile.policy.bindings.push_back(ToBinding(row, options.agent));
  AddKubernetesRoles(*kubernetes, profile.policy);
  for (const RoleRow& row : ocm.row->roles)
    profile.policy.roles.push_back(ToRole(row, options.agent));
  for (const BindingRow& row : ocm.row->bindings) {
    if (in_mode(row)) profile.policy.bindings.push_back(ToBinding(row, options.agent));
  }
  return profile;
}

std::vector<ProfileSummary> ListProfiles() {
  std::vector<ProfileSummary> profiles;
  for (const OcmRow& row : OcmTable()) {
    const bool singleton = std::any_of(row.bindings.begin(), row.bindings.end(),
                                       [](const BindingRow& b) { return b.in_singleton; });
    profiles.push_back({ToStrings(row.releases), singleton});
  }
  return profiles;
}

std::vector<std::string> ProfileNames() {
  std::vector<std::string> names;
  for (const OcmRow& row : OcmTable()) {
    for (absl::string_view text : row.releases) {
      const Release r = *ParseRelease(text);
      std::string name = absl::StrCat("ocm-", r.major, ".", r.minor);
      if (std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(std::move(name));
    }
  }
  for (const KubeStellarRow& row : KubeStellarTable()) {
    if (ParseRelease(row.version)->patch < 0)
      names.push_back(absl::StrCat("kubestellar-", row.version));
  }
  return names;
}

std::vector<std::string> KubernetesVersions() {
  std::vector<std::string> versions;
  for (const KubernetesRow& row : KubernetesTable()) {
    for (absl::string_view version : row.versions) versions.emplace_back(version);
  }
  return versions;
}

std::string DefaultKubernetesVersion() { return std::string(DefaultKubernetes()); }

}  // namespace wecan
