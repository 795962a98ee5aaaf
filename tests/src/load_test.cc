// SPDX-License-Identifier: Apache-2.0
#include "src/input/load.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string ConfigMap(absl::string_view name) {
  return absl::StrCat("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ", name,
                      ", namespace: demo}\n");
}

constexpr char kCrd[] =
    "apiVersion: apiextensions.k8s.io/v1\n"
    "kind: CustomResourceDefinition\n"
    "metadata: {name: mice.lab.example.org}\n"
    "spec: {group: lab.example.org, scope: Namespaced, names: {kind: Mouse, plural: mice}}\n";
constexpr char kPolicy[] =
    "apiVersion: control.kubestellar.io/v1alpha1\n"
    "kind: BindingPolicy\n"
    "metadata: {name: policy}\n"
    "spec: {downsync: [{resources: [pods], createOnly: true}]}\n";
constexpr char kRole[] =
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: ClusterRole\n"
    "metadata: {name: role}\n"
    "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n";
constexpr char kWork[] =
    "apiVersion: work.open-cluster-management.io/v1\n"
    "kind: ManifestWork\n"
    "metadata: {name: work, namespace: wec1}\n"
    "spec: {workload: {manifests: [{apiVersion: v1, kind: Pod, metadata: {name: p}}]}}\n";

Loaded LoadFrom(const LoadRequest& request, std::map<std::string, std::string> files,
                const std::string& in = "") {
  const MemoryFileSystem memory(std::move(files));
  std::istringstream stream(in);
  return Load(request, memory, stream);
}

// Everything that can depend on order: paths, objects with their places, diagnostics.
std::string Show(const Loaded& loaded) {
  std::string text;
  const auto place = [&](const SourceLocation& l) {
    return absl::StrCat(l.file < 0 ? "" : loaded.input.files[l.file].path, "#", l.document, ":",
                        l.line, ":", l.column);
  };
  for (const InputFile& f : loaded.input.files) {
    absl::StrAppend(&text, f.path, " ", f.objects, " ", static_cast<int>(f.status), " ",
                    f.requested, "\n");
  }
  for (const Object& o : loaded.input.objects) {
    absl::StrAppend(&text, o.kind, "/", o.name, " ", place(o.location), " ", o.work, " ", o.binding,
                    " ", o.loaded, "\n");
  }
  for (const Diagnostic& d : loaded.input.diagnostics)
    absl::StrAppend(&text, d.rule, " ", d.message, " ", place(d.location), "\n");
  for (const Role& r : loaded.input.rbac.roles)
    absl::StrAppend(&text, "role ", r.name, " ", r.origin.object, " ", place(r.origin.location),
                    "\n");
  for (const ManifestWork& w : loaded.input.works)
    absl::StrAppend(&text, "work ", w.name, " ", place(w.location), "\n");
  return text;
}

std::vector<std::string> Names(const Loaded& loaded) {
  std::vector<std::string> names;
  for (const Object& o : loaded.input.objects) names.push_back(o.name);
  return names;
}

std::vector<std::string> Paths(const Loaded& loaded) {
  std::vector<std::string> paths;
  for (const InputFile& f : loaded.input.files) paths.push_back(f.path);
  return paths;
}

// ---- globs --------------------------------------------------------------------------------------

