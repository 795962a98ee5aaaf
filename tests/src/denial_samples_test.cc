// SPDX-License-Identifier: Apache-2.0
// fixtures/denials/samples.yaml: each text through the whole program, as it is, and as it looks
// after other programs had it.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "analyzer/base/go_quote.h"
#include "tests/testing/load.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::ElementsAreArray;

struct Sample {
  std::string id, what, text;
  int exit_code = 0;
  std::vector<std::string> denials;  // as Describe() writes them
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.id << ": " << sample.what; }

constexpr const char* kFields[] = {"classification", "refusal",  "user",        "verb",
                                   "group",          "resource", "subresource", "namespace",
                                   "name",           "path",     "kind",        "reason"};

// The fields that are there, the rules and the grant, as one line of JSON.
std::string Describe(const json& denial) {
  json fields;
  for (const char* field : kFields) {
    if (denial[field] != "") fields[field] = denial[field];
  }
  if (!denial["rules"].empty()) fields["rules"] = denial["rules"];
  fields["grant"] = denial["grant"].is_null() ? json() : denial["grant"]["verbs"];
  return fields.dump();
}

json ToJson(const YAML::Node& node) {
  if (node.IsNull()) return {};
  if (node.IsScalar()) return node.Scalar();
  json value;
  if (node.IsSequence()) {
    value = json::array();
    for (const YAML::Node& item : node) value.push_back(ToJson(item));
  } else {
    for (const auto& entry : node) value[entry.first.Scalar()] = ToJson(entry.second);
  }
  return value;
}

std::vector<Sample> Samples() {
  std::vector<Sample> samples;
  for (const YAML::Node& node : LoadSource("fixtures/denials/samples.yaml")["samples"]) {
    Sample sample{LoadText(node["id"]),
                  LoadText(node["what"]),
                  LoadText(node["text"]),
                  node["exit"].as<int>(),
                  {}};
    for (const YAML::Node& denial : node["denials"])
      sample.denials.push_back(ToJson(denial).dump());
    samples.push_back(std::move(sample));
  }
  return samples;
}

class DenialSampleTest : public testing::TestWithParam<Sample> {
 protected:
  void Expect(const std::string& text) const {
    const RunResult result = wecan::Run({"diagnose", "-o", "json", "--no-config"}, text);
    SCOPED_TRACE(text);
    ASSERT_FALSE(result.out.empty()) << result.err;
    const json report = json::parse(result.out);
    std::vector<std::string> denials;
    for (const json& denial : report["denials"]) denials.push_back(Describe(denial));
    EXPECT_THAT(denials, ElementsAreArray(GetParam().denials));
    EXPECT_EQ(result.exit_code, GetParam().exit_code);
  }
};

INSTANTIATE_TEST_SUITE_P(All, DenialSampleTest, testing::ValuesIn(Samples()),
                         [](const auto& info) { return info.param.id; });

TEST_P(DenialSampleTest, AsItIs) { Expect(GetParam().text); }

// For kubectl there are grants or nothing.
TEST_P(DenialSampleTest, AsGrantsAlone) {
  const RunResult result = wecan::Run({"diagnose", "-o", "yaml", "--no-config"}, GetParam().text);
  bool grants = false;
  for (const std::string& d : GetParam().denials) grants |= json::parse(d)["grant"].is_array();
  EXPECT_EQ(result.out.empty(), !grants);
}

TEST_P(DenialSampleTest, AmidOtherLines) {
  Expect(absl::StrCat("$ kubectl apply -f app.yaml\nservice/web created\n\n", GetParam().text,
                      "\n\ndeployment.apps/web unchanged\n"));
}

TEST_P(DenialSampleTest, WithWindowsLineEndsAndColours) {
  Expect(absl::StrCat(
      "\x1b[31;1m", absl::StrReplaceAll(GetParam().text, {{"\n", "\r\n"}, {" is ", " \x1b[0mis "}}),
      "\xE2\x80\x8B\r\n"));
}

TEST_P(DenialSampleTest, InAStatus) {
  Expect(absl::StrCat(R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)",
                      R"("message":)", json(GetParam().text).dump(), R"(,"code":403})"));
}

TEST_P(DenialSampleTest, InAConditionAsYaml) {
  Expect(
      absl::StrCat("kind: ManifestWork\nmetadata: {name: w, namespace: c}\nstatus:\n  "
                   "resourceStatus:\n    manifests:\n    - resourceMeta: {ordinal: 0}\n      "
                   "conditions:\n      - type: Applied\n        status: \"False\"\n        "
                   "message: ",
                   json(GetParam().text).dump(), "\n"));
}

TEST_P(DenialSampleTest, InALogInJson) {
  if (GetParam().text.empty()) return;
  Expect(absl::StrCat(R"({"ts":1,"level":"error","msg":"sync","err":)",
                      json(GetParam().text).dump(), "}\nnext line\n"));
}

TEST_P(DenialSampleTest, InAStructuredLogLine) {
  if (GetParam().text.empty()) return;
  Expect(absl::StrCat("E1120 10:00:00.000000       1 reflector.go:204] \"Failed\" err=",
                      GoQuote(GetParam().text), " logger=\"x\"\n"));
}

}  // namespace
}  // namespace wecan
