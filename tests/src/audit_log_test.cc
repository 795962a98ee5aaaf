// SPDX-License-Identifier: Apache-2.0
// Audit logs from streams to Evidence: what counts, what is left out and how that is told.
#include <zlib.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/audit_log/read_evidence.h"
#include "tests/testing/audit_events.h"
#include "tests/testing/builders.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

absl::StatusOr<Evidence> TryRead(const std::vector<std::string>& logs,
                                 EvidenceOptions options = {.user = kAuditedAgent},
                                 uint64_t line_limit = kAuditLineLimit) {
  std::vector<std::istringstream> streams;
  for (const std::string& log : logs) streams.emplace_back(log);
  std::vector<AuditLog> sources;
  for (size_t i = 0; i < logs.size(); ++i)
    sources.push_back({absl::StrCat("log", i + 1), &streams[i]});
  return ReadEvidence(sources, options, line_limit);
}

Evidence Read(const std::string& log, EvidenceOptions options = {.user = kAuditedAgent}) {
  absl::StatusOr<Evidence> evidence = TryRead({log}, std::move(options));
  EXPECT_TRUE(evidence.ok()) << evidence.status();
  return evidence.ok() ? *std::move(evidence) : Evidence();
}

std::string Gzip(const std::string& text) {
  z_stream zlib{};
  EXPECT_EQ(deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&zlib, text.size()), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: zlib's API
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
  packed.resize(zlib.total_out);
  deflateEnd(&zlib);
  return packed;
}

// "get apps/deployments ns web +2 -1": request, allowed, refused, started.
std::string Line(const Activity& a) {
  const RequestAttributes& r = a.request;
  std::string text = r.verb;
  if (r.resource_request) {
    absl::StrAppend(&text, " ", r.api_group, "/", r.resource);
    if (!r.subresource.empty()) absl::StrAppend(&text, "/", r.subresource);
    absl::StrAppend(&text, " ", r.namespace_.empty() ? "-" : r.namespace_);
    if (!r.name.empty()) absl::StrAppend(&text, " ", r.name);
  } else {
    absl::StrAppend(&text, " ", r.path);
  }
  if (a.allowed > 0) absl::StrAppend(&text, " +", a.allowed);
  if (a.refused > 0) absl::StrAppend(&text, " -", a.refused);
  if (a.started > 0) absl::StrAppend(&text, " ~", a.started);
  return text;
}

std::vector<std::string> Lines(const Evidence& evidence) {
  std::vector<std::string> lines;
  for (const Activity& a : evidence.activities) lines.push_back(Line(a));
  return lines;
}

std::vector<std::string> Skipped(const Evidence& evidence) {
  std::vector<std::string> lines;
  for (const SkippedPart& part : evidence.skipped) lines.push_back(Describe(part));
  return lines;
}

// An event of the agent that gets a ConfigMap, with `to` where it has `from`.
std::string GetWith(const std::string& from, const std::string& to) {
  const std::string line = AuditLine({});
  EXPECT_TRUE(from.empty() || absl::StrContains(line, from)) << from;
  return absl::StrReplaceAll(line, {{from, to}});
}

TEST(AuditLog, OneEventIsOneRequest) {
  const Evidence evidence = Read(AuditLine({}));
  EXPECT_EQ(evidence.user, kAuditedAgent);
  EXPECT_EQ(evidence.events, 1u);
  EXPECT_EQ(evidence.requests, 1u);
  ASSERT_THAT(Lines(evidence), ElementsAre("get /configmaps shop +1"));
  EXPECT_EQ(evidence.activities[0].first_time, "2026-01-02T03:04:05.000001Z");
  EXPECT_THAT(evidence.skipped, IsEmpty());
}

