// SPDX-License-Identifier: Apache-2.0
#include "src/edit/splice.h"

#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/manifest_reader.h"
#include "tests/testing/builders.h"
#include "tests/testing/role_edit.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::_;
using testing::HasSubstr;
using testing::StartsWith;

constexpr absl::string_view kHead =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: r\n";

absl::StatusOr<std::string> Splice(absl::string_view text, absl::string_view words,
                                   absl::string_view path = "f.yaml") {
  return SpliceFile(path, text, {EditInWords(words)}, {});
}

// ---- the rules of a YAML role -------------------------------------------------------------------

// What stands behind kHead, before and after.
struct SpliceCase {
  const char* name;
  const char* before;
  const char* edit;
  const char* after;
};

void PrintTo(const SpliceCase& c, std::ostream* os) { *os << c.name; }

class SpliceRules : public testing::TestWithParam<SpliceCase> {};

TEST_P(SpliceRules, ChangesOnlyWhatIsAsked) {
  const SpliceCase& c = GetParam();
  EXPECT_EQ(Splice(absl::StrCat(kHead, c.before), c.edit).value_or("refused"),
            absl::StrCat(kHead, c.after))
      << Splice(absl::StrCat(kHead, c.before), c.edit).status();
}

TEST_P(SpliceRules, WithWindowsLineEnds) {
  const SpliceCase& c = GetParam();
  const auto windows = [](absl::string_view text) {
    return absl::StrReplaceAll(absl::StrCat(kHead, text), {{"\n", "\r\n"}});
  };
  EXPECT_EQ(Splice(windows(c.before), c.edit).value_or("refused"), windows(c.after))
      << Splice(windows(c.before), c.edit).status();
}

TEST_P(SpliceRules, AddingAgainChangesNothing) {
  const SpliceCase& c = GetParam();
  if (absl::StrContains(c.edit, "x") || absl::StrContains(c.edit, "|")) return;
  const std::string after = absl::StrCat(kHead, c.after);
  EXPECT_EQ(Splice(after, c.edit).value_or("refused"), after);
}

