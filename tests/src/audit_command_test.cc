// SPDX-License-Identifier: Apache-2.0
// audit as a whole: what is held by the input, a dump and live clusters, formats, the record, exit
// codes, and what is refused.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "src/input/file_system.h"
#include "tests/testing/cluster.h"
#include "tests/testing/from_yaml.h"
#include "tests/testing/http_server.h"
#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

constexpr char kClass[] =
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n"
    "reclaimPolicy: Delete\nvolumeBindingMode: Immediate\n";

std::string RoleYaml(const std::string& verbs, const std::string& labels = "",
                     const std::string& name = "extra") {
  return absl::StrCat(
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: '", name,
      "'\n  labels: {open-cluster-management.io/aggregate-to-work: 'true'", labels,
      "}\nrules:\n- {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [", verbs,
      "]}\n");
}

Texts Unused(const std::string& labels = "") {
  return {{"in/x.yaml", kClass},
          {"in/rbac.yaml", RoleYaml("get,list,create,update,delete", labels)}};
}
Texts Exact() {
  return {{"in/x.yaml", kClass}, {"in/rbac.yaml", RoleYaml("get,create,update,delete")}};
}

RunResult Audit(Words words, Texts texts, const std::string& in = "") {
  words.insert(words.begin(), "audit");
  MemoryFileSystem files(std::move(texts));
  return wecan::Run(words, in, &files);
}

// ---- exit codes

struct ExitCase {
  const char* name;
  Words words;
  Texts texts;
  int exit_code;
  std::string out, err;  // parts
};

TEST(Audit, ExitCodes) {
  Texts broken = Unused();
  broken["in/broken.yaml"] = "kind: b\n c: d\n";
  Texts templated = Unused();
  templated["in/chart.yaml"] = "kind: ConfigMap\nmetadata: {{ .x }}\n";
  Texts configured = Unused();
  configured[".wecan.yaml"] = "version: 1\nfailOn: note\n";
  const std::vector<ExitCase> cases = {
      {"findings are no failure", {"in"}, Unused(), 0, "note WEC301", ""},
      {"nor by configuration", {"in"}, configured, 0, "note WEC301", ""},
      {"but by flag", {"in", "--fail-on", "note"}, Unused(), 1, "note WEC301", ""},
      {"below it", {"in", "--fail-on", "warning"}, Unused(), 0, "note WEC301", ""},
      {"never", {"in", "--fail-on", "never"}, Unused(), 0, "note WEC301", ""},
      {"nothing found", {"in", "--fail-on", "note"}, Exact(), 0, "Nothing to say: 1 rule", ""},
      {"level raised",
       {"in", "--rule", "WEC301=error", "--fail-on", "error"},
       Unused(),
       1,
       "error WEC301",
       ""},
      {"rule off",
       {"in", "--rule", "WEC301=off", "--fail-on", "note"},
       Unused(),
       0,
       "Nothing to say",
       ""},
      {"quiet", {"in", "--quiet", "--fail-on", "note"}, Unused(), 1, "", ""},
      {"unreadable input, the rest is printed",
       {"in", "--fail-on", "note"},
       broken,
       2,
       "note WEC301",
       "wecan: in/broken.yaml:"},
      {"a template does not count", {"in"}, templated, 0, "note WEC301", "wecan: in/chart.yaml"},
      {"no such path", {"gone"}, {}, 2, "Nothing to say", "gone"},
      {"unknown level", {"in", "--fail-on", "some"}, Unused(), 2, "", "--fail-on: \"some\""},
      {"unknown format",
       {"in", "-o", "sarif"},
       Unused(),
       2,
       "",
       "\"sarif\" is none of text, json, yaml, markdown"},
      {"two sources",
       {"in", "--rbac", "d", "--context", "c"},
       Unused(),
       2,
       "",
       "either --rbac or --context"},
      {"no such dump", {"in", "--rbac", "gone.yaml"}, Unused(), 2, "", "gone.yaml"},
      {"standard input twice", {"-", "--rbac", "-"}, {}, 2, "", "standard input is the dump"},
      {"report over an input",
       {"in", "-o", "json=in/x.yaml"},
       Unused(),
       2,
       "",
       "one of the inputs"},
      {"check and report",
       {"in", "--check", "r.md", "-o", "json"},
       Unused(),
       2,
       "",
       "prints nothing"},
  };
  for (const ExitCase& c : cases) {
    SCOPED_TRACE(c.name);
    const RunResult run = Audit(c.words, c.texts);
    EXPECT_EQ(run.exit_code, c.exit_code) << run.err;
    EXPECT_THAT(run.out, HasSubstr(c.out));
    EXPECT_THAT(run.err, HasSubstr(c.err));
    if (c.out.empty()) {
      EXPECT_EQ(run.out, "");
    }
    if (c.err.empty()) {
      EXPECT_EQ(run.err, "");
    }
  }
}

