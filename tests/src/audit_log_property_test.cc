// SPDX-License-Identifier: Apache-2.0
// The scanner of audit lines beside nlohmann_json, on generated events and on mutations of them:
// both accept the same lines, and read the same from them.
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "src/audit_log/json_cursor.h"
#include "src/audit_log/read_line.h"
#include "tests/testing/audit_oracle.h"

namespace wecan {
namespace {

using audit_oracle::EventsByDocument;

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }
  const std::string& OneOf(const std::vector<std::string>& all) {
    return all[static_cast<size_t>(Below(static_cast<int>(all.size())))];
  }

  // A JSON string for `text`, some of its characters spelled in another way.
  std::string Spell(const std::string& text) {
    std::string out = "\"";
    for (char c : text) {
      if (c == '"' || c == '\\') {
        absl::StrAppend(&out, "\\", std::string(1, c));
      } else if (c >= 0x20 && c < 0x7f && Chance(3)) {
        absl::StrAppendFormat(&out, Chance(50) ? "\\u%04x" : "\\u%04X", c);
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

  std::string AnyString() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "get",
                                                     "\\n",
                                                     "\\\"",
                                                     "\\\\",
                                                     "\\/",
                                                     "\\u0000",
                                                     "\\ud83d\\ude00",
                                                     "\\u00e4",
                                                     "\xc3\xa4",
                                                     "\xf0\x9f\x98\x80",
                                                     "{",
                                                     "}",
                                                     "[",
                                                     ",",
                                                     ":",
                                                     "\\\\\\\"",
                                                     "system:serviceaccount",
                                                     "                  ",
                                                     "\x7f"};
    std::string out = "\"";
    for (int i = Below(12); i > 0; --i) out += OneOf(kPieces);
    return out + "\"";
  }

  std::string Scalar() {
    static const std::vector<std::string> kScalars = {"0",           "-0",   "200",   "403",
                                                      "-7",          "1.5",  "2e3",   "4E-1",
                                                      "99999999999", "true", "false", "null"};
    return Chance(50) ? OneOf(kScalars) : AnyString();
  }

  // Blanks, most often none.
  std::string Gap() {
    static const std::vector<std::string> kGaps = {" ", "\t", "\r", "  "};
    return Chance(4) ? OneOf(kGaps) : "";
  }

  std::string Value(int depth) {
    if (depth == 0 || Chance(40)) return Scalar();
    return Chance(30) ? ArrayOf(depth) : ObjectOf(depth);
  }

  // Any object: the names are those of an event, in any place and several times.
  std::string ObjectOf(int depth) {
    std::vector<std::string> members;
    for (int i = Below(7); i > 0; --i)
      members.push_back(absl::StrCat(Key(), Gap(), ":", Gap(), Value(depth - 1)));
    return Join("{", members, "}");
  }

  std::string ArrayOf(int depth) {
    std::vector<std::string> items;
    for (int i = Below(4); i > 0; --i) items.push_back(Value(depth - 1));
    return Join("[", items, "]");
  }

  // What is an event most often.
  std::string Event() {
    std::vector<std::string> members = {
        absl::StrCat(Spell("kind"), ":", Spell(Chance(90) ? "Event" : "EventList")),
        absl::StrCat(Spell("apiVersion"), ":",
                     Spell(Chance(90) ? "audit.k8s.io/v1" : "audit.k8s.io/v1beta1"))};
    for (int i = 4 + Below(14); i > 0; --i)
      members.push_back(absl::StrCat(Key(), Gap(), ":", Gap(), Value(3)));
    if (Chance(20)) members.push_back(absl::StrCat("\"items\":[", ObjectOf(3), "]"));
    for (size_t i = members.size(); i > 1; --i)
      std::swap(members[i - 1], members[static_cast<size_t>(Below(static_cast<int>(i)))]);
    return Join("{", members, "}");
  }

  // A few bytes of `text` changed, taken out or put in.
  std::string Mutate(std::string text) {
    static const std::vector<std::string> kBytes = {
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "u", "-", ".", " ", "\x01", "\xff", "\xc3"};
    for (int i = 1 + Below(3); i > 0 && !text.empty(); --i) {
      const auto at = static_cast<size_t>(Below(static_cast<int>(text.size())));
      if (Chance(33)) {
        text.erase(at, 1 + static_cast<size_t>(Below(5)));
      } else if (Chance(50)) {
        text.insert(at, OneOf(kBytes));
      } else {
        text.replace(at, 1, OneOf(kBytes));
      }
    }
    return text;
  }

 private:
  std::string Key() {
    static const std::vector<std::string> kKeys = {"kind",
                                                   "apiVersion",
                                                   "stage",
                                                   "verb",
                                                   "requestURI",
                                                   "user",
                                                   "username",
                                                   "impersonatedUser",
                                                   "objectRef",
                                                   "resource",
                                                   "namespace",
                                                   "name",
                                                   "apiGroup",
                                                   "subresource",
                                                   "responseStatus",
                                                   "code",
                                                   "message",
                                                   "annotations",
                                                   "authorization.k8s.io/decision",
                                                   "stageTimestamp",
                                                   "requestReceivedTimestamp",
                                                   "requestObject",
                                                   "items",
                                                   "x\"y",
                                                   ""};
    return Spell(OneOf(kKeys));
  }

  std::string Join(const std::string& open, const std::vector<std::string>& parts,
                   const std::string& close) {
    std::string out = open + Gap();
    for (size_t i = 0; i < parts.size(); ++i)
      absl::StrAppend(&out, i == 0 ? "" : ",", Gap(), parts[i], Gap());
    return out + close;
  }

  std::mt19937 random_;
};

void ExpectSame(const std::string& line) {
  std::vector<AuditEvent> read;
  const std::string problem =
      ReadAuditLine(line, [&](const AuditEvent& event) { read.push_back(event); });
  const std::optional<std::vector<AuditEvent>> expected = EventsByDocument(line);
  EXPECT_EQ(problem.substr(0, 7) == "no JSON", !expected.has_value()) << line << "\n" << problem;
  if (expected) {
    EXPECT_EQ(read, *expected) << line;
  } else {
    EXPECT_TRUE(read.empty()) << line;
  }
}

TEST(AuditLogProperty, EventsReadAsADocumentReaderReadsThem) {
  Generator generator(7);
  int events = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string line = generator.Event();
    ExpectSame(line);
    events += EventsByDocument(line).value_or(std::vector<AuditEvent>()).empty() ? 0 : 1;
    if (HasFailure()) return;
  }
  EXPECT_GT(events, 500);  // so the comparison is not about nothing
}

