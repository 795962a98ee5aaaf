// SPDX-License-Identifier: Apache-2.0
// Plugins that print credentials, with an answer in memory; kubectl's policy on them.
#include "src/cluster/exec_plugin.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/cluster/plugin_policy.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Files = std::map<std::string, std::string>;

constexpr char kV1[] = "client.authentication.k8s.io/v1";
constexpr char kToken[] =
    R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
    R"("status":{"token":"hunter2"}})";

// Programs by name, and one result for all of them. Remembers what it was asked to run.
class FakeRunner : public CommandRunner {
 public:
  explicit FakeRunner(absl::StatusOr<CommandResult> result) : result_(std::move(result)) {}

  absl::StatusOr<std::string> Find(const std::string& command) const override {
    if (command[0] == '/') return command;
    const auto found = programs_.find(command);
    if (found == programs_.end()) return absl::NotFoundError("not found, or no program");
    return found->second;
  }
  absl::StatusOr<CommandResult> Run(const CommandRequest& request) override {
    runs.push_back(request);
    return result_;
  }

  std::vector<CommandRequest> runs;

 private:
  const std::map<std::string, std::string> programs_ = {{"login", "/bin/login"},
                                                        {"alias", "/bin/login"}};
  absl::StatusOr<CommandResult> result_;
};

FakeRunner Prints(const std::string& text, int exit_code = 0) {
  return FakeRunner(CommandResult{.exit_code = exit_code, .output = Secret(text)});
}

ClusterAccess Access(const std::string& command = "login") {
  ClusterAccess access{.origin = "F: clusters[c].cluster", .server = "https://h:6443"};
  access.credentials.exec = ExecPlugin{.origin = "F: users[u].user.exec",
                                       .api_version = kV1,
                                       .command = command,
                                       .args = {"get", "hunter2"},
                                       .env = {{"A", Secret("hunter2")}},
                                       .install_hint = "get it\nthere\x1b[1m"};
  return access;
}

absl::StatusOr<ExecCredential> RunPlugin(FakeRunner& runner, const ClusterAccess& access = Access(),
                                         const ExecOptions& options = {}) {
  return RunExecPlugin(access, options, MemoryFileSystem(), runner);
}

// ---- the run ------------------------------------------------------------------------------------

TEST(ExecPlugin, IsRunWithItsWordsAndVariables) {
  FakeRunner runner = Prints(kToken);
  ASSERT_OK_AND_ASSIGN(const ExecCredential credential, RunPlugin(runner));
  EXPECT_TRUE(credential == ExecCredential{.token = Secret("hunter2")});
  ASSERT_EQ(runner.runs.size(), 1u);
  const CommandRequest& run = runner.runs[0];
  EXPECT_EQ(run.path, "/bin/login");
  EXPECT_THAT(run.words, ElementsAre("login", "get", "hunter2"));
  EXPECT_FALSE(run.interactive);
  EXPECT_EQ(run.timeout, std::chrono::milliseconds(60'000));
  EXPECT_EQ(run.max_output_bytes, uint64_t{1} << 20);
  ASSERT_EQ(run.env.size(), 2u);
  EXPECT_EQ(run.env[0].first, "A");
  EXPECT_EQ(run.env[0].second.Reveal(), "hunter2");
  EXPECT_EQ(run.env[1].first, "KUBERNETES_EXEC_INFO");
  EXPECT_EQ(run.env[1].second.Reveal(),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
            R"("spec":{"interactive":false}})");
}

TEST(ExecPlugin, IsToldOfTheClusterWhenItAsks) {
  ClusterAccess access = Access();
  access.credentials.exec->provide_cluster_info = true;
  EXPECT_EQ(ExecInfo(*access.credentials.exec, access, "", true),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
            R"("spec":{"cluster":{"server":"https://h:6443","config":null},"interactive":true}})");
  access.ca.file = "/ca";
  access.server_name = "n\"config\":null";
  access.insecure = true;
  access.proxy_url = Secret("http://p");
  access.disable_compression = true;
  access.exec_config = R"({"a":1.50})";
  FakeRunner runner = Prints(kToken);
  ASSERT_THAT(RunExecPlugin(access, {}, MemoryFileSystem(Files{{"/ca", "pem"}}), runner), IsOk());
  EXPECT_EQ(runner.runs[0].env[1].second.Reveal(),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
            R"("spec":{"cluster":{"server":"https://h:6443",)"
            R"("tls-server-name":"n\"config\":null","insecure-skip-tls-verify":true,)"
            R"("certificate-authority-data":"cGVt","proxy-url":"http://p",)"
            R"("disable-compression":true,"config":{"a":1.50}},"interactive":false}})");
  EXPECT_THAT(RunPlugin(runner, access),
              StatusIs(absl::StatusCode::kNotFound,
                       StartsWith("F: clusters[c].cluster.certificate-authority: /ca: ")));
}

TEST(ExecPlugin, GetsTheTerminalWhereItMay) {
  struct Case {
    InteractiveMode mode;
    bool terminal, interactive;
  };
  for (const Case& c :
       {Case{InteractiveMode::kNever, true, false}, Case{InteractiveMode::kIfAvailable, true, true},
        Case{InteractiveMode::kIfAvailable, false, false},
        Case{InteractiveMode::kAlways, true, true}}) {
    ClusterAccess access = Access();
    access.credentials.exec->interactive = c.mode;
    FakeRunner runner = Prints(kToken);
    ASSERT_THAT(RunPlugin(runner, access, {.stdin_is_terminal = c.terminal}), IsOk());
    EXPECT_EQ(runner.runs[0].interactive, c.interactive);
    EXPECT_EQ(runner.runs[0].timeout.count(), c.interactive ? 600'000 : 60'000);
  }
  ClusterAccess access = Access();
  access.credentials.exec->interactive = InteractiveMode::kAlways;
  FakeRunner runner = Prints(kToken);
  EXPECT_THAT(RunPlugin(runner, access),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       std::string("F: users[u].user.exec.interactiveMode: plugin \"login\" needs "
                                   "a terminal as standard input, which is none")));
  EXPECT_THAT(runner.runs, IsEmpty());
}

TEST(ExecPlugin, SaysWhyItGaveNothing) {
  const auto message = [](FakeRunner runner, const std::string& command = "login") {
    const absl::Status status = RunPlugin(runner, Access(command)).status();
    EXPECT_THAT(status.ToString(), Not(HasSubstr("hunter2")));
    return std::string(status.message());
  };
  EXPECT_THAT(message(Prints(""), "nosuch"),
              testing::AllOf(StartsWith("F: users[u].user.exec.command: plugin \"nosuch\": not "
                                        "found, or no program; get it there"),
                             Not(HasSubstr("\x1b"))));
  EXPECT_EQ(message(Prints("hunter2", 3)),
            "F: users[u].user.exec: plugin \"login\" failed with exit code 3");
  EXPECT_EQ(message(FakeRunner(absl::DeadlineExceededError("it did not end in time"))),
            "F: users[u].user.exec: plugin \"login\": it did not end in time");
}

// ---- the answer ---------------------------------------------------------------------------------

struct AnswerCase {
  std::string name, text, message;
};

void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }

