// SPDX-License-Identifier: Apache-2.0
// Kubeconfigs: where they are found, how they are merged, and what one context says.
#include "src/cluster/kubeconfig.h"

#include <map>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/cluster/in_cluster.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Files = std::map<std::string, std::string>;

// No stream takes it, and it turns into no text.
template <typename T, typename = void>
struct Streams : std::false_type {};
template <typename T>
struct Streams<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};
static_assert(Streams<std::string>::value);
static_assert(!Streams<Secret>::value);
static_assert(!std::is_convertible_v<Secret, absl::string_view>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string, Secret>);

Variables Environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

std::vector<std::string> ContextNames(const Kubeconfig& kubeconfig) {
  std::vector<std::string> names;
  for (const auto& [name, context] : kubeconfig.contexts) names.push_back(name);
  return names;
}

// A kubeconfig with the context "x", whose cluster and user hold what is given in flow style.
std::string Config(const std::string& cluster, const std::string& user) {
  return absl::StrCat("clusters: [{name: c, cluster: {", cluster, "}}]\nusers: [{name: u, user: {",
                      user, "}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n");
}

absl::StatusOr<ClusterAccess> Resolve(const std::string& text) {
  auto kubeconfig = ReadKubeconfig("k/config", "/home/k", text);
  if (!kubeconfig.ok()) return kubeconfig.status();
  return ResolveContext(*kubeconfig, "x");
}

constexpr char kServer[] = "server: https://h:6443";

// ---- finding and merging ------------------------------------------------------------------------

std::string Named(const std::string& context, const std::string& rest = "") {
  return absl::StrCat("contexts: [{name: ", context, ", context: {cluster: c, user: u}}]\n", rest);
}

TEST(KubeconfigFiles, TheFlagIsOneFileAndBeatsTheRest) {
  const MemoryFileSystem files(Files{{"/a", Named("a")}, {"/b", Named("b")}});
  ASSERT_OK_AND_ASSIGN(const Kubeconfig kubeconfig,
                       LoadKubeconfig("/b", Environment({{"KUBECONFIG", "/a"}}), files));
  EXPECT_THAT(ContextNames(kubeconfig), ElementsAre("b"));
  EXPECT_THAT(kubeconfig.files, ElementsAre("/b"));
}

TEST(KubeconfigFiles, TheFlagsFileMustExist) {
  EXPECT_THAT(LoadKubeconfig("/nosuch", Environment({{"KUBECONFIG", "/a"}}),
                             MemoryFileSystem(Files{{"/a", Named("a")}})),
              StatusIs(absl::StatusCode::kNotFound,
                       std::string("--kubeconfig: /nosuch: No such file or directory")));
}

TEST(KubeconfigFiles, TheListSkipsWhatIsMissing) {
  const MemoryFileSystem files(
      Files{{"/a", Named("a")}, {"/b", Named("b")}, {"/home/.kube/config", "["}});
  ASSERT_OK_AND_ASSIGN(
      const Kubeconfig kubeconfig,
      LoadKubeconfig("", Environment({{"KUBECONFIG", ":/b::/nosuch:/a:/b"}, {"HOME", "/home"}}),
                     files));
  EXPECT_THAT(ContextNames(kubeconfig), ElementsAre("a", "b"));
  EXPECT_THAT(kubeconfig.files, ElementsAre("/b", "/a"));
}

TEST(KubeconfigFiles, HomeComesLast) {
  const MemoryFileSystem files(Files{{"/home/.kube/config", Named("h")}});
  ASSERT_OK_AND_ASSIGN(const Kubeconfig kubeconfig,
                       LoadKubeconfig("", Environment({{"HOME", "/home"}}), files));
  EXPECT_THAT(ContextNames(kubeconfig), ElementsAre("h"));
}

