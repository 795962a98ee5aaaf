// SPDX-License-Identifier: Apache-2.0
// The text of a kubeconfig to values. What kubectl passes over is passed over: unknown keys,
// preferences, and extensions but one.
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cluster/fields.h"
#include "src/cluster/kubeconfig.h"
#include "src/cluster/value_json.h"

namespace wecan {
namespace {

constexpr Budgets kBudgets = {.file_bytes = kMaxKubeconfigBytes,
                              .document_bytes = kMaxKubeconfigBytes,
                              .depth = 64,
                              .nodes = 2'000'000};
constexpr uint64_t kMaxCopiedBytes = uint64_t{64} << 20;
constexpr size_t kMaxExecConfigBytes = size_t{64} << 10;

// Lives as long as one call of ReadKubeconfig.
class KubeconfigReader {
 public:
  KubeconfigReader(const std::string& path, std::string folder)
      : path_(path), folder_(std::move(folder)), fields_(path, kMaxCopiedBytes) {
    kubeconfig_.files = {path};
  }

  absl::StatusOr<Kubeconfig> Run(absl::string_view text) {
    WECAN_RETURN_IF_ERROR(ReadFirstDocument(path_, text, kBudgets,
                                            [&](const Value& root) { return ReadRoot(root); }));
    return std::move(kubeconfig_);
  }

 private:
  absl::Status ReadRoot(const Value& root) {
    WECAN_RETURN_IF_ERROR(CheckWord(root, "apiVersion", "v1"));
    WECAN_RETURN_IF_ERROR(CheckWord(root, "kind", "Config"));
    WECAN_RETURN_IF_ERROR(fields_.Text(root, "current-context", "", kubeconfig_.current_context));
    WECAN_RETURN_IF_ERROR(ReadNamed(root, "clusters", "cluster", kubeconfig_.clusters,
                                    [&](auto&&... a) { return ReadCluster(a...); }));
    WECAN_RETURN_IF_ERROR(ReadNamed(root, "users", "user", kubeconfig_.users,
                                    [&](auto&&... a) { return ReadUser(a...); }));
    return ReadNamed(root, "contexts", "context", kubeconfig_.contexts,
                     [&](auto&&... a) { return ReadContext(a...); });
  }

  // Absent is as good as `word`.
  absl::Status CheckWord(const Value& root, absl::string_view key, absl::string_view word) {
    std::string text;
    WECAN_RETURN_IF_ERROR(fields_.Text(root, key, "", text));
    if (text.empty() || text == word) return absl::OkStatus();
    return fields_.At(root[key], key, absl::StrCat("a kubeconfig says ", word));
  }

  // The list at `key`, whose items hold a name and a mapping at `inner`.
  template <typename Entry, typename Read>
  absl::Status ReadNamed(const Value& root, absl::string_view key, absl::string_view inner,
                         std::map<std::string, Entry>& entries, Read read) {
    return fields_.Items(root, key, "", [&](const Value& item, const std::string& place) {
      std::string name;
      WECAN_RETURN_IF_ERROR(fields_.Text(item, "name", place, name));
      const std::string where = absl::StrCat(key, "[", name, "]");
      const auto [entry, added] = entries.try_emplace(name);
      if (!added) return fields_.At(item, where, "this name stands here a second time");
      entry->second.file = path_;
      Value body;
      WECAN_RETURN_IF_ERROR(fields_.Mapping(item, inner, where, body));
      return read(body, absl::StrCat(where, ".", inner), entry->second);
    });
  }

  absl::Status ReadContext(const Value& body, const std::string& where, KubeContext& context) {
    WECAN_RETURN_IF_ERROR(fields_.Text(body, "cluster", where, context.cluster));
    WECAN_RETURN_IF_ERROR(fields_.Text(body, "user", where, context.user));
    return fields_.Text(body, "namespace", where, context.namespace_);
  }

  absl::Status ReadCluster(const Value& body, const std::string& where, KubeCluster& cluster) {
    WECAN_RETURN_IF_ERROR(fields_.Text(body, "server", where, cluster.server));
    WECAN_RETURN_IF_ERROR(fields_.Text(body, "tls-server-name", where, cluster.server_name));
    WECAN_RETURN_IF_ERROR(fields_.Flag(body, "insecure-skip-tls-verify", where, cluster.insecure));
    WECAN_RETURN_IF_ERROR(ReadPath(body, "certificate-authority", where, cluster.ca.file));
    WECAN_RETURN_IF_ERROR(fields_.Data(body, "certificate-authority-data", where, cluster.ca.data));
    WECAN_RETURN_IF_ERROR(fields_.Hidden(body, "proxy-url", where, cluster.proxy_url));
    WECAN_RETURN_IF_ERROR(
        fields_.Flag(body, "disable-compression", where, cluster.disable_compression));
    return fields_.Items(body, "extensions", where,
                         [&](const Value& item, const std::string& place) {
                           return ReadExtension(item, place, cluster);
                         });
  }