TEST(AuditLog, RequestsByVerbAndObject) {
  struct Case {
    std::string name;
    LoggedEvent event;
    std::vector<std::string> lines;
  };
  const std::vector<Case> cases = {
      {"another account", {.user = "system:serviceaccount:shop:default"}, {}},
      {"a name that only begins like the account's",
       {.user = absl::StrCat(kAuditedAgent, "2")},
       {}},
      {"refused", {.code = 403, .decision = "forbid"}, {"get /configmaps shop -1"}},
      {"allowed, and refused by admission",
       {.verb = "update", .code = 403},
       {"update /configmaps shop +1"}},
      {"refused, in a log without annotations",
       {.code = 403, .decision = ""},
       {"get /configmaps shop -1"}},
      {"not found, in a log without annotations",
       {.code = 404, .decision = ""},
       {"get /configmaps shop +1"}},
      {"the agent in another's name", {.impersonated = "jane"}, {"impersonate /users - +1"}},
      {"the agent in an account's name",
       {.impersonated = "system:serviceaccount:shop:ci"},
       {"impersonate /serviceaccounts shop +1"}},
      {"another in the agent's name",
       {.user = "jane", .impersonated = kAuditedAgent},
       {"get /configmaps shop +1"}},
      {"received, no answer yet", {.stage = "RequestReceived"}, {}},
      {"a watch that goes on",
       {.stage = "ResponseStarted", .verb = "watch", .name = ""},
       {"watch /configmaps shop ~1"}},
      {"a watch that ended", {.verb = "watch", .name = ""}, {"watch /configmaps shop +1"}},
      {"the server panicked", {.stage = "Panic", .code = 500}, {"get /configmaps shop +1"}},
      {"a subresource",
       {.subresource = "status", .group = "apps", .resource = "deployments"},
       {"get apps/deployments/status shop +1"}},
      {"cluster scope",
       {.group = "storage.k8s.io", .resource = "storageclasses", .ns = ""},
       {"get storage.k8s.io/storageclasses - +1"}},
      {"a path, its query left out",
       {.uri = "/version?timeout=32s", .resource = ""},
       {"get /version +1"}},
      {"a path, decoded", {.uri = "/a%20b", .resource = ""}, {"get /a b +1"}},
      {"an applied object that came to be",
       {.verb = "patch", .uri = "/api/v1/namespaces/shop/configmaps/x?fieldManager=m", .code = 201},
       {"create /configmaps shop +1", "patch /configmaps shop +1"}},
      {"an applied object that was there", {.verb = "patch"}, {"patch /configmaps shop +1"}},
      {"an applied object that must not come to be",
       {.verb = "patch",
        .code = 403,
        .message = "configmaps \\\"x\\\" is forbidden: User \\\"u\\\" cannot create resource "
                   "\\\"configmaps\\\" in API group"},
       {"create /configmaps shop -1", "patch /configmaps shop +1"}},
      {"a patch that is refused",
       {.verb = "patch", .code = 403, .decision = "forbid"},
       {"patch /configmaps shop -1"}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Lines(Read(AuditLine(c.event))), c.lines) << c.name;
  }
}

// objectRef takes from the body what the URL does not say; RBAC sees the URL.
TEST(AuditLog, NamesThatMatterAreThoseOfTheUrl) {
  struct Case {
    std::string name;
    LoggedEvent event;
    std::string line;
  };
  const std::vector<Case> cases = {
      {"get", {}, "get /configmaps shop x +1"},
      {"create",
       {.verb = "create", .uri = "/api/v1/namespaces/shop/configmaps"},
       "create /configmaps shop +1"},
      {"create of a subresource",
       {.verb = "create",
        .uri = "/api/v1/namespaces/shop/pods/x/exec?command=ls",
        .subresource = "exec",
        .resource = "pods"},
       "create /pods/exec shop x +1"},
      {"create without a URL", {.verb = "create", .uri = ""}, "create /configmaps shop +1"},
      {"create of what names a namespace and has none",
       {.verb = "create", .uri = "/api/v1/persistentvolumes", .resource = "persistentvolumes"},
       "create /persistentvolumes - +1"},
      {"one namespace",
       {.verb = "update",
        .uri = "/api/v1/namespaces/shop",
        .resource = "namespaces",
        .name = "shop"},
       "update /namespaces shop shop +1"},
      {"a new namespace",
       {.verb = "create", .uri = "/api/v1/namespaces", .resource = "namespaces", .ns = ""},
       "create /namespaces - +1"},
  };
  for (const Case& c : cases) {
    const EvidenceOptions options = {.user = kAuditedAgent,
                                     .name_matters = [](const RequestAttributes&) { return true; }};
    EXPECT_THAT(Lines(Read(AuditLine(c.event), options)), ElementsAre(c.line)) << c.name;
  }
  const EvidenceOptions only_x = {
      .user = kAuditedAgent,
      .name_matters = [](const RequestAttributes& r) { return r.name == "x"; }};
  EXPECT_THAT(
      Lines(Read(absl::StrCat(AuditLine({}), AuditLine({.name = "y"}), AuditLine({.name = "z"})),
                 only_x)),
      ElementsAre("get /configmaps shop +2", "get /configmaps shop x +1"));
}

