// SPDX-License-Identifier: Apache-2.0
// can-i --reviews against what a real kube-apiserver answered: fixtures/conformance/sar, and the
// `authorize` cases of rbac-cases.yaml.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/file_system.h"
#include "src/output/json.h"
#include "tests/testing/builders.h"
#include "tests/testing/from_yaml.h"
#include "tests/testing/load.h"
#include "tests/testing/naive_rbac.h"
#include "tests/testing/recorded_review.h"
#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr char kSar[] = "fixtures/conformance/sar/";

std::vector<Json> ParseLines(const std::string& text) {
  std::vector<Json> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty()))
    lines.push_back(Json::parse(line.begin(), line.end()));
  return lines;
}

std::string Text(const Json& object, const char* key) { return object.value(key, std::string()); }

UserInfo UserOf(const Json& spec) {
  return {Text(spec, "user"), spec.value("groups", std::vector<std::string>())};
}

class ReviewsCommand : public testing::TestWithParam<std::string> {
 protected:
  ReviewsCommand()
      : builtin_(SourcePath(absl::StrCat(kSar, "builtin.yaml"))),
        rbac_(SourcePath(absl::StrCat(kSar, GetParam(), "/rbac.yaml"))),
        recorded_text_(ReadSource(absl::StrCat(kSar, GetParam(), "/reviews.json"))),
        recorded_(ParseLines(recorded_text_)) {}

  RunResult Ask(std::vector<std::string> more, const std::string& in = "") const {
    more.insert(more.begin(), {"can-i", "--rbac", builtin_, "--rbac", rbac_});
    return wecan::Run(more, in);
  }

  const std::string builtin_, rbac_, recorded_text_;
  const std::vector<Json> recorded_;
};

TEST_P(ReviewsCommand, AnswersAsTheServerDid) {
  const RunResult result =
      Ask({"--reviews", SourcePath(absl::StrCat(kSar, GetParam(), "/reviews.json")), "-o", "json"});
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_EQ(result.err, "");
  const Json list = Json::parse(result.out);
  EXPECT_EQ(list["kind"], "List");
  ASSERT_EQ(list["items"].size(), recorded_.size());

  RbacPolicy policy;
  AddRbacList(YAML::LoadFile(builtin_), policy);
  AddRbacList(YAML::LoadFile(rbac_), policy);
  for (size_t i = 0; i < recorded_.size(); ++i) {
    const Json& got = list["items"][i];
    const Json& want = recorded_[i];
    ASSERT_EQ(got["spec"], want["spec"]);
    EXPECT_EQ(got["apiVersion"], want["apiVersion"]);
    EXPECT_EQ(got["kind"], want["kind"]);
    EXPECT_EQ(got["status"]["allowed"], want["status"]["allowed"]) << want;
    EXPECT_EQ(Text(got["status"], "evaluationError"), Text(want["status"], "evaluationError"))
        << want;
    const std::string reason = Text(got["status"], "reason");
    if (want["status"]["allowed"] == true) {
      // The server takes any binding that allows; so may we.
      const NaiveDecision naive =
          NaiveAuthorize(policy, UserOf(want["spec"]), RequestOf(want["spec"]));
      EXPECT_THAT(naive.reasons, Contains(reason)) << want;
    } else {
      EXPECT_EQ(ErrorsOf(reason), ErrorsOf(Text(want["status"], "reason"))) << want;
    }
  }
}

TEST_P(ReviewsCommand, YamlSaysTheSame) {
  const RunResult json = Ask({"--reviews", "-", "-o", "json"}, recorded_text_);
  const RunResult yaml = Ask({"--reviews", "-", "-o", "yaml"}, recorded_text_);
  EXPECT_EQ(yaml.exit_code, json.exit_code);
  EXPECT_EQ(JsonFromYaml(yaml.out), Json::parse(json.out));
}

TEST_P(ReviewsCommand, TheFormOfTheStreamDoesNotMatter) {
  const std::string expected = Ask({"--reviews", "-"}, recorded_text_).out;
  std::string documents, json_documents;
  Json list = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", Json::array()}};
  for (const Json& review : recorded_) {
    absl::StrAppend(&documents, "---\n", DumpYaml(review));
    absl::StrAppend(&json_documents, "---\n", DumpJson(review));
    list["items"].push_back(review);
  }
  EXPECT_EQ(Ask({"--reviews", "-"}, documents).out, expected) << "YAML documents";
  EXPECT_EQ(Ask({"--reviews", "-"}, json_documents).out, expected) << "JSON documents";
  EXPECT_EQ(Ask({"--reviews", "-"}, DumpJson(list)).out, expected) << "JSON List";
  EXPECT_EQ(Ask({"--reviews", "-"}, DumpYaml(list)).out, expected) << "YAML List";
  EXPECT_EQ(Ask({"--reviews", "-"}, expected).out, expected) << "our own answer";
}