  absl::Status ReadExtension(const Value& item, const std::string& place, KubeCluster& cluster) {
    std::string name;
    WECAN_RETURN_IF_ERROR(fields_.Text(item, "name", place, name));
    const Value extension = item["extension"];
    if (name != "client.authentication.k8s.io/exec" || !extension) return absl::OkStatus();
    absl::StatusOr<std::string> json = ValueJson(extension, kMaxExecConfigBytes);
    if (!json.ok())
      return fields_.At(extension, absl::StrCat(place, ".extension"), json.status().message());
    cluster.exec_config = *std::move(json);
    return absl::OkStatus();
  }

  absl::Status ReadUser(const Value& body, const std::string& where, KubeUser& user) {
    Credentials& c = user.credentials;
    c.origin = absl::StrCat(path_, ": ", where);
    WECAN_RETURN_IF_ERROR(ReadPath(body, "client-certificate", where, c.certificate.file));
    WECAN_RETURN_IF_ERROR(fields_.Data(body, "client-certificate-data", where, c.certificate.data));
    WECAN_RETURN_IF_ERROR(ReadPath(body, "client-key", where, c.key.file));
    WECAN_RETURN_IF_ERROR(fields_.Data(body, "client-key-data", where, c.key.data));
    WECAN_RETURN_IF_ERROR(fields_.Hidden(body, "token", where, c.token));
    WECAN_RETURN_IF_ERROR(ReadPath(body, "tokenFile", where, c.token_file));
    WECAN_RETURN_IF_ERROR(fields_.Text(body, "username", where, c.username));
    WECAN_RETURN_IF_ERROR(fields_.Hidden(body, "password", where, c.password));
    WECAN_RETURN_IF_ERROR(ReadImpersonation(body, where, user.impersonation));
    Value provider;
    WECAN_RETURN_IF_ERROR(fields_.Mapping(body, "auth-provider", where, provider));
    user.has_auth_provider = static_cast<bool>(provider);
    WECAN_RETURN_IF_ERROR(
        fields_.Text(provider, "name", absl::StrCat(where, ".auth-provider"), user.auth_provider));
    return ReadExec(body, where, user);
  }

  absl::Status ReadImpersonation(const Value& body, const std::string& where, Impersonation& as) {
    WECAN_RETURN_IF_ERROR(fields_.Text(body, "as", where, as.user));
    WECAN_RETURN_IF_ERROR(fields_.Text(body, "as-uid", where, as.uid));
    WECAN_RETURN_IF_ERROR(fields_.Texts(body, "as-groups", where, as.groups));
    Value extra;
    WECAN_RETURN_IF_ERROR(fields_.Mapping(body, "as-user-extra", where, extra));
    absl::Status status;
    if (!extra) return status;
    extra.ForEachEntry([&](const Value& key, const Value&) {
      if (!status.ok()) return;
      status = fields_.Texts(extra, key.text(), absl::StrCat(where, ".as-user-extra"),
                             as.extra[std::string(key.text())]);
    });
    return status;
  }

  absl::Status ReadExec(const Value& body, const std::string& user_where, KubeUser& user) {
    Value exec;
    WECAN_RETURN_IF_ERROR(fields_.Mapping(body, "exec", user_where, exec));
    if (!exec) return absl::OkStatus();
    const std::string where = absl::StrCat(user_where, ".exec");
    ExecPlugin& plugin = user.credentials.exec.emplace();
    plugin.origin = absl::StrCat(path_, ": ", where);
    WECAN_RETURN_IF_ERROR(fields_.Text(exec, "apiVersion", where, plugin.api_version));
    WECAN_RETURN_IF_ERROR(fields_.Text(exec, "command", where, plugin.command));
    // Without a slash it is looked for on the PATH.
    if (absl::StrContains(plugin.command, '/')) plugin.command = Resolve(plugin.command);
    WECAN_RETURN_IF_ERROR(fields_.Texts(exec, "args", where, plugin.args));
    WECAN_RETURN_IF_ERROR(fields_.Text(exec, "installHint", where, plugin.install_hint));
    WECAN_RETURN_IF_ERROR(
        fields_.Flag(exec, "provideClusterInfo", where, plugin.provide_cluster_info));
    WECAN_RETURN_IF_ERROR(fields_.Text(exec, "interactiveMode", where, user.interactive_mode));
    return fields_.Items(exec, "env", where, [&](const Value& item, const std::string& place) {
      auto& [name, value] = plugin.env.emplace_back();
      WECAN_RETURN_IF_ERROR(fields_.Text(item, "name", place, name));
      return fields_.Hidden(item, "value", place, value);
    });
  }

  absl::Status ReadPath(const Value& body, absl::string_view key, const std::string& where,
                        std::string& out) {
    WECAN_RETURN_IF_ERROR(fields_.Text(body, key, where, out));
    if (!out.empty()) out = Resolve(out);
    return absl::OkStatus();
  }

  std::string Resolve(const std::string& path) const {
    if (absl::StartsWith(path, "/")) return path;
    return (std::filesystem::path(folder_) / path).lexically_normal().string();
  }

  const std::string path_, folder_;
  FieldReader fields_;
  Kubeconfig kubeconfig_;
};

}  // namespace

absl::StatusOr<Kubeconfig> ReadKubeconfig(const std::string& path, const std::string& folder,
                                          absl::string_view text) {
  return KubeconfigReader(path, folder).Run(text);
}

}  // namespace wecan