TEST(Audit, StandardInput) {
  const RunResult run = Audit({}, {}, absl::StrCat(kClass, "---\n", RoleYaml("get,list")));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("note WEC301"));
}

// ---- text

TEST(Audit, NextCommandPrunesOurRoles) {
  EXPECT_THAT(Audit({"in"}, Unused()).out,
              HasSubstr("Smallest equivalent: wecan fix in --no-input-grants\n"));
  EXPECT_THAT(Audit({"in"}, Unused(", app.kubernetes.io/managed-by: wecan")).out,
              HasSubstr("Smallest equivalent: wecan fix in --prune --diff\n"));
  // Which fix refuses where it does not see all that is needed.
  EXPECT_THAT(Audit({"in", "-l", "a=b"}, Unused(", app.kubernetes.io/managed-by: wecan")).out,
              HasSubstr("Smallest equivalent: wecan fix in -l a=b --no-input-grants\n"));
  EXPECT_THAT(Audit({"in"}, Exact()).out, Not(HasSubstr("Smallest")));
}

// What one command calls unused the other takes away.
TEST(Audit, FixPruneTakesAwayWhatIsUnused) {
  MemoryFileSystem files(Unused(", app.kubernetes.io/managed-by: wecan"));
  EXPECT_EQ(wecan::Run({"audit", "in", "--fail-on", "note"}, "", &files).exit_code, 1);
  EXPECT_EQ(wecan::Run({"fix", "in", "--prune", "--write"}, "", &files).exit_code, 0);
  EXPECT_EQ(wecan::Run({"audit", "in", "--fail-on", "note"}, "", &files).exit_code, 0);
  EXPECT_THAT(files.files().at("in/rbac.yaml"), Not(HasSubstr("list")));
}

TEST(Audit, AllShowsDefaultRules) {
  const RunResult few = Audit({"in"}, Exact());
  EXPECT_THAT(few.out,
              AllOf(HasSubstr("default rules not shown (--all)"), Not(HasSubstr("deployments"))));
  const RunResult all = Audit({"in", "--all"}, Exact());
  EXPECT_THAT(
      all.out,
      AllOf(StartsWith("GRANTED TO klusterlet-work-sa "), HasSubstr("     default "),
            HasSubstr("     needed  storageclasses.storage.k8s.io"), Not(HasSubstr("(--all)"))));
}

TEST(Audit, NamespacesFold) {
  std::string text = absl::StrCat(
      kClass,
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
      "metadata: {name: extra}\nrules:\n- {apiGroups: [a.example.org], resources: [as], "
      "verbs: [get]}\n");
  for (const char* ns : {"one", "two", "three"}) {
    absl::StrAppend(&text,
                    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
                    "metadata: {name: b, namespace: ",
                    ns,
                    "}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "
                    "extra}\nsubjects: [{kind: ServiceAccount, name: klusterlet-work-sa, "
                    "namespace: open-cluster-management-agent}]\n");
  }
  const RunResult run = Audit({"x.yaml"}, {{"x.yaml", text}});
  EXPECT_THAT(run.out, HasSubstr("as.a.example.org  ns one +2 more  get"));
  EXPECT_THAT(run.out, HasSubstr("3 notes"));
}

TEST(Audit, NamesDoNotDraw) {
  Texts texts = {{"x.yaml", RoleYaml("\"\\e[31mlist\\n\"", "", "a\x1b[2Jb|c`")}};
  for (const char* format : {"text", "markdown"}) {
    const RunResult run = Audit({"x.yaml", "-v", "-o", format}, texts);
    EXPECT_THAT(run.out, Not(HasSubstr("\x1b")));
  }
}