TEST(KubeconfigFiles, NoneIsAnEmptyOne) {
  ASSERT_OK_AND_ASSIGN(const Kubeconfig nowhere,
                       LoadKubeconfig("", Environment({}), MemoryFileSystem()));
  EXPECT_TRUE(nowhere.empty() && nowhere.files.empty());
  ASSERT_OK_AND_ASSIGN(const Kubeconfig missing,
                       LoadKubeconfig("", Environment({{"KUBECONFIG", "/a"}, {"HOME", "/h"}}),
                                      MemoryFileSystem(Files{{"/h/.kube/config", Named("h")}})));
  EXPECT_TRUE(missing.empty());
}

TEST(KubeconfigFiles, OneBrokenFileIsAnError) {
  const MemoryFileSystem files(Files{{"/a", Named("a")}, {"/b", "users: 5"}, {"/d/x", ""}});
  EXPECT_THAT(LoadKubeconfig("", Environment({{"KUBECONFIG", "/a:/b"}}), files),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("/b:1:8: users: ")));
  EXPECT_THAT(LoadKubeconfig("", Environment({{"KUBECONFIG", "/a:/d"}}), files),
              StatusIs(absl::StatusCode::kFailedPrecondition, StartsWith("/d: ")));
}

TEST(KubeconfigFiles, TheFirstEntryCountsAsAWhole) {
  const std::string first = "users: [{name: u, user: {token: t}}]\ncurrent-context: ''\n";
  const std::string second =
      "users: [{name: u, user: {as: jane}}, {name: v, user: {as: joe}}]\ncurrent-context: b\n";
  const MemoryFileSystem files(
      Files{{"/1", first}, {"/2", second}, {"/3", "current-context: never\n"}});
  ASSERT_OK_AND_ASSIGN(const Kubeconfig kubeconfig,
                       LoadKubeconfig("", Environment({{"KUBECONFIG", "/1:/2:/3"}}), files));
  EXPECT_EQ(kubeconfig.current_context, "b");
  EXPECT_EQ(kubeconfig.users.at("u").credentials.token.Reveal(), "t");
  EXPECT_EQ(kubeconfig.users.at("u").impersonation.user, "");
  EXPECT_EQ(kubeconfig.users.at("u").file, "/1");
  EXPECT_EQ(kubeconfig.users.at("v").impersonation.user, "joe");
}

TEST(KubeconfigFiles, PathsStartAtTheirFile) {
  const MemoryFileSystem files(
      Files{{"/a/b/config", Config(absl::StrCat(kServer, ", certificate-authority: ../ca.crt"),
                                   "client-certificate: ./c.crt, client-key: /abs/k, tokenFile: t, "
                                   "exec: {command: bin/p}")},
            {"/config", "users: [{name: v, user: {exec: {command: ./p}, tokenFile: t}}]"}});
  ASSERT_OK_AND_ASSIGN(
      const Kubeconfig kubeconfig,
      LoadKubeconfig("", Environment({{"KUBECONFIG", "/a/b/config:config"}}),
                     MemoryFileSystem(Files{{"/a/b/config", files.files().at("/a/b/config")},
                                            {"config", files.files().at("/config")}})));
  EXPECT_EQ(kubeconfig.clusters.at("c").ca.file, "/a/ca.crt");
  const Credentials& u = kubeconfig.users.at("u").credentials;
  EXPECT_EQ(u.certificate.file, "/a/b/c.crt");
  EXPECT_EQ(u.key.file, "/abs/k");
  EXPECT_EQ(u.token_file, "/a/b/t");
  EXPECT_EQ(u.exec->command, "/a/b/bin/p");
  // A relative kubeconfig lies in the working folder, which is / in memory.
  EXPECT_EQ(kubeconfig.users.at("v").credentials.exec->command, "/p");
  EXPECT_EQ(kubeconfig.users.at("v").credentials.token_file, "/t");
}

// ---- contexts -----------------------------------------------------------------------------------

Kubeconfig WithContexts(const std::vector<std::string>& names) {
  Kubeconfig kubeconfig{.files = {"FILE"}};
  for (const std::string& name : names) kubeconfig.contexts[name] = {.file = "FILE"};
  return kubeconfig;
}