TEST(AuditLog, CountsAndTimes) {
  const Evidence evidence = Read(absl::StrCat(
      AuditLine({.time = "2026-01-02T03:04:06.000000Z"}),
      AuditLine({.time = "2026-01-02T03:04:05.000000Z"}), AuditLine({.user = "jane"}),
      AuditLine({.code = 403, .decision = "forbid", .time = "2026-01-03T00:00:00.000000Z"}),
      AuditLine({.impersonated = "jane"}), AuditLine({.resource = "secrets"})));
  EXPECT_THAT(Lines(evidence), ElementsAre("get /configmaps shop +2 -1", "get /secrets shop +1",
                                           "impersonate /users - +1"));
  EXPECT_EQ(evidence.activities[0].first_time, "2026-01-02T03:04:05.000000Z");
  EXPECT_EQ(evidence.activities[0].last_time, "2026-01-03T00:00:00.000000Z");
  EXPECT_EQ(evidence.first_time, "2026-01-02T03:04:05.000000Z");
  EXPECT_EQ(evidence.last_time, "2026-01-03T00:00:00.000000Z");
  EXPECT_EQ(evidence.events, 6u);
  EXPECT_EQ(evidence.requests, 5u);
}

TEST(AuditLog, DistinctRequestsAreLimited) {
  std::string log;
  for (int i = 0; i < 10; ++i) absl::StrAppend(&log, AuditLine({.ns = absl::StrCat("ns", i % 5)}));
  const Evidence evidence = Read(log, {.user = kAuditedAgent, .limit = 3});
  EXPECT_THAT(evidence.activities, SizeIs(3));
  EXPECT_EQ(evidence.overflow, 4u);
  EXPECT_EQ(evidence.requests, 10u);
  EXPECT_EQ(Read(log, {.user = kAuditedAgent, .limit = 5}).overflow, 0u);
}

// ---- spellings of JSON

TEST(AuditLog, TheNameIsFoundHoweverItIsSpelled) {
  const std::string name = kAuditedAgent;
  for (const auto& [spelled, count] : std::vector<std::pair<std::string, size_t>>{
           {"\"username\":\"\\u0073" + name.substr(1) + "\"", 1},
           {"\"\\u0075sername\" : \"" + name + "\"", 1},
           {"\"username\":\"x\",\"username\":\"" + name + "\"", 1},
           {"\"username\":\"" + name + "\",\"username\":\"x\"", 0},
           {"\"groups\":[\"" + name + "\"]", 0},
           {"\"extra\":{\"username\":[\"" + name + "\"]}", 0},
           {"\"username\":[\"" + name + "\"]", 0}}) {
    const std::string line = GetWith("\"username\":\"" + name + "\"", spelled);
    EXPECT_EQ(Read(line).requests, count) << line;
  }
  const EvidenceOptions odd = {.user = "a/b<c"};
  EXPECT_EQ(Read(GetWith(name, "a\\/b\\u003cc"), odd).requests, 1u);
  EXPECT_EQ(Read(GetWith(name, "a/b<c"), odd).requests, 1u);
  EXPECT_EQ(Read(GetWith(name, "a/b>c"), odd).requests, 0u);
}

