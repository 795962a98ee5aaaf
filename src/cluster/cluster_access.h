// SPDX-License-Identifier: Apache-2.0
// How one cluster is reached, and as whom: what a kubeconfig says of one context, checked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cluster/pem_source.h"
#include "src/cluster/secret.h"
#include "src/input/file_system.h"

namespace wecan {

// Whether a plugin gets standard input.
enum class InteractiveMode { kNever, kIfAvailable, kAlways };

// A program that prints credentials. Source: client-go v0.32 tools/clientcmd/api/v1 ExecConfig.
struct ExecPlugin {
  std::string origin;       // "FILE: users[NAME].user.exec", for messages
  std::string api_version;  // client.authentication.k8s.io/v1 or /v1beta1
  std::string command;      // absolute, or a name to be found on the PATH
  std::vector<std::string> args;
  std::vector<std::pair<std::string, Secret>> env;
  std::string install_hint;
  bool provide_cluster_info = false;
  InteractiveMode interactive = InteractiveMode::kNever;

  friend bool operator==(const ExecPlugin&, const ExecPlugin&) = default;
};

// Nothing set: anonymous. Of token or token file, username, and plugin there is one at most; a
// certificate may stand beside each but the plugin.
struct Credentials {
  std::string origin;  // "FILE: users[NAME].user", for messages
  Secret token;
  std::string token_file;  // beats `token`, which holds while the file cannot be read
  std::string username;
  Secret password;
  PemSource certificate, key;
  std::optional<ExecPlugin> exec;

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// The rest holds only with a user.
struct Impersonation {
  std::string user, uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;  // keys as written

  friend bool operator==(const Impersonation&, const Impersonation&) = default;
};

struct ClusterAccess {
  std::string context;
  std::string origin;       // "FILE: clusters[NAME].cluster", for messages
  std::string server;       // http or https, without user, query, fragment and final slash
  PemSource ca;             // empty: those of the system
  bool insecure = false;    // the server's certificate is not verified
  std::string server_name;  // tls-server-name; empty: the host of `server`
  Secret proxy_url;         // http, https or socks5; it may hold a password
  bool disable_compression = false;
  std::string exec_config;  // JSON of the cluster's own settings for plugins, or ""
  std::string namespace_ = "default";
  Credentials credentials;  // empty for http: kubectl sends none there, either
  Impersonation impersonation;

  friend bool operator==(const ClusterAccess&, const ClusterAccess&) = default;
};

// The bearer token to send now, empty if it is none; a token file is read anew, because whoever
// rotates tokens writes a new one into it. The status of the file if there is no other token.
// Source: client-go v0.32 transport/token_source.go.
absl::StatusOr<Secret> ReadToken(const Credentials& credentials, const FileSystem& files);

// The PEM text. `origin` and `field` start the message when the file cannot be read.
absl::StatusOr<Secret> ReadPem(const PemSource& source, const std::string& origin,
                               const std::string& field, const FileSystem& files);

}  // namespace wecan
