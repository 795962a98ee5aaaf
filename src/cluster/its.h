// SPDX-License-Identifier: Apache-2.0
// The WECs that an ITS knows.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "analyzer/model/labels.h"
#include "src/cluster/http_client.h"
#include "src/cluster/properties.h"

namespace wecan {

struct ManagedCluster {
  std::string name;
  Labels labels;
  // Why nothing gets to it now, one line: the hub has not accepted it, or does not hear of it. "":
  // it is joined and available.
  std::string problem;
  Properties properties;
};

struct Its {
  std::vector<ManagedCluster> clusters;  // sorted by name
  // Why the ConfigMaps with properties could not be read. Then no property is known for sure, since
  // they are the strongest source: `properties` are empty.
  absl::Status properties;
};

// Reads the ITS that is server 0 of `client` and that messages call `context`: its ManagedClusters,
// and the ConfigMaps in the namespace customization-properties. Errors are those of ListObjects for
// ManagedClusters; NotFound for a server that has none.
// Source: open-cluster-management-io/api v1.3 cluster/v1/types.go; kubestellar/kubestellar v0.30.0
// api/control/v1alpha1/types.go, PropertyConfigMapNamespace.
absl::StatusOr<Its> ReadIts(HttpClient& client, const std::string& context);

}  // namespace wecan
