// SPDX-License-Identifier: Apache-2.0
#include "src/input/document.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/parse.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// ---- scalars ------------------------------------------------------------------------------------

struct ScalarCase {
  const char* text;
  ScalarType type;
};

void PrintTo(const ScalarCase& c, std::ostream* os) { *os << '"' << c.text << '"'; }

class ResolvePlainTest : public testing::TestWithParam<ScalarCase> {};

TEST_P(ResolvePlainTest, AsKubectlReadsIt) {
  EXPECT_EQ(ResolvePlain(GetParam().text), GetParam().type);
}

constexpr ScalarCase kScalars[] = {
    {"", ScalarType::kNull},
    {"~", ScalarType::kNull},
    {"null", ScalarType::kNull},
    {"Null", ScalarType::kNull},
    {"NULL", ScalarType::kNull},
    {"nUll", ScalarType::kString},
    {"none", ScalarType::kString},

    {"y", ScalarType::kBool},
    {"N", ScalarType::kBool},
    {"yes", ScalarType::kBool},
    {"No", ScalarType::kBool},
    {"on", ScalarType::kBool},
    {"OFF", ScalarType::kBool},
    {"true", ScalarType::kBool},
    {"False", ScalarType::kBool},
    {"tRue", ScalarType::kString},
    {"yess", ScalarType::kString},
    {"t", ScalarType::kString},
    {"oN", ScalarType::kString},

    {"0", ScalarType::kInt},
    {"-12", ScalarType::kInt},
    {"+12", ScalarType::kInt},
    {"0777", ScalarType::kInt},
    {"0o17", ScalarType::kInt},
    {"0x1F", ScalarType::kInt},
    {"-0x1f", ScalarType::kInt},
    {"0b101", ScalarType::kInt},
    {"1_000", ScalarType::kInt},
    {"99999999999999999999", ScalarType::kInt},
    {"0x", ScalarType::kString},
    {"0xG", ScalarType::kString},
    {"0b102", ScalarType::kString},
    {"0o8", ScalarType::kString},
    {"_1", ScalarType::kString},
    {"1a", ScalarType::kString},
    {"-", ScalarType::kString},
    {"+", ScalarType::kString},

    {"1.5", ScalarType::kFloat},
    {"1.", ScalarType::kFloat},
    {".5", ScalarType::kFloat},
    {"-.5", ScalarType::kFloat},
    {"1e3", ScalarType::kFloat},
    {"1E+3", ScalarType::kFloat},
    {"1.5e-3", ScalarType::kFloat},
    {".inf", ScalarType::kFloat},
    {"-.Inf", ScalarType::kFloat},
    {"+.INF", ScalarType::kFloat},
    {".nan", ScalarType::kFloat},
    {".", ScalarType::kString},
    {"1e", ScalarType::kString},
    {"e3", ScalarType::kString},
    {"1.2.3", ScalarType::kString},
    {"inf", ScalarType::kString},
    {"nan", ScalarType::kString},

    // Timestamps and times stay text for kubectl.
    {"2001-01-01", ScalarType::kString},
    {"12:30:45", ScalarType::kString},
    {"v1", ScalarType::kString},
    {"<<", ScalarType::kString},
    {"=", ScalarType::kString},
};

INSTANTIATE_TEST_SUITE_P(Scalars, ResolvePlainTest, testing::ValuesIn(kScalars));

// ---- values -------------------------------------------------------------------------------------

