// SPDX-License-Identifier: Apache-2.0
// can-i as JUnit XML and as Markdown.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/file_system.h"
#include "tests/testing/check.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kRbac[] =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\n"
    "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n---\n"
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n"
    "metadata: {name: reader}\n"
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\n"
    "subjects: [{kind: User, name: ann}]\n";

RunResult Ask(std::vector<std::string> words, const std::string& format,
              const std::string& in = "") {
  MemoryFileSystem files({{"rbac.yaml", kRbac},
                          {"in.yaml", StorageClassYaml("fast") + kCleanYaml},
                          {"clean.yaml", kCleanYaml},
                          {"broken.yaml", "kind: [\n"},
                          {"role.yaml",
                           "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: "
                           "r, namespace: shop}\n"
                           "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]\n"}});
  words.insert(words.begin(), "can-i");
  words.insert(words.end(), {"-o", format});
  return wecan::Run(words, in, &files);
}

// ---- one question -------------------------------------------------------------------------------

TEST(CanIJunit, YesAndNo) {
  const std::vector<std::string> flags = {"--rbac", "rbac.yaml", "--as", "ann"};
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.end(), flags.begin(), flags.end());
    return Ask(words, "junit");
  };
  const RunResult yes = ask({"get", "pods", "-n", "shop"});
  EXPECT_EQ(yes.exit_code, 0);
  EXPECT_EQ(yes.out, R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="wecan can-i" tests="1" failures="0" errors="0" skipped="0" time="0">
  <testsuite name="rbac rbac.yaml" tests="1" failures="0" errors="0" skipped="0" time="0">
    <testcase classname="ann" name="get pods in namespace shop" time="0">
      <system-out>RBAC: allowed by ClusterRoleBinding &quot;reader&quot; of ClusterRole &quot;reader&quot; to User &quot;ann&quot;</system-out>
    </testcase>
  </testsuite>
</testsuites>
)");
  const RunResult no = ask({"delete", "pods", "-n", "shop"});
  EXPECT_EQ(no.exit_code, 1);
  EXPECT_EQ(no.out, R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="wecan can-i" tests="1" failures="1" errors="0" skipped="0" time="0">
  <testsuite name="rbac rbac.yaml" tests="1" failures="1" errors="0" skipped="0" time="0">
    <testcase classname="ann" name="delete pods in namespace shop" time="0">
      <failure type="denied" message="User &quot;ann&quot; cannot delete resource &quot;pods&quot; in API group &quot;&quot; in the namespace &quot;shop&quot;">no rule allows it</failure>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(CanIJunit, DenialsAreInTheWordsOfTheApiServer) {
  struct Case {
    std::vector<std::string> words;
    const char* message;
  };
  for (const Case& c : std::vector<Case>{
           {{"create", "nodes"},
            "cannot create resource &quot;nodes&quot; in API group &quot;&quot; at the cluster "
            "scope"},
           {{"create", "pods/exec", "-n", "n"},
            "cannot create resource &quot;pods/exec&quot; in API group &quot;&quot; in the "
            "namespace "
            "&quot;n&quot;"},
           {{"list", "deployments.apps", "-A"},
            "cannot list resource &quot;deployments&quot; in API group &quot;apps&quot; at the "
            "cluster "
            "scope"},
           {{"get", "/metrics"}, "cannot get path &quot;/metrics&quot;"},
       }) {
    std::vector<std::string> words = c.words;
    words.insert(words.end(), {"--rbac", "rbac.yaml", "--as", "ann"});
    EXPECT_THAT(Ask(words, "junit").out,
                HasSubstr(absl::StrCat("message=\"User &quot;ann&quot; ", c.message, "\">")));
  }
}

TEST(CanIMarkdown, YesAndNo) {
  EXPECT_EQ(
      Ask({"get", "pods", "-n", "shop", "--rbac", "rbac.yaml", "--as", "ann"}, "markdown").out,
      R"(<!-- wecan can-i -->
### wecan can-i: yes

As `ann` (`rbac rbac.yaml`), groups `system:authenticated`.

| | question | why |
|---|---|---|
| yes | `get pods in namespace shop` | `RBAC: allowed by ClusterRoleBinding "reader" of ClusterRole "reader" to User "ann"` |
)");
  EXPECT_EQ(
      Ask({"get", "pods", "-n", "shop", "--rbac", "rbac.yaml", "--as", "eve"}, "markdown").out,
      R"(<!-- wecan can-i -->
### wecan can-i: no

As `eve` (`rbac rbac.yaml`), groups `system:authenticated`.

| | question | why |
|---|---|---|
| **no** | `get pods in namespace shop` | |
)");
}

// ---- names --------------------------------------------------------------------------------------

struct NameCase {
  const char* name;
  const char* text;
  const char* xml;
  const char* markdown;
};

class CanINames : public testing::TestWithParam<NameCase> {};

TEST_P(CanINames, AreNoMarkup) {
  const NameCase& c = GetParam();
  const std::vector<std::string> words = {"get", "pods", "--rbac", "rbac.yaml", "--as", c.text};
  EXPECT_THAT(Ask(words, "junit").out, HasSubstr(absl::StrCat("classname=\"", c.xml, "\" ")));
  EXPECT_THAT(Ask(words, "markdown").out,
              HasSubstr(absl::StrCat("\nAs ", c.markdown, " (`rbac rbac.yaml`)")));
}

INSTANTIATE_TEST_SUITE_P(
    CanINames, CanINames,
    testing::Values(
        NameCase{"plain", "ann", "ann", "`ann`"},
        NameCase{"quotes", "a\"b'c", "a&quot;b&apos;c", "`a\"b'c`"},
        NameCase{"line_break", "a\nb", "a b", "`a b`"},
        NameCase{"terminal_escape", "a\x1b[2J", "a\xef\xbf\xbd[2J", "`a\xef\xbf\xbd[2J`"},
        NameCase{"cdata_end", "a]]>b", "a]]&gt;b", "`a]]>b`"},
        NameCase{"workflow_command", "%0A::error::x", "%0A::error::x", "`%0A::error::x`"},
        NameCase{"script", "<script>", "&lt;script&gt;", "<code>&#60;script&#62;</code>"},
        NameCase{"entity", "&amp;", "&amp;amp;", "<code>&#38;amp&#59;</code>"},
        NameCase{"backtick", "a`b", "a`b", "<code>a&#96;b</code>"},
        NameCase{"bar", "a|b", "a|b", "<code>a&#124;b</code>"},
        NameCase{"backslash", "a\\|b", "a\\|b", "<code>a&#92;&#124;b</code>"},
        NameCase{"mention", "@everyone", "@everyone", "`@everyone`"},
        NameCase{"no_utf8", "a\xff", "a\xef\xbf\xbd", "`a\xef\xbf\xbd`"},
        NameCase{"no_xml_character", "a\xef\xbf\xbe", "a\xef\xbf\xbd", "`a\xef\xbf\xbe`"},
        NameCase{"right_to_left", "a\xe2\x80\xae", "a\xef\xbf\xbd", "`a\xef\xbf\xbd`"}),
    [](const testing::TestParamInfo<NameCase>& info) { return info.param.name; });

// ---- manifests ----------------------------------------------------------------------------------

TEST(CanIMarkdown, TheMatrix) {
  const std::string no = Ask({"-f", "in.yaml"}, "markdown").out;
  EXPECT_THAT(no, StartsWith("<!-- wecan can-i -->\n### wecan can-i: 4 of 8 checks denied\n"));
  EXPECT_THAT(no, HasSubstr("| resource | namespace | get | create | update | delete |\n"
                            "|---|---|:-:|:-:|:-:|:-:|\n"
                            "| `configmaps` | `default` | yes | yes | yes | yes |\n"
                            "| `storageclasses.storage.k8s.io` | `*` | **no** | **no** | **no** | "
                            "**no** |\n"));
  EXPECT_THAT(Ask({"-f", "clean.yaml"}, "markdown").out,
              StartsWith("<!-- wecan can-i -->\n### wecan can-i: 4 checks, none denied\n"));
}

TEST(CanIJunit, ACaseForEachVerb) {
  const std::string no = Ask({"-f", "in.yaml"}, "junit").out;
  EXPECT_THAT(no, HasSubstr("tests=\"8\" failures=\"4\" errors=\"0\""));
  EXPECT_THAT(no, HasSubstr("name=\"delete configmaps in namespace default\" time=\"0\"/>"));
  EXPECT_THAT(no, HasSubstr("name=\"delete storageclasses.storage.k8s.io at cluster scope\" "
                            "time=\"0\">\n      <failure type=\"denied\""));
  EXPECT_THAT(Ask({"-f", "clean.yaml"}, "junit").out,
              HasSubstr("tests=\"4\" failures=\"0\" errors=\"0\""));
}

TEST(CanIFormats, AnEscalationIsToldInTheWordsOfTheApiServer) {
  const std::vector<std::string> words = {"-f", "role.yaml", "--rbac", "rbac.yaml", "--as", "ann"};
  const std::string message = "attempting to grant RBAC permissions not currently held:\n";
  EXPECT_THAT(Ask(words, "junit").out, HasSubstr("<failure type=\"escalation\" message=\"roles.rbac"
                                                 ".authorization.k8s.io &quot;r&quot; is "
                                                 "forbidden:"));
  EXPECT_THAT(Ask(words, "junit").out, HasSubstr(message));
  EXPECT_THAT(Ask(words, "markdown").out, HasSubstr("\n| **no** | `Role/shop/r` | `roles.rbac."));
  EXPECT_THAT(Ask(words, "markdown").out, HasSubstr(message));
  const std::vector<std::string> agent = {"-f", "role.yaml"};
  EXPECT_THAT(Ask(agent, "junit").out, Not(HasSubstr("escalation")));
  EXPECT_THAT(Ask(agent, "markdown").out, Not(HasSubstr("Role/shop/r")));
}

TEST(CanIFormats, WhatCannotBeReadIsAnError) {
  const std::vector<std::string> words = {"-f", "clean.yaml", "-f", "broken.yaml"};
  EXPECT_EQ(Ask(words, "junit").exit_code, 2);
  EXPECT_THAT(Ask(words, "junit").out, HasSubstr("tests=\"5\" failures=\"0\" errors=\"1\""));
  EXPECT_THAT(Ask(words, "junit").out,
              HasSubstr("<testcase classname=\"input\" name=\"broken.yaml:"));
  EXPECT_THAT(Ask(words, "markdown").out, HasSubstr("\n| error | `broken.yaml:"));
}

// ---- reviews and lists --------------------------------------------------------------------------

constexpr char kReviews[] =
    R"({"kind": "SubjectAccessReview", "spec": {"user": "ann", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "n"}}}
{"kind": "SubjectAccessReview", "spec": {"user": "e|ve", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "n"}}}
{"kind": "SubjectAccessReview", "spec": {"user": "ann"}}
)";

