// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/connect.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "analyzer/base/status_macros.h"

namespace wecan {
namespace {

// ---- plugins

// What one plugin gave, for all the contexts that name it.
class PluginLogin {
 public:
  PluginLogin(const ClusterAccess& access, const ConnectSources& sources)
      : access_(access), sources_(sources) {}

  // The same answer until it expires. Safe to call from several threads.
  absl::StatusOr<ExecCredential> Get() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!known_ || Expired()) Run();
    return credential_;
  }

  // A token in place of `refused`, unless somebody else has fetched one already.
  absl::StatusOr<ExecCredential> Renew(const std::string& refused) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!known_ || !credential_.ok() || credential_->token.Reveal() == refused) Run();
    return credential_;
  }

  bool Serves(const ClusterAccess& access) const {
    if (*access.credentials.exec != *access_.credentials.exec) return false;
    if (!access.credentials.exec->provide_cluster_info) return true;
    return access.server == access_.server && access.server_name == access_.server_name &&
           access.ca == access_.ca && access.insecure == access_.insecure &&
           access.proxy_url == access_.proxy_url && access.exec_config == access_.exec_config &&
           access.disable_compression == access_.disable_compression;
  }

  bool MayAsk() const { return access_.credentials.exec->interactive != InteractiveMode::kNever; }

 private:
  bool Expired() const {
    return credential_.ok() && credential_->expires && *credential_->expires <= absl::Now();
  }

  void Run() {
    known_ = true;
    credential_ = RunExecPlugin(access_, sources_.exec, *sources_.files, *sources_.runner);
  }

  const ClusterAccess access_;
  const ConnectSources sources_;
  std::mutex mutex_;
  bool known_ = false;
  absl::StatusOr<ExecCredential> credential_ = ExecCredential{};
};

using Logins = std::vector<std::shared_ptr<PluginLogin>>;

std::shared_ptr<PluginLogin> LoginOf(const ClusterAccess& access, const Logins& logins) {
  const auto it =
      std::find_if(logins.begin(), logins.end(), [&](const auto& l) { return l->Serves(access); });
  return it == logins.end() ? nullptr : *it;
}

Logins CollectLogins(const std::vector<ClusterAccess>& accesses, const ConnectSources& sources) {
  Logins logins;
  for (const ClusterAccess& access : accesses) {
    if (access.credentials.exec && LoginOf(access, logins) == nullptr)
      logins.push_back(std::make_shared<PluginLogin>(access, sources));
  }
  return logins;
}

// A fleet may have one plugin per cluster, each of which takes a second.
void RunAll(const Logins& logins, int parallel) {
  for (const auto& login : logins) {
    if (login->MayAsk()) login->Get().IgnoreError();
  }
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < logins.size(); i = next++) {
      if (!logins[i]->MayAsk()) logins[i]->Get().IgnoreError();
    }
  };
  std::vector<std::thread> threads;
  const int count = std::min<int>(parallel, static_cast<int>(logins.size()));
  for (int i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

// ---- proxies

std::string Variable(const ConnectSources& sources, const std::string& name) {
  if (const auto value = sources.variable(name)) return *value;
  return sources.variable(absl::AsciiStrToLower(name)).value_or("");
}

// Go never sends requests to this machine itself through a proxy of the environment.
void TakeProxyOfEnvironment(const ConnectSources& sources, HttpServer& server) {
  if (!absl::StartsWith(server.url, "https://")) return;
  std::string proxy = Variable(sources, "HTTPS_PROXY");
  if (proxy.empty()) return;
  server.proxy_url = absl::StrContains(proxy, "://") ? proxy : absl::StrCat("http://", proxy);
  const std::string except = Variable(sources, "NO_PROXY");
  server.no_proxy =
      absl::StrCat(except, except.empty() ? "" : ",", "localhost,127.0.0.0/8,[::1],::1");
}

// ---- credentials

std::function<absl::StatusOr<std::string>()> TokenOf(const ClusterAccess& access,
                                                     const std::shared_ptr<PluginLogin>& login,
                                                     const ConnectSources& sources) {
  if (login != nullptr) {
    return [login, refused = std::string()]() mutable -> absl::StatusOr<std::string> {
      WECAN_ASSIGN_OR_RETURN(const ExecCredential credential,
                             refused.empty() ? login->Get() : login->Renew(refused));
      refused = credential.token.Reveal();
      return refused;
    };
  }
  const Credentials& c = access.credentials;
  if (c.token.empty() && c.token_file.empty()) return nullptr;
  return [credentials = c, files = sources.files]() -> absl::StatusOr<std::string> {
    WECAN_ASSIGN_OR_RETURN(const Secret token, ReadToken(credentials, *files));
    return token.Reveal();
  };
}

absl::StatusOr<HttpServer> ServerOf(const ClusterAccess& access, const Logins& logins,
                                    const ConnectSources& sources) {
  const Credentials& c = access.credentials;
  const FileSystem& files = *sources.files;
  HttpServer server{.name = access.context,
                    .url = access.server,
                    .insecure = access.insecure,
                    .tls_server_name = access.server_name,
                    .proxy_url = access.proxy_url.Reveal(),
                    .username = c.username,
                    .password = c.password,
                    .headers = ImpersonationHeaders(access.impersonation),
                    .disable_compression = access.disable_compression};
  if (access.proxy_url.empty()) TakeProxyOfEnvironment(sources, server);
  WECAN_ASSIGN_OR_RETURN(server.ca.data,
                         ReadPem(access.ca, access.origin, "certificate-authority", files));
  WECAN_ASSIGN_OR_RETURN(server.client_certificate.data,
                         ReadPem(c.certificate, c.origin, "client-certificate", files));
  WECAN_ASSIGN_OR_RETURN(server.client_key.data, ReadPem(c.key, c.origin, "client-key", files));
  const std::shared_ptr<PluginLogin> login = c.exec ? LoginOf(access, logins) : nullptr;
  if (login != nullptr) {
    WECAN_ASSIGN_OR_RETURN(const ExecCredential credential, login->Get());
    server.client_certificate.data = credential.certificate;
    server.client_key.data = credential.key;
  }
  server.token = TokenOf(access, login, sources);
  return server;
}

// Bytes that may stand in the name of a header are kept.
std::string HeaderKey(absl::string_view key) {
  std::string encoded;
  for (const char c : key) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                       absl::StrContains("!#$&'*+-.^_`|~", c);
    if (plain) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

std::vector<absl::StatusOr<HttpServer>> Connect(const std::vector<ClusterAccess>& accesses,
                                                const ConnectSources& sources) {
  const Logins logins = CollectLogins(accesses, sources);
  RunAll(logins, sources.parallel);
  std::vector<absl::StatusOr<HttpServer>> servers;
  servers.reserve(accesses.size());
  for (const ClusterAccess& access : accesses) servers.push_back(ServerOf(access, logins, sources));
  return servers;
}

std::vector<std::pair<std::string, std::string>> ImpersonationHeaders(const Impersonation& as) {
  std::vector<std::pair<std::string, std::string>> headers;
  if (as.user.empty()) return headers;
  headers.emplace_back("Impersonate-User", as.user);
  if (!as.uid.empty()) headers.emplace_back("Impersonate-Uid", as.uid);
  for (const std::string& group : as.groups) headers.emplace_back("Impersonate-Group", group);
  for (const auto& [key, values] : as.extra) {
    for (const std::string& value : values)
      headers.emplace_back(absl::StrCat("Impersonate-Extra-", HeaderKey(key)), value);
  }
  return headers;
}

}  // namespace wecan
