// SPDX-License-Identifier: Apache-2.0
// Asking WECs: which method is taken, what is believed, what each answer means.
#include "src/cluster/ask.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/profile.h"
#include "tests/testing/fake_wec.h"
#include "tests/testing/http_server.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kStorage[] = "storage.k8s.io";

LiveQuestion Create(const std::string& group, const std::string& kind, const std::string& resource,
                    const std::string& ns = "") {
  return {.request = {.verb = "create", .api_group = group, .resource = resource, .namespace_ = ns},
          .kind = kind,
          .version = "v1",
          .object_namespace = "default"};
}

LiveQuestion CreateClass() { return Create(kStorage, "StorageClass", "storageclasses"); }

FakeWec Granting() {
  return {.policy = AgentMay(kStorage, {"storageclasses"}), .replies = SmallDiscovery()};
}

// One WEC, asked with its own server.
class Wec {
 public:
  explicit Wec(FakeWec wec)
      : wec_(std::move(wec)),
        server_([this](const TestHttpRequest& request) { return wec_.Answer(request); }) {}

  WecAnswers Ask(std::vector<LiveQuestion> questions, std::optional<AskMethod> method = {},
                 const UserInfo& subject = Agent().User()) {
    std::vector<WecToAsk> wecs;
    wecs.push_back(
        {.server = {.name = "wec1", .url = server_.Url()},
         .subject = subject,
         .questions = std::make_shared<const std::vector<LiveQuestion>>(std::move(questions))});
    WecAnswers answers;
    const absl::Status status =
        AskWecs(std::move(wecs), {.method = method, .limits = {.backoff_ms = 1}},
                [&](size_t, WecAnswers of_wec) { answers = std::move(of_wec); });
    if (!status.ok()) answers.error = status;
    return answers;
  }

  std::vector<std::string> Posts() const {
    std::vector<std::string> posts;
    for (const TestHttpRequest& r : server_.requests()) {
      if (r.method == "POST") posts.push_back(r.target.substr(r.target.rfind('/') + 1));
    }
    return posts;
  }

 private:
  const FakeWec wec_;
  TestHttpServer server_;
};

LiveState StateOf(const WecAnswers& answers) {
  return answers.answers.empty() ? LiveState::kError : answers.answers[0].state;
}

// ---- methods

struct MethodCase {
  const char* name;
  bool impersonates, reviews, lists;
  std::optional<AskMethod> forced, used;
};

class Methods : public testing::TestWithParam<MethodCase> {};

TEST_P(Methods, GiveTheSameAnswer) {
  const MethodCase& c = GetParam();
  for (const bool granted : {true, false}) {
    FakeWec fake = Granting();
    if (!granted) fake.policy = AgentMay(kStorage, {"csidrivers"});
    fake.impersonates = c.impersonates;
    fake.reviews = c.reviews;
    fake.lists = c.lists;
    Wec wec(fake);
    const WecAnswers answers = wec.Ask({CreateClass()}, c.forced);
    EXPECT_EQ(answers.method, c.used) << answers.error;
    EXPECT_EQ(answers.error.ok(), c.used.has_value()) << answers.error;
    EXPECT_EQ(answers.lacks.empty(), c.used.has_value());
    const LiveState told = granted ? LiveState::kYes : LiveState::kNo;
    EXPECT_EQ(StateOf(answers), c.used ? told : LiveState::kError);
  }
}

constexpr AskMethod kImpersonate = AskMethod::kImpersonate;
constexpr AskMethod kSar = AskMethod::kSar;
constexpr AskMethod kLocal = AskMethod::kLocal;

INSTANTIATE_TEST_SUITE_P(
    Ask, Methods,
    testing::Values(MethodCase{"All", true, true, true, {}, kImpersonate},
                    MethodCase{"NoImpersonation", false, true, true, {}, kSar},
                    MethodCase{"ListsAlone", false, false, true, {}, kLocal},
                    MethodCase{"Nothing", false, false, false, {}, {}},
                    MethodCase{"ForcedSar", true, true, true, kSar, kSar},
                    MethodCase{"ForcedLocal", true, true, true, kLocal, kLocal},
                    MethodCase{"ForcedImpersonation", true, false, false, kImpersonate,
                               kImpersonate},
                    MethodCase{"ForcedAndRefused", false, true, true, kImpersonate, {}}),
    [](const testing::TestParamInfo<MethodCase>& info) { return info.param.name; });

// ---- what is believed

