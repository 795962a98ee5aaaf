// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_queue.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

HttpPending Pending(size_t server, const std::string& path) {
  return {.request = {.server = server, .path = path}};
}

// The paths of all requests that may start now.
std::vector<std::string> StartAll(HttpQueue& queue, int64_t now_ms = 0) {
  std::vector<std::string> paths;
  while (const auto pending = queue.Next(now_ms)) paths.push_back(pending->request.path);
  return paths;
}

HttpQueue Filled(size_t servers, int in_all, int per_server, int requests) {
  HttpQueue queue(servers, in_all, per_server);
  for (size_t server = 0; server < servers; ++server) {
    for (int i = 0; i < requests; ++i) {
      queue.Add(server, Pending(server, absl::StrCat(std::string(1, 'a' + server), i)));
    }
  }
  return queue;
}

TEST(HttpQueue, OneRequestToEachServerBeforeASecondToAny) {
  HttpQueue queue = Filled(3, 6, 3, 5);
  EXPECT_THAT(StartAll(queue), ElementsAre("a0", "b0", "c0", "a1", "b1", "c1"));
  queue.Done(1);
  EXPECT_THAT(StartAll(queue), ElementsAre("b2"));
}

TEST(HttpQueue, NeverMoreThanTheServersShare) {
  HttpQueue queue = Filled(1, 64, 8, 20);
  EXPECT_EQ(StartAll(queue).size(), 8u);
  EXPECT_EQ(queue.in_flight(), 8);
}

TEST(HttpQueue, StaysWithItsServersUntilTheyAreDone) {
  HttpQueue queue = Filled(3, 2, 8, 2);
  EXPECT_THAT(StartAll(queue), ElementsAre("a0", "b0"));
  queue.Done(0);
  EXPECT_THAT(StartAll(queue), ElementsAre("a1"));
  queue.Done(0);
  EXPECT_THAT(StartAll(queue), ElementsAre("c0"));
}

TEST(HttpQueue, APausedServerWaitsWithAllItsRequests) {
  HttpQueue queue = Filled(2, 1, 8, 2);
  EXPECT_THAT(StartAll(queue, 10), ElementsAre("a0"));
  queue.Retry(0, Pending(0, "a0"), 100);
  queue.Done(0);
  EXPECT_THAT(queue.NextDue(), Optional(100));
  EXPECT_THAT(StartAll(queue, 10), ElementsAre("b0"));
  queue.Done(1);
  EXPECT_THAT(StartAll(queue, 99), ElementsAre("b1"));
  queue.Done(1);
  EXPECT_THAT(StartAll(queue, 99), IsEmpty());
  EXPECT_FALSE(queue.Finished());
  EXPECT_THAT(StartAll(queue, 100), ElementsAre("a0"));
  queue.Done(0);
  EXPECT_THAT(StartAll(queue, 100), ElementsAre("a1"));
  queue.Done(0);
  EXPECT_TRUE(queue.Finished());
  EXPECT_EQ(queue.NextDue(), std::nullopt);
}

TEST(HttpQueue, TheLongestPauseHolds) {
  HttpQueue queue = Filled(1, 8, 8, 3);
  EXPECT_THAT(StartAll(queue), ElementsAre("a0", "a1", "a2"));
  queue.Retry(0, Pending(0, "a0"), 100);
  queue.Done(0);
  queue.Retry(0, Pending(0, "a1"), 50);
  queue.Done(0);
  queue.Done(0);
  EXPECT_THAT(StartAll(queue, 99), IsEmpty());
  EXPECT_THAT(StartAll(queue, 100), ElementsAre("a1", "a0"));
}

}  // namespace
}  // namespace wecan