TEST(Audit, SuppressedWithAReason) {
  Texts texts = Unused();
  std::string& role = texts["in/rbac.yaml"];
  role = "# wecan:ignore WEC301 -- the operator lists them itself\n" + role;
  const RunResult run = Audit({"in", "--fail-on", "note"}, texts);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, AllOf(Not(HasSubstr("WEC301")), HasSubstr("1 suppressed")));
  EXPECT_EQ(Audit({"in", "--fail-on", "note", "--no-ignores"}, texts).exit_code, 1);
  // It is for the audit, and so not in vain for a check.
  MemoryFileSystem files(texts);
  EXPECT_THAT(wecan::Run({"check", "in"}, "", &files).out, Not(HasSubstr("WEC903")));
}

// ---- JSON

TEST(Audit, Json) {
  const RunResult run = Audit({"in", "-o", "json"}, Unused());
  const json report = json::parse(run.out);
  EXPECT_EQ(report["kind"], "AuditReport");
  EXPECT_EQ(report["source"], "input");
  EXPECT_EQ(report["agent"]["profile"], "ocm-1.3");
  EXPECT_EQ(report["summary"]["note"], 1);
  EXPECT_EQ(report["fixCommand"], "wecan fix in --no-input-grants");
  const json& cluster = report["clusters"][0];
  ASSERT_EQ(cluster["findings"].size(), 1u);
  ASSERT_EQ(cluster["grants"].size(), 1u);
  const json& finding = cluster["findings"][0];
  EXPECT_EQ(finding["rule"], "WEC301");
  EXPECT_EQ(finding["location"]["path"], "in/rbac.yaml");
  EXPECT_EQ(finding["grant"], 0);
  const json& grant = cluster["grants"][0];
  EXPECT_EQ(grant["state"], "partly");
  EXPECT_EQ(grant["via"]["source"]["name"], "extra");
  EXPECT_EQ(grant["unused"][0]["verbs"], json({"list"}));
  EXPECT_EQ(grant["needed"][0]["verbs"], json({"get", "create", "update", "delete"}));
  EXPECT_EQ(grant["objects"][0]["name"], "fast");
  const json all = json::parse(Audit({"in", "-o", "json", "--all"}, Unused()).out);
  EXPECT_GT(all["clusters"][0]["grants"].size(), 10u);
  const json& there = all["clusters"][0];
  EXPECT_EQ(there["grants"][there["findings"][0]["grant"].get<int>()]["state"], "partly");
}

TEST(Audit, YamlIsTheSameDocument) {
  const RunResult yaml = Audit({"in", "-o", "yaml"}, Unused());
  const RunResult text = Audit({"in", "-o", "json"}, Unused());
  EXPECT_EQ(JsonFromYaml(yaml.out), Json::parse(text.out));
}

TEST(Audit, OrderOfPathsChangesNothing) {
  Texts texts = Unused();
  texts["in/a.yaml"] = RoleYaml("list", "", "another");
  for (const char* format : {"text", "json", "markdown"}) {
    const auto with_paths = [&](const Words& paths) {
      Words words = {"-o", format};
      words.insert(words.end(), paths.begin(), paths.end());
      return Audit(words, texts).out;
    };
    const std::string there = with_paths({"in/a.yaml", "in/rbac.yaml", "in/x.yaml"});
    const std::string back = with_paths({"in/x.yaml", "in/rbac.yaml", "in/a.yaml"});
    // The command that is named, and the files of a report, are as they were given.
    if (std::string(format) == "markdown") {
      EXPECT_EQ(there, back);
    } else {
      EXPECT_EQ(there.substr(0, there.find("mallest")).size(),
                back.substr(0, back.find("mallest")).size());
    }
  }
}

// ---- the record

TEST(AuditRecord, IsCheckedAndRefreshed) {
  MemoryFileSystem files(Unused());
  const RunResult none = wecan::Run({"audit", "in", "--check", "grants.md"}, "", &files);
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err,
            "wecan: grants.md: is not there; write it: wecan audit in -o markdown=grants.md\n");
  EXPECT_EQ(wecan::Run({"audit", "in", "-o", "markdown=grants.md"}, "", &files).exit_code, 0);
  const RunResult fresh = wecan::Run({"audit", "in", "--check", "grants.md"}, "", &files);
  EXPECT_EQ(fresh.exit_code, 0);
  EXPECT_EQ(fresh.out + fresh.err, "");
  Texts texts = files.files();
  texts["in/rbac.yaml"] = RoleYaml("get");
  MemoryFileSystem changed(texts);
  const RunResult stale = wecan::Run({"audit", "in", "--check", "grants.md"}, "", &changed);
  EXPECT_EQ(stale.exit_code, 1);
  EXPECT_EQ(stale.err,
            "wecan: grants.md: is out of date; refresh it: wecan audit in -o markdown=grants.md\n");
  EXPECT_EQ(changed.files(), texts);
}