TEST(MatchContexts, NamesAndWildcards) {
  const Kubeconfig k = WithContexts({"wec2", "wec1", "its", "wec*", "wds/x"});
  ASSERT_OK_AND_ASSIGN(const auto all, MatchContexts(k, {"*"}));
  EXPECT_THAT(all, ElementsAre("its", "wds/x", "wec*", "wec1", "wec2"));
  ASSERT_OK_AND_ASSIGN(const auto some, MatchContexts(k, {"wec?", "its", "its"}));
  EXPECT_THAT(some, ElementsAre("its", "wec*", "wec1", "wec2"));
  ASSERT_OK_AND_ASSIGN(const auto exact, MatchContexts(k, {"wec*"}));
  EXPECT_THAT(exact, ElementsAre("wec*"));
  ASSERT_OK_AND_ASSIGN(const auto none, MatchContexts(k, {}));
  EXPECT_THAT(none, IsEmpty());
}

TEST(MatchContexts, WhatNamesNoneIsAnError) {
  const auto message = [](const Kubeconfig& k, const std::string& pattern) {
    return std::string(MatchContexts(k, {pattern}).status().message());
  };
  EXPECT_EQ(message(WithContexts({"its", "wec3"}), "wec4"),
            "--context: no context \"wec4\" in FILE; did you mean \"wec3\"? (contexts: its, wec3)");
  EXPECT_EQ(message(WithContexts({"its"}), "w*"),
            "--context: no context \"w*\" in FILE (contexts: its)");
  EXPECT_EQ(message(WithContexts({}), "w"), "--context: no context \"w\" in FILE, which has none");
  EXPECT_THAT(message(Kubeconfig(), "w"), HasSubstr("there is no kubeconfig"));
  std::vector<std::string> many;
  for (int i = 100; i < 130; ++i) many.push_back(absl::StrCat("c", i));
  EXPECT_THAT(message(WithContexts(many), "zzzzzz"), HasSubstr("c119 and 10 more)"));
}

// ---- good contexts ------------------------------------------------------------------------------

TEST(ResolveContext, Everything) {
  ASSERT_OK_AND_ASSIGN(
      const Kubeconfig kubeconfig,
      ReadKubeconfig("k/config", "/home/k",
                     "apiVersion: v1\nkind: Config\npreferences: {colors: true}\nunknown: [1]\n"
                     "clusters:\n- name: c\n  cluster:\n"
                     "    server: HTTPS://h:6443/base/?q#f\n"
                     "    certificate-authority-data: Y2E=\n"
                     "    tls-server-name: inner\n    proxy-url: socks5://u:pw@p:1080\n"
                     "    disable-compression: true\n"
                     "    extensions:\n    - {name: other, extension: {x: 0x1F}}\n"
                     "    - name: client.authentication.k8s.io/exec\n"
                     "      extension: {a: [1, -2.50, true, null, 'x'], b: {}}\n"
                     "users:\n- name: u\n  user:\n    token: tok\n    tokenFile: t\n"
                     "    client-certificate-data: Y2Vy\n    client-key-data: \"a2\\nV5\"\n"
                     "    as: jane\n    as-uid: '7'\n    as-groups: [g, h]\n"
                     "    as-user-extra: {k: [v, w]}\n"
                     "contexts: [{name: x, context: {cluster: c, user: u, namespace: ns}}]\n"));
  ASSERT_OK_AND_ASSIGN(const ClusterAccess access, ResolveContext(kubeconfig, "x"));
  EXPECT_TRUE(access == (ClusterAccess{.context = "x",
                                       .origin = "k/config: clusters[c].cluster",
                                       .server = "https://h:6443/base",
                                       .ca = {.data = Secret("ca")},
                                       .server_name = "inner",
                                       .proxy_url = Secret("socks5://u:pw@p:1080"),
                                       .disable_compression = true,
                                       .exec_config = "{\"a\":[1,-2.50,true,null,\"x\"],\"b\":{}}",
                                       .namespace_ = "ns",
                                       .credentials = {.origin = "k/config: users[u].user",
                                                       .token = Secret("tok"),
                                                       .token_file = "/home/k/t",
                                                       .certificate = {.data = Secret("cer")},
                                                       .key = {.data = Secret("key")}},
                                       .impersonation = {.user = "jane",
                                                         .uid = "7",
                                                         .groups = {"g", "h"},
                                                         .extra = {{"k", {"v", "w"}}}}}));
}