TEST(LoadGlob, Matches) {
  struct Case {
    const char* glob;
    const char* path;
    bool matches;
  };
  for (const Case& c : {
           Case{.glob = "a.yaml", .path = "a.yaml", .matches = true},
           {.glob = "a.yaml", .path = "b.yaml", .matches = false},
           {.glob = "a.yaml", .path = "x/a.yaml", .matches = false},
           {.glob = "*.yaml", .path = "a.yaml", .matches = true},
           {.glob = "*.yaml", .path = "a.yml", .matches = false},
           {.glob = "*.yaml", .path = "x/a.yaml", .matches = false},
           {.glob = "*", .path = "a", .matches = true},
           {.glob = "*", .path = "a/b", .matches = false},
           {.glob = "**", .path = "a/b/c", .matches = true},
           {.glob = "**/a.yaml", .path = "a.yaml", .matches = true},
           {.glob = "**/a.yaml", .path = "x/y/a.yaml", .matches = true},
           {.glob = "**/a.yaml", .path = "x/ba.yaml", .matches = false},
           {.glob = "**/test/**", .path = "x/test/a.yaml", .matches = true},
           {.glob = "**/test/**", .path = "test/a.yaml", .matches = true},
           {.glob = "**/test/**", .path = "x/testing/a.yaml", .matches = false},
           {.glob = "x/**", .path = "x/a/b.yaml", .matches = true},
           {.glob = "x/**", .path = "y/a.yaml", .matches = false},
           {.glob = "x/*/z", .path = "x/y/z", .matches = true},
           {.glob = "x/*/z", .path = "x/y/y/z", .matches = false},
           {.glob = "x/**/z", .path = "x/z", .matches = true},
           {.glob = "x/**/z", .path = "x/a/b/z", .matches = true},
           {.glob = "?.yaml", .path = "a.yaml", .matches = true},
           {.glob = "?.yaml", .path = "ab.yaml", .matches = false},
           {.glob = "a*b*c", .path = "axxbyyc", .matches = true},
           {.glob = "a*b*c", .path = "axxbyy", .matches = false},
           {.glob = "./a", .path = "a", .matches = true},
           {.glob = "a", .path = "./a", .matches = true},
           {.glob = "", .path = "", .matches = true},
           {.glob = "", .path = "a", .matches = false},
       }) {
    EXPECT_EQ(GlobMatches(c.glob, c.path), c.matches) << c.glob << " on " << c.path;
  }
}

// ---- finding files ------------------------------------------------------------------------------

const std::map<std::string, std::string>& Tree() {
  static const auto* tree = new std::map<std::string, std::string>{
      {"in/b.yaml", ConfigMap("b")},
      {"in/a.yml", ConfigMap("a")},
      {"in/c.json", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}})"},
      {"in/notes.txt", ConfigMap("text")},
      {"in/.hidden.yaml", ConfigMap("hidden")},
      {"in/.git/x.yaml", ConfigMap("git")},
      {"in/deep/er/d.yaml", ConfigMap("d")},
      {"in/deep/test/e.yaml", ConfigMap("e")},
      {"other/f.yaml", ConfigMap("f")},
      {"notes.txt", ConfigMap("named")},
  };
  return *tree;
}

TEST(LoadFiles, FoldersAreReadRecursivelyInOrderOfPaths) {
  EXPECT_THAT(Paths(LoadFrom({.paths = {"in"}}, Tree())),
              ElementsAre("in/a.yml", "in/b.yaml", "in/c.json", "in/deep/er/d.yaml",
                          "in/deep/test/e.yaml"));
  EXPECT_THAT(Paths(LoadFrom({.paths = {"in/"}}, Tree())), testing::Contains("in/deep/er/d.yaml"));
}

TEST(LoadFiles, AFileThatIsNamedIsReadWhateverItsName) {
  EXPECT_THAT(Names(LoadFrom({.paths = {"notes.txt", "in/.hidden.yaml"}}, Tree())),
              ElementsAre("hidden", "named"));
}

TEST(LoadFiles, OrderOfArgumentsChangesNothing) {
  std::vector<std::string> paths = {"in/b.yaml", "in/deep", "notes.txt", "other"};
  const std::string sorted = Show(LoadFrom({.paths = paths}, Tree()));
  do {
    EXPECT_EQ(Show(LoadFrom({.paths = paths}, Tree())), sorted);
  } while (std::next_permutation(paths.begin(), paths.end()));
}

