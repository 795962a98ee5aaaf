// SPDX-License-Identifier: Apache-2.0
// fix as JUnit XML and as Markdown.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/input/file_system.h"
#include "src/output/json.h"
#include "tests/testing/check.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Texts = std::map<std::string, std::string>;

// A role of an earlier fix, with a comment that would end a fence.
constexpr char kOurs[] =
    "# ```` <script>\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n"
    "  name: open-cluster-management:klusterlet-work:wecan\n"
    "  labels: {app.kubernetes.io/managed-by: wecan, "
    "open-cluster-management.io/aggregate-to-work: 'true'}\nrules:\n"
    "- {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [get, create]}\n";

RunResult Fix(std::vector<std::string> words, const Texts& texts, const std::string& format) {
  MemoryFileSystem files(texts);
  words.insert(words.begin(), {"fix", "in"});
  words.insert(words.end(), {"-o", format});
  return wecan::Run(words, "", &files);
}

// ---- JUnit: something fails in it exactly when the exit code is not 0 ---------------------------

struct FixGateCase {
  const char* name;
  std::vector<std::string> flags;
  Texts files;
  int exit_code;
  const char* counts;
};

class FixGate : public testing::TestWithParam<FixGateCase> {};

TEST_P(FixGate, FailsWithTheExitCode) {
  const FixGateCase& c = GetParam();
  const RunResult run = Fix(c.flags, c.files, "junit");
  EXPECT_EQ(run.exit_code, c.exit_code) << run.err;
  EXPECT_THAT(run.out, HasSubstr(c.counts)) << run.out;
  EXPECT_THAT(run.out, HasSubstr("<testcase classname=\"grant\" name=\"proved\""));
}

const Texts& Missing() {
  static const auto* files = new Texts{{"in/x.yaml", StorageClassYaml("fast")}};
  return *files;
}
const Texts& Held() {
  static const auto* files = new Texts{{"in/x.yaml", kCleanYaml}};
  return *files;
}

constexpr char kUnknown[] = "apiVersion: v1\nkind: Gadget\nmetadata: {name: g, namespace: shop}\n";
constexpr char kNested[] =
    "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\n"
    "metadata: {name: w, namespace: wec1}\nspec: {workload: {manifests: [{apiVersion: v1, kind: "
    "ConfigMap, metadata: {name: lost}}]}}\n";

INSTANTIATE_TEST_SUITE_P(
    FixGate, FixGate,
    testing::Values(
        FixGateCase{"check_missing", {"--check"}, Missing(), 1, "tests=\"2\" failures=\"1\""},
        FixGateCase{"check_held", {"--check"}, Held(), 0, "tests=\"1\" failures=\"0\""},
        FixGateCase{"diff_missing", {"--diff"}, Missing(), 1, "tests=\"2\" failures=\"1\""},
        FixGateCase{"diff_held", {"--diff"}, Held(), 0, "tests=\"1\" failures=\"0\""},
        FixGateCase{"write_missing", {"--write"}, Missing(), 0, "tests=\"2\" failures=\"0\""},
        FixGateCase{"print_missing", {}, Missing(), 0, "tests=\"1\" failures=\"0\""},
        FixGateCase{
            "not_rbac", {}, {{"in/x.yaml", kNested}}, 1, "tests=\"2\" failures=\"1\" errors=\"0\""},
        FixGateCase{"unknown",
                    {},
                    {{"in/x.yaml", kUnknown}},
                    0,
                    "tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\""},
        FixGateCase{"unreadable",
                    {},
                    {{"in/x.yaml", kCleanYaml}, {"in/y.yaml", "kind: [\n"}},
                    2,
                    "failures=\"0\" errors=\"1\""}),
    [](const testing::TestParamInfo<FixGateCase>& info) { return info.param.name; });

TEST(FixJunit, AFileOutOfDateFailsWithItsDiff) {
  const std::string xml =
      Fix({"--check"}, {{"in/x.yaml", StorageClassYaml("fast")}, {"in/rbac.yaml", kOurs}}, "junit")
          .out;
  EXPECT_THAT(xml, HasSubstr("<testcase classname=\"file\" name=\"in/rbac.yaml\" "
                             "file=\"in/rbac.yaml\" time=\"0\">\n"
                             "      <failure type=\"not-in-sync\" message=\"would change\">--- "
                             "in/rbac.yaml\n+++ in/rbac.yaml\n@@ "));
  EXPECT_THAT(xml, HasSubstr("\n+- {apiGroups: [storage.k8s.io], resources: [storageclasses], "
                             "verbs: [get, create, update, delete]}\n"));
  EXPECT_THAT(xml, HasSubstr("\nWrite: wecan fix in --write\n"));
}

// ---- Markdown -----------------------------------------------------------------------------------

