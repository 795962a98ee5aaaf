// SPDX-License-Identifier: Apache-2.0
// One context of a kubeconfig, checked.
#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "src/cluster/kubeconfig.h"

namespace wecan {
namespace {

absl::Status Bad(const std::string& origin, absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(origin, field, ": ", what));
}

template <typename Entry>
std::string Similar(const std::string& name, const std::map<std::string, Entry>& entries) {
  std::vector<absl::string_view> names;
  for (const auto& [known, entry] : entries) names.push_back(known);
  return DidYouMean(name, names);
}

// ---- the cluster

// Whether a URL can hold it; what cannot be in a URL could end a line of the request.
bool IsUrlText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '\\' && c != '"' && c != '<' && c != '>';
  });
}

// The scheme in lower case, "" if there is none.
std::string SchemeOf(absl::string_view url) {
  const size_t end = url.find("://");
  return end == absl::string_view::npos ? "" : absl::AsciiStrToLower(url.substr(0, end));
}

// The server's URL as requests begin.
// Source: client-go v0.32 tools/clientcmd/client_config.go ClientConfig, rest/url_utils.go.
absl::StatusOr<std::string> ServerUrl(const std::string& origin, absl::string_view server) {
  constexpr absl::string_view kField = ".server";
  if (server.empty()) return Bad(origin, kField, "missing; give the URL of the API server");
  if (!IsUrlText(server)) return Bad(origin, kField, "this is no URL");
  std::string scheme = SchemeOf(server);
  if (scheme.empty())
    scheme = "http";
  else
    server.remove_prefix(scheme.size() + 3);
  if (scheme != "http" && scheme != "https")
    return Bad(origin, kField, "this is no http or https URL");
  server = server.substr(0, server.find_first_of("?#"));
  const absl::string_view host = server.substr(0, server.find('/'));
  if (host.empty()) return Bad(origin, kField, "this URL names no host");
  if (absl::StrContains(host, '@')) {
    return Bad(origin, kField,
               "this URL holds a user name, which wecan does not send; give the user a username "
               "and a password");
  }
  while (absl::EndsWith(server, "/")) server.remove_suffix(1);
  return absl::StrCat(scheme, "://", server);
}

absl::Status CheckCluster(const std::string& origin, const KubeCluster& cluster) {
  if (!cluster.proxy_url.empty()) {
    const std::string scheme = SchemeOf(cluster.proxy_url.Reveal());
    const bool known = scheme == "http" || scheme == "https" || scheme == "socks5";
    if (!known || !IsUrlText(cluster.proxy_url.Reveal()))
      return Bad(origin, ".proxy-url", "this is no http, https or socks5 URL");
  }
  if (!cluster.ca.file.empty() && !cluster.ca.data.empty()) {
    return Bad(origin, ".certificate-authority",
               "certificate-authority-data is given, too; keep one of them");
  }
  if (cluster.insecure && !cluster.ca.empty()) {
    return Bad(origin, ".insecure-skip-tls-verify",
               "a certificate authority is given, too; keep one of them");
  }
  return absl::OkStatus();
}

// ---- the user

absl::Status CheckKeyPair(const std::string& origin, const Credentials& c) {
  if (c.certificate.empty()) return absl::OkStatus();  // a key alone is passed over
  if (!c.certificate.file.empty() && !c.certificate.data.empty()) {
    return Bad(origin, ".client-certificate",
               "client-certificate-data is given, too; keep one of them");
  }
  if (!c.key.file.empty() && !c.key.data.empty())
    return Bad(origin, ".client-key", "client-key-data is given, too; keep one of them");
  if (c.key.empty()) {
    return Bad(origin, ".client-key",
               "missing; a client certificate needs client-key or client-key-data");
  }
  return absl::OkStatus();
}

absl::Status CheckMethods(const std::string& origin, const KubeUser& user) {
  const Credentials& c = user.credentials;
  if (user.has_auth_provider) {
    constexpr std::array<absl::string_view, 3> kRemoved = {"azure", "gcp", "openstack"};
    const auto* const removed = std::find(kRemoved.begin(), kRemoved.end(), user.auth_provider);
    if (removed != kRemoved.end()) {
      return Bad(origin, ".auth-provider",
                 absl::StrCat(*removed, " was removed from Kubernetes; use exec"));
    }
    return Bad(origin, ".auth-provider",
               "wecan knows no such providers; use exec (for OpenID Connect: kubelogin)");
  }
  const bool basic = !c.username.empty() || !c.password.empty();
  if (basic && (!c.token.empty() || !c.token_file.empty()))
    return Bad(origin, ".username", "a token is given, too; keep one of them");
  if (basic && c.username.empty()) return Bad(origin, ".password", "there is no username");
  return CheckKeyPair(origin, c);
}

absl::Status CheckImpersonation(const std::string& origin, const Impersonation& as) {
  if (!as.user.empty()) return absl::OkStatus();
  const absl::string_view field = !as.uid.empty()      ? ".as-uid"
                                  : !as.groups.empty() ? ".as-groups"
                                  : !as.extra.empty()  ? ".as-user-extra"
                                                       : "";
  return field.empty() ? absl::OkStatus() : Bad(origin, field, "needs a user; give as, too");
}

