// SPDX-License-Identifier: Apache-2.0
// Which clusters a command talks to, and how: flags, configuration and kubeconfig put together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/cluster/cluster_access.h"
#include "src/cluster/http_client.h"
#include "src/cluster/kubeconfig.h"
#include "src/cluster/plugin_policy.h"

namespace wecan {

class Clusters {
 public:
  // --server, else --kubeconfig, KUBECONFIG or ~/.kube/config, else the cluster around this
  // process. InvalidArgument naming flag or file. `environment` must outlive the result.
  static absl::StatusOr<Clusters> Open(const ClusterOptions& options,
                                       const Environment& environment);

  // The contexts that `patterns` (with * and ?) name, sorted, each once. InvalidArgument, with a
  // suggestion, for one that names none.
  absl::StatusOr<std::vector<std::string>> Match(const std::vector<std::string>& patterns) const;

  // All names, sorted.
  std::vector<std::string> names() const;

  // One server per context, in their order; what is wrong with one is its error alone.
  std::vector<absl::StatusOr<HttpServer>> Connect(const std::vector<std::string>& contexts) const;

  // A client whose only server, number 0, is that of the context with this very name.
  absl::StatusOr<std::unique_ptr<HttpClient>> ConnectOne(const std::string& context) const;

  const HttpLimits& limits() const { return limits_; }

 private:
  Clusters(const ClusterOptions& options, const Environment& environment)
      : options_(options), environment_(environment) {}

  absl::StatusOr<ClusterAccess> Access(const std::string& context) const;

  const ClusterOptions& options_;
  const Environment& environment_;
  Kubeconfig kubeconfig_;
  std::vector<ClusterAccess> given_;  // by flags, or the cluster around this process; else none
  PluginPolicy policy_;
  HttpLimits limits_;
};

// InvalidArgument for a value of --method or --exec-plugins that is none, whatever else is asked.
absl::Status CheckClusterFlags(const ClusterOptions& options);

// Whether flags ask for a live answer.
bool IsLive(const ClusterOptions& options);

}  // namespace wecan
