// SPDX-License-Identifier: Apache-2.0
// audit with --audit-log as a whole: what is used, never used and not predicted, bad logs, and what
// is refused.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "src/input/file_system.h"
#include "tests/testing/audit_events.h"
#include "tests/testing/cluster.h"
#include "tests/testing/http_server.h"
#include "tests/testing/run.h"

namespace wecan {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

constexpr char kClass[] =
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n"
    "reclaimPolicy: Delete\nvolumeBindingMode: Immediate\n";

std::string RoleYaml(const std::string& name, const std::string& resource, const std::string& verbs,
                     const std::string& labels = "") {
  return absl::StrCat(
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: ", name,
      "\n  labels: {open-cluster-management.io/aggregate-to-work: 'true'", labels,
      "}\nrules:\n- {apiGroups: [storage.k8s.io], resources: [", resource, "], verbs: [", verbs,
      "]}\n");
}

std::string ClassLine(const std::string& verb, int code = 200,
                      const std::string& resource = "storageclasses") {
  return AuditLine({.verb = verb,
                    .uri = absl::StrCat("/apis/storage.k8s.io/v1/", resource, "/fast"),
                    .group = "storage.k8s.io",
                    .resource = resource,
                    .ns = "",
                    .name = "fast",
                    .code = code,
                    .decision = code == 403 ? "forbid" : "allow"});
}

std::string OwnLine() {
  return AuditLine({.verb = "get", .uri = "/apis", .resource = "", .ns = "", .name = ""});
}

// A class that needs a grant, the grant with `list` beside it, and one that is needed by nothing.
Texts Workload(const std::string& log, const std::string& labels = "") {
  return {{"in/x.yaml", kClass},
          {"in/rbac.yaml",
           RoleYaml("classes", "storageclasses", "get,list,create,update,delete", labels) +
               RoleYaml("drivers", "csidrivers", "get,create")},
          {"log", log}};
}

RunResult Audit(Words words, Texts texts, const std::string& in = "") {
  words.insert(words.begin(), "audit");
  MemoryFileSystem files(std::move(texts));
  return wecan::Run(words, in, &files);
}

RunResult AuditLog(const std::string& log, Words more = {}) {
  Words words = {"in", "--audit-log", "log"};
  words.insert(words.end(), more.begin(), more.end());
  return Audit(words, Workload(log));
}

json Report(const RunResult& run) { return json::parse(run.out); }

// Of the two grants, in the order of their roles.
std::vector<json> Used(const json& report) {
  std::vector<json> used;
  for (const json& grant : report["clusters"][0]["grants"]) used.push_back(grant["used"]);
  return used;
}

// ---- used and not

TEST(AuditEvidence, NeverUsed) {
  const RunResult run = AuditLog(OwnLine());
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, AllOf(HasSubstr("OR NEVER USED"), HasSubstr("never used in the logs\n"),
                             HasSubstr("never used   storageclasses.storage.k8s.io"),
                             HasSubstr("needed by StorageClass/fast"),
                             HasSubstr("1 for itself not shown (--all)."),
                             HasSubstr("Smallest equivalent: wecan fix in --no-input-grants\n")));
  EXPECT_EQ(Used(Report(AuditLog(OwnLine(), {"-o", "json"}))), std::vector<json>({false, false}));
}

TEST(AuditEvidence, NeededAndUsed) {
  const RunResult run = AuditLog(ClassLine("get"));
  EXPECT_THAT(run.out, AllOf(Not(HasSubstr("OR NEVER USED")),
                             HasSubstr("used         storageclasses.storage.k8s.io  *"),
                             HasSubstr("Smallest equivalent: wecan fix in --no-input-grants\n"),
                             Not(HasSubstr("unpredicted"))));
  const json report = Report(AuditLog(ClassLine("get"), {"-o", "json"}));
  EXPECT_EQ(Used(report), std::vector<json>({true, false}));
  EXPECT_TRUE(report["evidence"]["unpredicted"].empty());
}

