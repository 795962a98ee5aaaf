// SPDX-License-Identifier: Apache-2.0
#include "src/cli/destinations.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/requirements/kind_rules.h"
#include "analyzer/requirements/selection.h"
#include "src/output/style.h"

namespace wecan {
namespace {

bool AnyMatches(const std::vector<LabelSelector>& selectors, const Labels& labels) {
  return std::any_of(selectors.begin(), selectors.end(), [&](const LabelSelector& s) {
    return ValidateSelector(s).ok() && SelectorMatches(s, labels);
  });
}

// ---- which there are

class DestinationFinder {
 public:
  DestinationFinder(const AnalysisInput& input, const ContextMap& map,
                    const std::vector<std::string>& contexts, const Its* its)
      : input_(input), map_(map), contexts_(contexts), its_(its) {}

  std::vector<Destination> Run() {
    std::map<std::string, std::vector<int>> clusters;  // with the Bindings that name them
    for (size_t i = 0; i < input_.bindings.size(); ++i) {
      const Binding& b = input_.bindings[i];
      binding_of_.try_emplace(b.name, static_cast<int>(i));
      for (const std::string& cluster : std::set(b.destinations.begin(), b.destinations.end()))
        clusters[cluster].push_back(static_cast<int>(i));
    }
    if (its_ != nullptr) {
      for (const ManagedCluster& c : its_->clusters) {
        if (IsWanted(c)) clusters.try_emplace(c.name);
      }
    }
    std::vector<Destination> destinations;
    for (auto& [cluster, bindings] : clusters)
      destinations.push_back(Make(cluster, std::move(bindings)));
    return destinations;
  }

 private:
  // Without Bindings, what no policy selects is no destination; with neither, all are.
  bool IsWanted(const ManagedCluster& cluster) const {
    if (!input_.bindings.empty() || input_.policies.empty()) return true;
    return std::any_of(input_.policies.begin(), input_.policies.end(), [&](const BindingPolicy& p) {
      return AnyMatches(p.cluster_selectors, cluster.labels);
    });
  }

  Destination Make(const std::string& cluster, std::vector<int> bindings) const {
    Destination d{
        .cluster = cluster, .context = ContextOf(cluster), .bindings = std::move(bindings)};
    const auto problem = [&](absl::string_view what) {
      d.problems.push_back(absl::StrCat("cluster ", Printable(cluster), ": ", what));
    };
    if (d.context.empty()) problem(NoContext(cluster));
    const ManagedCluster* managed = Find(cluster);
    if (its_ != nullptr && managed == nullptr) {
      problem("the ITS has no ManagedCluster of this name; look at kubectl get managedclusters");
    }
    if (managed != nullptr && !managed->problem.empty()) problem(managed->problem);
    if (managed != nullptr) d.properties = managed->properties;
    for (size_t i = 0; i < input_.policies.size(); ++i) {
      if (Sends(input_.policies[i], d, managed)) d.policies.push_back(static_cast<int>(i));
    }
    return d;
  }

  std::string ContextOf(const std::string& cluster) const {
    const auto mapped = map_.find(cluster);
    const std::string& name = mapped == map_.end() ? cluster : mapped->second;
    return std::binary_search(contexts_.begin(), contexts_.end(), name) ? name : "";
  }

  std::string NoContext(const std::string& cluster) const {
    const auto mapped = map_.find(cluster);
    if (mapped == map_.end()) {
      return absl::StrCat("no context maps to it; name one with --map ", ShellWord(cluster),
                          "=CONTEXT or wecs.map in .wecan.yaml");
    }
    const std::vector<absl::string_view> known(contexts_.begin(), contexts_.end());
    return absl::StrCat("it is mapped to context \"", Printable(mapped->second),
                        "\", which is not there", Printable(DidYouMean(mapped->second, known)),
                        "; change --map or wecs.map in .wecan.yaml");
  }

  const ManagedCluster* Find(const std::string& cluster) const {
    if (its_ == nullptr) return nullptr;
    const auto found = std::lower_bound(
        its_->clusters.begin(), its_->clusters.end(), cluster,
        [](const ManagedCluster& c, const std::string& name) { return c.name < name; });
    return found == its_->clusters.end() || found->name != cluster ? nullptr : &*found;
  }

