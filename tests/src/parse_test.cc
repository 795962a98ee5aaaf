// SPDX-License-Identifier: Apache-2.0
#include "src/input/parse.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum class Positions { kNo, kYes };

// Every scalar and container in document order: "a", "1:i" ..., with "@line:col-line:col" on wish.
void Flatten(const Value& value, Positions positions, std::vector<std::string>& out) {
  const Span s = value.span();
  const std::string place = positions == Positions::kNo
                                ? ""
                                : absl::StrCat("@", s.line + 1, ":", s.column + 1, "-",
                                               s.end_line + 1, ":", s.end_column + 1);
  if (value.IsMapping()) {
    out.push_back("{" + place);
    value.ForEachEntry([&](const Value& k, const Value& v) {
      Flatten(k, positions, out);
      Flatten(v, positions, out);
    });
    out.push_back("}");
  } else if (value.IsSequence()) {
    out.push_back("[" + place);
    value.ForEachItem([&](const Value& item) { Flatten(item, positions, out); });
    out.push_back("]");
  } else {
    out.push_back(absl::StrCat(
        "nbifs"[static_cast<int>(value.type())] == 's'
            ? ""
            : absl::StrCat(std::string(1, "nbifs"[static_cast<int>(value.type())]), " "),
        value.text(), place));
  }
}

using Parser = decltype(&ParseYaml);

// The documents, and after them "LINE:COL: message" if the parse stopped.
std::vector<std::string> Parse(Parser parser, absl::string_view text,
                               Positions positions = Positions::kNo) {
  Document document{Budgets{}};
  std::vector<std::string> shown;
  const auto error = parser(text, document, [&](const Document& d) {
    std::vector<std::string> parts;
    if (!d.empty()) Flatten(d.root(), positions, parts);
    shown.push_back(absl::StrJoin(parts, " "));
  });
  if (error) shown.push_back(absl::StrCat(error->line, ":", error->column, ": ", error->message));
  return shown;
}

// ---- the same value in both languages -----------------------------------------------------------

struct SameCase {
  const char* name;
  const char* yaml;
  const char* json;
};

void PrintTo(const SameCase& c, std::ostream* os) { *os << c.name; }

class SameInYamlAndJson : public testing::TestWithParam<SameCase> {};

TEST_P(SameInYamlAndJson, Values) {
  EXPECT_EQ(Parse(ParseYaml, GetParam().yaml), Parse(ParseJson, GetParam().json));
}

// JSON is YAML, too.
TEST_P(SameInYamlAndJson, JsonReadAsYaml) {
  EXPECT_EQ(Parse(ParseYaml, GetParam().json), Parse(ParseJson, GetParam().json));
}

const SameCase kSame[] = {
    {.name = "Scalars",
     .yaml = "[a, 1, -1.5, true, false, null, '', \"b\"]",
     .json = R"(["a", 1, -1.5, true, false, null, "", "b"])"},
    {.name = "Nested",
     .yaml = "metadata:\n  labels: {}\n  list:\n  - x\n  - z: [1]\n",
     .json = R"({"metadata": {"labels": {}, "list": ["x", {"z": [1]}]}})"},
    {.name = "WordsThatAreNoStringsInYaml",
     .yaml = "{\"yes\": 'on', 'null': '1'}",
     .json = R"({"yes": "on", "null": "1"})"},
    {.name = "Escapes",
     .yaml = "[\"tab\\t quote\\\" back\\\\ slash\\/\", \"nl\\n\", \"\\u00e9\"]",
     .json = R"(["tab\t quote\" back\\ slash\/", "nl\n", "\u00e9"])"},
    {.name = "Unicode", .yaml = "{name: grün-😀}", .json = R"({"name": "grün-😀"})"},
    {.name = "LastKeyWins", .yaml = "{a: 1, a: 2}", .json = R"({"a": 1, "a": 2})"},
    {.name = "MergeKeysAreOfYamlAlone",
     .yaml = "{'<<': {a: 1}, b: 2}",
     .json = R"({"<<": {"a": 1}, "b": 2})"},
    {.name = "EmptyContainers", .yaml = "a: {}\nb: []\n", .json = R"({"a": {}, "b": []})"},
};

