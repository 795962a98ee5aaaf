// SPDX-License-Identifier: Apache-2.0
#include "src/diagnose/recognizer.h"

#include <re2/re2.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/base/go_quote.h"
#include "analyzer/model/finding_rule.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const Recognizer& TheRecognizer() {
  static const Recognizer& recognizer = *new Recognizer();
  return recognizer;
}

// The fields that a denial has, by the names of rules/refusals.yaml.
std::map<std::string, std::string> FieldsOf(const Denial& d) {
  std::map<std::string, std::string> fields = {{"user", d.user},
                                               {"verb", d.verb},
                                               {"group", d.group},
                                               {"resource", d.resource},
                                               {"namespace", d.namespace_},
                                               {"name", d.name},
                                               {"path", d.path},
                                               {"reason", d.reason},
                                               {"subresource", d.subresource}};
  std::erase_if(fields, [](const auto& f) { return f.second.empty(); });
  return fields;
}

class RefusalTest : public testing::TestWithParam<int> {
 protected:
  const Refusal& refusal() const { return Refusals()[GetParam()]; }
};

INSTANTIATE_TEST_SUITE_P(Table, RefusalTest, testing::Range(0, static_cast<int>(Refusals().size())),
                         [](const auto& info) {
                           return absl::StrReplaceAll(Refusals()[info.param].id, {{"-", "_"}});
                         });

TEST_P(RefusalTest, RecognisesItsExamples) {
  for (const RefusalExample& example : refusal().examples) {
    SCOPED_TRACE(std::string(example.text));
    EXPECT_NE(TheRecognizer().NextTrigger(example.text, 0), absl::string_view::npos);
    const Recognized found = TheRecognizer().Recognize(example.text);
    if (refusal().when == "cut") {
      EXPECT_TRUE(found.cut);
      EXPECT_THAT(found.matches, IsEmpty());
      continue;
    }
    ASSERT_THAT(found.matches, SizeIs(1));
    EXPECT_FALSE(found.cut);
    const Denial& denial = found.matches[0].denial;
    EXPECT_EQ(denial.refusal->id, refusal().id);
    std::map<std::string, std::string> expected;
    for (const RefusalField& f : example.fields) expected.emplace(f.name, f.value);
    EXPECT_EQ(FieldsOf(denial), expected);
    EXPECT_EQ(denial.rules.empty(),
              !denial.Is(kEscalation) || refusal().id == "aggregation-refused");
  }
}

// However often it was quoted, the message says the same.
TEST_P(RefusalTest, RecognisesItsExamplesInQuotes) {
  for (const RefusalExample& example : refusal().examples) {
    if (refusal().when == "cut") continue;
    std::string text(example.text);
    for (int level = 1; level <= 3; ++level) {
      text = absl::StrCat("{\"msg\":", GoQuote(text), "}");
      SCOPED_TRACE(text);
      const Recognized found = TheRecognizer().Recognize(text);
      ASSERT_THAT(found.matches, SizeIs(1));
      EXPECT_EQ(found.matches[0].denial.refusal->id, refusal().id);
      std::map<std::string, std::string> expected;
      for (const RefusalField& f : example.fields) expected.emplace(f.name, f.value);
      EXPECT_EQ(FieldsOf(found.matches[0].denial), expected);
    }
  }
}

TEST_P(RefusalTest, PassesOverItsCounterexamples) {
  ASSERT_FALSE(refusal().counterexamples.empty());
  for (absl::string_view text : refusal().counterexamples) {
    SCOPED_TRACE(std::string(text));
    const Recognized found = TheRecognizer().Recognize(text);
    for (const Recognized::Match& m : found.matches) EXPECT_NE(m.denial.refusal->id, refusal().id);
    if (refusal().when == "cut") {
      EXPECT_FALSE(found.cut);
    }
  }
}

TEST_P(RefusalTest, IsAPattern) {
  const RE2 regex(re2::StringPiece(refusal().pattern.data(), refusal().pattern.size()));
  EXPECT_TRUE(regex.ok()) << regex.error();
}

// `wecan explain` knows each, and no rule has its name.
TEST_P(RefusalTest, IsExplained) {
  const std::string id(refusal().id);
  EXPECT_EQ(FindRule(id), nullptr);
  const RunResult result = wecan::Run({"explain", id});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, AllOf(StartsWith(id + "  ("), HasSubstr(std::string(refusal().cause)),
                                HasSubstr(std::string(refusal().next))));
}

TEST_P(RefusalTest, SaysWhatItMeansAndWhereToLook) {
  EXPECT_FALSE(refusal().title.empty());
  EXPECT_FALSE(refusal().cause.empty());
  EXPECT_FALSE(refusal().next.empty());
  EXPECT_FALSE(refusal().examples.empty());
}

}  // namespace
}  // namespace wecan
