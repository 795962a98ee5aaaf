// SPDX-License-Identifier: Apache-2.0
// The cases of fixtures/conformance (request_info) hold the rules; these are the seams they leave
// open.
#include "analyzer/model/request.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/builders.h"

namespace wecan {
namespace {

using testing::ElementsAre;

struct UrlCase {
  std::string method, url;
  RequestAttributes expected;
};

TEST(Request, ParsesUrls) {
  const std::vector<UrlCase> cases = {
      {"get", "/api/v1/pods", Request("list").Resource("pods")},
      {"GET", "/api/v1", Request("get").Path("/api/v1")},
      {"GET", "/apis/apps/v1/deployments", Request("list").Group("apps").Resource("deployments")},
      {"GET", "/apis/apps/v1", Request("get").Path("/apis/apps/v1")},
      {"GET", "/healthz/", Request("get").Path("/healthz/")},
      {"GET", "/healthz?verbose", Request("get").Path("/healthz")},
      {"GET", "/", Request("get").Path("/")},
      {"GET", "", Request("get").Path("")},
      {"HEAD", "/readyz", Request("head").Path("/readyz")},
      {"HEAD", "/api/v1/namespaces/d/pods/p",
       Request("get").Resource("pods").Namespace("d").Name("p")},
      {"OPTIONS", "/api/v1/pods", Request("").Resource("pods")},
      {"GET", "/api/v1/namespaces/d",
       Request("get").Resource("namespaces").Namespace("d").Name("d")},
      {"PUT", "/api/v1/namespaces/d/finalize",
       Request("update").Resource("namespaces").Namespace("d").Name("d").Subresource("finalize")},
      {"GET", "/api/v1/namespaces", Request("list").Resource("namespaces")},
      {"GET", "/api/v1/pods?watch=1", Request("watch").Resource("pods")},
      {"GET", "/api/v1/pods?watch=0", Request("list").Resource("pods")},
      {"GET", "/api/v1/pods?watch=FALSE", Request("list").Resource("pods")},
      {"GET", "/api/v1/namespaces/d/pods/p?watch=1",
       Request("get").Resource("pods").Namespace("d").Name("p")},
      {"DELETE", "/api/v1/namespaces/d/pods",
       Request("deletecollection").Resource("pods").Namespace("d")},
      {"DELETE", "/api/v1/namespaces/d/pods?fieldSelector=metadata.name%3Dp",
       Request("deletecollection").Resource("pods").Namespace("d")},
      {"GET", "/api/v1/pods?fieldSelector=metadata.name%3Dp",
       Request("list").Resource("pods").Name("p")},
      {"GET", "/api/v1/pods?fieldSelector=spec.x%21%3Da%2Cmetadata.name%3D%3Dp",
       Request("list").Resource("pods").Name("p")},
      {"GET", "/api/v1/pods?fieldSelector=metadata.name%21%3Dp", Request("list").Resource("pods")},
      {"GET", "/api/v1/pods?fieldSelector=metadata.name", Request("list").Resource("pods")},
      {"GET", "/api/v1/pods?fieldSelector=metadata.name%3Da%2Fb", Request("list").Resource("pods")},
      {"GET", "/api/v1/watch/pods", Request("watch").Resource("pods")},
      {"POST", "/api/v1/namespaces/d/pods/p/exec",
       Request("create").Resource("pods").Namespace("d").Name("p").Subresource("exec")},
      {"GET", "/api/v1/namespaces/d/pods/p%20q",
       Request("get").Resource("pods").Namespace("d").Name("p q")},
      {"GET", "/api/v1/pods/%zz", Request("get").Resource("pods").Name("%zz")},
  };
  for (const UrlCase& c : cases) {
    const RequestAttributes a = ParseRequestInfo(c.method, c.url).attributes;
    EXPECT_EQ(a.resource_request, c.expected.resource_request) << c.url;
    EXPECT_EQ(a.verb, c.expected.verb) << c.method << " " << c.url;
    EXPECT_EQ(a.api_group, c.expected.api_group) << c.url;
    EXPECT_EQ(a.resource, c.expected.resource) << c.url;
    EXPECT_EQ(a.subresource, c.expected.subresource) << c.url;
    EXPECT_EQ(a.namespace_, c.expected.namespace_) << c.url;
    EXPECT_EQ(a.name, c.expected.name) << c.url;
    if (!c.expected.resource_request) {
      EXPECT_EQ(a.path, c.expected.path);
    }
  }
}

// When an option does not parse, the API server forgets all of them but watch, and with them the
// name.
TEST(Request, AnOptionThatDoesNotParseTakesTheNameAway) {
  const auto parse = [](const std::string& query) {
    return ParseRequestInfo("GET", "/api/v1/pods?fieldSelector=metadata.name%3Dp&" + query)
        .attributes;
  };
  for (const char* query :
       {"", "limit=5", "timeoutSeconds=10", "limit=0&resourceVersion=x", "watch=maybe"}) {
    EXPECT_EQ(parse(query).name, "p") << query;
  }
  for (const char* query :
       {"limit=x", "limit=", "timeoutSeconds=10s", "limit=5&timeoutSeconds=x", "watch=1&limit=x"}) {
    EXPECT_EQ(parse(query).name, "") << query;
  }
  EXPECT_EQ(parse("watch=1&limit=x").verb, "watch");
}

TEST(Request, ServiceAccountUsernames) {
  EXPECT_EQ(ServiceAccountUsername("ns", "sa"), "system:serviceaccount:ns:sa");
  std::string ns, name;
  EXPECT_TRUE(ParseServiceAccountUsername("system:serviceaccount:ns:sa", &ns, &name));
  EXPECT_EQ(ns, "ns");
  EXPECT_EQ(name, "sa");
  for (const char* other : {"", "sa", "system:serviceaccount:", "system:serviceaccount:ns",
                            "system:serviceaccount:ns:", "system:serviceaccount::sa",
                            "system:serviceaccount:a:b:c", "System:serviceaccount:a:b"}) {
    EXPECT_FALSE(ParseServiceAccountUsername(other, &ns, &name)) << other;
  }
}

struct GroupsCase {
  std::string name;
  std::vector<std::string> given, expected;
};

TEST(Request, ImplicitGroups) {
  const std::vector<GroupsCase> cases = {
      {"bob", {}, {"system:authenticated"}},
      {"bob", {"devs"}, {"devs", "system:authenticated"}},
      {"bob", {"system:authenticated", "devs"}, {"system:authenticated", "devs"}},
      {"bob", {"system:unauthenticated"}, {"system:unauthenticated"}},
      {"system:anonymous", {}, {"system:unauthenticated"}},
      {"system:serviceaccount:a:b",
       {},
       {"system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"}},
      {"system:serviceaccount:a:b", {"devs"}, {"devs", "system:authenticated"}},
      {"system:serviceaccount:a", {}, {"system:authenticated"}},
  };
  for (const GroupsCase& c : cases) {
    const UserInfo user = WithImplicitGroups(c.name, c.given);
    EXPECT_EQ(user.name, c.name);
    EXPECT_EQ(user.groups, c.expected) << c.name;
  }
}

}  // namespace
}  // namespace wecan