  // The policy's Binding says so; else its selectors, where the cluster's labels are known.
  bool Sends(const BindingPolicy& policy, const Destination& d,
             const ManagedCluster* managed) const {
    const auto binding = binding_of_.find(policy.name);
    if (binding != binding_of_.end())
      return std::binary_search(d.bindings.begin(), d.bindings.end(), binding->second);
    return managed == nullptr || AnyMatches(policy.cluster_selectors, managed->labels);
  }

  const AnalysisInput& input_;
  const ContextMap& map_;
  const std::vector<std::string>& contexts_;
  const Its* its_;
  absl::flat_hash_map<std::string, int> binding_of_;  // by its name
};

// ---- what goes there

class InputFilter {
 public:
  InputFilter(const AnalysisInput& input, const Destination& destination)
      : input_(input),
        destination_(destination),
        mapper_(input.crds),
        namespaces_(CollectNamespaceLabels(input)) {}

  AnalysisInput Run() {
    AnalysisInput result{.files = input_.files,
                         .works = input_.works,
                         .bindings = input_.bindings,
                         .crds = input_.crds,
                         .diagnostics = input_.diagnostics};
    for (int i : destination_.policies) result.policies.push_back(input_.policies[i]);
    std::vector<int> place(input_.objects.size(), -1);
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      if (!Goes(input_.objects[i])) continue;
      place[i] = static_cast<int>(result.objects.size());
      result.objects.push_back(Expanded(input_.objects[i]));
    }
    CopyRbac(input_.rbac.roles, place, result.rbac.roles);
    CopyRbac(input_.rbac.bindings, place, result.rbac.bindings);
    return result;
  }

 private:
  bool Goes(const Object& o) const {
    if (o.binding >= 0) {
      const std::vector<int>& bindings = destination_.bindings;
      return std::binary_search(bindings.begin(), bindings.end(), o.binding);
    }
    if (o.work >= 0) {
      const ManifestWork& work = input_.works[o.work];
      return work.replica_set || work.namespace_.empty() || work.namespace_ == destination_.cluster;
    }
    const bool of_wds = o.location.file >= 0 && input_.files[o.location.file].live;
    if (!of_wds || o.loaded || IsSteering(o.group, o.kind)) return true;
    const ResourceType type = mapper_.ByKind(o.group, o.kind, !o.namespace_.empty());
    const Selectable selectable{o.group, type.resource, o.namespace_, o.name, &o.labels};
    return std::any_of(destination_.policies.begin(), destination_.policies.end(), [&](int policy) {
      return Select(input_.policies[policy], selectable, namespaces_).selected;
    });
  }

  Object Expanded(Object o) const {
    if (!o.expand_templates) return o;
    for (std::string* text : {&o.namespace_, &o.name}) {
      if (std::optional<std::string> expanded = ExpandTemplate(*text, destination_.properties))
        *text = *std::move(expanded);
    }
    return o;
  }

  // `place`: the new index of each object, -1 for one that is left out.
  template <typename T>
  static void CopyRbac(const std::vector<T>& from, const std::vector<int>& place,
                       std::vector<T>& to) {
    for (const T& rbac_object : from) {
      const int object = rbac_object.origin.object;
      if (object >= 0 && place[object] < 0) continue;
      to.push_back(rbac_object);
      if (object >= 0) to.back().origin.object = place[object];
    }
  }

  const AnalysisInput& input_;
  const Destination& destination_;
  const ResourceMapper mapper_;
  const NamespaceLabels namespaces_;
};

}  // namespace

absl::StatusOr<ContextMap> ParseContextMap(const std::vector<std::string>& entries) {
  ContextMap map;
  for (const std::string& entry : entries) {
    const std::vector<std::string> parts = absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--map: \"", Printable(entry),
                       "\" is not CLUSTER=CONTEXT, for example cluster1=kind-cluster1"));
    }
    map[parts[0]] = parts[1];
  }
  return map;
}

absl::StatusOr<std::vector<Destination>> FindDestinations(const AnalysisInput& input,
                                                          const ContextMap& map,
                                                          const std::vector<std::string>& contexts,
                                                          const Its* its) {
  if (input.bindings.empty() && its == nullptr) {
    return absl::FailedPreconditionError(
        "--wds: there are no Bindings, and which clusters BindingPolicies select is known in the "
        "ITS alone; give --its CONTEXT as well");
  }
  return DestinationFinder(input, map, contexts, its).Run();
}

AnalysisInput InputFor(const AnalysisInput& input, const Destination& destination) {
  return InputFilter(input, destination).Run();
}

}  // namespace wecan
