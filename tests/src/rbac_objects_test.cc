// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/rbac_objects.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"
#include "tests/testing/cluster.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Result = absl::StatusOr<RbacPolicy>;

Result ListAt(TestCluster& cluster) {
  std::optional<Result> result;
  cluster.Run([&](HttpExchange& exchange) {
    ListRbac(exchange, 0, "wec1", [&](Result r) {
      EXPECT_FALSE(result) << "called twice";
      result = std::move(r);
    });
  });
  return result.value_or(absl::InternalError("never called"));
}

const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1/";

ClusterReplies Recorded() {
  return {{kRbac + "clusterroles", RecordedReply("rbac/clusterroles.json")},
          {kRbac + "clusterrolebindings", RecordedReply("rbac/clusterrolebindings.json")},
          {kRbac + "roles", RecordedReply("rbac/roles.json")},
          {kRbac + "rolebindings", RecordedReply("rbac/rolebindings.json")}};
}

TEST(ListRbac, ReadsAllFour) {
  TestCluster cluster(Recorded());
  ASSERT_OK_AND_ASSIGN(const RbacPolicy policy, ListAt(cluster));
  ASSERT_THAT(policy.roles, SizeIs(22));
  ASSERT_THAT(policy.bindings, SizeIs(15));
  const Role& admin = policy.roles[0];
  EXPECT_EQ(admin.name, "admin");
  EXPECT_EQ(admin.kind, RoleKind::kClusterRole);
  ASSERT_TRUE(admin.aggregation.has_value());
  EXPECT_FALSE(admin.rules.empty());
  EXPECT_EQ(policy.roles.back().kind, RoleKind::kRole);
  EXPECT_EQ(policy.roles.back().namespace_, "shop");
  EXPECT_TRUE(policy.bindings.front().cluster);
  EXPECT_FALSE(policy.bindings.back().cluster);
  EXPECT_EQ(policy.bindings.back().namespace_, "shop");
  EXPECT_EQ(policy.bindings.back().role_ref.kind, "Role");
}

TEST(ListRbac, AMissingRightIsNoSmallerPolicy) {
  for (const auto& [path, reply] : Recorded()) {
    ClusterReplies replies = Recorded();
    replies[path] = StatusReply(403, "may not list");
    TestCluster cluster(replies);
    EXPECT_THAT(ListAt(cluster),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         "wec1: GET " + path +
                             ": forbidden (403): may not list; ask for this permission, or use "
                             "another user"));
  }
}

TEST(ListRbac, APageThatCannotBeReadIsNoSmallerPolicy) {
  ClusterReplies replies = Recorded();
  replies[kRbac + "roles"] = JsonReply(R"({"kind": "RoleList", "items": [{"metadata": {}}]})");
  TestCluster cluster(replies);
  EXPECT_THAT(ListAt(cluster),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "wec1: roles: cannot be read: an item is no object with a name; look at "
                       "what kubectl get -o json shows of it"));
}

// What the reader of manifests passes over counts here.
TEST(ReadRbacPage, EverythingCounts) {
  RbacPolicy policy;
  EXPECT_THAT(ReadRbacPage("wec1", R"({"kind": "ClusterRoleList", "items": [
      {"metadata": {"name": "{{ .Values.name }}"}, "rules": [{"verbs": ["get"],
       "apiGroups": [""], "resources": ["pods"]}]},
      {"metadata": {"name": "local",
                    "annotations": {"config.kubernetes.io/local-config": "true"}}, "rules": null},
      {"kind": "ClusterRoleBinding", "metadata": {"name": "b"},
       "roleRef": {"kind": "ClusterRole", "name": "x"}, "$patch": "delete"}]})",
                           policy),
              IsOk());
  ASSERT_THAT(policy.roles, SizeIs(2));
  EXPECT_EQ(policy.roles[0].name, "{{ .Values.name }}");
  EXPECT_THAT(policy.roles[0].rules, ElementsAre(Rule("get", "", "pods")));
  EXPECT_THAT(policy.roles[1].rules, IsEmpty());
  EXPECT_THAT(policy.bindings, SizeIs(1));
}

TEST(ReadRbacPage, Errors) {
  struct Case {
    const char *page, *error;
  };
  for (const Case& c : std::vector<Case>{
           {"", "the page is empty"},
           {"{", "unexpected end of the text"},
           {"[]", "the page holds no items"},
           {R"({"kind": "RoleList"})", "the page holds no items"},
           {R"({"kind": "RoleList", "items": [1]})", "an item is no object with a name"},
           {R"({"kind": "PodList", "items": [{"metadata": {"name": "x"}}]})",
            "an object is no Role, ClusterRole or binding of one"},
           {R"({"kind": "RoleList", "items": [{"metadata": {"name": 1}}]})",
            "metadata.name is a number, not a string; put it in quotes"},
           {R"({"kind": "RoleList", "items": [{"metadata": {"name": "x"}, "rules": {}}]})",
            "rules is not a list"},
           {R"({"kind": "RoleList", "items": [{"metadata": {"name": "x"},
                "rules": [{"verbs": "get"}]}]})",
            "verbs is a string, not a list of strings"},
           {R"({"kind": "RoleBindingList", "items": [{"metadata": {"name": "x"},
                "roleRef": {"name": []}}]})",
            "roleRef.name is a list, not a string"},
       }) {
    RbacPolicy policy;
    const absl::Status status = ReadRbacPage("wec1\n", c.page, policy);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr(std::string("cannot be read: ") + c.error)));
    EXPECT_THAT(policy.roles, IsEmpty());
    EXPECT_THAT(policy.bindings, IsEmpty());
  }
}

}  // namespace
}  // namespace wecan
