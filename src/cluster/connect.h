// SPDX-License-Identifier: Apache-2.0
// From what a kubeconfig says of a cluster to what the client is given.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cluster/cluster_access.h"
#include "src/cluster/command_runner.h"
#include "src/cluster/exec_plugin.h"
#include "src/cluster/http.h"
#include "src/config/find.h"
#include "src/input/file_system.h"

namespace wecan {

// What credentials and proxies are taken from. `files` and `runner` outlive what is made of them.
struct ConnectSources {
  Variables variable;
  const FileSystem* files = nullptr;
  CommandRunner* runner = nullptr;
  ExecOptions exec;
  int parallel = 8;  // plugins at a time
};

// One server per access, in their order. Certificates are read, and each distinct plugin is run
// once, those that may ask somebody one after the other. Tokens live in memory alone: what a plugin
// gave is used until it expires or a server answers 401.
// Errors are those of ReadPem and RunExecPlugin, for that access alone.
// Source: client-go v0.32 rest/transport.go, plugin/pkg/client/auth/exec/exec.go; for the
// variables golang.org/x/net/http/httpproxy.
std::vector<absl::StatusOr<HttpServer>> Connect(const std::vector<ClusterAccess>& accesses,
                                                const ConnectSources& sources);

// The headers that make the server take the caller for somebody else. Keys of `extra` are
// percent-encoded. Source: client-go v0.32 transport/round_trippers.go.
std::vector<std::pair<std::string, std::string>> ImpersonationHeaders(const Impersonation& as);

}  // namespace wecan
