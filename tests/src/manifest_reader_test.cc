// SPDX-License-Identifier: Apache-2.0
#include "src/input/manifest_reader.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// As Load() reads a file.
Contents Read(const std::string& text, bool is_json_file = false) {
  Contents contents;
  if (LooksLikeJson(text)) {
    ReadJson(text, is_json_file, Budgets{}, contents);
  } else {
    ReadYaml(SplitDocuments(text), absl::StrContains(text, "{{"), Budgets{}, contents);
  }
  return contents;
}

// "Kind.group/ns/name@line:column" of each object.
std::vector<std::string> Objects(const Contents& contents) {
  std::vector<std::string> objects;
  for (const Object& o : contents.input.objects) {
    objects.push_back(absl::StrCat(o.kind, o.group.empty() ? "" : "." + o.group, "/", o.namespace_,
                                   "/", o.name, "@", o.location.line, ":", o.location.column));
  }
  return objects;
}

// "line:column rule message" of each diagnostic.
std::vector<std::string> Diagnostics(const Contents& contents) {
  std::vector<std::string> diagnostics;
  for (const Diagnostic& d : contents.input.diagnostics) {
    diagnostics.push_back(
        absl::StrCat(d.location.line, ":", d.location.column, " ", d.rule, " ", d.message));
  }
  return diagnostics;
}

std::string ConfigMap(absl::string_view name) {
  return absl::StrCat("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ", name, "}\n");
}

// ---- documents ----------------------------------------------------------------------------------

struct SplitCase {
  const char* name;
  const char* text;
  std::vector<std::string> stretches;  // "LINE:text", 0-based
};

void PrintTo(const SplitCase& c, std::ostream* os) { *os << c.name; }

class SplitDocumentsTest : public testing::TestWithParam<SplitCase> {};

TEST_P(SplitDocumentsTest, SplitsAtSeparators) {
  std::vector<std::string> stretches;
  std::string together;
  for (const Stretch& s : SplitDocuments(GetParam().text)) {
    stretches.push_back(absl::StrCat(s.first_line, ":", s.text));
    absl::StrAppend(&together, s.text);
  }
  EXPECT_EQ(stretches, GetParam().stretches);
  EXPECT_EQ(together, GetParam().text) << "nothing may be lost";
}

const SplitCase kSplits[] = {
    {"Empty", "", {"0:"}},
    {"One", "a: b\n", {"0:a: b\n"}},
    {"Two", "a\n---\nb\n", {"0:a\n", "1:---\nb\n"}},
    {"AtTheStart", "---\na\n", {"0:---\na\n"}},
    {"AtTheEnd", "a\n---", {"0:a\n", "1:---"}},
    {"AtTheEndWithLineBreak", "a\n---\n", {"0:a\n", "1:---\n"}},
    {"TwoInARow", "a\n---\n---\nb", {"0:a\n", "1:---\n", "2:---\nb"}},
    {"WithComment", "a\n--- # c\nb", {"0:a\n", "1:--- # c\nb"}},
    {"WithContent", "a\n--- b\n", {"0:a\n", "1:--- b\n"}},
    {"WithTab", "a\n---\tb\n", {"0:a\n", "1:---\tb\n"}},
    {"CarriageReturn", "a\r\n---\r\nb\r\n", {"0:a\r\n", "1:---\r\nb\r\n"}},
    {"NotFollowedByABlank", "a\n---x\nb", {"0:a\n---x\nb"}},
    {"FourDashes", "a\n----\nb", {"0:a\n----\nb"}},
    {"Indented", "a: |\n  x\n  ---\n  y\n", {"0:a: |\n  x\n  ---\n  y\n"}},
    // As kubectl does: a `---` at the start of a line splits even a block scalar at the top.
    {"InABlockScalarAtColumnOne", "|\na\n---\nb\n", {"0:|\na\n", "2:---\nb\n"}},
    {"DocumentEnd", "a\n...\n---\nb\n", {"0:a\n...\n", "2:---\nb\n"}},
};

INSTANTIATE_TEST_SUITE_P(Splits, SplitDocumentsTest, testing::ValuesIn(kSplits),
                         [](const testing::TestParamInfo<SplitCase>& info) {
                           return info.param.name;
                         });