class ExecAnswerBad : public testing::TestWithParam<AnswerCase> {};

TEST_P(ExecAnswerBad, SaysWhyAndNotWhat) {
  const absl::Status status =
      ParseExecCredential(*Access().credentials.exec, Secret(GetParam().text)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()),
            absl::StrCat("F: users[u].user.exec: plugin \"login\" ", GetParam().message));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("hunter2")));
}

std::string Answer(const std::string& status) {
  return absl::StrCat("{\"apiVersion\": \"", kV1,
                      "\", \"kind\": \"ExecCredential\", \"status\": ", status, "}");
}

constexpr char kNone[] = "printed no ExecCredential";

const AnswerCase kBadAnswers[] = {
    {"Nothing", "", kNone},
    {"Words", "hunter2", kNone},
    {"CutOff", Answer("{\"token\": \"hunter2"), kNone},
    {"Two", absl::StrCat(kToken, kToken), kNone},
    {"Rubbish", absl::StrCat(kToken, "hunter2"), kNone},
    {"List", "[\"hunter2\"]", kNone},
    {"Alias", "token: *hunter2", kNone},
    {"Binary", std::string("\0hunter2", 8), kNone},
    {"NotUtf8", "\"hunter2\xff\"", kNone},
    {"OtherKind", "{\"kind\": \"hunter2\"}", kNone},
    {"TooLong", std::string((1 << 20) + 1, ' '), kNone},
    {"TooDeep", std::string(5000, '['), kNone},
    {"OtherVersion",
     "{\"apiVersion\": \"client.authentication.k8s.io/v1beta1\", \"kind\": \"ExecCredential\", "
     "\"status\": {\"token\": \"hunter2\"}}",
     "answered in another version than client.authentication.k8s.io/v1, which exec.apiVersion asks "
     "for"},
    {"NoStatus", Answer("null"), "printed an ExecCredential without status"},
    {"StatusIsText", Answer("\"hunter2\""), "printed an ExecCredential without status"},
    {"Empty", Answer("{\"token\": null}"), "gave neither a token nor a certificate with its key"},
    {"TokenIsANumber", Answer("{\"token\": 5}"), "gave a token that is no string"},
    {"TokenOfTwoLines", Answer(R"({"token": "hunter2\nX: y"})"),
     "gave a token that holds a line break or control character"},
    {"CertificateAlone", Answer(R"({"token": "t", "clientCertificateData": "hunter2"})"),
     "gave a certificate without its key, or a key without its certificate"},
    {"KeyAlone", Answer(R"({"clientKeyData": "hunter2"})"),
     "gave a certificate without its key, or a key without its certificate"},
    {"NoTime", Answer(R"({"token": "hunter2", "expirationTimestamp": "hunter2"})"),
     "gave a status.expirationTimestamp that is no time of RFC 3339"},
};

