// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/properties.h"

#include <optional>
#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Case {
  std::string name;
  std::string text;
  std::optional<std::string> expanded;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Expand : public testing::TestWithParam<Case> {};

TEST_P(Expand, OnlyWhatIsKnownForSure) {
  const Properties properties = {{"clusterName", "c1"}, {"zone", "a"}, {"_x9", "{{.zone}}"}};
  EXPECT_EQ(ExpandTemplate(GetParam().text, properties), GetParam().expanded);
}

INSTANTIATE_TEST_SUITE_P(
    Templates, Expand,
    testing::Values(
        Case{"plain", "shop", "shop"}, Case{"empty", "", ""}, Case{"one", "{{.zone}}", "a"},
        Case{"around", "ns-{{.zone}}-1", "ns-a-1"},
        Case{"several", "{{.clusterName}}-{{.zone}}", "c1-a"},
        Case{"blanks", "{{ \t.zone\n }}", "a"}, Case{"not_expanded_again", "{{._x9}}", "{{.zone}}"},
        Case{"closing_braces_alone", "}}a", "}}a"},
        Case{"unknown_property", "{{.Zone}}", std::nullopt},
        Case{"no_dot", "{{zone}}", std::nullopt},
        Case{"blank_behind_the_dot", "{{. zone}}", std::nullopt},
        Case{"dot", "{{.}}", std::nullopt}, Case{"nothing", "{{}}", std::nullopt},
        Case{"chain", "{{.zone.x}}", std::nullopt}, Case{"pipe", "{{.zone | upper}}", std::nullopt},
        Case{"trim", "{{- .zone -}}", std::nullopt},
        Case{"if", "{{if .zone}}a{{end}}", std::nullopt},
        Case{"variable", "{{$.zone}}", std::nullopt}, Case{"comment", "{{/* */}}a", std::nullopt},
        Case{"three_braces", "{{{.zone}}}", std::nullopt}, Case{"open", "a{{.zone", std::nullopt},
        Case{"second_is_unknown", "{{.zone}}{{.y}}", std::nullopt}),
    [](const auto& info) { return info.param.name; });

TEST(PropertiesOf, TheConfigMapWinsOverAnnotationsOverLabelsOverTheName) {
  EXPECT_THAT(PropertiesOf("c1", {{"a", "label"}, {"b", "label"}, {"c", "label"}},
                           {{"b", "annotation"}, {"c", "annotation"}}, {{"c", "map"}}),
              ElementsAre(Pair("a", "label"), Pair("b", "annotation"), Pair("c", "map"),
                          Pair("clusterName", "c1")));
  EXPECT_THAT(PropertiesOf("c1", {{"clusterName", "other"}}, {}, {}),
              ElementsAre(Pair("clusterName", "other")));
}

TEST(PropertiesOf, OnlyIdentifiersOfGo) {
  EXPECT_THAT(
      PropertiesOf("c1", {{"x.io/a", "1"}, {"a-b", "1"}, {"9a", "1"}, {"", "1"}, {"range", "1"}},
                   {{"_9", "1"}}, {}),
      ElementsAre(Pair("_9", "1"), Pair("clusterName", "c1")));
}

}  // namespace
}  // namespace wecan