TEST(AuditLog, MembersOfOtherObjectsAreNotTaken) {
  EXPECT_THAT(Lines(Read(GetWith("\"verb\":",
                                 "\"requestObject\":{\"verb\":\"delete\",\"objectRef\":"
                                 "{\"resource\":\"secrets\"},\"user\":{\"username\":\"x\"}},"
                                 "\"verb\":"))),
              ElementsAre("get /configmaps shop +1"));
  EXPECT_THAT(Lines(Read(GetWith("\"objectRef\":",
                                 "\"objectRef\":{\"subresource\":\"log\"},"
                                 "\"objectRef\":"))),
              ElementsAre("get /configmaps shop +1"));
}

// ---- lines

TEST(AuditLog, LinesEndInAnyWay) {
  const std::string line = AuditLine({}), bare = line.substr(0, line.size() - 1);
  for (const std::string& log :
       {bare + "\n" + bare, bare + "\r\n" + bare + "\r\n", "\n\n" + line + "  \n" + line + "\n",
        "\xEF\xBB\xBF" + line + "\xEF\xBB\xBF" + line, " " + line + "\t" + line}) {
    const Evidence evidence = Read(log);
    EXPECT_EQ(evidence.requests, 2u) << log;
    EXPECT_THAT(evidence.skipped, IsEmpty()) << log;
  }
}

TEST(AuditLog, ListsOfEventsCount) {
  const std::string line = AuditLine({}), bare = line.substr(0, line.size() - 1);
  const std::string items = absl::StrCat(
      "[", bare, ",",
      absl::StrReplaceAll(bare, {{R"("kind":"Event","apiVersion":"audit.k8s.io/v1",)", ""}}), ",",
      AuditLine({.user = "jane"}), "]");
  const std::string head = R"("kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{})";
  for (const std::string& log :
       {"{" + head + ",\"items\":" + items + "}", "{\"items\":" + items + "," + head + "}"}) {
    const Evidence evidence = Read(absl::StrReplaceAll(log, {{"\n", ""}}));
    EXPECT_EQ(evidence.requests, 2u) << log;
    EXPECT_EQ(evidence.events, 3u) << log;
  }
}

TEST(AuditLog, WhatIsNoEventIsTold) {
  const std::string line = AuditLine({});
  const auto skipped = [&](const std::string& other) {
    const Evidence evidence = Read(absl::StrCat(line, other, "\n", other, "\n", line));
    EXPECT_EQ(evidence.requests, 2u) << other;
    return Skipped(evidence);
  };
  const std::string no_json =
      "log1:2: no JSON; one event is expected on each line (jq -c . makes such lines)"
      " (and 1 more line)";
  for (const std::string& other :
       {std::string("\x7f\x45\x4c\x46\x01"), std::string("I0101 started"), line.substr(0, 90),
        line.substr(0, line.size() - 2), line.substr(90, 50), std::string("{\"a\":\"\xff\"}"),
        std::string("\0\0\0", 3), line.substr(0, line.size() - 1) + "}"}) {
    EXPECT_THAT(skipped(other), ElementsAre(no_json)) << other;
  }
  const std::string beta = GetWith("audit.k8s.io/v1", "audit.k8s.io/v1beta1");
  EXPECT_THAT(skipped(beta.substr(0, beta.size() - 1)),
              ElementsAre("log1:2: an event of audit.k8s.io/v1beta1; only audit.k8s.io/v1 is read"
                          " (and 1 more line)"));
  for (const char* other : {"{}", "[]", "7", R"({"kind":"Event","apiVersion":"v1"})"})
    EXPECT_THAT(skipped(other), ElementsAre("log1:2: no audit event (and 1 more line)")) << other;
  EXPECT_THAT(
      skipped(R"({"kind":"Policy","apiVersion":"audit.k8s.io/v1"})"),
      ElementsAre("log1:2: of audit.k8s.io/v1, but neither Event nor EventList (and 1 more line)"));
}