TEST(FixMarkdown, WhatIsMissingAndNothing) {
  const std::string missing = Fix({}, Missing(), "markdown").out;
  EXPECT_THAT(missing,
              StartsWith("<!-- wecan fix -->\n### wecan fix: 4 verbs to grant, for 1 object"
                         "\n\n`klusterlet-work-sa (profile ocm-1.3) lacks, for 1 of 1 "
                         "object`:\n"));
  EXPECT_THAT(missing, HasSubstr("\n| `storageclasses.storage.k8s.io` | `cluster` | `get create "
                                 "update delete` | `StorageClass/fast` |\n"));
  EXPECT_THAT(missing, HasSubstr("\n| Proved | `with it nothing is missing for 1 object; "));
  EXPECT_THAT(missing, HasSubstr("\n```yaml\napiVersion: rbac.authorization.k8s.io/v1\n"));
  EXPECT_THAT(missing, HasSubstr("<details><summary>How it gets to a WEC</summary>"));
  EXPECT_EQ(Fix({}, Held(), "markdown").out,
            "<!-- wecan fix -->\n### wecan fix: nothing is missing\n\n"
            "`Nothing is missing: 1 object, klusterlet-work-sa (profile ocm-1.3)`.\n");
}

TEST(FixMarkdown, NoContentClosesTheFence) {
  const Texts files = {{"in/x.yaml", StorageClassYaml("fast")}, {"in/rbac.yaml", kOurs}};
  for (const char* mode : {"--diff", "--write", "--check"}) {
    const std::string text = Fix({mode}, files, "markdown").out;
    EXPECT_THAT(text, HasSubstr("\n```diff\n--- in/rbac.yaml\n")) << mode;
  }
  Texts near = files;
  near["in/rbac.yaml"] += "# ```` <script>\n";
  const std::string text = Fix({"--diff"}, near, "markdown").out;
  EXPECT_THAT(text, HasSubstr("\n`````diff\n--- in/rbac.yaml\n"));
  EXPECT_THAT(text, HasSubstr("\n # ```` <script>\n`````\n"));
  near["in/rbac.yaml"] += absl::StrCat("# ", std::string(100, '`'), "\n");
  EXPECT_THAT(Fix({"--diff"}, near, "markdown").out,
              HasSubstr("\nWhat changes does not fit into a comment.\n"));
}

TEST(FixMarkdown, WhatIsNotSolved) {
  const std::string text = Fix({}, {{"in/x.yaml", kNested}}, "markdown").out;
  EXPECT_THAT(text, HasSubstr("\n| | not solved |\n|---|---|\n| Not RBAC | `ConfigMap/"));
  EXPECT_THAT(Fix({}, Held(), "markdown").out, Not(HasSubstr("not solved")));
  const std::string unread =
      Fix({}, {{"in/x.yaml", kCleanYaml}, {"in/y.yaml", "kind: [\n"}}, "markdown").out;
  EXPECT_THAT(unread, HasSubstr("\n| error | `in/y.yaml:"));
}

// ---- names --------------------------------------------------------------------------------------

struct FixNameCase {
  const char* name;
  const char* text;
  const char* xml;
  const char* markdown;
};

class FixNames : public testing::TestWithParam<FixNameCase> {};

TEST_P(FixNames, AreNoMarkup) {
  const FixNameCase& c = GetParam();
  const Texts files = {{"in/x.yaml", StorageClassYaml(QuotedText(c.text))}};
  EXPECT_THAT(Fix({}, files, "markdown").out, HasSubstr(absl::StrCat("` | ", c.markdown, " |\n")));
  const std::string out = absl::StrCat("in/", c.text);
  EXPECT_THAT(Fix({"--diff", "--out", out}, files, "junit").out,
              HasSubstr(absl::StrCat("name=\"in/", c.xml, "\" file=\"in/", c.xml, "\" ")));
}

INSTANTIATE_TEST_SUITE_P(
    FixNames, FixNames,
    testing::Values(FixNameCase{"plain", "a", "a", "`StorageClass/a`"},
                    FixNameCase{"quotes", "a\"b'c", "a&quot;b&apos;c", "`StorageClass/a\"b'c`"},
                    FixNameCase{"line_break", "a\nb", "a b", "`StorageClass/a b`"},
                    FixNameCase{"terminal_escape", "a\x1b[2J", "a\xef\xbf\xbd[2J",
                                "`StorageClass/a\xef\xbf\xbd[2J`"},
                    FixNameCase{"cdata_end", "a]]>b", "a]]&gt;b", "`StorageClass/a]]>b`"},
                    FixNameCase{"workflow_command", "%0A::e::x", "%0A::e::x",
                                "`StorageClass/%0A::e::x`"},
                    FixNameCase{"script", "<script>", "&lt;script&gt;",
                                "<code>StorageClass&#47;&#60;script&#62;</code>"},
                    FixNameCase{"backtick", "a`b", "a`b", "<code>StorageClass&#47;a&#96;b</code>"},
                    FixNameCase{"bar", "a|b", "a|b", "<code>StorageClass&#47;a&#124;b</code>"}),
    [](const testing::TestParamInfo<FixNameCase>& info) { return info.param.name; });

}  // namespace
}  // namespace wecan
