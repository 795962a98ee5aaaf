// SPDX-License-Identifier: Apache-2.0
#include "src/cli/question.h"

#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::HasSubstr;

struct QuestionCase {
  const char* name;
  ReviewOptions options;
  const char* described;  // verb resource[.group][/sub] [name] SCOPE, as DescribeRequest says it
  bool noted = false;     // a remark on how the words were understood
};

void PrintTo(const QuestionCase& c, std::ostream* os) { *os << c.name; }

class QuestionWords : public testing::TestWithParam<QuestionCase> {};

TEST_P(QuestionWords, AreUnderstood) {
  const absl::StatusOr<Question> question = ParseQuestion(GetParam().options, RbacPolicy());
  ASSERT_THAT(question, IsOk());
  EXPECT_EQ(DescribeRequest(question->request), GetParam().described);
  EXPECT_EQ(!question->note.empty(), GetParam().noted) << question->note;
}

const QuestionCase kQuestions[] = {
    {.name = "Plural",
     .options = {.words = {"get", "pods"}},
     .described = "get pods in namespace default"},
    {.name = "Singular",
     .options = {.words = {"get", "pod"}},
     .described = "get pods in namespace default"},
    {.name = "ShortName",
     .options = {.words = {"get", "po"}},
     .described = "get pods in namespace default"},
    {.name = "Kind",
     .options = {.words = {"get", "Deployment"}},
     .described = "get deployments.apps in namespace default"},
    {.name = "ShortNameOfAGroup",
     .options = {.words = {"get", "deploy"}},
     .described = "get deployments.apps in namespace default"},
    {.name = "WithGroup",
     .options = {.words = {"get", "deployments.apps"}},
     .described = "get deployments.apps in namespace default"},
    {.name = "SingularWithGroup",
     .options = {.words = {"get", "deployment.apps"}},
     .described = "get deployments.apps in namespace default"},
    {.name = "ClusterScoped",
     .options = {.words = {"create", "storageclasses.storage.k8s.io"}},
     .described = "create storageclasses.storage.k8s.io at cluster scope"},
    {.name = "CustomResourceOfTheCatalogue",
     .options = {.words = {"create", "appwrappers"}},
     .described = "create appwrappers.workload.codeflare.dev in namespace default"},
    {.name = "Namespace",
     .options = {.words = {"get", "pods"}, .namespace_ = "demo"},
     .described = "get pods in namespace demo"},
    {.name = "Name",
     .options = {.words = {"get", "pods", "web"}, .namespace_ = "demo"},
     .described = "get pods web in namespace demo"},
    {.name = "Subresource",
     .options = {.words = {"get", "pods/log", "web"}},
     .described = "get pods/log web in namespace default"},
    {.name = "SubresourceByFlag",
     .options = {.words = {"get", "pods"}, .subresource = "log"},
     .described = "get pods/log in namespace default"},
    {.name = "SubresourceWithGroup",
     .options = {.words = {"update", "deploy.apps/status"}},
     .described = "update deployments.apps/status in namespace default"},
    {.name = "ClusterScopedWithNamespace",
     .options = {.words = {"get", "nodes"}, .namespace_ = "demo"},
     .described = "get nodes at cluster scope",
     .noted = true},
    // The request for one Namespace carries its name as namespace, but for create, list and watch.
    {.name = "OneNamespace",
     .options = {.words = {"delete", "ns", "team-a"}},
     .described = "delete namespaces team-a in namespace team-a"},
    {.name = "CreateNamespace",
     .options = {.words = {"create", "namespaces", "team-a"}},
     .described = "create namespaces team-a at cluster scope"},
    {.name = "AllNamespaceObjects",
     .options = {.words = {"list", "namespaces"}},
     .described = "list namespaces at cluster scope"},
    {.name = "UnknownWithGroup",
     .options = {.words = {"get", "foos.example.org"}, .namespace_ = "demo"},
     .described = "get foos.example.org in namespace demo",
     .noted = true},
    {.name = "Everything",
     .options = {.words = {"*", "*.*"}, .all_namespaces = true},
     .described = "* *.* at cluster scope",
     .noted = true},
    {.name = "Path", .options = {.words = {"get", "/healthz"}}, .described = "get /healthz"},
    {.name = "PathVerbsAreLower", .options = {.words = {"post", "/x/*"}}, .described = "post /x/*"},
    {.name = "SpecialVerb",
     .options = {.words = {"escalate", "clusterroles"}},
     .described = "escalate clusterroles.rbac.authorization.k8s.io at cluster scope"},
    {.name = "ConstrainedImpersonation",
     .options = {.words = {"impersonate:user-info", "users.authentication.k8s.io"}},
     .described = "impersonate:user-info users.authentication.k8s.io at cluster scope"},
    {.name = "Impersonation",
     .options = {.words = {"impersonate", "users", "ann"}},
     .described = "impersonate users ann at cluster scope"},
};