TEST(LoadFiles, APathGivenTwiceCountsOnce) {
  const std::string once = Show(LoadFrom({.paths = {"in"}}, Tree()));
  EXPECT_EQ(Show(LoadFrom({.paths = {"in", "in"}}, Tree())), once);
  EXPECT_EQ(Show(LoadFrom({.paths = {"in", "in/b.yaml", "in/deep"}}, Tree())), once);
}

TEST(LoadFiles, ExcludeLooksAtWhatIsFoundInFolders) {
  EXPECT_THAT(Names(LoadFrom({.paths = {"in"}, .exclude = {"**/test/**", "**/*.yml"}}, Tree())),
              ElementsAre("b", "c", "d"));
  EXPECT_THAT(Names(LoadFrom({.paths = {"in"}, .exclude = {"in/deep"}}, Tree())),
              ElementsAre("a", "b", "c"));
  // A file that the user names is meant.
  EXPECT_THAT(Names(LoadFrom({.paths = {"in/b.yaml"}, .exclude = {"**/b.yaml"}}, Tree())),
              ElementsAre("b"));
}

TEST(LoadFiles, ThreadsChangeNothing) {
  std::map<std::string, std::string> files = Tree();
  for (int i = 0; i < 50; ++i) {
    files[absl::StrCat("in/many/", i, ".yaml")] =
        absl::StrCat(ConfigMap(absl::StrCat("m", i)), "---\n", kWork, "---\n", kRole,
                     i % 7 == 0 ? "---\nkind: x\n y: z\n" : "");
  }
  const std::string one = Show(LoadFrom({.paths = {"in"}, .threads = 1}, files));
  EXPECT_EQ(Show(LoadFrom({.paths = {"in"}, .threads = 2}, files)), one);
  EXPECT_EQ(Show(LoadFrom({.paths = {"in"}, .threads = 8}, files)), one);
}

// A large file is read in parts by several threads; documents, lines and indices go on through
// them.
TEST(LoadFiles, LargeFileIsTheSumOfItsDocuments) {
  std::string large;
  int lines = 0;
  std::vector<std::string> names;
  std::vector<int> expected_lines;
  const std::string filling(4000, 'x');
  for (int i = 0; i < 900; ++i) {  // about 3.6 MB: several parts
    const std::string document =
        i % 10 == 0
            ? absl::StrCat("---\n", kRole, "---\n", kWork)
            : absl::StrCat("---\n", ConfigMap(absl::StrCat("n", i)), "data: {a: ", filling, "}\n");
    if (i % 10 != 0) {
      names.push_back(absl::StrCat("n", i));
      expected_lines.push_back(lines + 3);
    }
    lines += static_cast<int>(std::count(document.begin(), document.end(), '\n'));
    large += document;
  }
  const Loaded one = LoadFrom({.paths = {"l.yaml"}, .threads = 1}, {{"l.yaml", large}});
  for (int threads : {2, 4, 8}) {
    EXPECT_EQ(Show(LoadFrom({.paths = {"l.yaml"}, .threads = threads}, {{"l.yaml", large}})),
              Show(one));
  }
  std::vector<std::string> got_names;
  std::vector<int> got_lines;
  uint32_t last_document = 0;
  for (const Object& o : one.input.objects) {
    EXPECT_GE(o.location.document, last_document);
    last_document = o.location.document;
    if (o.kind == "Pod") {
      ASSERT_GE(o.work, 0);
      EXPECT_EQ(one.input.works[o.work].location.document, o.location.document);
    }
    if (o.kind != "ConfigMap") continue;
    got_names.push_back(o.name);
    got_lines.push_back(static_cast<int>(o.location.line));
  }
  EXPECT_EQ(got_names, names);
  EXPECT_EQ(got_lines, expected_lines);
  EXPECT_EQ(last_document, 900u + 90 - 1);
  for (const Role& role : one.input.rbac.roles) {
    EXPECT_EQ(one.input.objects[role.origin.object].location, role.origin.location);
  }
}