INSTANTIATE_TEST_SUITE_P(Answers, ExecAnswerBad, testing::ValuesIn(kBadAnswers),
                         [](const testing::TestParamInfo<AnswerCase>& info) {
                           return info.param.name;
                         });

TEST(ExecAnswer, TokenCertificateAndTime) {
  const ExecPlugin plugin = *Access().credentials.exec;
  ASSERT_OK_AND_ASSIGN(
      const ExecCredential all,
      ParseExecCredential(plugin,
                          Secret(Answer(R"({"token": "t", "clientCertificateData": "c",)"
                                        R"( "clientKeyData": "k", "other": 1,)"
                                        R"( "expirationTimestamp": "2026-01-02T03:04:05Z"})"))));
  EXPECT_TRUE(all == (ExecCredential{.token = Secret("t"),
                                     .certificate = Secret("c"),
                                     .key = Secret("k"),
                                     .expires = absl::FromUnixSeconds(1767323045)}));
  ASSERT_OK_AND_ASSIGN(
      const ExecCredential yaml,
      ParseExecCredential(plugin, Secret(absl::StrCat("apiVersion: ", kV1,
                                                      "\nkind: ExecCredential\nstatus: {token: t,"
                                                      " expirationTimestamp: null}\n"))));
  EXPECT_TRUE(yaml == ExecCredential{.token = Secret("t")});
}

TEST(ExecAnswer, V1beta1AnswersInItsVersion) {
  ExecPlugin plugin = *Access().credentials.exec;
  plugin.api_version = "client.authentication.k8s.io/v1beta1";
  EXPECT_THAT(ParseExecCredential(plugin, Secret(kToken)), Not(IsOk()));
  EXPECT_THAT(ParseExecCredential(plugin, Secret("{\"kind\": \"ExecCredential\", \"apiVersion\": "
                                                 "\"client.authentication.k8s.io/v1beta1\", "
                                                 "\"status\": {\"token\": \"t\"}}")),
              IsOk());
}

// ---- the policy ---------------------------------------------------------------------------------

PluginPolicy Allow(std::vector<std::string> list) {
  return {.type = PluginPolicyType::kAllowlist, .allowlist = std::move(list), .source = "/kuberc"};
}

TEST(PluginPolicy, WhatIsAllowedRuns) {
  for (const PluginPolicy& policy :
       {PluginPolicy(), Allow({"login"}), Allow({"x", "/bin/login"}), Allow({"alias"})}) {
    FakeRunner runner = Prints(kToken);
    EXPECT_THAT(RunPlugin(runner, Access(), {.policy = policy}), IsOk());
    EXPECT_EQ(runner.runs.size(), 1u);
  }
  FakeRunner runner = Prints(kToken);
  EXPECT_THAT(RunPlugin(runner, Access("/bin/login"), {.policy = Allow({"login"})}), IsOk());
}

TEST(PluginPolicy, TheRestDoesNotRun) {
  const PluginPolicy deny{.type = PluginPolicyType::kDenyAll, .source = "--exec-plugins deny"};
  FakeRunner runner = Prints(kToken);
  EXPECT_THAT(RunPlugin(runner, Access(), {.policy = deny}),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       std::string("F: users[u].user.exec: plugin \"login\" may not run: no plugin "
                                   "may, by --exec-plugins deny; use a context that needs none")));
  for (const PluginPolicy& policy :
       {Allow({"logi"}), Allow({"/usr/bin/login"}), Allow({"nosuch"}), Allow({"bin/login"})}) {
    EXPECT_THAT(RunPlugin(runner, Access(), {.policy = policy}),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         std::string("F: users[u].user.exec: plugin \"login\" is not in "
                                     "credentialPluginAllowlist of /kuberc; add it if you trust "
                                     "it")));
  }
  EXPECT_THAT(RunPlugin(runner, Access("/tmp/login"), {.policy = Allow({"login"})}),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("is not in")));
  // What is not installed and not allowed either is not recommended.
  EXPECT_THAT(RunPlugin(runner, Access("nosuch"), {.policy = Allow({"login"})}),
              StatusIs(absl::StatusCode::kPermissionDenied, Not(HasSubstr("get it"))));
  EXPECT_THAT(runner.runs, IsEmpty());
}

constexpr char kHead[] = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n";

