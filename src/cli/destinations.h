// SPDX-License-Identifier: Apache-2.0
// Where a WDS sends what: which WECs there are, which contexts reach them, and what goes to each.
// Pure: everything was read before.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "analyzer/model/object.h"
#include "src/cluster/its.h"
#include "src/cluster/properties.h"

namespace wecan {

// Contexts by cluster, as --map and wecs.map say.
using ContextMap = std::map<std::string, std::string>;

// Of equal clusters the last counts. InvalidArgument naming --map for what is no CLUSTER=CONTEXT.
absl::StatusOr<ContextMap> ParseContextMap(const std::vector<std::string>& entries);

struct Destination {
  std::string cluster;  // of the Binding and the ITS: ManagedCluster, mailbox namespace
  std::string context;  // "": none leads to it
  // Why it cannot be asked, or why nothing gets to it now, one line each that starts with the
  // cluster (WEC403). With a context it can be asked all the same.
  std::vector<std::string> problems;
  Properties properties;      // empty: not known
  std::vector<int> bindings;  // that name it, sorted; into AnalysisInput::bindings
  std::vector<int> policies;  // that send to it, as far as is known; into AnalysisInput::policies
};

// Sorted by cluster: those that Bindings name, and with `its` all ManagedClusters; where there is
// no Binding, those that a BindingPolicy's clusterSelectors match. The context is that of `map`,
// else the one of the same name in `contexts`, which are sorted.
// FailedPrecondition when only an ITS could tell, and there is none.
// Source: kubestellar/kubestellar v0.30.0 pkg/ocm/ocm.go, FindClustersBySelectors.
absl::StatusOr<std::vector<Destination>> FindDestinations(const AnalysisInput& input,
                                                          const ContextMap& map,
                                                          const std::vector<std::string>& contexts,
                                                          const Its* its);

// The part of `input` that goes to the destination: entries of its Bindings, objects of the WDS
// that its policies select, ManifestWorks in its mailbox namespace, and all other objects of files.
// Names and namespaces that are templates are expanded as far as the properties tell. Suppressions
// are left out.
AnalysisInput InputFor(const AnalysisInput& input, const Destination& destination);

}  // namespace wecan
