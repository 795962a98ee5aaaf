// SPDX-License-Identifier: Apache-2.0
#include "src/fix/grant_documents.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/output/report.h"

namespace wecan {
namespace {

constexpr size_t kNamedObjects = 20;

std::string DescribeWidth(const RoleGrant& grant) {
  std::vector<std::string> places;
  for (const std::string& ns : grant.needed_in) {
    if (!ns.empty()) places.push_back(ns);
  }
  const bool cluster = !grant.needed_in.empty() && grant.needed_in[0].empty();
  const size_t count = places.size();
  if (count > kNamedObjects) {
    places.resize(kNamedObjects);
    places.push_back(absl::StrCat("+", count - kNamedObjects, " more"));
  }
  const std::string needed = places.empty() ? "at cluster scope"
                                            : absl::StrCat("in ", absl::StrJoin(places, ", "),
                                                           cluster ? " and at cluster scope" : "");
  return grant.role.kind == RoleKind::kRole ? absl::StrCat("namespace ", grant.role.namespace_)
                                            : absl::StrCat("all namespaces; needed ", needed);
}

Json WithMetadata(Json object, const Labels& labels,
                  const std::vector<std::pair<std::string, std::string>>& annotations) {
  for (const auto& [key, value] : labels) object["metadata"]["labels"][key] = value;
  for (const auto& [key, value] : annotations) object["metadata"]["annotations"][key] = value;
  return object;
}

}  // namespace

std::string DnsName(absl::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool keep = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.';
    out += keep ? absl::ascii_tolower(static_cast<unsigned char>(c)) : '-';
  }
  return out;
}

std::vector<std::string> ObjectNames(const AnalysisInput& input, const Requirements& requirements,
                                     const std::vector<int>& objects, size_t limit) {
  std::set<std::string> names;
  for (int i : objects)
    names.insert(ObjectName(input.objects[i], requirements.objects[i].namespace_));
  std::vector<std::string> shown(names.begin(), names.end());
  if (shown.size() > limit) {
    const size_t more = shown.size() - limit;
    shown.resize(limit);
    shown.push_back(absl::StrCat("+", more, " more"));
  }
  return shown;
}

std::vector<std::pair<std::string, std::string>> GrantAnnotations(const RoleGrant& grant,
                                                                  const AnalysisInput& input,
                                                                  const Requirements& requirements,
                                                                  const AnalyzeOptions& options) {
  const std::vector<std::string> objects =
      ObjectNames(input, requirements, grant.objects, kNamedObjects);
  return {{"grant.wecan/for", AccountOf(requirements, options, grant.executor).Display()},
          {"grant.wecan/reason",
           grant.executor < 0 ? absl::StrCat("to apply and remove these objects; profile ",
                                             options.profile.name, " holds less")
                              : "to be the executor of the ManifestWorks with these objects"},
          {"grant.wecan/scope", DescribeWidth(grant)},
          {"grant.wecan/objects", absl::StrJoin(objects, ", ")}};
}

std::vector<Json> GrantDocuments(
    const RoleGrant& grant, const std::vector<std::pair<std::string, std::string>>& annotations,
    GrantWrap wrap, const std::string& mailbox) {
  std::vector<Json> documents;
  if (grant.existing == nullptr) {
    Role bare = grant.role;
    bare.labels.clear();
    documents.push_back(WithMetadata(RoleJson(bare), grant.role.labels, annotations));
  }
  if (grant.binding && !grant.binding_exists) {
    Labels labels = grant.role.labels;
    std::erase_if(labels, [](const auto& l) { return l.first == kAggregateToWorkLabel; });
    documents.push_back(WithMetadata(BindingJson(*grant.binding), labels, {}));
  }
  if (wrap != GrantWrap::kManifestWork || documents.empty()) return documents;
  const std::string ns = grant.role.namespace_;
  Json metadata = {{"name", DnsName(absl::StrCat(grant.role.name, ns.empty() ? "" : "-", ns))}};
  if (!mailbox.empty()) metadata["namespace"] = mailbox;
  return {{{"apiVersion", "work.open-cluster-management.io/v1"},
           {"kind", "ManifestWork"},
           {"metadata", metadata},
           {"spec", {{"workload", {{"manifests", documents}}}}}}};
}

Json GrantBindingPolicy(const std::vector<RoleGrant>& grants,
                        const std::vector<BindingPolicy>& policies) {
  std::set<std::string> names, resources;
  for (const RoleGrant& g : grants) {
    const bool cluster = g.role.kind == RoleKind::kClusterRole;
    names.insert(g.role.name);
    resources.insert(cluster ? "clusterroles" : "roles");
    if (g.binding) resources.insert(cluster ? "clusterrolebindings" : "rolebindings");
  }
  Json selectors = Json::array();
  for (const BindingPolicy& policy : policies) {
    for (const LabelSelector& s : policy.cluster_selectors) {
      Json json = SelectorJson(s);
      if (std::find(selectors.begin(), selectors.end(), json) == selectors.end())
        selectors.push_back(std::move(json));
    }
  }
  const Json clause = {
      {"apiGroup", kRbacGroup},
      {"resources", resources},
      {"objectNames", names},
      {"objectSelectors", Json::array({{{"matchLabels", {{kManagedByLabel, kManagedByWecan}}}}})}};
  return {{"apiVersion", "control.kubestellar.io/v1alpha1"},
          {"kind", "BindingPolicy"},
          {"metadata", {{"name", absl::StrCat(DnsName(*names.begin()), "-grant")}}},
          {"spec", {{"clusterSelectors", selectors}, {"downsync", Json::array({clause})}}}};
}

}  // namespace wecan