INSTANTIATE_TEST_SUITE_P(
    Verbs, SpliceRules,
    testing::Values(
        SpliceCase{"flow", "rules:\n- {resources: [a], verbs: [get]}\n", "v0+create",
                   "rules:\n- {resources: [a], verbs: [get, create]}\n"},
        SpliceCase{"flow_in_block", "rules:\n- verbs: [get]  # c\n  resources: [a]\n", "v0+create",
                   "rules:\n- verbs: [get, create]  # c\n  resources: [a]\n"},
        SpliceCase{"block", "rules:\n- verbs:\n  - get # c\n  # d\n  resources: [a]\n", "v0+create",
                   "rules:\n- verbs:\n  - get # c\n  - create\n  # d\n  resources: [a]\n"},
        SpliceCase{"block_indented", "rules:\n  - verbs:\n      -   get\n", "v0+create",
                   "rules:\n  - verbs:\n      -   get\n      -   create\n"},
        SpliceCase{"no_final_line_end", "rules:\n- verbs:\n  - get", "v0+create",
                   "rules:\n- verbs:\n  - get\n  - create"},
        SpliceCase{"quotes", "rules:\n- verbs: ['get']\n- verbs: [\"get\"]\n", "v0+a v1+b",
                   "rules:\n- verbs: ['get', 'a']\n- verbs: [\"get\", \"b\"]\n"},
        SpliceCase{"star_is_quoted", "rules:\n- verbs: [get]\n", "v0+* v0+yes",
                   "rules:\n- verbs: [get, \"*\", \"yes\"]\n"},
        SpliceCase{"there_already", "rules:\n- verbs: [get, 'list']\n", "v0+list",
                   "rules:\n- verbs: [get, 'list']\n"},
        SpliceCase{"tight", "rules:\n- verbs: [get,list]\n", "v0+create",
                   "rules:\n- verbs: [get,list,create]\n"},
        SpliceCase{"spaces_inside", "rules:\n- verbs: [ get ]\n", "v0+create",
                   "rules:\n- verbs: [ get, create ]\n"},
        SpliceCase{"trailing_comma", "rules:\n- verbs: [get, ]\n", "v0+create",
                   "rules:\n- verbs: [get, create, ]\n"},
        SpliceCase{"lines", "rules:\n- verbs: [\n    get,  # c\n    list  # d\n  ]\n", "v0+create",
                   "rules:\n- verbs: [\n    get,  # c\n    list,  # d\n    create\n  ]\n"},
        SpliceCase{"lines_trailing_comma", "rules:\n- verbs: [\n    get,\n  ]\n", "v0+create",
                   "rules:\n- verbs: [\n    get,\n    create,\n  ]\n"},
        SpliceCase{"two_in_one_line", "rules:\n- verbs: [get,\n    list]\n", "v0+create",
                   "rules:\n- verbs: [get,\n    list, create]\n"},
        SpliceCase{"empty", "rules:\n- verbs: []\n", "v0+create", "rules:\n- verbs: [create]\n"},
        SpliceCase{"empty_with_comment", "rules:\n- verbs: [# c\n  ]\n", "v0+create",
                   "rules:\n- verbs: [create # c\n  ]\n"},
        SpliceCase{"null", "rules:\n- verbs: # c\n  resources: [a]\n", "v0+create",
                   "rules:\n- verbs: [create] # c\n  resources: [a]\n"},
        SpliceCase{"tilde", "rules:\n- verbs: ~\n", "v0+create", "rules:\n- verbs: [create]\n"},
        SpliceCase{"absent", "rules:\n- resources: [a]\n# c\n", "v0+create",
                   "rules:\n- resources: [a]\n  verbs: [create]\n# c\n"},
        SpliceCase{"absent_in_flow", "rules:\n- {resources: [a]}\n", "v0+create",
                   "rules:\n- {resources: [a], verbs: [create]}\n"},
        SpliceCase{"empty_rule", "rules:\n- {}\n", "v0+create", "rules:\n- {verbs: [create]}\n"},
        SpliceCase{"keys_in_quotes", "rules:\n- {\"verbs\": [\"get\"]}\n", "v0+x r0+a",
                   "rules:\n- {\"verbs\": [\"get\", \"x\"], \"resources\": [\"a\"]}\n"},
        SpliceCase{"two_new_lists", "rules:\n- {}\n- {\n    x: y\n  }\n", "v0+a r0+b v1+a r1+b",
                   "rules:\n- {resources: [b], verbs: [a]}\n- {\n    x: y,\n    resources: [b],\n"
                   "    verbs: [a]\n  }\n"},
        SpliceCase{"one_grows_one_is_new", "rules:\n- verbs:\n  - get\n", "v0+a r0+b",
                   "rules:\n- verbs:\n  - get\n  - a\n  resources: [b]\n"},
        SpliceCase{"two_lists", "rules:\n- resources:\n  - a\n  verbs:\n  - get\n", "r0+b v0+list",
                   "rules:\n- resources:\n  - a\n  - b\n  verbs:\n  - get\n  - list\n"},
        SpliceCase{"dash_alone", "rules:\n-\n  verbs: [get]\n- # c\n  verbs: [get]\n", "v0+a v1+b",
                   "rules:\n-\n  verbs: [get, a]\n- # c\n  verbs: [get, b]\n"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Removes, SpliceRules,
    testing::Values(
        SpliceCase{"flow_first", "rules:\n- verbs: [get, list, watch]\n", "v0-get",
                   "rules:\n- verbs: [list, watch]\n"},
        SpliceCase{"flow_middle", "rules:\n- verbs: [get, list, watch]\n", "v0-list",
                   "rules:\n- verbs: [get, watch]\n"},
        SpliceCase{"flow_last", "rules:\n- verbs: [ get, list ] # c\n", "v0-list",
                   "rules:\n- verbs: [ get ] # c\n"},
        SpliceCase{"flow_two", "rules:\n- verbs: [a, b, c, d]\n", "v0-c v0-d",
                   "rules:\n- verbs: [a, b]\n"},
        SpliceCase{"flow_all", "rules:\n- verbs: [a, b]\n", "v0-a v0-b", "rules:\n- verbs: []\n"},
        SpliceCase{"flow_trailing_comma", "rules:\n- verbs: [a, b,]\n", "v0-b",
                   "rules:\n- verbs: [a,]\n"},
        SpliceCase{"flow_replace", "rules:\n- verbs: [a, b]\n", "v0-b v0+c",
                   "rules:\n- verbs: [a, c]\n"},
        SpliceCase{"flow_replace_all", "rules:\n- verbs: [a]\n", "v0-a v0+c",
                   "rules:\n- verbs: [c]\n"},
        SpliceCase{"lines_first", "rules:\n- verbs: [\n    a,  # a\n    # c\n    b  # b\n  ]\n",
                   "v0-a", "rules:\n- verbs: [\n    # c\n    b  # b\n  ]\n"},
        SpliceCase{"lines_last", "rules:\n- verbs: [\n    a,  # a\n    # c\n    b  # b\n  ]\n",
                   "v0-b", "rules:\n- verbs: [\n    a  # a\n    # c\n  ]\n"},
        SpliceCase{"lines_replace", "rules:\n- verbs: [\n    a,\n    b\n  ]\n", "v0-b v0+c",
                   "rules:\n- verbs: [\n    a,\n    c\n  ]\n"},
        SpliceCase{"lines_all", "rules:\n- verbs: [\n    # c\n    a\n  ]\n", "v0-a",
                   "rules:\n- verbs: [\n    # c\n  ]\n"},
        SpliceCase{"block_one", "rules:\n- verbs:\n  - a # a\n  # c\n\n  - b\n", "v0-a",
                   "rules:\n- verbs:\n  # c\n\n  - b\n"},
        SpliceCase{"block_all", "rules:\n- verbs: # k\n  - a\n  # c\n  resources: [x]\n", "v0-a",
                   "rules:\n- verbs: [] # k\n  # c\n  resources: [x]\n"},
        SpliceCase{"block_replace", "rules:\n- verbs:\n  - a\n", "v0-a v0+b",
                   "rules:\n- verbs:\n  - b\n"},
        SpliceCase{"both_means_keep", "rules:\n- verbs: [a]\n", "v0-a v0+a",
                   "rules:\n- verbs: [a]\n"},
        SpliceCase{"not_there", "rules:\n- verbs: [a]\n", "v0-zz", "rules:\n- verbs: [a]\n"},
        SpliceCase{"resources", "rules:\n- {resources: [a, b], verbs: [get]}\n", "r0-a",
                   "rules:\n- {resources: [b], verbs: [get]}\n"},
        SpliceCase{"rule_flow", "rules:\n- {verbs: [a]} # a\n# c\n- {verbs: [b]}\n", "x0",
                   "rules:\n# c\n- {verbs: [b]}\n"},
        SpliceCase{"rule_block", "rules:\n- verbs:\n  - a\n\n- verbs: [b]\n- verbs: [c]\n", "x1",
                   "rules:\n- verbs:\n  - a\n\n- verbs: [c]\n"},
        SpliceCase{"rule_last", "rules:   # r\n- verbs:\n  - a\n# end\n", "x0",
                   "rules: []   # r\n# end\n"},
        SpliceCase{"rule_last_without_end", "rules:\n- verbs: [b]\n- verbs:\n  - a", "x1",
                   "rules:\n- verbs: [b]"},
        SpliceCase{"rule_replaced", "rules:\n- {verbs: [b]}\n", "x0 +get||a",
                   "rules:\n- {apiGroups: [\"\"], resources: [a], verbs: [get]}\n"},
        SpliceCase{"rule_in_flow_list", "rules: [{verbs: [a]}, {verbs: [b]}]\n", "x0",
                   "rules: [{verbs: [b]}]\n"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Appends, SpliceRules,
    testing::Values(
        SpliceCase{"behind_flow", "rules:\n- {verbs: [get]} # c\n# d\nx: y\n", "+get||a",
                   "rules:\n- {verbs: [get]} # c\n- {apiGroups: [\"\"], resources: [a], verbs: "
                   "[get]}\n# d\nx: y\n"},
        SpliceCase{"behind_block", "rules:\n  - verbs: [get]\n", "+get,list|apps|a",
                   "rules:\n  - verbs: [get]\n  - apiGroups: [apps]\n    resources: [a]\n    "
                   "verbs: [get, list]\n"},
        SpliceCase{"behind_block_lists", "rules:\n-   verbs:\n      - get\n", "+get|apps|a",
                   "rules:\n-   verbs:\n      - get\n-   apiGroups:\n      - apps\n    resources:\n"
                   "      - a\n    verbs:\n      - get\n"},
        SpliceCase{"verb_and_rule", "rules:\n- verbs:\n  - get", "v0+list +get|b|a",
                   "rules:\n- verbs:\n  - get\n  - list\n- apiGroups:\n  - b\n  resources:\n  - a\n"
                   "  verbs:\n  - get"},
        SpliceCase{
            "empty", "rules: []  # none\nx: y\n", "+get|b|a +get|b|c",
            "rules:  # none\n- {apiGroups: [b], resources: [a], verbs: [get]}\n- {apiGroups: "
            "[b], resources: [c], verbs: [get]}\nx: y\n"},
        SpliceCase{"null", "rules:\nx: y\n", "+get|b|a",
                   "rules:\n- {apiGroups: [b], resources: [a], verbs: [get]}\nx: y\n"},
        SpliceCase{"null_word", "rules: null # c\n", "+get|b|a",
                   "rules: # c\n- {apiGroups: [b], resources: [a], verbs: [get]}\n"},
        SpliceCase{"absent", "# end\n", "+get|b|a",
                   "rules:\n- {apiGroups: [b], resources: [a], verbs: [get]}\n# end\n"},
        SpliceCase{"absent_with_annotation", "", "@k=v +get|b|a",
                   "  annotations:\n    k: v\nrules:\n- {apiGroups: [b], resources: [a], verbs: "
                   "[get]}\n"},
        SpliceCase{"flow_list", "rules: [{verbs: [get]}]\n", "+get|b|a",
                   "rules: [{verbs: [get]}, {apiGroups: [b], resources: [a], verbs: [get]}]\n"},
        SpliceCase{"flow_list_lines", "rules: [\n  {verbs: ['get']},  # c\n]\n", "+get|b|a",
                   "rules: [\n  {verbs: ['get']},  # c\n  {apiGroups: ['b'], resources: ['a'], "
                   "verbs: ['get']},\n]\n"},
        SpliceCase{"document_end", "rules:\n- {verbs: [get]}\n...\n# c\n---\na: b\n", "+get|b|a",
                   "rules:\n- {verbs: [get]}\n- {apiGroups: [b], resources: [a], verbs: [get]}\n"
                   "...\n# c\n---\na: b\n"},
        SpliceCase{"blank_lines", "\n\nrules:\n\n- {verbs: [get]}\n\n\n# c\n", "+get|b|a",
                   "\n\nrules:\n\n- {verbs: [get]}\n- {apiGroups: [b], resources: [a], verbs: "
                   "[get]}\n\n\n# c\n"},
        SpliceCase{"tab_before_comment", "rules:\n- {verbs: [get]}\t# c\n", "+get|b|a",
                   "rules:\n- {verbs: [get]}\t# c\n- {apiGroups: [b], resources: [a], verbs: "
                   "[get]}\n"},
        SpliceCase{"behind_an_alias", "a: &x {verbs: [get]}\nrules:\n- *x\n", "+get|b|a",
                   "a: &x {verbs: [get]}\nrules:\n- *x\n- {apiGroups: [b], resources: [a], verbs: "
                   "[get]}\n"}),
    [](const auto& info) { return info.param.name; });

// ---- annotations --------------------------------------------------------------------------------

struct TextCase {
  const char* name;
  const char* before;
  const char* edit;
  const char* after;
  const char* path = "f.yaml";
};

void PrintTo(const TextCase& c, std::ostream* os) { *os << c.name; }

class SpliceTexts : public testing::TestWithParam<TextCase> {};

TEST_P(SpliceTexts, ChangesOnlyWhatIsAsked) {
  const TextCase& c = GetParam();
  const absl::StatusOr<std::string> spliced = Splice(c.before, c.edit, c.path);
  EXPECT_EQ(spliced.value_or("refused"), c.after) << spliced.status();
}

#define WECAN_RBAC "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"

INSTANTIATE_TEST_SUITE_P(
    Annotations, SpliceTexts,
    testing::Values(
        TextCase{"absent", WECAN_RBAC "metadata:\n    name: r # n\nrules: []\n", "@k=v",
                 WECAN_RBAC
                 "metadata:\n    name: r # n\n    annotations:\n      k: v\nrules: []\n"},
        TextCase{"null", WECAN_RBAC "metadata:\n  annotations: # c\n  name: r\n", "@k=v @l=w",
                 WECAN_RBAC "metadata:\n  annotations: # c\n    k: v\n    l: w\n  name: r\n"},
        TextCase{"empty", WECAN_RBAC "metadata:\n  annotations: {}\n  name: r\n", "@k=v",
                 WECAN_RBAC "metadata:\n  annotations:\n    k: v\n  name: r\n"},
        TextCase{"there", WECAN_RBAC "metadata:\n  name: r\n  annotations:\n    a: b # c\n", "@k=1",
                 WECAN_RBAC "metadata:\n  name: r\n  annotations:\n    a: b # c\n    k: \"1\"\n"},
        TextCase{"in_flow", WECAN_RBAC "metadata: {name: r, annotations: {a: b}}\n", "@k=v",
                 WECAN_RBAC "metadata: {name: r, annotations: {a: b, k: v}}\n"},
        TextCase{"flow_absent", WECAN_RBAC "metadata: {name: r}\n", "@k=v",
                 WECAN_RBAC "metadata: {name: r, annotations: {k: v}}\n"},
        TextCase{"replaced", WECAN_RBAC "metadata:\n  name: r\n  annotations: {k: 'b'} # c\n",
                 "@k=v", WECAN_RBAC "metadata:\n  name: r\n  annotations: {k: 'v'} # c\n"},
        TextCase{"replaced_literal",
                 WECAN_RBAC "metadata:\n  annotations:\n    k: |\n      x\n\n    l: m\n  name: r\n",
                 "@k=v", WECAN_RBAC "metadata:\n  annotations:\n    k: v\n    l: m\n  name: r\n"},
        TextCase{
            "behind_literal",
            WECAN_RBAC "metadata:\n  name: r\n  annotations:\n    a: |+\n      x\n\nrules: []\n",
            "@k=v",
            WECAN_RBAC
            "metadata:\n  name: r\n  annotations:\n    a: |+\n      x\n\n    k: v\nrules: []\n"},
        TextCase{"no_text", WECAN_RBAC "metadata: {name: r, annotations: {k: true, l: }}\n",
                 "@k=true @l=x",
                 WECAN_RBAC "metadata: {name: r, annotations: {k: \"true\", l: x }}\n"},
        TextCase{"the_same", WECAN_RBAC "metadata: {name: r, annotations: {k: v}}\n", "@k=v",
                 WECAN_RBAC "metadata: {name: r, annotations: {k: v}}\n"}),
    [](const auto& info) { return info.param.name; });

#define WECAN_FLOW_ROLE \
  "apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}"

INSTANTIATE_TEST_SUITE_P(
    Places, SpliceTexts,
    testing::Values(
        TextCase{"list",
                 "kind: List\napiVersion: v1\nitems:\n- a: b\n- kind: List\n  apiVersion: v1\n"
                 "  items:\n  - {" WECAN_FLOW_ROLE ", rules: [{verbs: [get]}]}\n",
                 "v0+x",
                 "kind: List\napiVersion: v1\nitems:\n- a: b\n- kind: List\n  apiVersion: v1\n"
                 "  items:\n  - {" WECAN_FLOW_ROLE ", rules: [{verbs: [get, x]}]}\n"},
        TextCase{
            "typed_list",
            "kind: ClusterRoleList\napiVersion: rbac.authorization.k8s.io/v1\nitems:\n"
            "- metadata:\n    name: r\n  rules:\n  - verbs:\n    - get\n- metadata: {name: s}\n",
            "v0+x +get|b|c",
            "kind: ClusterRoleList\napiVersion: rbac.authorization.k8s.io/v1\nitems:\n"
            "- metadata:\n    name: r\n  rules:\n  - verbs:\n    - get\n    - x\n"
            "  - apiGroups:\n    - b\n    resources:\n    - c\n    verbs:\n    - get\n"
            "- metadata: {name: s}\n"},
        TextCase{"manifest_work",
                 "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\n"
                 "metadata: {name: w}\nspec:\n  workload:\n    manifests:\n"
                 "    - {" WECAN_FLOW_ROLE ", rules: []}\n",
                 "+get|b|c",
                 "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\n"
                 "metadata: {name: w}\nspec:\n  workload:\n    manifests:\n"
                 "    - {" WECAN_FLOW_ROLE
                 ", rules: [{apiGroups: [b], resources: [c], verbs: [get]}]}\n"},
        TextCase{"byte_order_mark", "\xef\xbb\xbf" WECAN_RBAC "metadata: {name: r}", "@k=v",
                 "\xef\xbb\xbf" WECAN_RBAC "metadata: {name: r, annotations: {k: v}}"},
        TextCase{"documents", "# h\n--- # c\n" WECAN_RBAC "metadata: {name: r}\n--- # d\na: b\n",
                 "@k=v",
                 "# h\n--- # c\n" WECAN_RBAC
                 "metadata: {name: r, annotations: {k: v}}\n--- # d\na: b\n"},
        TextCase{"content_behind_dashes", "--- {" WECAN_FLOW_ROLE "}\n", "+get|b|c",
                 "--- {" WECAN_FLOW_ROLE
                 ", rules: [{apiGroups: [b], resources: [c], verbs: [get]}]}\n"},
        TextCase{"other_letters",
                 "# \xc3\xa9\xf0\x9f\x98\x80\n{\"\xc3\xa9\": \xf0\x9f\x98\x80, " WECAN_FLOW_ROLE
                 "}\n",
                 "+get|b|c",
                 "# \xc3\xa9\xf0\x9f\x98\x80\n{\"\xc3\xa9\": \xf0\x9f\x98\x80, " WECAN_FLOW_ROLE
                 ", \"rules\": [{\"apiGroups\": [b], \"resources\": [c], \"verbs\": [get]}]}\n"},
        TextCase{
            "anchors_elsewhere",
            "kind: List\napiVersion: v1\nitems:\n- {" WECAN_FLOW_ROLE
            ", rules: []}\n- &a {x: y}\n- *a\n",
            "+get|b|c",
            "kind: List\napiVersion: v1\nitems:\n- {" WECAN_FLOW_ROLE
            ", rules: [{apiGroups: [b], resources: [c], verbs: [get]}]}\n- &a {x: y}\n- *a\n"}),
    [](const auto& info) { return info.param.name; });

#define WECAN_JSON_ROLE(colon, comma)                                              \
  "\"apiVersion\"" colon "\"rbac.authorization.k8s.io/v1\"" comma "\"kind\"" colon \
  "\"ClusterRole\"" comma "\"metadata\"" colon "{\"name\"" colon "\"r\"}" comma "\"rules\"" colon

INSTANTIATE_TEST_SUITE_P(
    Json, SpliceTexts,
    testing::Values(
        TextCase{
            "compact", "{" WECAN_JSON_ROLE(":", ",") "[{\"verbs\":[\"get\"]}]}", "v0+x +get|b|c",
            "{" WECAN_JSON_ROLE(":", ",") "[{\"verbs\":[\"get\",\"x\"]},{\"apiGroups\":[\"b\"],"
                                          "\"resources\":[\"c\"],\"verbs\":[\"get\"]}]}",
            "f.json"},
        TextCase{"compact_empty", "{" WECAN_JSON_ROLE(":", ",") "[]}", "+get|b|c",
                 "{" WECAN_JSON_ROLE(":", ",") "[{\"apiGroups\":[\"b\"],\"resources\":[\"c\"],"
                                               "\"verbs\":[\"get\"]}]}"},
        TextCase{"one_line_remove",
                 "{" WECAN_JSON_ROLE(": ", ", ") "[{\"verbs\": [\"get\", \"x\"]}]}\n", "v0-x",
                 "{" WECAN_JSON_ROLE(": ", ", ") "[{\"verbs\": [\"get\"]}]}\n"},
        TextCase{
            "pretty",
            "{\n    " WECAN_JSON_ROLE(": ", ",\n    ") "[\n        {\n            \"verbs\": [\n   "
                                                       "             \"get\"\n            ]\n"
                                                       "        }\n    ]\n}\n",
            "v0+x +get|b|c",
            "{\n    " WECAN_JSON_ROLE(
                ": ",
                ",\n    ") "[\n        {\n            \"verbs\": [\n                \"get\",\n"
                           "                \"x\"\n            ]\n        },\n        {\n"
                           "            \"apiGroups\": [\n                \"b\"\n            ],\n"
                           "            \"resources\": [\n                \"c\"\n            ],\n"
                           "            \"verbs\": [\n                \"get\"\n            ]\n"
                           "        }\n    ]\n}\n"},
        TextCase{"pretty_short_lists",
                 "{\n  " WECAN_JSON_ROLE(
                     ": ", ",\n  ") "[\n    {\n      \"verbs\": [\"get\"]\n    }\n  ]\n}\n",
                 "+get|b|c",
                 "{\n  " WECAN_JSON_ROLE(": ", ",\n  ") "[\n    {\n      \"verbs\": [\"get\"]\n    "
                                                        "},\n    {\n      \"apiGroups\": [\"b\"],\n"
                                                        "      \"resources\": [\"c\"],\n      "
                                                        "\"verbs\": [\"get\"]\n    }\n  ]\n}\n"},
        TextCase{
            "pretty_empty", "{\n  " WECAN_JSON_ROLE(": ", ",\n  ") "[]\n}\n", "+get|b|c",
            "{\n  " WECAN_JSON_ROLE(": ", ",\n  ") "[\n    {\n      \"apiGroups\": [\n        "
                                                   "\"b\"\n      ],\n      \"resources\": [\n"
                                                   "        \"c\"\n      ],\n      \"verbs\": [\n  "
                                                   "      \"get\"\n      ]\n    }\n  ]\n}\n"},
        TextCase{"drop", "{" WECAN_JSON_ROLE(":", ",") "[{\"verbs\":[\"get\"]},{\"verbs\":[]}]}",
                 "x1", "{" WECAN_JSON_ROLE(":", ",") "[{\"verbs\":[\"get\"]}]}", "f.json"},
        TextCase{"drop_all",
                 "{" WECAN_JSON_ROLE(":", ",") "[{\"verbs\":[\"get\"]},{\"verbs\":[]}]}", "x0 x1",
                 "{" WECAN_JSON_ROLE(":", ",") "[]}", "f.json"}),
    [](const auto& info) { return info.param.name; });

// ---- refused ------------------------------------------------------------------------------------

struct RefusedCase {
  const char* name;
  const char* text;  // behind kHead
  const char* edit;
  const char* message;
};

void PrintTo(const RefusedCase& c, std::ostream* os) { *os << c.name; }

class SpliceRefuses : public testing::TestWithParam<RefusedCase> {};

TEST_P(SpliceRefuses, WithAPosition) {
  const RefusedCase& c = GetParam();
  EXPECT_THAT(Splice(absl::StrCat(kHead, c.text), c.edit),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       testing::AllOf(StartsWith("f.yaml:"), HasSubstr(c.message))));
}

INSTANTIATE_TEST_SUITE_P(
    Refused, SpliceRefuses,
    testing::Values(
        RefusedCase{"anchored_list", "rules: &a\n- {verbs: [get]}\n", "v0+x", ":5:8: an anchor"},
        RefusedCase{"anchored_rule", "rules:\n- &a {verbs: [get]}\n", "v0+x", ":6:3: an anchor"},
        RefusedCase{"anchored_verbs", "rules:\n- {verbs: &a [get]}\n", "x0", ":6:11: an anchor"},
        RefusedCase{"anchored_null", "rules: &a\n", "+get|a|b", ":5:8: an anchor"},
        RefusedCase{"alias_rule", "x: &a {verbs: [get]}\nrules:\n- *a\n", "v0+x", ":7:3: an alias"},
        RefusedCase{"alias_verbs", "x: &a [get]\nrules:\n- {verbs: *a}\n", "v0+x",
                    ":7:11: an alias"},
        RefusedCase{"alias_list", "x: &a [{verbs: [get]}]\nrules: *a\n", "v0+x", ":6:8: an alias"},
        RefusedCase{"tag", "rules:\n- {verbs: [!!str get]}\n", "v0+x", ":6:12: a tag"},
        RefusedCase{"tagged_list", "rules: !!seq []\n", "+get|a|b", ":5:8: a tag"},
        RefusedCase{"merge_in_role", "<<: {a: b}\nrules: []\n", "+get|a|b", ":5:1: a merge key"},
        RefusedCase{"merge_in_rule", "rules:\n- {<<: {a: b}, verbs: [get]}\n", "v0+x",
                    ":6:4: a merge key"},
        RefusedCase{"template", "rules:\n- {verbs: [get, '{{ .v }}']}\n", "v0+x",
                    ":6:18: this is a template"},
        RefusedCase{"broken_template", "rules:\n{{- if .x }}\n- verbs: [get]\n", "v0+x",
                    ":7:1: while scanning a simple key: could not find expected ':'; this looks "
                    "like a template"},
        RefusedCase{"no_mapping", "rules:\n- get\n", "v0+x", ":6:3: this rule is no mapping"},
        RefusedCase{"no_list", "rules: {a: b}\n", "+get|a|b", ":5:8: rules is no list"},
        RefusedCase{"no_verb_list", "rules: [{verbs: get}]\n", "v0+x", ":5:17: verbs is no list"},
        RefusedCase{"twice_in_role", "rules: []\nrules: []\n", "+get|a|b", ":6:1: key \"rules\""},
        RefusedCase{"twice_in_rule", "rules: [{verbs: [], verbs: []}]\n", "v0+x", ":5:21: key"},
        RefusedCase{"literal_verb", "rules:\n- verbs:\n  - |\n    get\n", "v0+x",
                    ":7:5: this is no"},
        RefusedCase{"explicit_key", "rules:\n- ? verbs\n  : [get]\n", "v0+x", ":6:5: no colon"},
        RefusedCase{"no_brackets", "rules: [verbs: [get]]\n", "r0+x", "put it in brackets"},
        RefusedCase{"broken", "rules: [\n", "+get|a|b", "only a file that can be read"},
        RefusedCase{"twice_in_file",
                    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: "
                    "{name: r}\n",
                    "@a=b", ":6:1: ClusterRole r stands twice"},
        RefusedCase{"lone_return", "a: b\rrules: []\n", "+get|a|b", ":5:5: a line break"},
        RefusedCase{"next_line", "# \xc2\x85\nrules: []\n", "+get|a|b", ":5:3: a line break"},
        RefusedCase{"line_separator", "# \xe2\x80\xa8\n", "+get|a|b", ":5:3: a line break"},
        RefusedCase{"open_literal", "x: |\n  text", "+get|a|b", ":6:7: the file ends"}),
    [](const auto& info) { return info.param.name; });

TEST(Splice, SaysWhatIsNotThere) {
  EXPECT_THAT(Splice("a: b\n", "@a=b"),
              StatusIs(absl::StatusCode::kNotFound, "f.yaml: no ClusterRole r"));
  EXPECT_THAT(Splice(absl::StrCat(kHead, "rules: []\n"), "v0+x"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has 0 rules, no rule 0")));
  EXPECT_THAT(SpliceFile("f", "", {{.name = "r"}, {.name = "r"}}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("two edits")));
  EXPECT_THAT(Splice(absl::StrCat(kHead, "rules: [{}, {}]\n"), "v0+x x1 v0+y"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("two edits of rule 0")));
  EXPECT_THAT(Splice(absl::string_view("# \0", 3), "@a=b"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("NUL")));
  EXPECT_THAT(Splice("\xff\xfe", "@a=b"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("UTF-16")));
  EXPECT_THAT(Splice("a: b", "@a=b", "f.json"),
              StatusIs(absl::StatusCode::kFailedPrecondition, StartsWith("f.json:1:1: ")));
}

TEST(Splice, WhatIsUsedTwiceIsNotEdited) {
  constexpr absl::string_view kRole =
      "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}";
  const auto refused = [](absl::string_view text, absl::string_view message) {
    EXPECT_THAT(Splice(text, "@a=b"),
                StatusIs(absl::StatusCode::kFailedPrecondition, StartsWith(std::string(message))));
  };
  refused(absl::StrCat("kind: List\napiVersion: v1\nx: &r ", kRole, "\nitems: [*r]\n"),
          "f.yaml:4:9: an alias");
  refused(absl::StrCat("kind: List\napiVersion: v1\nitems: [&r ", kRole, "]\n"),
          "f.yaml:3:9: an anchor");
  refused(absl::StrCat("kind: ManifestWork\napiVersion: work.open-cluster-management.io/v1\n"
                       "metadata: {name: w}\nspec: &s {workload: {manifests: [",
                       kRole, "]}}\n"),
          "f.yaml:4:7: an anchor");
  refused(absl::StrCat("kind: List\napiVersion: v1\nx: &x {items: [", kRole, "]}\n<<: *x\n"),
          "f.yaml:3:4: an anchor");
}

TEST(Splice, WithoutEditsNothingIsLookedAt) {
  EXPECT_EQ(SpliceFile("f", "{{\r\x85", {}, {}).value(), "{{\r\x85");
}

TEST(Splice, FindsRolesByNamespace) {
  const std::string text =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: []\n---\n"
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: n}\n";
  RoleEdit edit{
      .kind = RoleKind::kRole, .namespace_ = "n", .name = "r", .append = {UrlRule("get", "/x")}};
  EXPECT_EQ(SpliceFile("f.yaml", text, {edit}, {}).value(),
            text + "rules:\n- {nonResourceURLs: [\"/x\"], verbs: [get]}\n");
}

// ---- new documents ------------------------------------------------------------------------------

TEST(SpliceNewDocuments, StandAtTheEnd) {
  const NewDocument document{.json = {{"a", "b"}, {"c", {"d", "e"}}}};
  const NewDocument rendered{.json = {{"a", "b"}}, .yaml = "# why\n{a: b}\n"};
  const auto add = [&](absl::string_view path, absl::string_view text, const NewDocument& d) {
    const auto result = SpliceFile(path, text, {}, {d});
    return result.ok() ? *result : std::string(result.status().message());
  };
  const std::string yaml = "a: b\nc:\n- d\n- e\n";
  EXPECT_EQ(add("f.yaml", "", document), yaml);
  EXPECT_EQ(add("f.yaml", "# c", document), "# c\n" + yaml);
  EXPECT_EQ(add("f.yaml", "x: y", document), "x: y\n---\n" + yaml);
  EXPECT_EQ(add("f.yaml", "x: y\n...\n", document), "x: y\n...\n---\n" + yaml);
  EXPECT_EQ(add("f.yaml", "x: y\r\n", rendered), "x: y\r\n---\r\n# why\r\n{a: b}\r\n");
  const std::string json = "{\n  \"a\": \"b\",\n  \"c\": [\n    \"d\",\n    \"e\"\n  ]\n}\n";
  EXPECT_EQ(add("f.json", "", document), json);
  EXPECT_EQ(add("f.yaml", "{\"x\": 1}", document), "{\"x\": 1}\n" + json);
  EXPECT_EQ(add("f.json", "{\"kind\":\"List\",\"items\":[{\"x\":1}]}", document),
            "{\"kind\":\"List\",\"items\":[{\"x\":1},{\"a\":\"b\",\"c\":[\"d\",\"e\"]}]}");
  EXPECT_EQ(add("f.json", "{\"kind\":\"List\",\"items\":[]}", rendered),
            "{\"kind\":\"List\",\"items\":[{\"a\":\"b\"}]}");
}

TEST(SpliceNewDocuments, HaveToSayTheSameInBothForms) {
  EXPECT_THAT(SpliceFile("f.yaml", "", {}, {{.json = {{"a", "b"}}, .yaml = "a: c\n"}}),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("report this")));
}

// ---- any role, any edit -------------------------------------------------------------------------

class Writer {
 public:
  explicit Writer(uint32_t seed) : random_(seed) {}

  size_t Pick(size_t n) { return random_() % n; }
  bool Coin() { return Pick(2) == 0; }

  std::string Text(const std::string& plain) {
    const size_t kind = Pick(4);
    const bool quoted = kind > 1 || plain == "*" || plain.empty();
    if (!quoted) return plain;
    return Coin() ? "'" + plain + "'" : "\"" + plain + "\"";
  }
  std::string Comment() { return Pick(5) == 0 ? "  # " + std::to_string(Pick(99)) : ""; }
  std::string Between(const std::string& indent) {
    const size_t kind = Pick(9);
    return kind == 0   ? "\n"
           : kind == 1 ? indent + "# between " + std::to_string(Pick(99)) + "\n"
                       : "";
  }

  std::string FlowList(const std::vector<std::string>& list, const std::string& indent) {
    const bool lines = Pick(4) == 0;
    const std::string gap = lines ? "\n" + indent : "";
    std::string out = "[";
    for (size_t i = 0; i < list.size(); ++i) {
      const bool comma = i + 1 < list.size() || Pick(4) == 0;
      absl::StrAppend(&out,
                      lines   ? absl::StrCat("\n", indent, "  ")
                      : i > 0 ? " "
                              : "",
                      Text(list[i]), comma ? "," : "", lines ? Comment() : "");
    }
    return out + gap + "]";
  }

  // ": [a]" or ":" and lines.
  std::string List(const std::vector<std::string>& list, const std::string& indent) {
    if (Coin() || list.empty()) return " " + FlowList(list, indent) + Comment() + "\n";
    std::string out = Comment() + "\n";
    const std::string inner = indent + (Coin() ? "  " : "");
    for (const std::string& text : list)
      absl::StrAppend(&out, Between(inner), inner, "- ", Text(text), Comment(), "\n");
    return out;
  }

  std::string BlockRule(const PolicyRule& rule, const std::string& indent) {
    return absl::StrCat("apiGroups:", List(rule.api_groups, indent), Between(indent), indent,
                        "resources:", List(rule.resources, indent), Between(indent), indent,
                        "verbs:", List(rule.verbs, indent));
  }

  std::string FlowRule(const PolicyRule& rule, const std::string& indent) {
    return absl::StrCat("{apiGroups: ", FlowList(rule.api_groups, indent),
                        ", resources: ", FlowList(rule.resources, indent),
                        ", verbs: ", FlowList(rule.verbs, indent), "}");
  }

  std::string Rules(const std::vector<PolicyRule>& rules) {
    if (rules.empty()) return Coin() ? "rules:\n" : "rules: []\n";
    std::string out = "rules:";
    if (Pick(5) == 0) {
      out += " [";
      for (size_t i = 0; i < rules.size(); ++i)
        absl::StrAppend(&out, i > 0 ? "," : "", Coin() ? "\n  " : " ", FlowRule(rules[i], "  "));
      return out + (Coin() ? "\n]\n" : "]\n");
    }
    const std::string indent = Coin() ? "  " : "";
    out += Comment() + "\n";
    for (const PolicyRule& rule : rules) {
      absl::StrAppend(&out, Between(indent), indent, "- ",
                      Coin() ? BlockRule(rule, indent + "  ")
                             : FlowRule(rule, indent + "  ") + Comment() + "\n");
    }
    return out;
  }

  std::vector<std::string> Words(const std::vector<std::string>& from) {
    std::vector<std::string> out;
    for (const std::string& word : from) {
      if (Coin()) out.push_back(word);
    }
    return out;
  }

 private:
  std::mt19937 random_;
};

const std::vector<std::string>& SomeVerbs() {
  static const auto* const verbs =
      new std::vector<std::string>{"get", "list", "*", "create", "update", "delete"};
  return *verbs;
}

PolicyRule SomeRule(Writer& w) {
  PolicyRule rule = Rule("get", "apps", "a,b/c,*");
  rule.api_groups.push_back("");
  rule.verbs = w.Words(SomeVerbs());
  return rule;
}

// The lists after an edit, by its words.
void ApplyTo(std::vector<std::string>& list, const std::vector<std::string>& add,
             const std::vector<std::string>& remove) {
  const auto in = [](const std::vector<std::string>& l, const std::string& text) {
    return std::find(l.begin(), l.end(), text) != l.end();
  };
  std::vector<std::string> out;
  for (const std::string& text : list) {
    if (!in(remove, text) || in(add, text)) out.push_back(text);
  }
  for (const std::string& text : add) {
    if (!in(out, text)) out.push_back(text);
  }
  list = out;
}

std::vector<PolicyRule> RulesIn(const std::string& text) {
  Contents contents;
  ReadYaml(SplitDocuments(text), false, Budgets{}, contents);
  return contents.input.rbac.roles.empty() ? std::vector<PolicyRule>{{}}
                                           : contents.input.rbac.roles[0].rules;
}

bool IsSubsequence(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  size_t at = 0;
  for (const std::string& line : whole) at += at < part.size() && part[at] == line;
  return at == part.size();
}

TEST(SpliceProperty, AnyStyleAnyEdit) {
  for (uint32_t seed = 0; seed < 4000; ++seed) {
    Writer w(seed);
    std::vector<PolicyRule> rules;
    for (size_t i = w.Pick(4); i > 0; --i) rules.push_back(SomeRule(w));
    std::string text = absl::StrCat("# top\n", kHead, w.Rules(rules), w.Between(""), "---\nx: y\n");
    if (w.Pick(3) == 0) text = absl::StrReplaceAll(text, {{"\n", "\r\n"}});
    ASSERT_EQ(RulesIn(text), rules) << text;

    RoleEdit edit{.name = "r"};
    std::vector<PolicyRule> expected;
    bool only_adds = true;
    for (size_t i = 0; i < rules.size(); ++i) {
      RuleEdit rule{.rule = static_cast<int>(i), .drop = w.Pick(5) == 0};
      if (w.Coin()) rule.add_verbs = w.Words(SomeVerbs());
      if (w.Coin()) rule.remove_verbs = w.Words(SomeVerbs());
      if (w.Coin()) rule.add_resources = {"new"};
      if (w.Coin()) rule.remove_resources = {"b/c"};
      ApplyTo(rules[i].verbs, rule.add_verbs, rule.remove_verbs);
      ApplyTo(rules[i].resources, rule.add_resources, rule.remove_resources);
      if (!rule.drop) expected.push_back(rules[i]);
      only_adds &= !rule.drop && rule.remove_verbs.empty() && rule.remove_resources.empty();
      edit.rules.push_back(std::move(rule));
    }
    if (w.Coin()) edit.append = {SomeRule(w)};
    if (!edit.append.empty()) expected.push_back(edit.append[0]);
    if (w.Coin()) edit.annotations["k"] = "v";

    const absl::StatusOr<std::string> spliced = SpliceFile("f.yaml", text, {edit}, {});
    ASSERT_THAT(spliced, IsOk()) << seed << "\n" << text;
    ASSERT_EQ(RulesIn(*spliced), expected) << seed << "\n" << text << "=>\n" << *spliced;
    // Comments on lines of their own outside of rules stay, and so does all above the rules.
    const std::vector<std::string> before = absl::StrSplit(text, '\n');
    const std::vector<std::string> after = absl::StrSplit(*spliced, '\n');
    if (only_adds) {
      std::vector<std::string> kept;
      for (const std::string& line : before) {
        if (absl::StrContains(line, "# between") || absl::StartsWith(line, "- apiGroups:"))
          kept.push_back(line);
      }
      EXPECT_TRUE(IsSubsequence(kept, after)) << text << "=>\n" << *spliced;
    }
    // The same additions once more change nothing.
    RoleEdit again = edit;
    again.append.clear();
    std::vector<RuleEdit> adds;
    for (const RuleEdit& rule : edit.rules) {
      if (rule.drop) continue;
      adds.push_back({.rule = static_cast<int>(adds.size()),
                      .add_verbs = rule.add_verbs,
                      .add_resources = rule.add_resources});
    }
    again.rules = adds;
    ASSERT_EQ(SpliceFile("f.yaml", *spliced, {again}, {}).value_or("refused"), *spliced) << seed;
  }
}

}  // namespace
}  // namespace wecan
