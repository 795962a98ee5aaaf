// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/its.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cluster/http_exchange.h"
#include "src/cluster/list_objects.h"
#include "src/output/style.h"

namespace wecan {
namespace {

using Pages = absl::StatusOr<std::vector<std::string>>;

constexpr char kManagedClusters[] = "/apis/cluster.open-cluster-management.io/v1/managedclusters";
constexpr char kPropertyMaps[] = "/api/v1/namespaces/customization-properties/configmaps";
constexpr char kAvailable[] = "ManagedClusterConditionAvailable";

// What is no string in a map is not there.
Labels TextsOf(const Value& mapping) {
  Labels texts;
  mapping.ForEachEntry([&](const Value& key, const Value& value) {
    if (const auto text = value.AsString()) texts.emplace_back(key.text(), *text);
  });
  return texts;
}

// binaryData wins over data, but the API server lets no key be in both.
Labels EntriesOf(const Value& config_map) {
  Labels entries = TextsOf(config_map["data"]);
  for (const auto& [key, encoded] : TextsOf(config_map["binaryData"])) {
    std::string bytes;
    if (absl::Base64Unescape(encoded, &bytes)) entries.emplace_back(key, std::move(bytes));
  }
  return entries;
}

std::string ProblemOf(const Value& cluster) {
  if (!cluster["spec"]["hubAcceptsClient"].IsTrue()) {
    return "the hub has not accepted it (spec.hubAcceptsClient); run clusteradm accept --clusters "
           "with its name";
  }
  std::string status, message;
  cluster["status"]["conditions"].ForEachItem([&](const Value& condition) {
    if (condition["type"].text() != kAvailable) return;
    status = std::string(condition["status"].text());
    message = std::string(condition["message"].text());
  });
  if (status == "True") return "";
  return absl::StrCat("it is not available (", kAvailable, " is ",
                      status.empty() ? "not there" : Printable(status), message.empty() ? "" : ": ",
                      Printable(message), "); look at the klusterlet on it");
}

}  // namespace

absl::StatusOr<Its> ReadIts(HttpClient& client, const std::string& context) {
  HttpExchange exchange(client);
  Pages clusters, maps;
  ListObjects(exchange, 0, context, kManagedClusters, [&](Pages p) { clusters = std::move(p); });
  ListObjects(exchange, 0, context, kPropertyMaps, [&](Pages p) { maps = std::move(p); });
  exchange.Run();
  if (absl::IsNotFound(clusters.status())) {
    return absl::NotFoundError(absl::StrCat(
        "--its: ", Printable(context),
        " serves no managedclusters.cluster.open-cluster-management.io/v1, so it is no ITS; name "
        "the context of one"));
  }
  WECAN_RETURN_IF_ERROR(clusters.status());

  Its its{.properties = maps.status()};
  std::map<std::string, Labels> entries;
  if (maps.ok())
    ForEachItem(*maps, [&](const Value& item) { entries[NameOf(item)] = EntriesOf(item); });
  ForEachItem(*clusters, [&](const Value& item) {
    ManagedCluster cluster{.name = NameOf(item),
                           .labels = TextsOf(item["metadata"]["labels"]),
                           .problem = ProblemOf(item)};
    if (maps.ok()) {
      cluster.properties =
          PropertiesOf(cluster.name, cluster.labels, TextsOf(item["metadata"]["annotations"]),
                       entries[cluster.name]);
    }
    its.clusters.push_back(std::move(cluster));
  });
  std::sort(its.clusters.begin(), its.clusters.end(),
            [](const ManagedCluster& a, const ManagedCluster& b) { return a.name < b.name; });
  return its;
}

}  // namespace wecan