TEST(AuditEvidence, UsedButNeededByNothing) {
  const std::string log = ClassLine("get") + ClassLine("get", 200, "csidrivers");
  const RunResult run = AuditLog(log);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("but used 1 time, last at 2026-01-02T03:04:05Z\n"),
                    HasSubstr("keep: get csidrivers.storage.k8s.io\n"),
                    HasSubstr("unpredicted  csidrivers.storage.k8s.io"),
                    HasSubstr("No command makes these smaller"), Not(HasSubstr("Smallest"))));
  const json report = Report(AuditLog(log, {"-o", "json"}));
  EXPECT_EQ(report["fixCommand"], "");
  const json& grants = report["clusters"][0]["grants"];
  EXPECT_EQ(grants[1]["used"], true);
  EXPECT_EQ(grants[1]["usage"]["keep"][0]["verbs"], json({"get"}));
  EXPECT_EQ(grants[0]["usage"]["unneeded"], nullptr);
  EXPECT_EQ(grants[0]["usage"]["keep"][0]["verbs"], json({"get", "create", "update", "delete"}));
  EXPECT_EQ(report["evidence"]["unpredicted"].size(), 1u);
  EXPECT_EQ(report["evidence"]["used"].size(), 2u);
}

// What fix --prune would take away is kept where it is used.
TEST(AuditEvidence, NoPruneOfWhatIsInUse) {
  const std::string ours = ", app.kubernetes.io/managed-by: wecan";
  const Words words = {"in", "--audit-log", "log"};
  EXPECT_THAT(Audit(words, Workload(ClassLine("list"), ours)).out, Not(HasSubstr("--prune")));
  EXPECT_THAT(Audit(words, Workload(ClassLine("get"), ours)).out, HasSubstr("in --prune --diff"));
  // Of a role that it leaves alone it takes nothing.
  EXPECT_THAT(Audit(words, Workload(ClassLine("get", 200, "csidrivers"), ours)).out,
              HasSubstr("in --prune --diff"));
}

TEST(AuditEvidence, Refused) {
  const RunResult run = AuditLog(ClassLine("get", 403) + ClassLine("get", 403));
  EXPECT_THAT(run.out, HasSubstr("refused      storageclasses.storage.k8s.io  *  get"));
  EXPECT_THAT(run.out, HasSubstr("2 refused"));
  const json report = Report(AuditLog(ClassLine("get", 403), {"-o", "json"}));
  EXPECT_EQ(Used(report), std::vector<json>({false, false}));
  const json& used = report["evidence"]["used"][0];
  EXPECT_EQ(used["allowed"], 0);
  EXPECT_EQ(used["refused"], 1);
  EXPECT_EQ(used["first"], "2026-01-02T03:04:05.000001Z");
}

TEST(AuditEvidence, LogsThatDoNotShowTheAgent) {
  const std::string others = AuditLine({.user = "jane"});
  const RunResult run = AuditLog(others);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, HasSubstr(absl::StrCat("wecan: --audit-log: no request of ", kAuditedAgent,
                                              " among 1 event; ")));
  EXPECT_THAT(run.out, Not(HasSubstr("never used")));
  EXPECT_EQ(Used(Report(AuditLog(others, {"-o", "json"}))), std::vector<json>({nullptr, nullptr}));
  // Nor does an empty one.
  EXPECT_THAT(AuditLog("").out, Not(HasSubstr("never used")));
  EXPECT_EQ(AuditLog("").exit_code, 0);
}

TEST(AuditEvidence, WithoutLogsNothingIsKnown) {
  const json report = Report(Audit({"in", "-o", "json"}, Workload("")));
  EXPECT_EQ(report["evidence"], nullptr);
  EXPECT_EQ(Used(report), std::vector<json>({nullptr, nullptr}));
}

TEST(AuditEvidence, AllShowsWhatItAsksForItself) {
  EXPECT_THAT(AuditLog(OwnLine()).out, Not(HasSubstr("URL /apis")));
  EXPECT_THAT(AuditLog(OwnLine(), {"--all"}).out, HasSubstr("used         URL /apis"));
}

TEST(AuditEvidence, NamespacesFold) {
  std::string log;
  for (const char* ns : {"a", "b", "c"}) {
    log += AuditLine({.uri = absl::StrCat("/api/v1/namespaces/", ns, "/configmaps/x"), .ns = ns});
  }
  EXPECT_THAT(AuditLog(log).out, HasSubstr("configmaps  ns a +2 more  get"));
}