// ---- purposes -----------------------------------------------------------------------------------

std::string All() {
  return absl::StrCat(ConfigMap("c"), "---\n", kCrd, "---\n", kPolicy, "---\n", kRole, "---\n",
                      kWork);
}

TEST(LoadPurposes, CheckTakesEverything) {
  const Loaded loaded = LoadFrom({.paths = {"x.yaml"}}, {{"x.yaml", All()}});
  EXPECT_THAT(Names(loaded),
              ElementsAre("c", "mice.lab.example.org", "policy", "role", "work", "p"));
  EXPECT_EQ(loaded.input.crds.size(), 1u);
  EXPECT_EQ(loaded.input.policies.size(), 1u);
  EXPECT_EQ(loaded.input.works.size(), 1u);
  EXPECT_EQ(loaded.input.rbac.roles.size(), 1u);
  EXPECT_THAT(loaded.policies, IsEmpty());
  EXPECT_TRUE(loaded.input.files[0].requested);
  EXPECT_FALSE(loaded.input.objects[0].loaded);
  EXPECT_FALSE(loaded.input.rbac.roles[0].origin.loaded);
  EXPECT_EQ(loaded.input.files[0].objects, 4) << "those that steer are left out";
}

TEST(LoadPurposes, LoadTakesEverythingAsContext) {
  const Loaded loaded = LoadFrom({.load = {"x.yaml"}}, {{"x.yaml", All()}});
  EXPECT_EQ(loaded.input.crds.size(), 1u);
  EXPECT_EQ(loaded.input.rbac.roles.size(), 1u);
  EXPECT_TRUE(loaded.input.rbac.roles[0].origin.loaded);
  for (const Object& o : loaded.input.objects) EXPECT_TRUE(o.loaded) << o.name;
  EXPECT_FALSE(loaded.input.files[0].requested);
}

TEST(LoadPurposes, CrdsTakesThoseAlone) {
  const Loaded loaded = LoadFrom({.crds = {"x.yaml"}}, {{"x.yaml", All()}});
  ASSERT_EQ(loaded.input.crds.size(), 1u);
  EXPECT_EQ(loaded.input.crds[0].plural, "mice");
  EXPECT_THAT(loaded.input.objects, IsEmpty());
  EXPECT_THAT(loaded.input.rbac.roles, IsEmpty());
  EXPECT_THAT(loaded.input.policies, IsEmpty());
  EXPECT_THAT(loaded.policies, IsEmpty());
}

TEST(LoadBindingPolicy, ClusterSelectors) {
  const Loaded loaded = LoadFrom(
      {.paths = {"p.yaml"}}, {{"p.yaml",
                               "apiVersion: control.kubestellar.io/v1alpha1\n"
                               "kind: BindingPolicy\n"
                               "metadata: {name: policy}\n"
                               "spec:\n"
                               "  clusterSelectors:\n"
                               "  - matchLabels: {location-group: edge}\n"
                               "  - matchExpressions: [{key: tier, operator: In, values: [a, b]}]\n"
                               "  - {}\n"
                               "---\n"
                               "apiVersion: control.kubestellar.io/v1alpha1\n"
                               "kind: BindingPolicy\n"
                               "metadata: {name: none}\n"}});
  ASSERT_EQ(loaded.input.policies.size(), 2u);
  EXPECT_THAT(loaded.input.policies[0].cluster_selectors,
              ElementsAre(LabelSelector{.match_labels = {{"location-group", "edge"}}},
                          LabelSelector{.match_expressions = {{"tier", "In", {"a", "b"}}}},
                          LabelSelector{}));
  EXPECT_THAT(loaded.input.policies[1].cluster_selectors, IsEmpty());
}