INSTANTIATE_TEST_SUITE_P(Words, QuestionWords, testing::ValuesIn(kQuestions),
                         [](const testing::TestParamInfo<QuestionCase>& info) {
                           return info.param.name;
                         });

TEST(Question, AllNamespacesIsANamespaceOfItsOwn) {
  const auto question =
      ParseQuestion({.words = {"list", "pods"}, .all_namespaces = true}, RbacPolicy());
  ASSERT_THAT(question, IsOk());
  EXPECT_EQ(question->request.namespace_, "");
}

struct WrongCase {
  const char* name;
  ReviewOptions options;
  const char* message;
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};

void PrintTo(const WrongCase& c, std::ostream* os) { *os << c.name; }

class QuestionErrors : public testing::TestWithParam<WrongCase> {};

TEST_P(QuestionErrors, SaySo) {
  EXPECT_THAT(ParseQuestion(GetParam().options, RbacPolicy()),
              StatusIs(GetParam().code, HasSubstr(GetParam().message)));
}

const WrongCase kWrong[] = {
    {"Nothing", {}, "needs VERB and RESOURCE"},
    {"OneWord", {.words = {"get"}}, "needs VERB and RESOURCE"},
    {"FourWords", {.words = {"get", "pods", "a", "b"}}, "needs VERB and RESOURCE"},
    {"Verb", {.words = {"gte", "pods"}}, "unknown verb \"gte\"; did you mean \"get\"?"},
    {"FarVerb", {.words = {"frobnicate", "pods"}}, "unknown verb \"frobnicate\""},
    {"Resource",
     {.words = {"get", "podz"}},
     "unknown resource \"podz\"; did you mean \"pods\"?",
     absl::StatusCode::kNotFound},
    {"FarResource",
     {.words = {"get", "xyzzyxyzzy"}},
     "unknown resource \"xyzzyxyzzy\"",
     absl::StatusCode::kNotFound},
    {"TwoSubresources",
     {.words = {"get", "pods/log"}, .subresource = "log"},
     "a subresource is given twice"},
    {"PathWithName", {.words = {"get", "/healthz", "x"}}, "a path takes no name"},
};

INSTANTIATE_TEST_SUITE_P(Wrong, QuestionErrors, testing::ValuesIn(kWrong),
                         [](const testing::TestParamInfo<WrongCase>& info) {
                           return info.param.name;
                         });

// What a rule of the policy names is known, however odd.
TEST(Question, WordsOfThePolicyAreKnown) {
  const RbacPolicy policy{.roles = {MakeClusterRole("r", {Rule("frobnicate", "", "gizmos")})}};
  const auto question = ParseQuestion({.words = {"frobnicate", "gizmos"}}, policy);
  ASSERT_THAT(question, IsOk());
  EXPECT_EQ(question->request.verb, "frobnicate");
  EXPECT_EQ(question->request.resource, "gizmos");
  EXPECT_FALSE(ParseQuestion({.words = {"frobnicate", "gizmos"}}, RbacPolicy()).ok());
}

}  // namespace
}  // namespace wecan