TEST(Ask, AProxyThatTakesImpersonationAwayIsNoticed) {
  FakeWec fake = Granting();
  fake.strips = true;
  Wec wec(fake);
  const WecAnswers answers = wec.Ask({CreateClass()});
  EXPECT_EQ(answers.method, kSar);
  EXPECT_EQ(StateOf(answers), LiveState::kYes);
  EXPECT_THAT(answers.notes, ElementsAre(HasSubstr("the server takes us for op")));
  EXPECT_THAT(wec.Posts(), ElementsAre("selfsubjectreviews", "subjectaccessreviews"));

  const WecAnswers forced = Wec(fake).Ask({CreateClass()}, kImpersonate);
  EXPECT_THAT(forced.answers, IsEmpty());
  EXPECT_THAT(std::string(forced.error.message()), HasSubstr("impersonation has no effect"));
}

TEST(Ask, WithoutProofImpersonationIsNotUsed) {
  FakeWec fake = Granting();
  fake.knows_callers = false;
  const WecAnswers answers = Wec(fake).Ask({CreateClass()});
  EXPECT_EQ(answers.method, kSar);
  EXPECT_THAT(std::string(Wec(fake).Ask({CreateClass()}, kImpersonate).error.message()),
              HasSubstr("cannot be proved"));
}

// ---- what the operator lacks

TEST(Ask, PrintsWhatTheOperatorLacks) {
  FakeWec fake = Granting();
  fake.impersonates = fake.reviews = fake.lists = false;
  const WecAnswers refused = Wec(fake).Ask({CreateClass()});
  EXPECT_THAT(std::string(refused.error.message()),
              AllOf(HasSubstr("wec1: op may not ask what system:serviceaccount:"),
                    HasSubstr("impersonate: "), HasSubstr("sar, local: refused, too"),
                    Not(HasSubstr("\n"))));
  EXPECT_THAT(refused.lacks,
              AllOf(HasSubstr("kind: Role\n"), HasSubstr("resourceNames: [klusterlet-work-sa]"),
                    HasSubstr("verbs: [impersonate]"), HasSubstr("kind: RoleBinding\n"),
                    HasSubstr("name: op\n"), Not(HasSubstr("ClusterRole"))));

  fake.constrained = true;
  EXPECT_THAT(Wec(fake).Ask({CreateClass()}).lacks,
              AllOf(HasSubstr("impersonate:serviceaccount"),
                    HasSubstr("impersonate-on:serviceaccount:create"),
                    HasSubstr("selfsubjectaccessreviews"), HasSubstr("selfsubjectreviews")));
  EXPECT_THAT(Wec(fake).Ask({CreateClass()}, kSar).lacks, HasSubstr("subjectaccessreviews"));
  EXPECT_THAT(Wec(fake).Ask({CreateClass()}, kLocal).lacks, HasSubstr("rolebindings"));
  EXPECT_THAT(Wec(fake).Ask({CreateClass()}, {}, {"jane", {"system:authenticated"}}).lacks,
              AllOf(HasSubstr("resources: [users]"), HasSubstr("resourceNames: [jane]")));
}

// ---- what the WEC serves

TEST(Ask, DiscoveryDecides) {
  FakeWec fake = Granting();
  fake.policy = AgentMay("apps", {"deployments"});
  LiveQuestion guessed = Create("apps", "Deployment", "deploymentz", "");
  const LiveQuestion absent = Create("example.com", "Widget", "widgets", "default");
  LiveQuestion word{.request = {.verb = "get", .resource = "deploy", .namespace_ = "shop"},
                    .word = "deploy",
                    .any_group = true};
  const WecAnswers answers = Wec(fake).Ask({guessed, absent, word});
  ASSERT_EQ(answers.answers.size(), 3u) << answers.error;
  EXPECT_EQ(answers.answers[0].state, LiveState::kYes);
  EXPECT_EQ(answers.answers[0].request.resource, "deployments");
  EXPECT_EQ(answers.answers[0].request.namespace_, "default");
  EXPECT_EQ(answers.answers[1].state, LiveState::kNotApplicable);
  EXPECT_THAT(answers.answers[1].reason, HasSubstr("CustomResourceDefinition"));
  EXPECT_EQ(answers.answers[2].state, LiveState::kYes);
  EXPECT_EQ(answers.answers[2].request.api_group, "apps");
}

TEST(Ask, ScopeIsTheWecsOwn) {
  const LiveQuestion wrong = Create(kStorage, "StorageClass", "storageclasses", "shop");
  const WecAnswers answers = Wec(Granting()).Ask({wrong});
  ASSERT_EQ(answers.answers.size(), 1u) << answers.error;
  EXPECT_EQ(answers.answers[0].request.namespace_, "");
}