TEST(ResolveContext, Plugin) {
  ASSERT_OK_AND_ASSIGN(
      const ClusterAccess access,
      Resolve(Config(kServer,
                     "exec: {apiVersion: client.authentication.k8s.io/v1, command: login, "
                     "args: [get, token], env: [{name: A, value: b}], installHint: apt, "
                     "provideClusterInfo: true, interactiveMode: Always}")));
  EXPECT_TRUE(access.credentials.exec ==
              (ExecPlugin{.origin = "k/config: users[u].user.exec",
                          .api_version = "client.authentication.k8s.io/v1",
                          .command = "login",
                          .args = {"get", "token"},
                          .env = {{"A", Secret("b")}},
                          .install_hint = "apt",
                          .provide_cluster_info = true,
                          .interactive = InteractiveMode::kAlways}));
}

TEST(ResolveContext, PluginOfV1beta1NeedsNoMode) {
  ASSERT_OK_AND_ASSIGN(
      const ClusterAccess access,
      Resolve(
          Config(kServer, "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p}")));
  EXPECT_EQ(access.credentials.exec->interactive, InteractiveMode::kIfAvailable);
}

TEST(ResolveContext, PluginRunsOnlyWhereNothingElseIsGiven) {
  const std::string exec =
      "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p, env: null}";
  for (const char* other :
       {"token: t", "tokenFile: t", "username: jo", "client-certificate: c, client-key: k"}) {
    ASSERT_OK_AND_ASSIGN(const ClusterAccess access,
                         Resolve(Config(kServer, absl::StrCat(other, ", ", exec))));
    EXPECT_FALSE(access.credentials.exec) << other;
  }
  // A key alone says nothing.
  ASSERT_OK_AND_ASSIGN(const ClusterAccess access,
                       Resolve(Config(kServer, absl::StrCat("client-key: k, ", exec))));
  EXPECT_TRUE(access.credentials.exec && access.credentials.key.empty());
}

TEST(ResolveContext, WithoutTlsNothingSecretIsSent) {
  for (const char* server : {"http://h:8080", "h:8080", "localhost"}) {
    ASSERT_OK_AND_ASSIGN(
        const ClusterAccess access,
        Resolve(Config(absl::StrCat("server: '", server, "', certificate-authority: c"),
                       "token: t, as: jane")));
    EXPECT_THAT(access.server, StartsWith("http://")) << server;
    EXPECT_TRUE(access.credentials == Credentials() && access.ca.empty()) << server;
    EXPECT_EQ(access.impersonation.user, "jane") << server;
  }
}

TEST(ResolveContext, WhatKubectlTakesIsTaken) {
  const char* const texts[] = {
      // Unknown keys, doubled keys, of which the last counts, and null.
      "clusters: [{name: c, cluster: {server: a, server: 'https://h', x: 1, proxy-url: null}}]\n"
      "users:\ncontexts: [{name: x, context: {cluster: c}, y: 2}]\n",
      // JSON, and a second document, which is not looked at.
      "{\"clusters\": [{\"name\": \"c\", \"cluster\": {\"server\": \"https://h\"}}], "
      "\"contexts\": [{\"name\": \"x\", \"context\": {\"cluster\": \"c\", \"user\": \"\"}}]}\n"
      "---\n[",
      // Aliases and merge keys.
      "clusters: [{name: c, cluster: &c {server: 'https://h'}}, {name: d, cluster: *c}]\n"
      "contexts: [{name: x, context: {<<: {cluster: d}}}]\n",
  };
  for (const char* text : texts) {
    ASSERT_OK_AND_ASSIGN(const ClusterAccess access, Resolve(text));
    EXPECT_EQ(access.server, "https://h") << text;
    EXPECT_EQ(access.namespace_, "default") << text;
    EXPECT_TRUE(access.credentials == Credentials()) << text;
  }
}