TEST(AuditRecord, HoldsNoPathsAndNoLines) {
  const RunResult run = Audit({"in", "-o", "markdown"}, Unused());
  EXPECT_THAT(run.out, StartsWith("# Grants of "));
  EXPECT_THAT(run.out, AllOf(HasSubstr("| to apply and remove `StorageClass/fast` |"),
                             HasSubstr("| nothing needs it |"), Not(HasSubstr(".yaml"))));
  Texts moved = {{"/abs/else/where.yaml",
                  absl::StrCat("\n\n# moved\n", kClass, "---\n", Unused()["in/rbac.yaml"])}};
  EXPECT_EQ(Audit({"/abs/else", "-o", "markdown"}, moved).out, run.out);
  // Nor how much there is that needs no grant.
  Texts more = Unused();
  more["in/more.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
  EXPECT_EQ(Audit({"in", "-o", "markdown"}, more).out, run.out);
}

TEST(AuditRecord, NothingBeyondTheProfile) {
  EXPECT_THAT(Audit({"x.yaml", "-o", "markdown"}, {{"x.yaml", kClass}}).out,
              HasSubstr("\nNothing is granted beyond it.\n"));
}

TEST(AuditRecord, OfUnreadInputIsNotJudged) {
  Texts texts = Unused();
  texts["in/broken.yaml"] = "kind: b\n c: d\n";
  const RunResult run = Audit({"in", "--check", "grants.md"}, texts);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, Not(HasSubstr("grants.md")));
}

// ---- dumps and clusters

TEST(AuditDump, WhatAWecHoldsBeyondTheProfile) {
  const std::string manifests = ReadSource("fixtures/audit/input/storage.yaml");
  const std::string dump = ReadSource("fixtures/audit/wec1.yaml");
  const RunResult run =
      Audit({"x.yaml", "--rbac", "wec1.yaml"}, {{"x.yaml", manifests}, {"wec1.yaml", dump}});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("warn WEC302  *.*"),
                             HasSubstr("ClusterRoleBinding/tmp-admin -> cluster-admin"),
                             HasSubstr("needed: get create update delete "
                                       "storageclasses.storage.k8s.io   by "
                                       "StorageClass/local-storage"),
                             HasSubstr("note WEC301  appwrappers.workload.codeflare.dev"),
                             HasSubstr("note WEC303")));
}

// A profile compared with itself holds nothing beyond.
TEST(AuditDump, EveryProfileIsItsOwnBaseline) {
  for (const char* profile : {"ocm-0.11", "ocm-0.12", "ocm-0.16", "ocm-1.0", "ocm-1.3"}) {
    const std::string dump = wecan::Run({"profiles", profile}).out;
    const RunResult run = Audit({"x.yaml", "--rbac", "d.yaml", "--profile", profile},
                                {{"x.yaml", kClass}, {"d.yaml", dump}});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, StartsWith("Nothing to say: no rule granted beyond profile ")) << profile;
  }
}

const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1/";

ClusterReplies Recorded() {
  return {{kRbac + "clusterroles", RecordedReply("rbac/clusterroles.json")},
          {kRbac + "clusterrolebindings", RecordedReply("rbac/clusterrolebindings.json")},
          {kRbac + "roles", RecordedReply("rbac/roles.json")},
          {kRbac + "rolebindings", RecordedReply("rbac/rolebindings.json")}};
}

// With a kubeconfig of the contexts wec1 and wec2 (that cluster) and dead.
RunResult AuditLive(TestCluster& cluster, Words words) {
  std::string clusters, contexts;
  for (const auto& [name, url] : Texts{{"wec1", cluster.server().Url()},
                                       {"wec2", cluster.server().Url()},
                                       {"dead", TestHttpServer::DeadUrl()}}) {
    absl::StrAppend(&clusters, "- {name: ", name, ", cluster: {server: '", url, "'}}\n");
    absl::StrAppend(&contexts, "- {name: ", name, ", context: {cluster: ", name, ", user: me}}\n");
  }
  MemoryFileSystem files(
      Texts{{"x.yaml", kClass},
            {"/kubeconfig",
             absl::StrCat("apiVersion: v1\nkind: Config\nclusters:\n", clusters, "contexts:\n",
                          contexts, "users:\n- {name: me, user: {token: very-secret-token}}\n")}});
  words.insert(words.begin(), {"audit", "x.yaml"});
  return wecan::Run(words, {.files = &files, .variables = {{"KUBECONFIG", "/kubeconfig"}}});
}