TEST(LoadPurposes, BindingPolicyTakesThoseAlone) {
  const Loaded loaded = LoadFrom({.policies = {"x.yaml"}}, {{"x.yaml", All()}});
  ASSERT_EQ(loaded.policies.size(), 1u);
  EXPECT_EQ(loaded.policies[0].name, "policy");
  EXPECT_THAT(loaded.input.policies, IsEmpty());
  EXPECT_THAT(loaded.input.objects, IsEmpty());
  EXPECT_THAT(loaded.input.crds, IsEmpty());
}

TEST(LoadPurposes, ContextIsNotReportedOnUnlessUnreadable) {
  const std::map<std::string, std::string> files = {
      {"dup.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, name: b}\n"},
      {"template.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ .x }}'}\n"},
      {"broken.yaml", "kind: x\n y: z\n"}};
  EXPECT_THAT(LoadFrom({.load = {"dup.yaml", "template.yaml"}}, files).input.diagnostics,
              IsEmpty());
  EXPECT_EQ(LoadFrom({.paths = {"dup.yaml", "template.yaml"}}, files).input.diagnostics.size(), 2u);
  for (const LoadRequest& request :
       {LoadRequest{.load = {"broken.yaml"}}, LoadRequest{.crds = {"broken.yaml"}},
        LoadRequest{.policies = {"broken.yaml"}}, LoadRequest{.load = {"missing.yaml"}}}) {
    const Loaded loaded = LoadFrom(request, files);
    ASSERT_EQ(loaded.input.diagnostics.size(), 1u);
    EXPECT_EQ(loaded.input.diagnostics[0].rule, "WEC901");
  }
}

// ---- standard input and nothing at all ----------------------------------------------------------

TEST(LoadStandardInput, IsOneFileNamedDash) {
  const Loaded loaded =
      LoadFrom({.paths = {"-", "-"}}, {}, absl::StrCat(ConfigMap("a"), "---\n", ConfigMap("b")));
  EXPECT_THAT(Paths(loaded), ElementsAre("-"));
  EXPECT_THAT(Names(loaded), ElementsAre("a", "b"));
}

TEST(LoadStandardInput, HasTheLimitOfAFile) {
  LoadRequest request{.paths = {"-"}};
  request.budgets.file_bytes = 100;
  const Loaded loaded = LoadFrom(request, {}, std::string(200, '#'));
  ASSERT_FALSE(loaded.input.diagnostics.empty());
  EXPECT_EQ(loaded.input.diagnostics[0].rule, "WEC901");
  EXPECT_THAT(loaded.input.diagnostics[0].message, HasSubstr("larger than 100 bytes"));
}

TEST(LoadNothing, IsToldForFoldersAndStandardInputOnly) {
  struct Case {
    LoadRequest request;
    const char* rule;  // "" for none
  };
  const std::map<std::string, std::string> files = {
      {"values/values.yaml", "a: b\n"}, {"in/x.yaml", ConfigMap("x")}, {"policy/p.yaml", kPolicy}};
  for (const Case& c :
       {Case{.request = {.paths = {"values"}}, .rule = "WEC905"},
        {.request = {.paths = {"policy"}}, .rule = "WEC905"},
        {.request = {.paths = {"values"}, .require_objects = true}, .rule = "WEC901"},
        {.request = {.paths = {"-"}}, .rule = "WEC901"},
        {.request = {.paths = {"in"}, .require_objects = true}, .rule = ""},
        {.request = {.paths = {"values/values.yaml"}}, .rule = ""},
        {.request = {.paths = {"in"}, .load = {"values"}}, .rule = ""}}) {
    const Loaded loaded = LoadFrom(c.request, files);
    std::vector<std::string> rules;
    for (const Diagnostic& d : loaded.input.diagnostics) rules.push_back(d.rule);
    if (*c.rule == '\0') {
      EXPECT_THAT(rules, IsEmpty());
    } else {
      EXPECT_THAT(rules, ElementsAre(c.rule));
    }
  }
}

}  // namespace
}  // namespace wecan