TEST(ResolveContext, ABadNeighbourDoesNoHarm) {
  EXPECT_THAT(
      Resolve(absl::StrCat(
          "clusters: [{name: c, cluster: {", kServer,
          "}}, {name: d}]\nusers: [{name: u}, {name: v, user: {auth-provider: {name: gcp}}}]\n"
          "contexts: [{name: x, context: {cluster: c, user: u}}, {name: z}]\n")),
      IsOk());
}

// ---- bad ones -----------------------------------------------------------------------------------

// What no message may hold: every value of a field that can be secret contains it.
constexpr char kHidden[] = "hunter2";

struct BadCase {
  std::string name, text, message;
};

void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }

class KubeconfigBad : public testing::TestWithParam<BadCase> {};

TEST_P(KubeconfigBad, SaysWhereAndWhyAndNoSecret) {
  const absl::Status status = Resolve(GetParam().text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()), absl::StrCat("k/config:", GetParam().message));
  EXPECT_THAT(status.ToString(), Not(HasSubstr(kHidden)));
}

std::string User(const std::string& user) { return Config(kServer, user); }
std::string Cluster(const std::string& cluster) {
  return Config(absl::StrCat(kServer, ", ", cluster), "token: hunter2");
}
std::string Exec(const std::string& rest) {
  return User(
      absl::StrCat("exec: {env: [{name: K, value: hunter2}], args: [hunter2], ", rest, "}"));
}