TEST(AuditLive, ASectionForEachContext) {
  TestCluster cluster(Recorded());
  const RunResult run = AuditLive(cluster, {"--context", "wec*"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("GRANTED TO klusterlet-work-sa ON wec1, NOT NEEDED BY 1 "
                              "OBJECT "),
                    HasSubstr("GRANTED TO klusterlet-work-sa ON wec2, "), HasSubstr("\nwec2: "),
                    HasSubstr("ClusterRole/crontabs-edit -> admin\n")));
  EXPECT_THAT(run.out + run.err, Not(HasSubstr("secret-token")));
  const json report = json::parse(AuditLive(cluster, {"--context", "wec*", "-o", "json"}).out);
  EXPECT_EQ(report["source"], "context");
  ASSERT_EQ(report["clusters"].size(), 2u);
  EXPECT_EQ(report["clusters"][0]["context"], "wec1");
  EXPECT_EQ(report["clusters"][0]["findings"], report["clusters"][1]["findings"]);
}

TEST(AuditLive, OneThatCannotBeAsked) {
  TestCluster cluster(Recorded());
  const RunResult run =
      AuditLive(cluster, {"--context", "dead", "--context", "wec1", "--fail-on", "note"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out, AllOf(StartsWith("dead: "), HasSubstr("GRANTED TO klusterlet-work-sa ON "
                                                             "wec1")));
  const json report = json::parse(AuditLive(cluster, {"--context", "dead,wec1", "-o", "json"}).out);
  EXPECT_EQ(report["summary"]["incomplete"], true);
  EXPECT_EQ(report["summary"]["exitCode"], 3);
  EXPECT_NE(report["clusters"][0]["error"], "");
  EXPECT_NE(report["clusters"][1]["grants"].size(), 0u);
  EXPECT_EQ(AuditLive(cluster, {"--context", "dead", "--check", "r.md"}).exit_code, 3);
}

TEST(AuditLive, UnknownContext) {
  TestCluster cluster(Recorded());
  const RunResult run = AuditLive(cluster, {"--context", "wec9"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("wecan: --context: no context \"wec9\""));
}

TEST(AuditDump, OfAnotherAgent) {
  const std::string dump = wecan::Run({"profiles", "ocm-1.3"}).out;
  const Texts texts = {{"x.yaml", kClass}, {"d.yaml", dump}};
  const RunResult other = Audit({"x.yaml", "--rbac", "d.yaml", "--agent", "a:b-work-sa"}, texts);
  EXPECT_EQ(other.err,
            "wecan: --rbac: no binding names a:b-work-sa; name the agent with --agent "
            "NAMESPACE:SERVICEACCOUNT\n");
  EXPECT_EQ(other.exit_code, 0);
  EXPECT_EQ(Audit({"x.yaml", "--rbac", "d.yaml"}, texts).err, "");
}

// The same objects from a dump and from a cluster.
TEST(AuditLive, LikeItsDump) {
  TestCluster cluster(Recorded());
  std::string dump;
  for (const char* list : {"clusterroles", "clusterrolebindings", "roles", "rolebindings"})
    absl::StrAppend(&dump, ReadSource(absl::StrCat("fixtures/cluster/rbac/", list, ".json")),
                    "\n---\n");
  const RunResult live = AuditLive(cluster, {"--context", "wec1", "-o", "json"});
  const RunResult dumped = Audit({"x.yaml", "--rbac", "dump.yaml", "-o", "json"},
                                 {{"x.yaml", kClass}, {"dump.yaml", dump}});
  EXPECT_EQ(dumped.exit_code, 0) << dumped.err;
  EXPECT_EQ(json::parse(live.out)["clusters"][0]["grants"],
            json::parse(dumped.out)["clusters"][0]["grants"]);
}

}  // namespace
}  // namespace wecan
