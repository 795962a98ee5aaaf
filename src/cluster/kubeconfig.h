// SPDX-License-Identifier: Apache-2.0
// The kubeconfig, found, read and merged as kubectl does it.
// Source: client-go v0.32 tools/clientcmd loader.go, api/v1/types.go.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "src/cluster/cluster_access.h"
#include "src/config/find.h"
#include "src/input/file_system.h"

namespace wecan {

// As written, but for paths, which are absolute, and -data fields, which are decoded. What one of
// them says is checked when a context that names it is resolved, so that a bad neighbour does no
// harm.
struct KubeCluster {
  std::string file;  // where it stands, for messages
  std::string server, server_name;
  bool insecure = false, disable_compression = false;
  PemSource ca;  // both of them if both are written
  Secret proxy_url;
  std::string exec_config;  // the extension client.authentication.k8s.io/exec as JSON, or ""
};

struct KubeUser {
  std::string file;
  Credentials credentials;  // all that is written
  Impersonation impersonation;
  std::string interactive_mode;  // of the plugin
  bool has_auth_provider = false;
  std::string auth_provider;  // its name
};

struct KubeContext {
  std::string file;
  std::string cluster, user, namespace_;
};

struct Kubeconfig {
  std::vector<std::string> files;  // that exist, in order
  std::map<std::string, KubeCluster> clusters;
  std::map<std::string, KubeUser> users;
  std::map<std::string, KubeContext> contexts;
  std::string current_context;

  // Whether it says nothing, so that the cluster around this process may be meant.
  bool empty() const { return clusters.empty() && users.empty() && contexts.empty(); }
};

constexpr uint64_t kMaxKubeconfigBytes = uint64_t{32} << 20;

// --kubeconfig FILE (`file`, "" if not given), which must exist; else the files of KUBECONFIG,
// separated by colons, of which some may be missing; else ~/.kube/config. Of two entries with one
// name the first counts, as a whole. Without any file: an empty one.
// InvalidArgument "FILE:LINE:COL: FIELD: what is wrong", or the status of a file that cannot be
// read. No message holds a value of the file but names of contexts, clusters and users.
absl::StatusOr<Kubeconfig> LoadKubeconfig(const std::string& file, const Variables& variable,
                                          const FileSystem& files);

// One file. Relative paths in it start at `folder`, which is absolute.
absl::StatusOr<Kubeconfig> ReadKubeconfig(const std::string& path, const std::string& folder,
                                          absl::string_view text);

// The contexts that one of `patterns` (with * and ?) names, sorted, each once. InvalidArgument
// naming --context for a pattern that names none.
absl::StatusOr<std::vector<std::string>> MatchContexts(const Kubeconfig& kubeconfig,
                                                       const std::vector<std::string>& patterns);

// What the context says. InvalidArgument "FILE: users[NAME].user.FIELD: what is wrong" for what
// kubectl refuses, for authentication that wecan cannot do, and for a cluster or user that is not
// there (kubectl would turn to localhost or ask for a password).
// Source: client-go v0.32 tools/clientcmd validation.go, client_config.go.
absl::StatusOr<ClusterAccess> ResolveContext(const Kubeconfig& kubeconfig,
                                             const std::string& context);

}  // namespace wecan