// {a: "x"} as {a:x}; strings bare, other scalars with their type's letter, absent as "-".
std::string Show(const Value& value) {
  if (!value) return "-";
  std::vector<std::string> parts;
  if (value.IsMapping()) {
    value.ForEachEntry([&](const Value& k, const Value& v) {
      parts.push_back(absl::StrCat(std::string(k.text()), ":", Show(v)));
    });
    return absl::StrCat("{", absl::StrJoin(parts, ","), "}");
  }
  if (value.IsSequence()) {
    value.ForEachItem([&](const Value& item) { parts.push_back(Show(item)); });
    return absl::StrCat("[", absl::StrJoin(parts, ","), "]");
  }
  const std::string text(value.text());
  switch (value.type()) {
    case ScalarType::kNull:
      return "null";
    case ScalarType::kBool:
      return absl::StrCat("b(", text, ")");
    case ScalarType::kInt:
      return absl::StrCat("i(", text, ")");
    case ScalarType::kFloat:
      return absl::StrCat("f(", text, ")");
    case ScalarType::kString:
      return text;
  }
  return "";
}

// The one document of `yaml` as Show() writes it, or its error.
std::string ShowYaml(const std::string& yaml, const Budgets& budgets = {}) {
  Document document(budgets);
  std::vector<std::string> shown;
  const auto error =
      ParseYaml(yaml, document, [&](const Document& d) { shown.push_back(Show(d.root())); });
  if (error) return absl::StrCat(error->line, ":", error->column, ": ", error->message);
  return absl::StrJoin(shown, " | ");
}

struct ValueCase {
  const char* name;
  const char* yaml;
  const char* shown;
};

void PrintTo(const ValueCase& c, std::ostream* os) { *os << c.name; }

class DocumentValues : public testing::TestWithParam<ValueCase> {};

TEST_P(DocumentValues, AsKubectlReadsThem) {
  EXPECT_EQ(ShowYaml(GetParam().yaml), GetParam().shown) << GetParam().yaml;
}

const ValueCase kValues[] = {
    {.name = "TagsDecideTypes",
     .yaml = "{a: !!str 1, b: !!int \"3\", c: ! true, d: !custom 5, e: !!bool \"yes\"}",
     .shown = "{a:1,b:i(3),c:true,d:5,e:b(yes)}"},
    {.name = "QuotesMakeStrings",
     .yaml = "{a: 'true', b: \"1\", c: ''}",
     .shown = "{a:true,b:1,c:}"},
    {.name = "BlockScalarsAreStrings",
     .yaml = "a: |\n  1\nb: >-\n  x\n  y\n",
     .shown = "{a:1\n,b:x y}"},
    {.name = "AliasOfScalar", .yaml = "{a: &x v, b: *x}", .shown = "{a:v,b:v}"},
    {.name = "AliasOfMapping", .yaml = "{a: &x {k: v}, b: *x}", .shown = "{a:{k:v},b:{k:v}}"},
    {.name = "AliasAsKey", .yaml = "{&k key: 1, b: 2}", .shown = "{key:i(1),b:i(2)}"},
    {.name = "AnchorDefinedTwice",
     .yaml = "[&a one, *a, &a two, *a]",
     .shown = "[one,one,two,two]"},
    {.name = "LastOfEqualKeysWins", .yaml = "{a: x, b: v, a: z}", .shown = "{a:z,b:v}"},
    {.name = "MergeFirst", .yaml = "{<<: {a: m, b: m}, b: own}", .shown = "{a:m,b:own}"},
    {.name = "MergeLastOverrides", .yaml = "{b: own, <<: {a: m, b: m}}", .shown = "{b:m,a:m}"},
    {.name = "MergeListFirstWins",
     .yaml = "{<<: [{a: one}, {a: two, b: two}]}",
     .shown = "{a:one,b:two}"},
    {.name = "MergeListOverridesBefore",
     .yaml = "{a: own, <<: [{a: one}, {a: two}]}",
     .shown = "{a:one}"},
    {.name = "MergeOfMerge",
     .yaml = "{x: &x {<<: &y {deep: d}, a: 1}, <<: *x}",
     .shown = "{x:{deep:d,a:i(1)},deep:d,a:i(1)}"},
    {.name = "TwoMergeKeys", .yaml = "{<<: {a: one}, <<: {a: two}}", .shown = "{a:two}"},
    {.name = "QuotedMergeKeyIsAKey", .yaml = "{'<<': {a: m}, b: own}", .shown = "{<<:{a:m},b:own}"},
    {.name = "NullInMapping", .yaml = "a:\nb: ~\n", .shown = "{a:null,b:null}"},
};

