// SPDX-License-Identifier: Apache-2.0
// What a work agent of one OCM release and mode holds on a cluster of one Kubernetes version, as
// RBAC objects.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/model/rbac.h"
#include "analyzer/model/release.h"
#include "analyzer/model/request.h"

namespace wecan {

enum class AgentMode { kDefault, kSingleton };

// The account that applies manifests on a WEC, and the Klusterlet that it belongs to.
struct Agent {
  std::string namespace_ = "open-cluster-management-agent";
  std::string service_account = "klusterlet-work-sa";
  std::string klusterlet = "klusterlet";

  ServiceAccountRef Account() const { return {namespace_, service_account}; }
  UserInfo User() const { return Account().User(); }
};

struct ProfileOptions {
  std::string name;  // "" for the newest, "ocm-X.Y[.Z]" or "kubestellar-X.Y[.Z]"
  AgentMode mode = AgentMode::kDefault;
  std::string kubernetes;  // "" for the default, or "X.Y"
  Agent agent;
};

struct Profile {
  std::string name;        // as reports show it: ocm-1.3
  Release release;         // the OCM release whose rules these are
  std::string kubernetes;  // "1.33", or "" for a profile from a file
  bool singleton = false;
  std::string source;  // "builtin", or the file
  RbacPolicy policy;   // not aggregated yet
};

// InvalidArgument, with a suggestion, for an unknown name, Kubernetes version, or a mode that the
// release lacks.
absl::StatusOr<Profile> BuildProfile(const ProfileOptions& options);

// One built-in profile for listings.
struct ProfileSummary {
  std::vector<std::string> releases;  // v1.3.1 last
  bool singleton = false;             // whether the release knows that mode
};
std::vector<ProfileSummary> ListProfiles();

// Names for --profile: ocm-X.Y of each minor release, oldest first, then kubestellar-X.Y.
std::vector<std::string> ProfileNames();
std::vector<std::string> KubernetesVersions();  // "1.19" first
std::string DefaultKubernetesVersion();

// --- tables made from policies/
using Texts = absl::Span<const absl::string_view>;

struct RuleRow {
  Texts verbs, api_groups, resources, resource_names, non_resource_urls;
};
struct LabelRow {
  absl::string_view key, value;
};
struct RoleRow {
  bool cluster;
  absl::string_view namespace_, name;
  absl::Span<const LabelRow> labels;
  absl::Span<const LabelRow> aggregation;  // one selector of matchLabels; empty: no aggregationRule
  absl::Span<const RuleRow> rules;
};
struct SubjectRow {
  absl::string_view kind, namespace_, name;
};
struct BindingRow {
  bool cluster;
  absl::string_view namespace_, name, role_kind, role_name;
  absl::Span<const SubjectRow> subjects;
  bool in_default, in_singleton;  // the modes in which it exists
};
struct OcmRow {
  Texts releases;
  absl::Span<const RoleRow> roles;
  absl::Span<const BindingRow> bindings;
};
struct KubernetesRow {
  Texts versions;
  absl::Span<const RuleRow> view, edit, admin;
};
struct KubeStellarRow {
  absl::string_view version, ocm;
};
absl::Span<const OcmRow> OcmTable();  // oldest first
absl::Span<const KubernetesRow> KubernetesTable();
absl::Span<const RoleRow> DefaultRoleTable();
absl::Span<const BindingRow> DefaultBindingTable();
absl::Span<const KubeStellarRow> KubeStellarTable();
absl::string_view NewestOcmRelease();
absl::string_view DefaultKubernetes();

}  // namespace wecan