TEST_P(ReviewsCommand, TheFormOfTheDumpDoesNotMatter) {
  const RunResult two = Ask({"--reviews", "-"}, recorded_text_);
  MemoryFileSystem files(
      {{"all.yaml", absl::StrCat(ReadSource(absl::StrCat(kSar, "builtin.yaml")), "---\n",
                                 ReadSource(absl::StrCat(kSar, GetParam(), "/rbac.yaml")))},
       {"dump/builtin.yaml", ReadSource(absl::StrCat(kSar, "builtin.yaml"))},
       {"dump/rbac.yaml", ReadSource(absl::StrCat(kSar, GetParam(), "/rbac.yaml"))}});
  for (const char* dump : {"all.yaml", "dump"}) {
    const RunResult one =
        wecan::Run({"can-i", "--rbac", dump, "--reviews", "-"}, recorded_text_, &files);
    EXPECT_EQ(one.exit_code, two.exit_code) << one.err;
    const Json a = Json::parse(one.out), b = Json::parse(two.out);
    ASSERT_EQ(a["items"].size(), b["items"].size());
    for (size_t i = 0; i < a["items"].size(); ++i) {
      EXPECT_EQ(a["items"][i]["status"]["allowed"], b["items"][i]["status"]["allowed"]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(ReviewsCommand, ReviewsCommand,
                         testing::Values("001", "002", "003", "004", "005", "006", "007", "008"),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

// ---- reviews that the server would refuse -------------------------------------------------------

constexpr char kDump[] =
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: ClusterRole\n"
    "metadata: {name: reader}\n"
    "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n"
    "---\n"
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: ClusterRoleBinding\n"
    "metadata: {name: reader}\n"
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\n"
    "subjects: [{kind: User, name: ann, apiGroup: rbac.authorization.k8s.io}]\n";

RunResult AskDump(const std::string& reviews, std::vector<std::string> more = {}) {
  MemoryFileSystem files({{"rbac.yaml", std::string(kDump)}});
  more.insert(more.begin(), {"can-i", "--rbac", "rbac.yaml", "--reviews", "-"});
  return wecan::Run(more, reviews, &files);
}

std::string Review(const std::string& spec) {
  return absl::StrCat(
      R"({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": )", spec,
      "}\n");
}

constexpr char kGetPods[] = R"("resourceAttributes": {"verb": "get", "resource": "pods"})";

TEST(ReviewsCommandSpecs, RefusedOnesKeepTheirPlace) {
  struct Case {
    const char* spec;
    const char* error;
  };
  for (const Case& c : {
           Case{R"({"resourceAttributes": {"verb": "get", "resource": "pods"}})",
                "spec.user: Invalid value: \"\": at least one of user or group must be specified"},
           {R"({"user": "ann"})",
            "exactly one of nonResourceAttributes or resourceAttributes must be specified"},
           {R"({"user": "ann", "resourceAttributes": {"verb": "get", "resource": "pods"},
                "nonResourceAttributes": {"verb": "get", "path": "/x"}})",
            "exactly one of nonResourceAttributes or resourceAttributes must be specified"},
       }) {
    const std::string good = Review(absl::StrCat(R"({"user": "ann", )", kGetPods, "}"));
    const RunResult result = AskDump(absl::StrCat(good, Review(c.spec), good));
    EXPECT_EQ(result.exit_code, 2) << c.spec;
    EXPECT_THAT(result.err, HasSubstr(absl::StrCat("review 2: ", c.error)));
    const Json items = Json::parse(result.out)["items"];
    ASSERT_EQ(items.size(), 3u);
    EXPECT_EQ(items[0]["status"]["allowed"], true);
    EXPECT_EQ(items[1]["spec"], Json::parse(c.spec));
    EXPECT_EQ(items[1]["status"]["allowed"], false);
    EXPECT_EQ(items[1]["status"]["evaluationError"], c.error);
    EXPECT_EQ(items[2]["status"]["allowed"], true);
  }
}

TEST(ReviewsCommandSpecs, ExitCodes) {
  const std::string yes = Review(absl::StrCat(R"({"user": "ann", )", kGetPods, "}"));
  const std::string no = Review(absl::StrCat(R"({"user": "bob", )", kGetPods, "}"));
  EXPECT_EQ(AskDump(yes).exit_code, 0);
  EXPECT_EQ(AskDump(yes + yes).exit_code, 0);
  EXPECT_EQ(AskDump(yes + no).exit_code, 1);
  EXPECT_EQ(AskDump(no).exit_code, 1);
  for (const char* nothing : {"", "# nothing\n", "[]", "kind: List\napiVersion: v1\nitems: []\n"})
    EXPECT_EQ(AskDump(nothing).exit_code, 2) << nothing;
  EXPECT_EQ(AskDump(yes + "{\"kind\": \"Pod\", \"metadata\": {}}").exit_code, 2);
  EXPECT_EQ(AskDump(yes + "{").exit_code, 2);
}

TEST(ReviewsCommandSpecs, NoGroupIsAdded) {
  const std::string dump = absl::StrCat(
      kDump,
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n"
      "metadata: {name: all}\n"
      "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\n"
      "subjects: [{kind: Group, name: 'system:authenticated'}]\n");
  MemoryFileSystem files({{"rbac.yaml", dump}});
  const auto ask = [&](const std::string& spec) {
    return wecan::Run({"can-i", "--rbac", "rbac.yaml", "--reviews", "-"}, Review(spec), &files)
        .exit_code;
  };
  EXPECT_EQ(ask(absl::StrCat(R"({"user": "bob", )", kGetPods, "}")), 1);
  EXPECT_EQ(
      ask(absl::StrCat(R"({"user": "bob", "groups": ["system:authenticated"], )", kGetPods, "}")),
      0);
}

TEST(ReviewsCommandSpecs, StatusBeforeIsReplaced) {
  const RunResult result = AskDump(absl::StrCat(
      R"({"kind": "SubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
          "status": {"allowed": false, "denied": true, "reason": "old"}, "spec": {"user": "ann", )",
      kGetPods, "}}"));
  const Json status = Json::parse(result.out)["items"][0]["status"];
  EXPECT_EQ(status["allowed"], true);
  EXPECT_FALSE(status.contains("denied"));
  EXPECT_THAT(Text(status, "reason"), HasSubstr("RBAC: allowed by ClusterRoleBinding \"reader\""));
}

// ---- rbac-cases.yaml ----------------------------------------------------------------------------

Json ToJson(const std::vector<std::string>& list) { return list; }

Json ReviewOf(const UserInfo& user, const RequestAttributes& r) {
  Json spec = {{"user", user.name}, {"groups", ToJson(user.groups)}};
  if (r.resource_request) {
    spec["resourceAttributes"] = {{"verb", r.verb},
                                  {"group", r.api_group},
                                  {"resource", r.resource},
                                  {"subresource", r.subresource},
                                  {"namespace", r.namespace_},
                                  {"name", r.name}};
  } else {
    spec["nonResourceAttributes"] = {{"verb", r.verb}, {"path", r.path}};
  }
  return {
      {"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", spec}};
}

std::string DumpOf(const RbacPolicy& policy) {
  Json items = Json::array();
  for (const Role& role : policy.roles) items.push_back(RoleJson(role));
  for (const RoleBinding& b : policy.bindings) {
    items.push_back(BindingJson(b));
    items.back()["roleRef"]["apiGroup"] = b.role_ref.api_group;
  }
  return DumpJson({{"apiVersion", "v1"}, {"kind", "List"}, {"items", items}});
}

TEST(ReviewsCommandCases, AuthorizeCasesAgree) {
  int asked = 0;
  const YAML::Node file = LoadSource("fixtures/conformance/rbac-cases.yaml");
  for (const YAML::Node& c : file["cases"]) {
    if (LoadText(c["check"]) != "authorize") continue;
    const std::string name = LoadText(c["name"]);
    const UserInfo user = LoadUser(c["user"]);
    if (user.name.empty() && user.groups.empty()) continue;  // no review names nobody
    MemoryFileSystem files({{"rbac.json", DumpOf(LoadCasePolicy(c["policy"]))}});
    const Json review = ReviewOf(user, LoadRequest(c["request"]));
    for (const char* form : {"json", "yaml"}) {
      const RunResult result =
          wecan::Run({"can-i", "--rbac", "rbac.json", "--reviews", "-", "-o", "json"},
                     std::string(form) == "json" ? DumpJson(review) : DumpYaml(review), &files);
      const bool allowed = LoadText(c["expected"]) == "allow";
      EXPECT_EQ(result.exit_code, allowed ? 0 : 1) << name << result.err;
      const Json items = Json::parse(result.out)["items"];
      ASSERT_EQ(items.size(), 1u) << name;
      EXPECT_EQ(items[0]["status"]["allowed"], allowed) << name;
      if (c["reason"]) {
        EXPECT_EQ(Text(items[0]["status"], "reason"), LoadText(c["reason"])) << name;
      }
    }
    ++asked;
  }
  EXPECT_GT(asked, 50);
}

}  // namespace
}  // namespace wecan