INSTANTIATE_TEST_SUITE_P(Values, DocumentValues, testing::ValuesIn(kValues),
                         [](const testing::TestParamInfo<ValueCase>& info) {
                           return info.param.name;
                         });

// Find() looks up without building the list of entries; both must agree.
TEST_P(DocumentValues, FindAgreesWithEntries) {
  Document document{Budgets{}};
  const auto error = ParseYaml(GetParam().yaml, document, [&](const Document& d) {
    d.root().ForEachEntry([&](const Value& key, const Value& value) {
      Value key_node;
      EXPECT_EQ(Show(d.root().Find(key.text(), &key_node)), Show(value)) << key.text();
      EXPECT_EQ(key_node.text(), key.text());
    });
    EXPECT_FALSE(d.root()["no such key"]);
  });
  EXPECT_FALSE(error.has_value());
}

TEST(DocumentValue, AbsentValuesAnswerQuietly) {
  const Value none;
  EXPECT_FALSE(none);
  EXPECT_FALSE(none.IsMapping() || none.IsSequence() || none.IsScalar() || none.IsNull());
  EXPECT_FALSE(none["a"]["b"]);
  EXPECT_EQ(none.text(), "");
  EXPECT_EQ(none.AsString(), std::nullopt);
  EXPECT_FALSE(none.IsTrue());
  int calls = 0;
  none.ForEachItem([&](const Value&) { ++calls; });
  none.ForEachEntry([&](const Value&, const Value&) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(DocumentValue, TrueIsABooleanOnly) {
  Document document{Budgets{}};
  std::vector<bool> truths;
  ASSERT_FALSE(
      ParseYaml("[true, on, 'true', 1, false, no, null]", document, [&](const Document& d) {
        d.root().ForEachItem([&](const Value& v) { truths.push_back(v.IsTrue()); });
      }).has_value());
  EXPECT_THAT(truths, ElementsAre(true, true, false, false, false, false, false));
}

// ---- keys ---------------------------------------------------------------------------------------

std::vector<std::string> Duplicates(const std::string& yaml) {
  std::vector<std::string> found;
  Document document{Budgets{}};
  const auto error = ParseYaml(yaml, document, [&](const Document& d) {
    for (const DuplicateKey& k : d.duplicates()) {
      found.push_back(absl::StrCat(k.key, "@", k.span.line + 1, ":", k.span.column + 1));
    }
  });
  EXPECT_FALSE(error.has_value());
  return found;
}

TEST(DocumentKeys, DuplicatesAreFoundWhereTheSecondStands) {
  EXPECT_THAT(Duplicates("a: 1\nb:\n  c: 1\n  c: 2\n  c: 3\na: 2\n"),
              ElementsAre("c@4:3", "c@5:3", "a@6:1"));
  EXPECT_THAT(Duplicates("{a: {x: 1}, b: {x: 1}}"), IsEmpty());
  EXPECT_THAT(Duplicates("{\"a\": 1, 'a': 2}"), ElementsAre("a@1:10"));
}

TEST(DocumentKeys, DuplicatesAmongManyKeys) {
  std::string yaml;
  for (int i = 0; i < 40; ++i) absl::StrAppend(&yaml, "k", i, ": 1\n");
  EXPECT_THAT(Duplicates(yaml), IsEmpty());
  EXPECT_THAT(Duplicates(yaml + "k7: 2\n"), ElementsAre("k7@41:1"));
}

TEST(DocumentKeys, KeysFromAMergeAreNoDuplicates) {
  EXPECT_THAT(Duplicates("{<<: {a: 1}, a: 2}"), IsEmpty());
  EXPECT_THAT(Duplicates("{<<: {a: 1}, <<: {a: 2}}"), IsEmpty());
}

TEST(DocumentKeys, KeysThatAreNoScalarsAreNoted) {
  struct Case {
    const char* yaml;
    bool flow_mapping;
    bool complex;
  };
  for (const Case& c : {Case{.yaml = "{{ .Values.x }}: 1\n", .flow_mapping = true},
                        {.yaml = "? [a, b]\n: 1\n", .complex = true},
                        {.yaml = "? {a: b}\n: 1\n", .flow_mapping = true},
                        {.yaml = "a: {b: c}\n"},
                        {.yaml = "a: [b]\n"}}) {
    Document document{Budgets{}};
    bool seen = false;
    EXPECT_FALSE(ParseYaml(c.yaml, document, [&](const Document& d) {
                   seen = true;
                   EXPECT_EQ(d.flow_mapping_key().has_value(), c.flow_mapping) << c.yaml;
                   EXPECT_EQ(d.complex_key().has_value(), c.complex) << c.yaml;
                 }).has_value());
    EXPECT_TRUE(seen);
  }
}

// ---- aliases that go wrong, and budgets ---------------------------------------------------------

TEST(DocumentAliases, UnknownAndSelfContainedAnchorsAreErrors) {
  EXPECT_THAT(ShowYaml("a: *nowhere\n"), HasSubstr("1:4: unknown anchor \"nowhere\""));
  EXPECT_THAT(ShowYaml("a: &self\n  b: *self\n"),
              HasSubstr("2:6: anchor \"self\" contains itself"));
}

TEST(DocumentBudgets, DepthCountsEveryLevel) {
  EXPECT_EQ(ShowYaml("[[[x]]]", {.depth = 3}), "[[[x]]]");
  EXPECT_THAT(ShowYaml("[[[[x]]]]", {.depth = 3}), HasSubstr("nested deeper than 3 levels"));
}

TEST(DocumentBudgets, DepthCountsThroughAliases) {
  const std::string yaml = "[&a [[x]], *a]";
  EXPECT_EQ(ShowYaml(yaml, {.depth = 3}), "[[[x]],[[x]]]");
  EXPECT_THAT(ShowYaml("[&a [[x]], [*a]]", {.depth = 3}), HasSubstr("nested deeper than 3"));
}

TEST(DocumentBudgets, NodesCountAfterAliases) {
  const std::string yaml = "[&a [x, x, x], *a, *a]";  // 1 + 3 * (1 + 3) nodes
  EXPECT_NE(ShowYaml(yaml, {.nodes = 13}).find("[[x,x,x]"), std::string::npos);
  EXPECT_THAT(ShowYaml(yaml, {.nodes = 9}), HasSubstr("more than 9 nodes after aliases"));
}

TEST(DocumentBudgets, AreMarkedAsSuch) {
  Document document{Budgets{.depth = 1}};
  const auto deep = ParseYaml("[[x]]", document, [](const Document&) {});
  ASSERT_TRUE(deep.has_value());
  EXPECT_TRUE(deep->budget);
  const auto broken = ParseYaml("[", document, [](const Document&) {});
  ASSERT_TRUE(broken.has_value());
  EXPECT_FALSE(broken->budget);
}

TEST(DocumentReuse, NothingStaysFromTheDocumentBefore) {
  Document document{Budgets{}};
  std::vector<std::string> shown;
  const auto error = ParseYaml("a: &x 1\na: 2\n---\nb: 3\n", document, [&](const Document& d) {
    shown.push_back(absl::StrCat(Show(d.root()), " ", d.duplicates().size()));
  });
  EXPECT_FALSE(error.has_value());
  EXPECT_THAT(shown, ElementsAre("{a:i(2)} 1", "{b:i(3)} 0"));
  EXPECT_THAT(ShowYaml("a: &x 1\n---\nb: *x\n"), HasSubstr("unknown anchor"));
}

}  // namespace
}  // namespace wecan