TEST(ManifestReader, EveryDocumentIsRead) {
  const Contents contents = Read(absl::StrCat("# c\n---\n", ConfigMap("a"), "---\n\n---\n",
                                              ConfigMap("b"), "...\n---\n", ConfigMap("c")));
  EXPECT_THAT(Objects(contents),
              ElementsAre("ConfigMap//a@4:1", "ConfigMap//b@10:1", "ConfigMap//c@15:1"));
  EXPECT_THAT(Diagnostics(contents), IsEmpty());
}

TEST(ManifestReader, DashesInABlockScalarSplitNothing) {
  const Contents contents = Read(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: |\n    ---\n    kind: "
      "y\n");
  EXPECT_THAT(Objects(contents), ElementsAre("ConfigMap//a@2:1"));
}

TEST(ManifestReader, ABrokenDocumentLeavesTheOthers) {
  const Contents contents =
      Read(absl::StrCat(ConfigMap("a"), "---\nkind: x\n y: z\n---\n", ConfigMap("c")));
  EXPECT_THAT(Objects(contents), ElementsAre("ConfigMap//a@2:1", "ConfigMap//c@9:1"));
  EXPECT_THAT(Diagnostics(contents), ElementsAre(testing::StartsWith("6:3 WEC901 ")));
}

TEST(ManifestReader, BrokenYamlOfSomebodyElseIsSilent) {
  EXPECT_THAT(Diagnostics(Read("a: b\n c: d\n  kind: x\n")), IsEmpty());
  EXPECT_THAT(Diagnostics(Read("a: b\n c: d\nkind: x\n")), ElementsAre(HasSubstr("WEC901")));
  EXPECT_THAT(Diagnostics(Read("a: b\n c: d\napiVersion: x\n")), ElementsAre(HasSubstr("WEC901")));
}

TEST(ManifestReader, BudgetsAreToldEvenInSomebodyElsesYaml) {
  Contents contents;
  ReadYaml(SplitDocuments("a: [[[[x]]]]\n"), false, {.depth = 3}, contents);
  EXPECT_THAT(Diagnostics(contents), ElementsAre(HasSubstr("WEC901 nested deeper")));
}

// ---- what counts as an object -------------------------------------------------------------------

struct CountCase {
  const char* name;
  const char* text;
  std::vector<std::string> objects;
  std::vector<std::string> diagnostics = {};
};

void PrintTo(const CountCase& c, std::ostream* os) { *os << c.name; }

class ManifestReaderObjects : public testing::TestWithParam<CountCase> {};

TEST_P(ManifestReaderObjects, AreCounted) {
  const Contents contents = Read(GetParam().text);
  EXPECT_EQ(Objects(contents), GetParam().objects);
  EXPECT_EQ(Diagnostics(contents), GetParam().diagnostics);
}

const CountCase kCounts[] = {
    {.name = "NoMetadata", .text = "apiVersion: x/v1\nkind: Config\n", .objects = {}},
    {.name = "NullMetadata",
     .text = "apiVersion: x/v1\nkind: Config\nmetadata:\n",
     .objects = {"Config.x//@2:1"}},
    {.name = "NoName",
     .text = "apiVersion: v1\nkind: Pod\nmetadata: {}\n",
     .objects = {"Pod//@2:1"}},
    {.name = "NoKind", .text = "apiVersion: v1\nmetadata: {name: x}\n", .objects = {}},
    {.name = "NoApiVersion", .text = "kind: Pod\nmetadata: {name: x}\n", .objects = {}},
    {.name = "EmptyKind", .text = "apiVersion: v1\nkind: ''\nmetadata: {name: x}\n", .objects = {}},
    {.name = "KindIsANumber",
     .text = "apiVersion: v1\nkind: 5\nmetadata: {name: x}\n",
     .objects = {},
     .diagnostics = {"2:7 WEC901 kind is a number, not a string; put it in quotes"}},
    {.name = "ApiVersionIsANumber",
     .text = "apiVersion: 1\nkind: Pod\nmetadata: {name: x}\n",
     .objects = {},
     .diagnostics = {"1:13 WEC901 apiVersion is a number, not a string; put it in quotes"}},
    {.name = "NullNamespace",
     .text = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: }\n",
     .objects = {"Pod//x@2:1"}},
    {.name = "LocalConfig",
     .text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n"
             "    config.kubernetes.io/local-config: 'true'\n",
     .objects = {}},
    {.name = "LocalConfigFalse",
     .text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n"
             "    config.kubernetes.io/local-config: 'false'\n",
     .objects = {"Pod//x@2:1"}},
    {.name = "Kustomization",
     .text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {}\n",
     .objects = {}},
    {.name = "HelmChart", .text = "apiVersion: v2\nname: chart\nversion: 1.0.0\n", .objects = {}},
    {.name = "NotAMapping", .text = "- a\n- b\n", .objects = {}},
    {.name = "List",
     .text =
         "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
         "- apiVersion: v1\n  kind: List\n  items:\n"
         "  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}\n",
     .objects = {"Pod//a@4:20", "Deployment.apps//b@8:27"}},
    {.name = "ListBeforeItsKind",
     .text =
         "items:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\nkind: List\napiVersion: v1\n",
     .objects = {"Pod//a@2:20"}},
    {.name = "TypedList",
     .text = "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: a}\n"
             "- {kind: StatefulSet, metadata: {name: b}}\n",
     .objects = {"Deployment.apps//a@4:3", "StatefulSet.apps//b@5:4"}},
    {.name = "NullItems", .text = "apiVersion: v1\nkind: List\nitems:\n", .objects = {}},
    {.name = "ItemsOfAnotherType",
     .text = "apiVersion: v1\nkind: PodList\nitems: {a: b}\n",
     .objects = {},
     .diagnostics = {"3:8 WEC901 items of this PodList is not a list"}},
    {.name = "ListWithoutItemsIsAnObject",
     .text = "apiVersion: x/v1\nkind: GuestList\nmetadata: {name: a}\n",
     .objects = {"GuestList.x//a@2:1"}},
    {.name = "ItemWithoutMetadata",
     .text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n",
     .objects = {"Pod//@4:20"}},
    {.name = "ItemOfAPlainListWithoutKind",
     .text = "apiVersion: v1\nkind: List\nitems:\n- {metadata: {name: a}}\n",
     .objects = {},
     .diagnostics = {"4:3 WEC901 this item has no apiVersion and kind, so it cannot be told what "
                     "it is"}},
};