TEST(AuditLogProperty, DamagedLinesAreRefusedWhereADocumentReaderRefusesThem) {
  Generator generator(8);
  int accepted = 0, refused = 0;
  for (int i = 0; i < 8000; ++i) {
    const std::string line = generator.Mutate(generator.Event());
    ExpectSame(line);
    ++(EventsByDocument(line) ? accepted : refused);
    if (HasFailure()) return;
  }
  EXPECT_GT(accepted, 500);
  EXPECT_GT(refused, 500);
}

TEST(AuditLogProperty, EveryCutOfALineIsRefused) {
  const std::string line = Generator(9).Event();
  for (size_t n = 1; n < line.size(); ++n) ExpectSame(line.substr(0, n));
}

TEST(JsonCursor, AcceptsWhatADocumentReaderAccepts) {
  for (const char* text : {"0",
                           "-0",
                           "01",
                           "1.",
                           ".5",
                           "1e5",
                           "1e",
                           "1E+2",
                           "+1",
                           "-",
                           "true",
                           "tru",
                           "truex",
                           "null",
                           "nul",
                           "\"\"",
                           "\"",
                           "\"\\",
                           "\"\\u12\"",
                           "\"\\u12G4\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\\ud83d\\ude00\"",
                           "\"\\x\"",
                           "\"\t\"",
                           "\"\x7f\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xc0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"12345678\xc3\xa4 2345678\"",
                           "[]",
                           "[1]",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[[]]",
                           "[",
                           "]",
                           "{}",
                           "{\"a\":1}",
                           "{\"a\":1,}",
                           "{\"a\"}",
                           "{a:1}",
                           "{\"a\":1 \"b\":2}",
                           "{,}",
                           "{\"a\":{\"b\":[{}]}}",
                           "[{]}",
                           "",
                           " ",
                           "[] []",
                           " [ 1 , 2 ] "}) {
    JsonCursor json(text);
    json.Skip();
    EXPECT_EQ(json.ok() && json.AtEnd(), nlohmann::json::accept(text)) << text;
  }
}

TEST(JsonCursor, NestsAsDeepAsItSays) {
  const auto nests = [](int depth) {
    const auto n = static_cast<size_t>(depth);
    const std::string text = std::string(n, '[') + std::string(n, ']');
    JsonCursor json(text);
    json.Skip();
    return json.ok() && json.AtEnd();
  };
  EXPECT_TRUE(nests(JsonCursor::kMaxDepth));
  EXPECT_FALSE(nests(JsonCursor::kMaxDepth + 1));
  EXPECT_FALSE(nests(1'000'000));
}

}  // namespace
}  // namespace wecan