TEST(AuditEvidence, LongTablesAreCut) {
  std::string log;
  for (int i = 0; i < 60; ++i) {
    const std::string resource = absl::StrCat("r", 100 + i);
    log += AuditLine({.uri = "/apis/x/v1/" + resource, .group = "x", .resource = resource});
  }
  EXPECT_THAT(AuditLog(log).out, AllOf(HasSubstr("r139.x"), Not(HasSubstr("r140.x")),
                                       HasSubstr("and 20 more lines, -v\n")));
  EXPECT_THAT(AuditLog(log, {"-v"}).out, AllOf(HasSubstr("r159.x"), Not(HasSubstr("more lines"))));
}

TEST(AuditEvidence, NamesDoNotDraw) {
  const std::string evil = R"(\u001b[31mx\n)";
  const std::string log = AuditLine({.verb = evil, .resource = evil, .ns = evil, .time = evil}) +
                          AuditLine({.verb = evil, .uri = "/" + evil, .resource = ""});
  const RunResult run = AuditLog(log, {"-v"});
  EXPECT_THAT(run.out, AllOf(HasSubstr("unpredicted"), Not(HasSubstr("\x1b"))));
}

TEST(AuditEvidence, TheRecordHoldsNone) {
  const RunResult with = AuditLog(ClassLine("list"), {"-o", "markdown"});
  EXPECT_EQ(with.out, Audit({"in", "-o", "markdown"}, Workload("")).out);
  EXPECT_EQ(with.exit_code, 0);
}

// ---- several logs, bad ones, standard input

TEST(AuditEvidence, LogsAddUp) {
  Texts texts = Workload(ClassLine("get"));
  texts["log.1"] = ClassLine("get");
  const RunResult run =
      Audit({"in", "--audit-log", "log", "--audit-log", "log.1", "-o", "json"}, texts);
  EXPECT_EQ(Report(run)["evidence"]["used"][0]["allowed"], 2);
  const RunResult other =
      Audit({"in", "--audit-log", "log.1", "--audit-log", "log", "-o", "json"}, texts);
  EXPECT_EQ(run.out, other.out);
}

TEST(AuditEvidence, StandardInput) {
  const RunResult run =
      Audit({"in", "--audit-log", "-", "-o", "json"}, Workload(""), ClassLine("get"));
  EXPECT_EQ(Used(Report(run)), std::vector<json>({true, false})) << run.err;
}

struct BadCase {
  const char* name;
  Words words;
  std::string log;
  int exit_code;
  std::string err;  // all of it
  bool judged;      // the rest of the log counts
};

TEST(AuditEvidence, BadLogs) {
  const std::string good = ClassLine("get");
  const std::vector<BadCase> cases = {
      {"some lines",
       {},
       good + "x\n{}\ny\n",
       0,
       "wecan: log:2: no JSON; one event is expected on each line (jq -c . makes such lines) (and "
       "1 "
       "more line)\nwecan: log:3: no audit event\n",
       true},
      {"none of it",
       {},
       "x\n",
       2,
       "wecan: --audit-log: log:1: no JSON; one event is expected on each line (jq -c . makes such "
       "lines); no audit event of audit.k8s.io/v1 was found\n",
       false},
      {"not there",
       {"--audit-log", "gone"},
       good,
       2,
       "wecan: --audit-log: gone: No such file or directory\n",
       true},
      {"a folder",
       {"--audit-log", "in"},
       good,
       2,
       "wecan: --audit-log: in: Is a directory\n",
       true},
      {"another file",
       {"--audit-log", "in/x.yaml"},
       good,
       2,
       "wecan: in/x.yaml:1: no JSON; one event is expected on each line (jq -c . makes such lines) "
       "(and 4 more lines)\n"
       "wecan: --audit-log: in/x.yaml: no audit event of audit.k8s.io/v1 was found\n",
       true},
  };
  for (const BadCase& c : cases) {
    SCOPED_TRACE(c.name);
    Words words = c.words;
    words.insert(words.end(), {"-o", "json"});
    const RunResult run = AuditLog(c.log, words);
    EXPECT_EQ(run.exit_code, c.exit_code);
    EXPECT_EQ(run.err, c.err);
    const json report = Report(run);
    EXPECT_EQ(Used(report)[0], c.judged ? json(true) : json(nullptr));
    EXPECT_EQ(report["fixCommand"].get<std::string>().empty(), c.exit_code != 0);
    EXPECT_EQ(report["errors"].size(), c.exit_code == 0 ? 0u : 1u);
    EXPECT_EQ(report["summary"]["note"], 2);
  }
}