INSTANTIATE_TEST_SUITE_P(Same, SameInYamlAndJson, testing::ValuesIn(kSame),
                         [](const testing::TestParamInfo<SameCase>& info) {
                           return info.param.name;
                         });

// ---- JSON ---------------------------------------------------------------------------------------

struct StringCase {
  const char* json;
  std::string text;
};

TEST(ParseJsonStrings, EscapesAndSurrogates) {
  const std::string replacement = "\xef\xbf\xbd";
  for (const StringCase& c : std::vector<StringCase>{
           {.json = R"("\"\\\/\b\f\n\r\t")", .text = "\"\\/\b\f\n\r\t"},
           {.json = R"("\u0041\u00e9\u20AC")", .text = "A\xc3\xa9\xe2\x82\xac"},
           {.json = R"("\ud83d\ude00")", .text = "\xf0\x9f\x98\x80"},
           {.json = R"("\u0000")", .text = std::string(1, '\0')},
           // Half a pair is U+FFFD, as in Go's encoding/json, and takes nothing with it.
           {.json = R"("\ud83dx")", .text = replacement + "x"},
           {.json = R"("\ude00")", .text = replacement},
           {.json = R"("\ud83d\u0041")", .text = replacement + "A"},
           {.json = R"("\ud83d\n")", .text = replacement + "\n"},
           {.json = "\"\xff\"", .text = replacement},
       }) {
    EXPECT_THAT(Parse(ParseJson, c.json), ElementsAre(c.text)) << c.json;
  }
}

struct ErrorCase {
  const char* text;
  const char* error;  // "LINE:COL: part of the message"
};

void PrintTo(const ErrorCase& c, std::ostream* os) { *os << c.text; }

class ParseJsonErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(ParseJsonErrors, SayWhere) {
  const std::vector<std::string> shown = Parse(ParseJson, GetParam().text);
  ASSERT_FALSE(shown.empty());
  EXPECT_THAT(shown.back(), testing::StartsWith(GetParam().error));
}

constexpr ErrorCase kJsonErrors[] = {
    {.text = "{", .error = "1:2: unexpected end"},
    {.text = "{\"a\": 1,}", .error = "1:9: expected a key in double quotes"},
    {.text = "[1,\n 2,]", .error = "2:4: expected a value"},
    {.text = "{\"a\" 1}", .error = "1:6: expected ':'"},
    {.text = "{\"a\": 1 \"b\": 2}", .error = "1:9: expected ',' or '}'"},
    {.text = "[1 2]", .error = "1:4: expected ',' or ']'"},
    {.text = "[}", .error = "1:2: unexpected '}'"},
    {.text = "{]", .error = "1:2: unexpected ']'"},
    {.text = "{a: 1}", .error = "1:2: expected a key in double quotes"},
    {.text = "[yes]", .error = "1:2: expected a value"},
    {.text = "['a']", .error = "1:2: expected a value"},
    {.text = "[\"a]", .error = "1:5: string without end"},
    {.text = "[\"a\nb\"]", .error = "1:4: control character in a string"},
    {.text = "[\"\\x\"]", .error = "1:3: invalid escape in a string"},
    {.text = "[\"\\u12\"]", .error = "1:3: invalid escape in a string"},
    {.text = "{\"a\": 1}\n}", .error = "2:1: expected a value"},
    {.text = "[\"😀😀\", x]", .error = "1:8: expected a value"},
};

INSTANTIATE_TEST_SUITE_P(Errors, ParseJsonErrors, testing::ValuesIn(kJsonErrors));