const BadCase kBad[] = {
    {"NotYaml", "token: [hunter2", "2:1: this is not valid YAML"},
    {"AliasThatIsASecret", "token: *hunter2", "1:8: this is not valid YAML"},
    {"NoMapping", "hunter2", "1:1: the file is no mapping of keys"},
    {"ComplexKey", "? [hunter2]\n: x", "1:3: a key that is no plain name"},
    {"Binary", std::string("a\0hunter2", 9), " this is no text"},
    {"NotUtf8", "token: hunter2\xff", " this is not UTF-8; save it as UTF-8"},
    {"Deep", std::string(100, '['), "1:65: too large or too deep, after aliases"},
    {"OtherVersion", "apiVersion: v2", "1:13: apiVersion: a kubeconfig says v1"},
    {"OtherKind", "kind: Secret", "1:7: kind: a kubeconfig says Config"},
    {"NumberAsToken", "users: [{name: u, user: {token: 5}}]",
     "1:33: users[u].user.token: this is a number, not a string; put it in quotes if it is meant"},
    {"ListAsPassword", User("password: [hunter2]"),
     "2:36: users[u].user.password: this is a list, not a string"},
    {"TextAsFlag", Cluster("insecure-skip-tls-verify: hunter2"),
     "1:82: clusters[c].cluster.insecure-skip-tls-verify: this is a string, not true or false"},
    {"TextAsUser", "users: [{name: u, user: hunter2}]",
     "1:25: users[u].user: this is a string, not a mapping"},
    {"TextAsItem", "users: [hunter2]", "1:9: users[0]: this is a string, not a mapping"},
    {"GroupsAreAList", User("as: j, as-groups: hunter2"),
     "2:44: users[u].user.as-groups: this is a string, not a list of strings"},
    {"NumberAmongGroups", User("as: j, as-groups: [a, 5]"),
     "2:48: users[u].user.as-groups[1]: this is a number, not a string; put it in quotes if it is "
     "meant"},
    {"NotBase64", User("client-key-data: hunter2"),
     "2:43: users[u].user.client-key-data: this is no base64"},
    {"Base64WithoutPadding", User("client-key-data: aHVudGVyMg"),
     "2:43: users[u].user.client-key-data: this is no base64"},
    {"TwoUsersOfOneName", "users: [{name: u}, {name: u, user: {token: hunter2}}]",
     "1:20: users[u]: this name stands here a second time"},
    {"NumberThatJsonHasNot",
     Cluster("extensions: [{name: client.authentication.k8s.io/exec, extension: {a: 0x1F}}]"),
     "1:122: clusters[c].cluster.extensions[0].extension: a number that JSON cannot write; put it "
     "in quotes"},
    {"NoCluster", "contexts: [{name: x}]", " contexts[x].context.cluster: missing"},
    {"ClusterThatIsNotThere",
     "clusters: [{name: prod}]\ncontexts: [{name: x, context: {cluster: prd}}]",
     " contexts[x].context.cluster: no cluster \"prd\"; did you mean \"prod\"?"},
    {"UserThatIsNotThere",
     absl::StrReplaceAll(User("token: hunter2"), {{"cluster: c, user: u", "cluster: c, user: w"}}),
     " contexts[x].context.user: no user \"w\"; did you mean \"u\"?"},
    {"NoServer", Config("", "token: hunter2"),
     " clusters[c].cluster.server: missing; give the URL of the API server"},
    {"OtherScheme", Config("server: ftp://h", ""),
     " clusters[c].cluster.server: this is no http or https URL"},
    {"NoHost", Config("server: 'https:///x'", ""),
     " clusters[c].cluster.server: this URL names no host"},
    {"BlankInServer", Config("server: 'https://h x'", ""),
     " clusters[c].cluster.server: this is no URL"},
    {"PasswordInServer", Config("server: 'https://u:hunter2@h'", ""),
     " clusters[c].cluster.server: this URL holds a user name, which wecan does not send; give the "
     "user a username and a password"},
    {"OtherProxy", Cluster("proxy-url: 'ftp://u:hunter2@p'"),
     " clusters[c].cluster.proxy-url: this is no http, https or socks5 URL"},
    {"ProxyWithoutScheme", Cluster("proxy-url: 'hunter2:1080'"),
     " clusters[c].cluster.proxy-url: this is no http, https or socks5 URL"},
    {"TwoAuthorities",
     Cluster("certificate-authority: hunter2, certificate-authority-data: aHVudGVyMg=="),
     " clusters[c].cluster.certificate-authority: certificate-authority-data is given, too; keep "
     "one of them"},
    {"AuthorityAndInsecure",
     Cluster("insecure-skip-tls-verify: true, certificate-authority-data: aHVudGVyMg=="),
     " clusters[c].cluster.insecure-skip-tls-verify: a certificate authority is given, too; keep "
     "one of them"},
    {"RemovedProvider", User("auth-provider: {name: gcp, config: {access-token: hunter2}}"),
     " users[u].user.auth-provider: gcp was removed from Kubernetes; use exec"},
    {"OtherProvider", User("token: t, auth-provider: {name: oidc, config: {k: hunter2}}"),
     " users[u].user.auth-provider: wecan knows no such providers; use exec (for OpenID Connect: "
     "kubelogin)"},
    {"TokenAndPassword", User("token: hunter2, username: jo, password: hunter2"),
     " users[u].user.username: a token is given, too; keep one of them"},
    {"TokenFileAndPassword", User("tokenFile: hunter2, username: jo, password: hunter2"),
     " users[u].user.username: a token is given, too; keep one of them"},
    {"PasswordAlone", User("password: hunter2"), " users[u].user.password: there is no username"},
    {"TwoCertificates",
     User("client-certificate: hunter2, client-certificate-data: aHVudGVyMg==, client-key: k"),
     " users[u].user.client-certificate: client-certificate-data is given, too; keep one of them"},
    {"TwoKeys",
     User("client-certificate: hunter2, client-key-data: aHVudGVyMg==, client-key: hunter2"),
     " users[u].user.client-key: client-key-data is given, too; keep one of them"},
    {"NoKey", User("client-certificate-data: aHVudGVyMg=="),
     " users[u].user.client-key: missing; a client certificate needs client-key or "
     "client-key-data"},
    {"GroupsWithoutUser", User("token: hunter2, as-groups: [g]"),
     " users[u].user.as-groups: needs a user; give as, too"},
    {"UidWithoutUser", User("token: hunter2, as-uid: '5'"),
     " users[u].user.as-uid: needs a user; give as, too"},
    {"ExtraWithoutUser", User("token: hunter2, as-user-extra: {k: [v]}"),
     " users[u].user.as-user-extra: needs a user; give as, too"},
    {"PluginWithoutCommand", Exec("apiVersion: client.authentication.k8s.io/v1"),
     " users[u].user.exec.command: missing"},
    {"PluginOfOldVersion", Exec("apiVersion: client.authentication.k8s.io/v1alpha1, command: p"),
     " users[u].user.exec.apiVersion: this is neither client.authentication.k8s.io/v1 nor "
     "client.authentication.k8s.io/v1beta1"},
    {"PluginWithoutMode", Exec("apiVersion: client.authentication.k8s.io/v1, command: p"),
     " users[u].user.exec.interactiveMode: missing; give Never, IfAvailable or Always"},
    {"PluginWithOtherMode",
     Exec("apiVersion: client.authentication.k8s.io/v1, command: p, interactiveMode: hunter2"),
     " users[u].user.exec.interactiveMode: this is none of Never, IfAvailable, Always"},
    {"VariableWithoutName",
     User("exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p, env: [{value: "
          "hunter2}]}"),
     " users[u].user.exec.env[0].name: missing"},
    {"NulInPlugin",
     User("exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p, args: "
          "[\"hunter2\\0\"]}"),
     " users[u].user.exec: a text in it holds a NUL"},
};