TEST(AuditEvidence, Refusals) {
  struct Case {
    const char* name;
    Words words;
    std::string err;
  };
  const std::vector<Case> cases = {
      {"standard input is the manifests", {"-", "--audit-log", "-"}, "standard input is the log"},
      {"also without a path", {"--audit-log", "-"}, "standard input is the log"},
      {"or the dump", {"in", "--rbac", "-", "--audit-log", "-"}, "standard input is the log"},
      {"twice", {"in", "--audit-log", "-", "--audit-log", "-"}, "only once"},
      {"a report over the log",
       {"in", "--audit-log", "log", "-o", "json=log"},
       "one of the inputs"},
      {"the record", {"in", "--audit-log", "log", "--check", "r.md"}, "holds no evidence"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const RunResult run = Audit(c.words, Workload(ClassLine("get")));
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(c.err));
  }
}

// ---- dumps and clusters

TEST(AuditEvidence, OfADump) {
  const std::string agent = wecan::Run({"profiles", "ocm-1.3"}).out;
  Texts texts = Workload(ClassLine("get"));
  texts["wec.yaml"] = agent + texts["in/rbac.yaml"];
  const RunResult run =
      Audit({"in/x.yaml", "--rbac", "wec.yaml", "--audit-log", "log", "-o", "json"}, texts);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(Used(Report(run)), std::vector<json>({true, false}));
}

class AuditEvidenceLive : public testing::Test {
 protected:
  RunResult Audit(Words words) {
    std::string clusters, contexts;
    for (const auto& [name, url] : Texts{{"wec1", cluster_.server().Url()},
                                         {"wec2", cluster_.server().Url()},
                                         {"dead", TestHttpServer::DeadUrl()}}) {
      absl::StrAppend(&clusters, "- {name: ", name, ", cluster: {server: '", url, "'}}\n");
      absl::StrAppend(&contexts, "- {name: ", name, ", context: {cluster: ", name,
                      ", user: me}}\n");
    }
    Texts texts = Workload(ClassLine("get"));
    texts["/kubeconfig"] =
        absl::StrCat("apiVersion: v1\nkind: Config\nclusters:\n", clusters, "contexts:\n", contexts,
                     "users:\n- {name: me, user: {token: t}}\n");
    MemoryFileSystem files(texts);
    words.insert(words.begin(), {"audit", "in/x.yaml", "--audit-log", "log", "-o", "json"});
    return wecan::Run(words, {.files = &files, .variables = {{"KUBECONFIG", "/kubeconfig"}}});
  }

  static ClusterReplies Recorded() {
    ClusterReplies replies;
    for (const char* list : {"clusterroles", "clusterrolebindings", "roles", "rolebindings"}) {
      replies[absl::StrCat("/apis/rbac.authorization.k8s.io/v1/", list)] =
          RecordedReply(absl::StrCat("rbac/", list, ".json"));
    }
    return replies;
  }

  TestCluster cluster_{Recorded()};
};

TEST_F(AuditEvidenceLive, OneContext) {
  const RunResult run = Audit({"--context", "wec1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const json report = Report(run);
  EXPECT_EQ(report["evidence"]["used"].size(), 1u);
  for (const json& used : Used(report)) EXPECT_TRUE(used.is_boolean());
}

TEST_F(AuditEvidenceLive, SeveralContexts) {
  const RunResult run = Audit({"--context", "wec*"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err,
            "wecan: --audit-log: a log is about one cluster, and --context names 2 (wec1, wec2); "
            "audit one at a time\n");
}

TEST_F(AuditEvidenceLive, OneThatCannotBeAsked) {
  const RunResult run = Audit({"--context", "dead"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(Report(run)["evidence"]["used"].size(), 1u);
}

}  // namespace
}  // namespace wecan
