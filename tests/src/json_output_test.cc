// SPDX-License-Identifier: Apache-2.0
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/load.h"
#include "src/input/parse.h"
#include "src/output/json.h"
#include "tests/testing/from_yaml.h"

namespace wecan {
namespace {

// What our own reader reads: it follows kubectl's.
Json FromOurYaml(const Value& value) {
  if (value.IsMapping()) {
    Json json = Json::object();
    value.ForEachEntry(
        [&](const Value& k, const Value& v) { json[std::string(k.text())] = FromOurYaml(v); });
    return json;
  }
  if (value.IsSequence()) {
    Json json = Json::array();
    value.ForEachItem([&](const Value& item) { json.push_back(FromOurYaml(item)); });
    return json;
  }
  if (value.IsString()) return std::string(value.text());
  return Json::parse(std::string(value.text()), nullptr, false);
}

void ExpectSameInYaml(const Json& json) {
  const std::string yaml = DumpYaml(json);
  EXPECT_EQ(JsonFromYaml(yaml), json) << yaml;
  Document document{Budgets{}};
  int documents = 0;
  const auto error = ParseYaml(yaml, document, [&](const Document& d) {
    ++documents;
    EXPECT_EQ(FromOurYaml(d.root()), json) << yaml;
  });
  EXPECT_FALSE(error.has_value()) << yaml;
  EXPECT_EQ(documents, 1) << yaml;
}

const std::vector<std::string>& TrickyStrings() {
  static const auto* strings = new std::vector<std::string>{"",
                                                            " ",
                                                            "plain",
                                                            "two words",
                                                            " leading",
                                                            "trailing ",
                                                            "true",
                                                            "False",
                                                            "yes",
                                                            "No",
                                                            "on",
                                                            "off",
                                                            "y",
                                                            "N",
                                                            "null",
                                                            "Null",
                                                            "~",
                                                            "1",
                                                            "-1",
                                                            "+1",
                                                            "0x1F",
                                                            "0o7",
                                                            "0b1",
                                                            "1_000",
                                                            "1.5",
                                                            "1e3",
                                                            ".5",
                                                            ".inf",
                                                            "-.inf",
                                                            ".nan",
                                                            "2001-01-01",
                                                            "12:30:45",
                                                            "a: b",
                                                            "a:",
                                                            ":a",
                                                            "a #b",
                                                            "#a",
                                                            "- a",
                                                            "-",
                                                            "---",
                                                            "...",
                                                            "? a",
                                                            "{a}",
                                                            "[a]",
                                                            "a, b",
                                                            "*a",
                                                            "&a",
                                                            "!a",
                                                            "!!str a",
                                                            "|",
                                                            ">",
                                                            "%a",
                                                            "@a",
                                                            "`a`",
                                                            "'a'",
                                                            "\"a\"",
                                                            "it's",
                                                            "say \"x\"",
                                                            "back\\slash",
                                                            "tab\there",
                                                            "line\nbreak",
                                                            "line\n",
                                                            "\n",
                                                            "\r\n",
                                                            "a\rb",
                                                            "<<",
                                                            "=",
                                                            "é",
                                                            "grün-😀",
                                                            "\u2028",
                                                            "\u00a0",
                                                            "\ufeffbom",
                                                            std::string("nul\0nul", 7),
                                                            "\x01\x1b[2J",
                                                            "\x7f",
                                                            "storage.k8s.io/v1",
                                                            "system:serviceaccount:a:b",
                                                            "*.*",
                                                            "/healthz/*",
                                                            "a/b",
                                                            "1.a",
                                                            "v1"};
  return *strings;
}

class JsonOutputStrings : public testing::TestWithParam<std::string> {};

TEST_P(JsonOutputStrings, ComeBackFromYaml) {
  const std::string& text = GetParam();
  ExpectSameInYaml(Json(text));
  ExpectSameInYaml({{"key", text}});
  ExpectSameInYaml(Json::array({text, text}));
  ExpectSameInYaml({{"a", {{"b", Json::array({Json{{"c", text}, {"d", text}}})}}}});
}

TEST_P(JsonOutputStrings, ComeBackAsKeys) {
  ExpectSameInYaml(Json::object({{GetParam(), 1}}));
  ExpectSameInYaml({{"a", Json::object({{GetParam(), Json::array({1})}})}});
}

TEST_P(JsonOutputStrings, ComeBackFromJson) {
  EXPECT_EQ(Json::parse(DumpJson(Json(GetParam()))), Json(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Strings, JsonOutputStrings, testing::ValuesIn(TrickyStrings()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return std::to_string(info.index);
                         });

TEST(JsonOutput, YamlOfEveryShapeComesBack) {
  for (const char* text :
       {"null", "true", "1", "-1.5", "\"x\"", "{}", "[]", R"({"a": {}})", R"({"a": []})",
        R"([[], {}, [[]], [[1, 2], [3]]])", R"([{"a": 1, "b": [{"c": 2}]}, {"a": [1]}])",
        R"({"a": [{"b": {"c": [1, {"d": null}]}}], "e": false})", R"([[{"a": 1}]])",
        R"({"x": [[1], [2, [3]]]})"}) {
    ExpectSameInYaml(Json::parse(text));
  }
}

TEST(JsonOutput, YamlLooksAsKubectlWritesIt) {
  const Json json = {{"apiVersion", "rbac.authorization.k8s.io/v1"},
                     {"metadata", {{"name", "a:b"}, {"labels", {{"x.io/y", "true"}}}}},
                     {"rules", Json::array({{{"verbs", {"get", "*"}}, {"apiGroups", {""}}}})},
                     {"subjects", Json::array()}};
  EXPECT_EQ(DumpYaml(json),
            "apiVersion: rbac.authorization.k8s.io/v1\n"
            "metadata:\n"
            "  name: \"a:b\"\n"
            "  labels:\n"
            "    x.io/y: \"true\"\n"
            "rules:\n"
            "- verbs:\n"
            "  - get\n"
            "  - \"*\"\n"
            "  apiGroups:\n"
            "  - \"\"\n"
            "subjects: []\n");
}

TEST(JsonOutput, InvalidUtf8BecomesTheReplacementCharacter) {
  const Json json = {{"a",
                      "x\xff"
                      "y"}};
  EXPECT_EQ(DumpJson(json), "{\n  \"a\": \"x\xef\xbf\xbdy\"\n}\n");
  EXPECT_EQ(DumpYaml(json), "a: \"x\xef\xbf\xbdy\"\n");
}

TEST(JsonOutput, RulesLeaveOutEmptyLists) {
  EXPECT_EQ(RuleJson({.verbs = {"get"}, .api_groups = {""}, .resources = {"pods"}}).dump(),
            R"({"apiGroups":[""],"resources":["pods"],"verbs":["get"]})");
  EXPECT_EQ(RuleJson({.verbs = {"get"}, .non_resource_urls = {"/healthz"}}).dump(),
            R"({"nonResourceURLs":["/healthz"],"verbs":["get"]})");
  EXPECT_EQ(RuleJson({}).dump(), "{}");
}

TEST(JsonOutput, RbacObjectsAsTheApiWritesThem) {
  const Role role{.kind = RoleKind::kRole,
                  .namespace_ = "ns",
                  .name = "r",
                  .labels = {{"a", "b"}},
                  .rules = {{.verbs = {"get"}, .api_groups = {""}, .resources = {"pods"}}}};
  EXPECT_EQ(RoleJson(role), Json::parse(R"({"apiVersion": "rbac.authorization.k8s.io/v1",
      "kind": "Role", "metadata": {"name": "r", "namespace": "ns", "labels": {"a": "b"}},
      "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]})"));

  const Role aggregated{.kind = RoleKind::kClusterRole,
                        .name = "c",
                        .aggregation = {{LabelSelector{.match_labels = {{"x", "true"}}}}}};
  EXPECT_EQ(RoleJson(aggregated)["aggregationRule"].dump(),
            R"({"clusterRoleSelectors":[{"matchLabels":{"x":"true"}}]})");
  EXPECT_EQ(RoleJson(aggregated)["rules"].dump(), "[]");

  const RoleBinding binding{.cluster = true,
                            .name = "b",
                            .role_ref = {kRbacGroup, "ClusterRole", "c"},
                            .subjects = {{"ServiceAccount", "ns", "sa"}, {"Group", "", "g"}}};
  EXPECT_EQ(BindingJson(binding), Json::parse(R"({"apiVersion": "rbac.authorization.k8s.io/v1",
      "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
      "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "c"},
      "subjects": [{"kind": "ServiceAccount", "namespace": "ns", "name": "sa"},
                   {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "g"}]})"));
}

// ---- manifests, with rules on a line each
// ---------------------------------------------------------

Role SomeRole() {
  return {.kind = RoleKind::kClusterRole,
          .name = "a:b",
          .labels = {{"x.io/y", "true"}},
          .rules = {{.verbs = {"get", "*"}, .api_groups = {""}, .resources = {"pods", "pods/log"}},
                    {.verbs = {"get"},
                     .api_groups = {"apps"},
                     .resources = {"deployments"},
                     .resource_names = {"a, b", "true", ""}},
                    {.verbs = {"get"}, .non_resource_urls = {"/healthz/*"}}}};
}

constexpr char kSomeRole[] =
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: ClusterRole\n"
    "metadata:\n"
    "  name: \"a:b\"\n"
    "  labels:\n"
    "    x.io/y: \"true\"\n"
    "rules:\n"
    "- {apiGroups: [\"\"], resources: [pods, pods/log], verbs: [get, \"*\"]}\n"
    "- {apiGroups: [apps], resources: [deployments], resourceNames: [\"a, b\", \"true\", \"\"], "
    "verbs: [get]}\n"
    "- {nonResourceURLs: [\"/healthz/*\"], verbs: [get]}\n";

// A ManifestWork around `manifests`.
Json WorkAround(const std::vector<Json>& manifests) {
  return {{"apiVersion", "work.open-cluster-management.io/v1"},
          {"kind", "ManifestWork"},
          {"metadata", {{"name", "w"}, {"namespace", "wec1"}}},
          {"spec", {{"workload", {{"manifests", manifests}}}}}};
}

TEST(ManifestYaml, RulesAreLines) {
  EXPECT_EQ(DumpManifestYaml(RoleJson(SomeRole())), kSomeRole);
  Role empty = SomeRole();
  empty.rules.clear();
  EXPECT_THAT(DumpManifestYaml(RoleJson(empty)), testing::EndsWith("\nrules: []\n"));
  const std::string work = DumpManifestYaml(WorkAround({RoleJson(SomeRole())}));
  EXPECT_THAT(work, testing::HasSubstr("\n    manifests:\n    - apiVersion: rbac"));
  EXPECT_THAT(work,
              testing::HasSubstr("\n      rules:\n      - {apiGroups: [\"\"], resources: [pods, "));
}

// The roles and bindings of a manifest, as the program itself reads them.
RbacPolicy ReadBack(const std::string& yaml) {
  const MemoryFileSystem files({{"x.yaml", yaml}});
  std::istringstream in;
  Loaded loaded = Load({.paths = {"x.yaml"}}, files, in);
  EXPECT_TRUE(loaded.input.diagnostics.empty()) << yaml;
  return loaded.input.rbac;
}

TEST(ManifestYaml, IsReadBackEqual) {
  const RoleBinding binding{
      .namespace_ = "yes",
      .name = "1e3",
      .role_ref = {kRbacGroup, "ClusterRole", "a:b"},
      .subjects = {{"ServiceAccount", "null", "on"}, {"Group", "", "g: h", kRbacGroup}}};
  const Json role = RoleJson(SomeRole()), bound = BindingJson(binding);
  for (const std::string& yaml :
       {DumpManifestYaml(role) + "---\n" + DumpManifestYaml(bound),
        DumpManifestYaml({{"apiVersion", "v1"}, {"kind", "List"}, {"items", {role, bound}}}),
        DumpManifestYaml(WorkAround({role, bound}))}) {
    const RbacPolicy read = ReadBack(yaml);
    ASSERT_EQ(read.roles.size(), 1u) << yaml;
    EXPECT_EQ(read.roles[0].name, "a:b");
    EXPECT_EQ(read.roles[0].labels, SomeRole().labels);
    EXPECT_EQ(read.roles[0].rules, SomeRole().rules) << yaml;
    ASSERT_EQ(read.bindings.size(), 1u) << yaml;
    EXPECT_EQ(read.bindings[0].namespace_, "yes");
    EXPECT_EQ(read.bindings[0].name, "1e3");
    EXPECT_EQ(read.bindings[0].role_ref, binding.role_ref);
    EXPECT_EQ(read.bindings[0].subjects, binding.subjects);
  }
}

TEST(ManifestYaml, EveryStringInARuleComesBack) {
  for (const std::string& text : TrickyStrings()) {
    Role role = SomeRole();
    role.name = "r";
    role.rules = {{.verbs = {text, "get", text},
                   .api_groups = {text},
                   .resources = {text},
                   .resource_names = {text, text}}};
    const Json json = RoleJson(role);
    const std::string yaml = DumpManifestYaml(json);
    EXPECT_EQ(JsonFromYaml(yaml), json) << yaml;
    const RbacPolicy read = ReadBack(yaml);
    ASSERT_EQ(read.roles.size(), 1u) << yaml;
    EXPECT_EQ(read.roles[0].rules, role.rules) << yaml;
  }
}

// Everywhere but in lists of rules it is DumpYaml.
TEST(ManifestYaml, OtherwiseAsDumpYaml) {
  for (const char* text : {R"({"a": [{"b": 1}], "c": {"d": []}})", R"({"rule": [{"a": [1]}]})",
                           R"({"rules": {"a": [{"b": 1}]}})", R"({"rules": []})"}) {
    EXPECT_EQ(DumpManifestYaml(Json::parse(text)), DumpYaml(Json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace wecan