INSTANTIATE_TEST_SUITE_P(Files, KubeconfigBad, testing::ValuesIn(kBad),
                         [](const testing::TestParamInfo<BadCase>& info) {
                           return info.param.name;
                         });

TEST(ResolveContext, UnknownContext) {
  EXPECT_THAT(
      ResolveContext(WithContexts({"wec1"}), "wec"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               std::string("no context \"wec\" in the kubeconfig; did you mean \"wec1\"?")));
}

// Every text that a kubeconfig with all secrets can become by a slip: cut off anywhere, with any
// one character gone or another in its place.
TEST(Kubeconfig, NoSlipMakesAMessageTellASecret) {
  const std::string text =
      "clusters:\n- name: c\n  cluster:\n    server: https://h\n"
      "    proxy-url: http://u:hunter2@p\n    certificate-authority-data: aHVudGVyMg==\n"
      "users:\n- name: u\n  user:\n    token: hunter2\n    password: \"hunter2\"\n"
      "    client-key-data: aHVudGVyMg==\n    client-certificate-data: aHVudGVyMg==\n"
      "    exec: {command: p, args: [hunter2], env: [{name: n, value: 'hunter2'}]}\n"
      "    auth-provider: {config: {id-token: hunter2}}\n"
      "contexts: [{name: x, context: {cluster: c, user: u}}]\n";
  std::vector<std::string> texts;
  for (size_t i = 0; i < text.size(); ++i) {
    texts.push_back(text.substr(0, i));
    texts.push_back(text.substr(0, i) + text.substr(i + 1));
    for (const char c : {'*', '&', '!', ':', '[', '{', '"', '\n', '%', '\t', '\x01'}) {
      texts.push_back(text);
      texts.back()[i] = c;
    }
  }
  for (const std::string& broken : texts) {
    const std::string message = Resolve(broken).status().ToString();
    ASSERT_THAT(message, Not(HasSubstr("hunter"))) << broken;
    ASSERT_THAT(message, Not(HasSubstr("unter2"))) << broken;
    ASSERT_THAT(message, Not(HasSubstr("aHVudG"))) << broken;
  }
}

// ---- what lies in files -------------------------------------------------------------------------