INSTANTIATE_TEST_SUITE_P(Counts, ManifestReaderObjects, testing::ValuesIn(kCounts),
                         [](const testing::TestParamInfo<CountCase>& info) {
                           return info.param.name;
                         });

// ---- templates ----------------------------------------------------------------------------------

TEST(ManifestReaderTemplates, AreToldFromBracesInText) {
  struct Case {
    const char* text;
    bool is_template;
  };
  const std::string head = "apiVersion: v1\nkind: ConfigMap\n";
  for (const Case& c : {
           Case{.text = "metadata: {name: \"{{ .Release.Name }}\"}\n", .is_template = true},
           {.text = "metadata: {name: x, namespace: '{{ .ns }}'}\n", .is_template = true},
           {.text = "{{- if .x }}\nmetadata: {name: x}\n{{- end }}\n", .is_template = true},
           {.text = "metadata:\n  name: {{ .x }}\n", .is_template = true},
           {.text = "metadata: {name: x}\ndata: {a: \"{{ inputs }}\"}\n", .is_template = false},
           {.text = "metadata:\n  name: x\n  annotations: {a: '{{b}}'}\n", .is_template = false},
           {.text = "metadata:\n  name: x\n  namespace: '{{.c}}'\n  annotations:\n"
                    "    control.kubestellar.io/expand-templates: 'true'\n",
           .is_template = false},
       }) {
    EXPECT_EQ(Read(head + c.text).is_template, c.is_template) << c.text;
  }
}

TEST(ManifestReaderTemplates, KindAndApiVersionCountToo) {
  EXPECT_TRUE(Read("apiVersion: '{{ .v }}'\nkind: Pod\nmetadata: {name: x}\n").is_template);
  EXPECT_TRUE(Read("apiVersion: v1\nkind: '{{ .k }}'\nmetadata: {name: x}\n").is_template);
  EXPECT_FALSE(Read("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n").is_template);
}

TEST(ManifestReaderTemplates, HelmSourceIsKept) {
  struct Case {
    std::string text;
    const char* source;
  };
  for (const Case& c : {
           Case{.text = "---\n# Source: chart/templates/a.yaml\n" + ConfigMap("x"),
          .source = "chart/templates/a.yaml"},
           {.text = "# Source: a.yaml\n" + ConfigMap("x"), .source = "a.yaml"},
           {.text = "# license\n\n# Source: a.yaml\n" + ConfigMap("x"), .source = "a.yaml"},
           {.text = "---\r\n# Source: a.yaml\r\n" + ConfigMap("x"), .source = "a.yaml"},
           {.text = ConfigMap("x") + "# Source: a.yaml\n", .source = ""},
           {.text = ConfigMap("x"), .source = ""},
       }) {
    const Contents contents = Read(c.text);
    ASSERT_EQ(contents.input.objects.size(), 1u) << c.text;
    EXPECT_EQ(contents.input.objects[0].source, c.source) << c.text;
  }
}

