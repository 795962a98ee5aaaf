// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/kind_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

struct KindCase {
  std::string group, kind;
  bool expected;
};

TEST(KindRules, Steering) {
  const std::vector<KindCase> cases = {
      {"control.kubestellar.io", "BindingPolicy", true},
      {"control.kubestellar.io", "Anything", true},
      {"addon.open-cluster-management.io", "ManagedClusterAddOn", true},
      {"cluster.open-cluster-management.io", "ManagedCluster", true},
      {"cluster.open-cluster-management.io", "ClusterClaim", false},
      {"work.open-cluster-management.io", "ManifestWork", true},
      {"work.open-cluster-management.io", "AppliedManifestWork", false},
      {"operator.open-cluster-management.io", "Klusterlet", false},
      {"policy.open-cluster-management.io", "Policy", false},
      {"", "ConfigMap", false},
      {"kubestellar.io", "BindingPolicy", false},
  };
  for (const KindCase& c : cases)
    EXPECT_EQ(IsSteering(c.group, c.kind), c.expected) << c.group << "/" << c.kind;
}

TEST(KindRules, NeverDownsynced) {
  const std::vector<KindCase> cases = {
      {"flowcontrol.apiserver.k8s.io", "FlowSchema", true},
      {"discovery.k8s.io", "EndpointSlice", true},
      {"apiregistration.k8s.io", "APIService", true},
      {"coordination.k8s.io", "Lease", true},
      {"", "Event", true},
      {"events.k8s.io", "Event", true},
      {"", "Node", true},
      {"", "Endpoints", true},
      {"storage.k8s.io", "CSINode", true},
      {"storage.k8s.io", "CSIStorageCapacity", true},
      {"storage.k8s.io", "StorageClass", false},
      {"storage.k8s.io", "CSIDriver", false},
      {"", "Pod", false},
      {"", "Namespace", false},
      // Discovery lists no list and watch for these.
      {"authorization.k8s.io", "SubjectAccessReview", true},
      {"", "Binding", true},
      {"", "ComponentStatus", true},
      // Resources of these names in other groups are ordinary since v0.30.
      {"example.com", "Node", false},
  };
  const ResourceMapper mapper({});
  for (const KindCase& c : cases) {
    EXPECT_EQ(IsNeverDownsynced(mapper.ByKind(c.group, c.kind, true)), c.expected)
        << c.group << "/" << c.kind;
  }
}

TEST(KindRules, RecreatedUnderUpdate) {
  const std::vector<KindCase> cases = {{"storage.k8s.io", "StorageClass", true},
                                       {"storage.k8s.io", "CSIDriver", true},
                                       {"storage.k8s.io", "VolumeAttachment", false},
                                       {"", "StorageClass", false},
                                       {"", "Secret", false}};
  for (const KindCase& c : cases) {
    EXPECT_EQ(IsRecreatedUnderUpdate(c.group, c.kind), c.expected) << c.group << "/" << c.kind;
  }
}

}  // namespace
}  // namespace wecan