TEST(Kuberc, Policies) {
  const auto read = [](const std::string& rest) { return ReadKuberc("K", kHead + rest); };
  for (const char* text : {"", "credentialPluginPolicy: AllowAll\naliases: [{name: x}]\n",
                           "credentialPluginPolicy: ''\ncredentialPluginAllowlist: null\n"}) {
    ASSERT_OK_AND_ASSIGN(const PluginPolicy policy, read(text));
    EXPECT_TRUE(policy == (PluginPolicy{.source = "K"})) << text;
  }
  ASSERT_OK_AND_ASSIGN(const PluginPolicy deny, read("credentialPluginPolicy: DenyAll\n"));
  EXPECT_EQ(deny.type, PluginPolicyType::kDenyAll);
  ASSERT_OK_AND_ASSIGN(const PluginPolicy list,
                       read("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n"
                            "- name: /usr/bin/a\n- command: b\n- {command: c, name: c}\n"));
  EXPECT_EQ(list.type, PluginPolicyType::kAllowlist);
  EXPECT_THAT(list.allowlist, ElementsAre("/usr/bin/a", "b", "c"));
}

TEST(Kuberc, WhatIsOddIsAnError) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "K: the file is empty"},
      {"[", "K:2:1: this is not valid YAML"},
      {"kind: Preference",
       "K:1:1: kind: preferences of kubectl say Preference, of apiVersion "
       "kubectl.config.k8s.io/v1beta1"},
      {absl::StrCat(kHead, "credentialPluginPolicy: Deny"),
       "K:3:25: credentialPluginPolicy: this is none of AllowAll, DenyAll, Allowlist"},
      {absl::StrCat(kHead, "credentialPluginPolicy: DenyAll\ncredentialPluginAllowlist: []"),
       "K:4:28: credentialPluginAllowlist: a list counts only with credentialPluginPolicy: "
       "Allowlist"},
      {absl::StrCat(kHead, "credentialPluginAllowlist: [{name: a}]"),
       "K:3:28: credentialPluginAllowlist: a list counts only with credentialPluginPolicy: "
       "Allowlist"},
      {absl::StrCat(kHead, "credentialPluginPolicy: Allowlist\nallowlist: [{name: a}]"),
       "K:1:1: credentialPluginAllowlist: missing or empty; to allow nothing say DenyAll"},
      {absl::StrCat(kHead, "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{}]"),
       "K:4:29: credentialPluginAllowlist[0]: names no command"},
      {absl::StrCat(kHead,
                    "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: a, "
                    "command: b}]"),
       "K:4:29: credentialPluginAllowlist[0]: name and command differ; keep command"},
      {absl::StrCat(kHead,
                    "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: "
                    "/a//b}]"),
       "K:4:29: credentialPluginAllowlist[0]: write this path without needless dots and slashes"},
  };
  for (const auto& [text, message] : cases)
    EXPECT_THAT(ReadKuberc("K", text), StatusIs(absl::StatusCode::kInvalidArgument, message));
}

TEST(Kuberc, IsFoundAsKubectlDoes) {
  const std::string deny = absl::StrCat(kHead, "credentialPluginPolicy: DenyAll\n");
  const auto type = [&](const std::string& flag, const Files& variables, const Files& files) {
    return LoadPluginPolicy(
        flag,
        [&](const std::string& name) {
          const auto found = variables.find(name);
          return found == variables.end() ? std::nullopt
                                          : std::optional<std::string>(found->second);
        },
        MemoryFileSystem(files));
  };
  const Files home = {{"/h/.kube/kuberc", deny}};
  EXPECT_EQ(type("", {{"HOME", "/h"}}, home)->type, PluginPolicyType::kDenyAll);
  EXPECT_EQ(type("", {{"HOME", "/h"}, {"KUBERC", "off"}}, home)->type, PluginPolicyType::kAllowAll);
  EXPECT_EQ(type("", {{"HOME", "/h"}}, {})->type, PluginPolicyType::kAllowAll);
  EXPECT_EQ(type("", {}, {})->type, PluginPolicyType::kAllowAll);
  EXPECT_EQ(type("", {{"KUBERC", "/k"}}, {{"/k", deny}})->source, "/k");
  EXPECT_EQ(type("deny", {{"KUBERC", "off"}}, {})->type, PluginPolicyType::kDenyAll);
  EXPECT_THAT(type("", {{"KUBERC", "/k"}}, home),
              StatusIs(absl::StatusCode::kNotFound, StartsWith("/k: ")));
  EXPECT_THAT(type("", {{"HOME", "/h"}}, {{"/h/.kube/kuberc", "x: 1"}}), Not(IsOk()));
  EXPECT_THAT(type("never", {}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       std::string("--exec-plugins: \"never\" is not known; the only value is "
                                   "deny")));
}

}  // namespace
}  // namespace wecan
