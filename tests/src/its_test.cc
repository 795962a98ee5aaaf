// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/its.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/cluster.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr char kClusters[] = "/apis/cluster.open-cluster-management.io/v1/managedclusters";
constexpr char kMaps[] = "/api/v1/namespaces/customization-properties/configmaps";

absl::StatusOr<Its> ReadAt(const ClusterReplies& replies) {
  TestCluster cluster(replies);
  const std::unique_ptr<HttpClient> client = cluster.Client();
  return ReadIts(*client, "its1");
}

ClusterReplies Recorded() {
  return {{kClusters, RecordedReply("its/managedclusters.json")},
          {kMaps, RecordedReply("its/configmaps.json")}};
}

TEST(ReadIts, ClustersWithTheirProperties) {
  ASSERT_OK_AND_ASSIGN(const Its its, ReadAt(Recorded()));
  EXPECT_THAT(its.properties, IsOk());
  ASSERT_THAT(its.clusters, SizeIs(4));
  const ManagedCluster& first = its.clusters[0];
  EXPECT_EQ(first.name, "cluster1");
  EXPECT_THAT(first.labels, testing::Contains(Pair("location-group", "edge")));
  EXPECT_EQ(first.problem, "");
  EXPECT_THAT(first.properties,
              ElementsAre(Pair("blob", "shop"), Pair("clusterName", "cluster1"),
                          Pair("name", "cluster1"), Pair("tier", "gold"), Pair("zone", "a")));
  EXPECT_THAT(its.clusters[1].properties,
              ElementsAre(Pair("clusterName", "cluster2"), Pair("storage", "fast")));
}

TEST(ReadIts, WhatIsNotJoinedOrNotHeardOf) {
  ASSERT_OK_AND_ASSIGN(const Its its, ReadAt(Recorded()));
  EXPECT_EQ(its.clusters[1].problem, "");
  EXPECT_EQ(its.clusters[2].problem,
            "it is not available (ManagedClusterConditionAvailable is Unknown: Registration agent "
            "stopped updating its lease.); look at the klusterlet on it");
  EXPECT_EQ(its.clusters[3].problem,
            "the hub has not accepted it (spec.hubAcceptsClient); run clusteradm accept --clusters "
            "with its name");
}

// The ConfigMap is the strongest source: without it nothing is sure.
TEST(ReadIts, WithoutConfigMapsNoPropertyIsKnown) {
  ClusterReplies replies = Recorded();
  replies[kMaps] = StatusReply(403, "may not list");
  ASSERT_OK_AND_ASSIGN(const Its its, ReadAt(replies));
  EXPECT_THAT(its.properties, StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr(kMaps)));
  ASSERT_THAT(its.clusters, SizeIs(4));
  EXPECT_THAT(its.clusters[0].properties, IsEmpty());
}

TEST(ReadIts, NoIts) {
  EXPECT_THAT(
      ReadAt({}),
      StatusIs(absl::StatusCode::kNotFound,
               "--its: its1 serves no managedclusters.cluster.open-cluster-management.io/v1, "
               "so it is no ITS; name the context of one"));
  EXPECT_THAT(ReadAt({{kClusters, StatusReply(403, "no")}}),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("its1: GET /apis/cluster")));
}

// Nothing of what it says is trusted to be there, or to be of its type.
TEST(ReadIts, OddObjects) {
  ASSERT_OK_AND_ASSIGN(
      const Its its,
      ReadAt(
          {{kClusters, JsonReply(R"({"items": [1, {}, {"metadata": {"name": "a", "labels": 7},
                                        "spec": [], "status": {"conditions": {}}}]})")},
           {kMaps, JsonReply(R"({"items": [{"metadata": {"name": "a"}, "data": {"x": 1, "y": "1"},
                                    "binaryData": {"z": "!"}}]})")}}));
  ASSERT_THAT(its.clusters, SizeIs(2));
  EXPECT_THAT(its.clusters[1].properties, ElementsAre(Pair("clusterName", "a"), Pair("y", "1")));
}

}  // namespace
}  // namespace wecan