TEST(ReadToken, TheFileIsReadEachTimeAndBeatsTheToken) {
  MemoryFileSystem files(Files{{"/t", " one \n"}});
  Credentials credentials{.origin = "O", .token = Secret("inline"), .token_file = "/t"};
  EXPECT_EQ(ReadToken(credentials, files)->Reveal(), "one");
  ASSERT_THAT(files.Write("/t", "two"), IsOk());
  EXPECT_EQ(ReadToken(credentials, files)->Reveal(), "two");
  // While it is being replaced the token holds.
  EXPECT_EQ(ReadToken(credentials, MemoryFileSystem())->Reveal(), "inline");
  EXPECT_EQ(ReadToken(credentials, MemoryFileSystem(Files{{"/t", "\n"}}))->Reveal(), "inline");
  credentials.token = Secret();
  EXPECT_THAT(ReadToken(credentials, MemoryFileSystem()),
              StatusIs(absl::StatusCode::kNotFound,
                       std::string("O.tokenFile: /t: No such file or directory")));
  EXPECT_THAT(
      ReadToken(credentials, MemoryFileSystem(Files{{"/t", "\n"}})),
      StatusIs(absl::StatusCode::kInvalidArgument, std::string("O.tokenFile: the file is empty")));
  EXPECT_TRUE(ReadToken({}, files)->empty());
}

TEST(ReadToken, ALineBreakCannotEndALineOfTheRequest) {
  const MemoryFileSystem files(Files{{"/t", "hunter2\r\nX: y"}});
  EXPECT_THAT(ReadToken({.origin = "O", .token_file = "/t"}, files),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       std::string("O.tokenFile: the token holds a line break or control "
                                   "character")));
  EXPECT_THAT(ReadToken({.origin = "O", .token = Secret("a\n")}, files),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("O.token: ")));
}

TEST(ReadPem, InlineOrFile) {
  const MemoryFileSystem files(Files{{"/k", "pem"}});
  EXPECT_EQ(ReadPem({.file = "/k"}, "O", "client-key", files)->Reveal(), "pem");
  EXPECT_EQ(ReadPem({.data = Secret("d")}, "O", "client-key", files)->Reveal(), "d");
  EXPECT_TRUE(ReadPem({}, "O", "client-key", files)->empty());
  EXPECT_THAT(ReadPem({.file = "/n"}, "O", "client-key", files),
              StatusIs(absl::StatusCode::kNotFound, StartsWith("O.client-key: /n: ")));
}

// ---- in a pod -----------------------------------------------------------------------------------

constexpr char kAccount[] = "/var/run/secrets/kubernetes.io/serviceaccount/";

TEST(InCluster, APodWithAServiceAccount) {
  const MemoryFileSystem files(Files{{absl::StrCat(kAccount, "token"), "t"},
                                     {absl::StrCat(kAccount, "ca.crt"), "c"},
                                     {absl::StrCat(kAccount, "namespace"), "ns\n"}});
  const Variables variables =
      Environment({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}});
  const auto access = InClusterAccess(variables, files);
  ASSERT_TRUE(access);
  EXPECT_EQ(access->server, "https://[fd00::1]:443");
  EXPECT_EQ(access->ca.file, absl::StrCat(kAccount, "ca.crt"));
  EXPECT_EQ(access->namespace_, "ns");
  EXPECT_EQ(ReadToken(access->credentials, files)->Reveal(), "t");
}

TEST(InCluster, WithoutCaAndNamespace) {
  const MemoryFileSystem files(Files{{absl::StrCat(kAccount, "token"), "t"}});
  const auto access = InClusterAccess(
      Environment({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"KUBERNETES_SERVICE_PORT", "1"}}),
      files);
  ASSERT_TRUE(access);
  EXPECT_EQ(access->server, "https://10.0.0.1:1");
  EXPECT_TRUE(access->ca.empty());
  EXPECT_EQ(access->namespace_, "default");
}

TEST(InCluster, NotInOne) {
  const MemoryFileSystem files(Files{{absl::StrCat(kAccount, "token"), "t"}});
  EXPECT_FALSE(InClusterAccess(Environment({{"KUBERNETES_SERVICE_HOST", "h"}}), files));
  EXPECT_FALSE(InClusterAccess(
      Environment({{"KUBERNETES_SERVICE_HOST", "h"}, {"KUBERNETES_SERVICE_PORT", "1"}}),
      MemoryFileSystem()));
}

}  // namespace
}  // namespace wecan