absl::StatusOr<InteractiveMode> ModeOf(const ExecPlugin& plugin, const std::string& mode) {
  if (mode == "Never") return InteractiveMode::kNever;
  if (mode == "IfAvailable") return InteractiveMode::kIfAvailable;
  if (mode == "Always") return InteractiveMode::kAlways;
  constexpr absl::string_view kField = ".interactiveMode";
  if (!mode.empty())
    return Bad(plugin.origin, kField, "this is none of Never, IfAvailable, Always");
  if (plugin.api_version == "client.authentication.k8s.io/v1beta1")
    return InteractiveMode::kIfAvailable;
  return Bad(plugin.origin, kField, "missing; give Never, IfAvailable or Always");
}

// No program can be given such a text.
bool HoldsNul(const ExecPlugin& plugin) {
  const auto holds = [](const std::string& text) { return absl::StrContains(text, '\0'); };
  return holds(plugin.command) || std::any_of(plugin.args.begin(), plugin.args.end(), holds) ||
         std::any_of(plugin.env.begin(), plugin.env.end(), [&](const auto& variable) {
           return holds(variable.first) || holds(variable.second.Reveal());
         });
}

absl::Status CheckPlugin(const std::string& interactive_mode, ExecPlugin& plugin) {
  if (plugin.command.empty()) return Bad(plugin.origin, ".command", "missing");
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1") {
    return Bad(plugin.origin, ".apiVersion",
               "this is neither client.authentication.k8s.io/v1 nor "
               "client.authentication.k8s.io/v1beta1");
  }
  for (size_t i = 0; i < plugin.env.size(); ++i) {
    if (plugin.env[i].first.empty())
      return Bad(plugin.origin, absl::StrCat(".env[", i, "].name"), "missing");
  }
  if (HoldsNul(plugin)) return Bad(plugin.origin, "", "a text in it holds a NUL");
  WECAN_ASSIGN_OR_RETURN(plugin.interactive, ModeOf(plugin, interactive_mode));
  return absl::OkStatus();
}

absl::StatusOr<Credentials> CredentialsOf(const KubeUser& user) {
  Credentials c = user.credentials;
  WECAN_RETURN_IF_ERROR(CheckMethods(c.origin, user));
  if (c.exec) WECAN_RETURN_IF_ERROR(CheckPlugin(user.interactive_mode, *c.exec));
  WECAN_RETURN_IF_ERROR(CheckImpersonation(c.origin, user.impersonation));
  if (c.certificate.empty()) c.key = {};
  // A plugin runs only where nothing else is given.
  // Source: client-go v0.32 plugin/pkg/client/auth/exec/exec.go UpdateTransportConfig.
  const bool other =
      !c.token.empty() || !c.token_file.empty() || !c.username.empty() || !c.certificate.empty();
  if (other) c.exec.reset();
  return c;
}

bool IsTls(const ClusterAccess& access) { return absl::StartsWith(access.server, "https:"); }

// Everything but the user.
absl::StatusOr<ClusterAccess> AccessWithoutUser(const std::string& name, const KubeContext& context,
                                                const KubeCluster& cluster) {
  ClusterAccess access{.context = name};
  access.origin = absl::StrCat(cluster.file, ": clusters[", context.cluster, "].cluster");
  WECAN_ASSIGN_OR_RETURN(access.server, ServerUrl(access.origin, cluster.server));
  WECAN_RETURN_IF_ERROR(CheckCluster(access.origin, cluster));
  access.proxy_url = cluster.proxy_url;
  access.disable_compression = cluster.disable_compression;
  access.exec_config = cluster.exec_config;
  if (!context.namespace_.empty()) access.namespace_ = context.namespace_;
  if (!IsTls(access)) return access;
  access.ca = cluster.ca;
  access.insecure = cluster.insecure;
  access.server_name = cluster.server_name;
  return access;
}

}  // namespace

absl::StatusOr<ClusterAccess> ResolveContext(const Kubeconfig& kubeconfig,
                                             const std::string& name) {
  const auto found = kubeconfig.contexts.find(name);
  if (found == kubeconfig.contexts.end()) {
    return absl::InvalidArgumentError(absl::StrCat("no context \"", name, "\" in the kubeconfig",
                                                   Similar(name, kubeconfig.contexts)));
  }
  const KubeContext& context = found->second;
  const std::string where = absl::StrCat(context.file, ": contexts[", name, "].context");
  if (context.cluster.empty()) return Bad(where, ".cluster", "missing");
  const auto cluster = kubeconfig.clusters.find(context.cluster);
  if (cluster == kubeconfig.clusters.end()) {
    return Bad(where, ".cluster",
               absl::StrCat("no cluster \"", context.cluster, "\"",
                            Similar(context.cluster, kubeconfig.clusters)));
  }
  WECAN_ASSIGN_OR_RETURN(ClusterAccess access, AccessWithoutUser(name, context, cluster->second));
  if (context.user.empty()) return access;

  const auto user = kubeconfig.users.find(context.user);
  if (user == kubeconfig.users.end()) {
    return Bad(
        where, ".user",
        absl::StrCat("no user \"", context.user, "\"", Similar(context.user, kubeconfig.users)));
  }
  WECAN_ASSIGN_OR_RETURN(Credentials credentials, CredentialsOf(user->second));
  if (IsTls(access)) access.credentials = std::move(credentials);
  access.impersonation = user->second.impersonation;
  return access;
}

}  // namespace wecan