// A group that cannot be read may have the kind: the catalogue's name is asked for.
TEST(Ask, WhatCannotBeReadIsNotAbsent) {
  FakeWec fake = Granting();
  fake.replies = {
      {"/api", JsonReply(R"({"kind":"APIVersions","versions":["v1"]})")},
      {"/api/v1", JsonReply(R"({"kind":"APIResourceList","groupVersion":"v1","resources":[]})")},
      {"/apis", JsonReply(R"({"kind":"APIGroupList","groups":[{"name":"storage.k8s.io",
                      "versions":[{"groupVersion":"storage.k8s.io/v1","version":"v1"}],
                      "preferredVersion":{"groupVersion":"storage.k8s.io/v1","version":"v1"}}]})")},
      {"/apis/storage.k8s.io/v1", StatusReply(503, "not ready")}};
  const WecAnswers answers =
      Wec(fake).Ask({CreateClass(), Create("example.com", "Widget", "widgets", "default")});
  ASSERT_EQ(answers.answers.size(), 2u) << answers.error;
  EXPECT_EQ(answers.answers[0].state, LiveState::kYes);
  EXPECT_EQ(answers.answers[1].state, LiveState::kNotApplicable);
  EXPECT_THAT(answers.notes, ElementsAre(HasSubstr("/apis/storage.k8s.io/v1")));
}

// ---- names

TEST(Ask, NamesAfterARefusal) {
  FakeWec fake = Granting();
  fake.policy = AgentMay(kStorage, {"storageclasses"}, {"fast", "slow"});
  const auto ask = [&](std::vector<std::string> names, std::optional<AskMethod> method) {
    LiveQuestion question = CreateClass();
    question.request.verb = "update";
    question.names = std::move(names);
    return StateOf(Wec(fake).Ask({question}, method));
  };
  for (const auto method : {kImpersonate, kSar, kLocal}) {
    EXPECT_EQ(ask({"fast", "slow"}, method), LiveState::kYes);
    EXPECT_EQ(ask({"fast", "other"}, method), LiveState::kNo);
    EXPECT_EQ(ask({}, method), LiveState::kNo);
  }
}

// ---- other authorizers, and servers that are none

TEST(Ask, OtherAuthorizersCount) {
  FakeWec fake = Granting();
  fake.status = R"({"allowed": true, "reason": "Access allowed by the cloud"})";
  WecAnswers answers = Wec(fake).Ask({CreateClass()});
  EXPECT_EQ(StateOf(answers), LiveState::kYes);
  EXPECT_TRUE(answers.answers[0].other_authorizer);

  fake.status = R"({"allowed": false, "denied": true, "reason": "frozen"})";
  EXPECT_EQ(StateOf(Wec(fake).Ask({CreateClass()})), LiveState::kDenied);

  fake.status = R"({"allowed": false, "evaluationError": "the webhook timed out"})";
  answers = Wec(fake).Ask({CreateClass()});
  EXPECT_EQ(StateOf(answers), LiveState::kNo);
  EXPECT_EQ(answers.answers[0].evaluation_error, "the webhook timed out");

  EXPECT_FALSE(Wec(Granting()).Ask({CreateClass()}).answers[0].other_authorizer);
}

TEST(Ask, AnAnswerWithoutAVerdictIsAnError) {
  for (const char* status : {"{}", "null", R"({"allowed": "yes"})"}) {
    FakeWec fake = Granting();
    fake.status = status;
    const WecAnswers answers = Wec(fake).Ask({CreateClass()});
    EXPECT_FALSE(answers.error.ok()) << status;
    EXPECT_THAT(answers.answers, IsEmpty());
  }
}

TEST(Ask, ADeadServerHurtsNoOther) {
  const FakeWec fake = Granting();
  TestHttpServer server([&](const TestHttpRequest& request) { return fake.Answer(request); });
  const auto questions = std::make_shared<const std::vector<LiveQuestion>>(1, CreateClass());
  std::vector<WecToAsk> wecs;
  for (const auto& [name, url] :
       {std::pair<std::string, std::string>{"dead", TestHttpServer::DeadUrl()},
        {"good", server.Url()}}) {
    wecs.push_back(
        {.server = {.name = name, .url = url}, .subject = Agent().User(), .questions = questions});
  }
  std::map<size_t, WecAnswers> answers;
  ASSERT_THAT(
      AskWecs(std::move(wecs), {.limits = {.retries = 0}},
              [&](size_t wec, WecAnswers of_wec) { answers.emplace(wec, std::move(of_wec)); }),
      IsOk());
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_THAT(std::string(answers[0].error.message()), HasSubstr("dead: "));
  EXPECT_EQ(StateOf(answers[1]), LiveState::kYes);
}

}  // namespace
}  // namespace wecan