TEST(CanIFormats, ReviewsByNumberAndUser) {
  const std::vector<std::string> words = {"--reviews", "-", "--rbac", "rbac.yaml"};
  const RunResult junit = Ask(words, "junit", kReviews);
  EXPECT_EQ(junit.exit_code, 2);
  EXPECT_THAT(junit.out, HasSubstr("tests=\"3\" failures=\"1\" errors=\"1\""));
  EXPECT_THAT(junit.out,
              HasSubstr("<testcase classname=\"ann\" name=\"review 1: get pods in namespace n\""));
  EXPECT_THAT(junit.out,
              HasSubstr("<testcase classname=\"e|ve\" name=\"review 2: get pods in namespace n\""));
  EXPECT_THAT(junit.out, HasSubstr("<error type=\"invalid\" message=\"exactly one of "));
  const std::string markdown = Ask(words, "markdown", kReviews).out;
  EXPECT_THAT(markdown, StartsWith("<!-- wecan can-i -->\n### wecan can-i: 2 of 3 reviews denied\n"
                                   "\nAnswered from `rbac rbac.yaml`.\n"));
  EXPECT_THAT(markdown, HasSubstr("\n| yes | `ann` | `get pods in namespace n` | `RBAC: "));
  EXPECT_THAT(markdown,
              HasSubstr("\n| **no** | <code>e&#124;ve</code> | `get pods in namespace n` | |\n"));
}

TEST(CanIFormats, AListIsNoTest) {
  const std::vector<std::string> words = {"--list", "--rbac", "rbac.yaml", "--as", "ann"};
  EXPECT_THAT(Ask(words, "markdown").out,
              HasSubstr("| verbs | resources and URLs |\n|---|---|\n| `get` | `pods` |\n"));
  const RunResult junit = Ask(words, "junit");
  EXPECT_EQ(junit.exit_code, 2);
  EXPECT_EQ(junit.err, "wecan: --output: \"junit\" is none of text, json, yaml, markdown\n");
}

}  // namespace
}  // namespace wecan