TEST(AuditLog, LongLinesAreSkippedAndTold) {
  const std::string line = AuditLine({});
  const std::string longer =
      GetWith("\"verb\":", absl::StrCat("\"x\":\"", std::string(3 << 20, 'x'), "\",\"verb\":"));
  for (const std::string& log : {line + longer + line, longer + line + line}) {
    const auto read = TryRead({log}, {.user = kAuditedAgent}, 1 << 20);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->requests, 2u);
    ASSERT_THAT(read->skipped, SizeIs(1));
    EXPECT_EQ(read->skipped[0].reason, "longer than 1 MiB");
  }
  EXPECT_EQ(Read(line + longer + line).requests, 3u);
  // At the end of the log, and as all of it.
  EXPECT_EQ(TryRead({line + longer.substr(0, 2 << 20)}, {.user = kAuditedAgent}, 1 << 20)->requests,
            1u);
  EXPECT_FALSE(TryRead({longer}, {.user = kAuditedAgent}, 1 << 20).ok());
}

TEST(AuditLog, NothingAtAllIsNoEvidenceOfAnything) {
  EXPECT_EQ(Read("").events, 0u);
  EXPECT_EQ(Read("\n\n").events, 0u);
  EXPECT_EQ(TryRead({"apiVersion: v1\n"}).status().message(),
            "log1:1: no JSON; one event is expected on each line (jq -c . makes such lines); "
            "no audit event of audit.k8s.io/v1 was found");
  EXPECT_FALSE(TryRead({"x"}, {.user = ""}).ok());
  // One good file is enough; the other is told.
  EXPECT_TRUE(TryRead({AuditLine({}), "x"}).ok());
}

// ---- gzip

TEST(AuditLog, GzipIsUnpacked) {
  const std::string line = AuditLine({}), packed = Gzip(line);
  struct Case {
    std::string name;
    std::string log;
    size_t requests;
    std::vector<std::string> skipped;
  };
  const std::string early = "log1: the gzip data ends early; what was unpacked counts";
  const std::string big = Gzip(line + std::string(1 << 20, ' ') + "\n" + line);
  std::string many;
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&many, AuditLine({.name = absl::StrCat(i * i)}));
  const std::string packed_many = Gzip(many);
  std::string damaged = packed_many;
  damaged[damaged.size() / 2] ^= 0x55;
  const std::vector<Case> cases = {
      {"one member", packed, 1, {}},
      {"two members", packed + packed, 2, {}},
      {"a line over the border of members",
       Gzip(line.substr(0, 100)) + Gzip(line.substr(100)) + packed,
       2,
       {}},
      {"more than a block", big, 2, {}},
      {"zeros behind", packed + std::string(700, '\0'), 1, {}},
      {"something behind",
       packed + "hello",
       1,
       {"log1: something that is no gzip follows the gzip data, and was left out"}},
      {"the checksum is missing", packed.substr(0, packed.size() - 4), 1, {early}},
      {"a second member is cut", packed + packed.substr(0, 12), 1, {early}},
      {"a lone first byte behind",
       packed + "\x1f",
       1,
       {"log1: something that is no gzip follows the gzip data, and was left out"}},
  };
  for (const Case& c : cases) {
    const Evidence evidence = Read(c.log);
    EXPECT_EQ(evidence.requests, c.requests) << c.name;
    EXPECT_EQ(Skipped(evidence), c.skipped) << c.name;
  }
  EXPECT_EQ(Read(packed_many).requests, 2000u);
  const Evidence half = Read(packed_many.substr(0, packed_many.size() / 2));
  EXPECT_GT(half.requests, 100u);
  EXPECT_LT(half.requests, 2000u);
  EXPECT_THAT(Skipped(half), testing::Contains(early));
  EXPECT_FALSE(Read(damaged).skipped.empty());
}

TEST(AuditLog, SeveralFilesAreOneEvidence) {
  const auto evidence = TryRead({AuditLine({}), Gzip(AuditLine({})), "x\n", "x\n"});
  ASSERT_TRUE(evidence.ok());
  EXPECT_THAT(Lines(*evidence), ElementsAre("get /configmaps shop +2"));
  EXPECT_THAT(evidence->skipped, SizeIs(2));
}

}  // namespace
}  // namespace wecan