// ---- positions ----------------------------------------------------------------------------------

TEST(ManifestReaderPositions, CoverTheKindLine) {
  const Contents contents =
      Read("# c\n---\napiVersion: v1\nkind:   Pod  # p\nmetadata: {name: x}\n");
  ASSERT_EQ(contents.input.objects.size(), 1u);
  const SourceLocation& l = contents.input.objects[0].location;
  EXPECT_EQ(l.line, 4u);
  EXPECT_EQ(l.column, 1u);
  EXPECT_EQ(l.end_line, 4u);
  EXPECT_EQ(l.end_column, 12u);
}

TEST(ManifestReaderPositions, Utf16ColumnsCountSurrogatePairs) {
  const Contents contents = Read("{metadata: {name: \"é😀😀\"}, kind: Pod, apiVersion: v1}\n");
  ASSERT_EQ(contents.input.objects.size(), 1u);
  const SourceLocation& l = contents.input.objects[0].location;
  EXPECT_EQ(l.column, 27u);
  EXPECT_EQ(l.utf16_column, 29u);
  EXPECT_EQ(l.end_column, 36u);
  EXPECT_EQ(l.utf16_end_column, 38u);
}

TEST(ManifestReaderPositions, CarriageReturnsChangeNothing) {
  EXPECT_THAT(Objects(Read("apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: x}\r\n---\r\n"
                           "apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: z}\r\n")),
              ElementsAre("Pod//x@2:1", "Pod//z@6:1"));
}

TEST(ManifestReaderPositions, OfJson) {
  EXPECT_THAT(Objects(Read("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n"
                           "  \"metadata\": {\"name\": \"x\"}\n}\n")),
              ElementsAre("Pod//x@3:3"));
}

// ---- JSON ---------------------------------------------------------------------------------------

TEST(ManifestReaderJson, StreamsAndFlowStyleYaml) {
  const std::string json = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})";
  EXPECT_THAT(Objects(Read(json + "\n" + json)), ElementsAre("Pod//a@1:20", "Pod//a@2:20"));
  EXPECT_THAT(Objects(Read("{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n" + json)),
              ElementsAre("Pod//a@1:18", "Pod//a@3:20"));
}

TEST(ManifestReaderJson, BrokenIsToldIfItIsOurs) {
  EXPECT_THAT(Diagnostics(Read("{\"kind\": \"Pod\",", true)),
              ElementsAre(testing::StartsWith("1:16 WEC901 ")));
  EXPECT_THAT(Diagnostics(Read("{\"name\": \"a package\",", true)), IsEmpty());
}

// ---- not text -----------------------------------------------------------------------------------

TEST(ManifestReader, NotTextSaysWhy) {
  EXPECT_EQ(NotText("kind: x\n"), "");
  EXPECT_EQ(NotText(""), "");
  EXPECT_EQ(NotText("é"), "");
  EXPECT_THAT(NotText(absl::string_view("\xff\xfek\0", 4)), HasSubstr("UTF-16"));
  EXPECT_THAT(NotText(absl::string_view("\xfe\xff\0k", 4)), HasSubstr("UTF-16"));
  EXPECT_THAT(NotText(absl::string_view("a\0b", 3)), HasSubstr("NUL"));
}

TEST(ManifestReader, LooksLikeJson) {
  for (const char* text : {"{", "[", " \n\t{}", "[1]"}) EXPECT_TRUE(LooksLikeJson(text)) << text;
  for (const char* text : {"", "a", "- {}", "---\n{}", "# {\n"})
    EXPECT_FALSE(LooksLikeJson(text)) << text;
}

// ---- duplicate keys -----------------------------------------------------------------------------

TEST(ManifestReader, DuplicateKeysAreToldInObjectsOnly) {
  EXPECT_THAT(Diagnostics(Read("apiVersion: v1\nkind: Pod\nmetadata: {name: a, name: b}\n")),
              ElementsAre(testing::StartsWith("3:21 WEC906 key \"name\"")));
  EXPECT_THAT(Diagnostics(Read("a: 1\na: 2\n")), IsEmpty());
}

}  // namespace
}  // namespace wecan
