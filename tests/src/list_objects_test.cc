// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/list_objects.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/cluster.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using Pages = absl::StatusOr<std::vector<std::string>>;
constexpr char kPods[] = "/api/v1/pods";

Pages ListAt(TestCluster& cluster) {
  std::optional<Pages> result;
  cluster.Run([&](HttpExchange& exchange) {
    ListObjects(exchange, 0, "wec1", kPods, [&](Pages pages) {
      EXPECT_FALSE(result) << "called twice";
      result = std::move(pages);
    });
  });
  return result.value_or(absl::InternalError("never called"));
}

std::string Page(const std::string& next) {
  return absl::StrCat(R"({"metadata": {"continue": ")", next, R"("}, "items": [{}]})");
}

TEST(ListObjects, PageByPage) {
  TestCluster cluster({{"/api/v1/pods?limit=500", JsonReply(Page("a+b/=&\\\""))},
                       {"/api/v1/pods?limit=500&continue=a%2Bb%2F%3D%26%22", JsonReply(Page("z"))},
                       {"/api/v1/pods?limit=500&continue=z", JsonReply(Page(""))}});
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> pages, ListAt(cluster));
  EXPECT_THAT(pages, ElementsAre(Page("a+b/=&\\\""), Page("z"), Page("")));
}

TEST(ListObjects, OnePageAndEmptyOnes) {
  for (const char* body : {R"({"items": []})", R"({"items": null, "metadata": {}})",
                           R"({"items": [], "metadata": {"continue": ""}})"}) {
    TestCluster cluster({{kPods, JsonReply(body)}});
    ASSERT_OK_AND_ASSIGN(const std::vector<std::string> pages, ListAt(cluster));
    EXPECT_THAT(pages, ElementsAre(body));
  }
}

TEST(ListObjects, AllAgainWhenThePlaceIsForgotten) {
  TestCluster cluster({{"/api/v1/pods?limit=500", JsonReply(Page("a"))},
                       {"/api/v1/pods?limit=500&continue=a", StatusReply(410, "too old")},
                       {kPods, JsonReply(R"({"items": [{}, {}]})")}});
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> pages, ListAt(cluster));
  EXPECT_THAT(pages, ElementsAre(R"({"items": [{}, {}]})"));
}

TEST(ListObjects, OnceOnly) {
  TestCluster cluster({{kPods, StatusReply(410, "too old")}});
  EXPECT_THAT(ListAt(cluster),
              StatusIs(absl::StatusCode::kUnknown,
                       "wec1: GET /api/v1/pods: unexpected answer (410): too old; check that the "
                       "URL is an API server's, of a version that serves this API"));
  EXPECT_THAT(cluster.Targets(), SizeIs(2));
}

TEST(ListObjects, Errors) {
  struct Case {
    TestHttpReply reply;
    absl::StatusCode code;
    const char* error;
  };
  const std::vector<Case> cases = {
      {StatusReply(403, "pods is forbidden: User \"x\" cannot list resource \"pods\""),
       absl::StatusCode::kPermissionDenied,
       "wec1: GET /api/v1/pods: forbidden (403): pods is forbidden: User \"x\" cannot list "
       "resource \"pods\"; ask for this permission, or use another user"},
      {StatusReply(404, "none"), absl::StatusCode::kNotFound, "wec1: GET /api/v1/pods: not found"},
      {StatusReply(401, "who"), absl::StatusCode::kUnauthenticated, "wec1: GET /api/v1/pods: "},
      {{.misbehaviour = Misbehaviour::kReset}, absl::StatusCode::kUnavailable, "wec1: "},
      {JsonReply("{}"), absl::StatusCode::kUnknown,
       "wec1: GET /api/v1/pods: the answer is no list of objects; check that the URL is an API "
       "server's"},
      {JsonReply("{\"items\": {}}"), absl::StatusCode::kUnknown, "is no list of objects"},
      {JsonReply("[]"), absl::StatusCode::kUnknown, "is no list of objects"},
      {JsonReply("{\"items\": ["), absl::StatusCode::kUnknown, "is no list of objects"},
      {JsonReply("<html>"), absl::StatusCode::kUnknown, "is no list of objects"},
      {JsonReply(""), absl::StatusCode::kUnknown, "is no list of objects"},
      {JsonReply(std::string(100'000, '[')), absl::StatusCode::kUnknown, "is no list of objects"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.reply.body.substr(0, 100));
    TestCluster cluster({{kPods, c.reply}});
    EXPECT_THAT(ListAt(cluster), StatusIs(c.code, HasSubstr(c.error)));
  }
}

// Also the token of a server that never comes to an end.
TEST(ListObjects, NotWithoutEnd) {
  TestCluster cluster({{kPods, JsonReply(Page("again"))}});
  EXPECT_THAT(ListAt(cluster),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "wec1: GET /api/v1/pods: more than 268435456 bytes or 1000 pages; look at "
                       "what fills this collection"));
}

}  // namespace
}  // namespace wecan