TEST(ParseJson, ValuesMayFollowEachOtherOrStandBetweenSeparators) {
  EXPECT_THAT(Parse(ParseJson, "{\"a\":1}\n{\"a\":2} {\"a\":3}"),
              ElementsAre("{ a i 1 }", "{ a i 2 }", "{ a i 3 }"));
  EXPECT_THAT(Parse(ParseJson, "---\n{\"a\":1}\n---\n[]\n---\n"), ElementsAre("{ a i 1 }", "[ ]"));
  EXPECT_THAT(Parse(ParseJson, " \n\t"), ElementsAre());
}

TEST(ParseJson, WhatStandsBeforeAnErrorIsDelivered) {
  EXPECT_THAT(Parse(ParseJson, "{\"a\":1}\n{\"b\":"),
              ElementsAre("{ a i 1 }", HasSubstr("unexpected end")));
}

TEST(ParseJson, PositionsCountCodePoints) {
  EXPECT_THAT(Parse(ParseJson, "{\"é😀\": [1,\n  \"x\"]}", Positions::kYes),
              ElementsAre("{@1:1-2:8 é😀@1:2-1:6 [@1:8-2:7 i 1@1:9-1:10 x@2:3-2:6 ] }"));
}

TEST(ParseJson, LongLinesTakeLinearTime) {
  std::string json = "[";
  for (int i = 0; i < 200000; ++i) json += "\"x\",";
  json += "\"end\"]";
  Document document{Budgets{}};
  uint32_t column = 0;
  ASSERT_FALSE(ParseJson(json, document, [&](const Document& d) {
                 d.root().ForEachItem([&](const Value& item) { column = item.span().column; });
               }).has_value());
  EXPECT_EQ(column, 1u + 200000 * 4);
}

// ---- YAML ---------------------------------------------------------------------------------------

TEST(ParseYaml, PositionsCountCodePoints) {
  EXPECT_THAT(Parse(ParseYaml, "é😀: x\nb: [ü, z]\n", Positions::kYes),
              ElementsAre("{@1:1-3:1 é😀@1:1-1:3 x@1:5-1:6 b@2:1-2:2 [@2:4-2:10 ü@2:5-2:6 "
                          "z@2:8-2:9 ] }"));
}

TEST(ParseYaml, CarriageReturnsBelongToTheLineBreak) {
  const std::string unix_text = "a: x\nb:\n  c: y\n";
  const std::string dos_text = absl::StrReplaceAll(unix_text, {{"\n", "\r\n"}});
  EXPECT_EQ(Parse(ParseYaml, dos_text, Positions::kYes),
            Parse(ParseYaml, unix_text, Positions::kYes));
}

TEST(ParseYaml, SeveralDocuments) {
  EXPECT_THAT(Parse(ParseYaml, "a\n---\nb\n...\n---\n- c\n"), ElementsAre("a", "b", "[ c ]"));
}

class ParseYamlErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(ParseYamlErrors, SayWhere) {
  const std::vector<std::string> shown = Parse(ParseYaml, GetParam().text);
  ASSERT_FALSE(shown.empty());
  EXPECT_THAT(shown.back(), testing::StartsWith(GetParam().error));
}

// What kubectl's parser refuses is refused.
constexpr ErrorCase kYamlErrors[] = {
    {.text = "a:\n\tb: 1\n", .error = "2:1: "},    {.text = "a: @x\n", .error = "1:4: "},
    {.text = "a: `x\n", .error = "1:4: "},         {.text = "a: %x\n", .error = "1:4: "},
    {.text = "a: b: c\n", .error = "1:5: "},       {.text = "a: \"x\n", .error = "2:1: "},
    {.text = "a: [x\n", .error = "2:1: "},         {.text = "a: 1\n b: 2\n", .error = "2:3: "},
    {.text = "- a\nb: c\n", .error = "2:1: "},     {.text = "a: *\n", .error = "1:"},
    {.text = "a: b\nc: \xff\n", .error = "2:4: "},
};

INSTANTIATE_TEST_SUITE_P(Errors, ParseYamlErrors, testing::ValuesIn(kYamlErrors));

}  // namespace
}  // namespace wecan
