// SPDX-License-Identifier: Apache-2.0
// The objects that say how manifests are applied: KubeStellar's BindingPolicy and Binding, OCM's
// ManifestWork. Source: kubestellar/kubestellar v0.30.0 api/control/v1alpha1/types.go;
// open-cluster-management-io/api v1.3 work/v1.
#include <utility>

#include "absl/strings/str_cat.h"

#include "analyzer/requirements/strategy.h"
#include "src/input/contents.h"

namespace wecan {
namespace {

std::string Text(Extraction& extraction, const Value& object, absl::string_view key) {
  return extraction.String(object, key, key).value_or("");
}

DownsyncClause ExtractClause(Extraction& extraction, const Value& value) {
  DownsyncClause clause{.resources = extraction.Strings(value, "resources", "resources"),
                        .namespaces = extraction.Strings(value, "namespaces", "namespaces"),
                        .object_names = extraction.Strings(value, "objectNames", "objectNames"),
                        .create_only = value["createOnly"].IsTrue()};
  if (const Value group = value["apiGroup"]; group && !group.IsNull())
    clause.api_group = Text(extraction, value, "apiGroup");
  value["objectSelectors"].ForEachItem(
      [&](const Value& s) { clause.object_selectors.push_back(ExtractSelector(extraction, s)); });
  value["namespaceSelectors"].ForEachItem([&](const Value& s) {
    clause.namespace_selectors.push_back(ExtractSelector(extraction, s));
  });
  return clause;
}

// A Binding's entry as an object without a body.
void AddEntry(Extraction& extraction, const Value& entry, bool namespaced, int binding) {
  Object o{.group = Text(extraction, entry, "group"),
           .version = Text(extraction, entry, "version"),
           .namespace_ = namespaced ? Text(extraction, entry, "namespace") : "",
           .name = Text(extraction, entry, "name"),
           .location = extraction.Locate(entry),
           .binding = binding,
           .resource = Text(extraction, entry, "resource"),
           .create_only = entry["createOnly"].IsTrue()};
  if (!IsResourceName(o.resource)) {
    extraction.Error(entry, o.resource.empty()
                                ? std::string("this entry of a Binding names no resource")
                                : absl::StrCat("\"", o.resource, "\" is no name of a resource"));
    return;
  }
  o.kind = o.resource;
  if (const CatalogEntry* known = FindByResourceName(o.resource, o.group, false))
    o.kind = std::string(known->kind);
  extraction.input().objects.push_back(std::move(o));
}

ResourceIdentifier ExtractIdentifier(Extraction& extraction, const Value& value) {
  return {Text(extraction, value, "group"), Text(extraction, value, "resource"),
          Text(extraction, value, "namespace"), Text(extraction, value, "name")};
}

ManifestConfig ExtractConfig(Extraction& extraction, const Value& value) {
  ManifestConfig config{.id = ExtractIdentifier(extraction, value["resourceIdentifier"]),
                        .feedback_scrape_type = Text(extraction, value, "feedbackScrapeType")};
  const Value strategy = value["updateStrategy"];
  if (!strategy.IsMapping()) return config;
  const std::string type = Text(extraction, strategy, "type");
  config.strategy = type.empty() ? UpdateStrategy::kUpdate : ParseUpdateStrategy(type);
  if (!config.strategy) {
    extraction.Error(strategy["type"],
                     absl::StrCat("updateStrategy type \"", type,
                                  "\" is none of Update, CreateOnly, ServerSideApply, ReadOnly"));
  }
  return config;
}

void ExtractDeleteOption(Extraction& extraction, const Value& option, ManifestWork& work) {
  const std::string policy = Text(extraction, option, "propagationPolicy");
  work.orphan_all = policy == "Orphan";
  if (policy != "SelectivelyOrphan") return;
  // OCM v1 writes selectivelyOrphans; the list inside is the same in every release.
  option["selectivelyOrphans"]["orphaningRules"].ForEachItem([&](const Value& rule) {
    work.orphaning_rules.push_back(ExtractIdentifier(extraction, rule));
  });
}

// Source: open-cluster-management-io/ocm v1.3.1 pkg/work/spoke/auth/basic/auth.go, which refuses
// every other subject.
void ExtractExecutor(Extraction& extraction, const Value& executor, ManifestWork& work) {
  if (!executor || executor.IsNull()) return;
  const Value subject = executor["subject"];
  const std::string type = Text(extraction, subject, "type");
  const Value account = subject["serviceAccount"];
  ServiceAccountRef ref{.namespace_ = Text(extraction, account, "namespace"),
                        .name = Text(extraction, account, "name")};
  constexpr absl::string_view kAdvice =
      "write type: ServiceAccount, serviceAccount.namespace and serviceAccount.name, or leave out "
      "the executor";
  if (type != "ServiceAccount") {
    extraction.Error(subject ? subject : executor,
                     absl::StrCat("executor subject of type \"", type,
                                  "\" is refused by the work agent; ", kAdvice));
  } else if (ref.namespace_.empty() || ref.name.empty()) {
    extraction.Error(subject, absl::StrCat("executor without an account; ", kAdvice));
  } else {
    work.executor = std::move(ref);
  }
}

}  // namespace

void ExtractBindingPolicy(Extraction& extraction, const Value& value, int object) {
  BindingPolicy policy{.name = extraction.input().objects[object].name,
                       .location = extraction.input().objects[object].location};
  value["spec"]["clusterSelectors"].ForEachItem(
      [&](const Value& s) { policy.cluster_selectors.push_back(ExtractSelector(extraction, s)); });
  value["spec"]["downsync"].ForEachItem(
      [&](const Value& clause) { policy.downsync.push_back(ExtractClause(extraction, clause)); });
  extraction.input().policies.push_back(std::move(policy));
}

void ExtractBinding(Extraction& extraction, const Value& value, int object) {
  Binding binding{.name = extraction.input().objects[object].name,
                  .location = extraction.input().objects[object].location};
  const Value spec = value["spec"];
  spec["destinations"].ForEachItem([&](const Value& destination) {
    if (std::string id = Text(extraction, destination, "clusterId"); !id.empty()) {
      binding.destinations.push_back(std::move(id));
    }
  });
  const int index = static_cast<int>(extraction.input().bindings.size());
  extraction.input().bindings.push_back(std::move(binding));
  const Value workload = spec["workload"];
  workload["clusterScope"].ForEachItem(
      [&](const Value& e) { AddEntry(extraction, e, false, index); });
  workload["namespaceScope"].ForEachItem(
      [&](const Value& e) { AddEntry(extraction, e, true, index); });
}

Value ExtractManifestWork(Extraction& extraction, const Value& value, int object) {
  const Object& o = extraction.input().objects[object];
  ManifestWork work{.namespace_ = o.namespace_,
                    .name = o.name,
                    .replica_set = o.kind == "ManifestWorkReplicaSet",
                    .location = o.location};
  const Value spec = work.replica_set ? value["spec"]["manifestWorkTemplate"] : value["spec"];
  spec["manifestConfigs"].ForEachItem(
      [&](const Value& config) { work.configs.push_back(ExtractConfig(extraction, config)); });
  ExtractDeleteOption(extraction, spec["deleteOption"], work);
  ExtractExecutor(extraction, spec["executor"], work);
  extraction.input().works.push_back(std::move(work));
  return spec["workload"]["manifests"];
}

}  // namespace wecan
